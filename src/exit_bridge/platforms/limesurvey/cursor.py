"""Where pulling goes on. A response gets its number when it is begun, so a low one may be completed after higher ones.

src: numbers only ever grow, also when a survey is stopped and started again (`autonumber_start`). They start again
only where the table of responses was emptied, which is noticed while the highest number is still below the last one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

WINDOW = timedelta(days=30)
"""How long a response that was begun is waited for, from the first pull that found it so."""

PAUSE = timedelta(days=7)
"""After more than this between two pulls, or less than none, what waits is waited for anew: the clock may have jumped,
or nobody looked."""

GAP = 100
"""Numbers this close below the highest one that are not there yet may still come: two people begin at one instant, and
the higher number is written first. Further down they were deleted."""

NO_DATE = "1980-01-01"
"""src: with this a response is complete in a survey that keeps no dates."""

Listed = Mapping[int, str]
"""Number -> when it was completed, in LimeSurvey's own words, which sort as text; empty while it is not."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every number below `next` was fetched, is `waiting` (number -> day it was first found so) or is given up.

    `latest`: when the last one that was seen was completed; `pulled`: the day it was asked for.
    """

    form: str
    next: int = 1
    waiting: Mapping[int, date] = field(default_factory=dict)
    latest: str = ""
    pulled: date = date.min

    @classmethod
    def read(cls, text: str | None, form: str) -> Self:
        """What `str` of a cursor wrote; the beginning for no text, another form, or anything else."""
        try:
            kept = json.loads(text or "")
            if kept["form"] != form:
                return cls(form)
            days = {date.fromisoformat(day): numbers for day, numbers in kept["waiting"].items()}
            waiting = {int(number): day for day, numbers in days.items() for number in numbers}
            pulled = date.fromisoformat(kept["pulled"])
            return cls(form, int(kept["next"]), waiting, str(kept["latest"]), pulled)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(form)

    def __str__(self) -> str:
        days: dict[str, list[int]] = {}
        for number, day in sorted(self.waiting.items()):
            days.setdefault(day.isoformat(), []).append(number)
        kept = {"form": self.form, "next": self.next, "waiting": days}
        kept |= {"latest": self.latest, "pulled": self.pulled.isoformat()}
        return json.dumps(kept, separators=(",", ":"))

    @property
    def first(self) -> int:
        """The lowest number to look at: one that waits, or the last one seen, which tells whether numbers grew on."""
        return max(1, min([self.next - 1, *self.waiting]))

    def fetched(self, number: int) -> bool:
        """Was that one fetched before?"""
        return number < self.next and number not in self.waiting

    def shrunk(self, listed: Listed) -> bool:
        """Is nothing left as high as the last one seen? `listed`: from `first` on."""
        return self.next > 1 and max(listed, default=0) < self.next - 1

    def lowered(self, listed: Listed, today: date) -> Self:
        """The cursor for a table that shrank; `listed`: all of it. Either the highest were deleted, or it was emptied
        and numbers started again: then everything was completed later than what was seen, or nobody can tell.
        """
        new = {n for n, when in listed.items() if not when or when > self.latest or when.startswith(NO_DATE)}
        waiting = {**dict.fromkeys(new, today), **self.waiting}
        return replace(self, next=max(listed, default=0) + 1, waiting=waiting)

    def wanted(self, listed: Listed) -> list[int]:
        """Numbers of complete responses that were not fetched yet, in order."""
        return [n for n, when in sorted(listed.items()) if when and not self.fetched(n)]

    def after(self, listed: Listed, last: int, today: date) -> Self:
        """The cursor once everything wanted up to the number `last` is kept."""
        still = {n: day for n, day in self.waiting.items() if n > last or not listed.get(n)}
        if timedelta(0) <= today - self.pulled <= PAUSE:
            waiting = {n: day for n, day in still.items() if today - day <= WINDOW}
        else:
            waiting = dict.fromkeys(still, today)
        near = range(max(self.next, max(listed, default=0) - GAP), last + 1)
        new = {*(n for n in listed if self.next <= n <= last), *near}
        waiting |= {n: today for n in new if not listed.get(n)}
        latest = max([self.latest, *listed.values()])
        return type(self)(self.form, max(self.next, last + 1), waiting, latest, today)


def runs(wanted: Sequence[int], listed: Listed, most: int) -> Iterator[list[int]]:
    """`wanted` in pieces of at most `most`, with no other complete response between the numbers of one piece."""
    left, run = set(wanted), list[int]()
    for number in sorted(n for n, when in listed.items() if when):
        if number in left and len(run) < most:
            run.append(number)
            continue
        if run:
            yield run
        run = [number] if number in left else []
    if run:
        yield run
