"""How far the submissions of one form were fetched."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

OVERLAP = timedelta(days=1)
"""What is asked for again: submissions carry local times without a zone, and an account's zone may be changed."""

BEGUN_FOR = timedelta(days=30)
"""How long one that was found begun is asked for."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`upto`: the latest time of submission met. `seen`: ids fetched, to their times, as far back as is asked again.

    `begun`: ids not complete yet -> their time, and the day on which they were first met.
    """

    form: str
    upto: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    begun: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None, form: str) -> Cursor:
        """As `str` wrote it. Another form's, or one that cannot be read, is none: pulling begins anew."""
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            held = json.loads(text or "")
            if held["form"] == form:
                begun = {number: (str(when), str(day)) for number, (when, day) in held["begun"].items()}
                return cls(form, str(held["upto"]), {n: str(when) for n, when in held["seen"].items()}, begun)
        return cls(form)

    def __str__(self) -> str:
        return json.dumps(
            {"form": self.form, "upto": self.upto, "seen": dict(self.seen), "begun": dict(self.begun)},
            separators=(",", ":"),
        )

    @property
    def start(self) -> str:
        """What the time of every submission asked for is greater than; empty: all of them."""
        return min((_earlier(when) for when in (self.upto, *(when for when, _ in self.begun.values()))), default="")

    def fetched(self, row: Mapping[str, Any]) -> bool:
        """Was this one kept before?"""
        return row["id"] in self.seen or (row["created_at"] <= self.start and row["id"] not in self.begun)

    def after(
        self, rows: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], begun: Sequence[Any], today: date
    ) -> Cursor:
        """Once these rows were met, of which some are new and kept, and some only begun."""
        met = {row["id"] for row in rows}
        waiting = {number: held for number, held in self.begun.items() if number not in met}
        for row in begun:
            first = self.begun.get(row["id"], ("", today.isoformat()))[1]
            waiting[row["id"]] = (row["created_at"], first)
        oldest = (today - BEGUN_FOR).isoformat()
        waiting = {number: (when, first) for number, (when, first) in waiting.items() if first >= oldest}
        upto = max([self.upto, *(row["created_at"] for row in rows)])
        step = replace(self, upto=upto, begun=waiting)
        seen = {**self.seen, **{row["id"]: row["created_at"] for row in new}}
        return replace(step, seen={number: when for number, when in seen.items() if when > step.start})


def _earlier(when: str) -> str:
    """A day before; all of them where the time cannot be read."""
    try:
        return written(datetime.fromisoformat(when))
    except (ValueError, OverflowError):
        return ""


def written(moment: datetime) -> str:
    """A day earlier, as Jotform writes it: whatever the account's zone is, what came since then is later than that."""
    return f"{moment - OVERLAP:%Y-%m-%d %H:%M:%S}"
