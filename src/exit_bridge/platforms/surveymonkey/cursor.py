"""Where pulling goes on: at the moment of the last change that was seen, a little earlier.

docs: responses come by when they were last changed. believed: one may show up a moment after another that was changed
later, so what lies within `OVERLAP` is asked for again, and what was fetched of it is known by id and time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from exit_bridge.platforms.api import zoned

OVERLAP = timedelta(minutes=10)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Of the survey `form`: what was changed before `latest` was fetched; `near`: id -> when, for what is near it."""

    form: str
    latest: datetime | None = None
    near: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None, form: str) -> Self:
        """What `str` of a cursor wrote; the beginning for no text, another form, or anything else."""
        try:
            kept = json.loads(text or "")
            if kept["form"] != form:
                return cls(form)
            near = {str(number): str(when) for number, when in kept["near"].items()}
            return cls(form, datetime.fromisoformat(kept["latest"]).astimezone(UTC), near)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return cls(form)

    def __str__(self) -> str:
        latest = self.latest.isoformat() if self.latest else ""
        return json.dumps({"form": self.form, "latest": latest, "near": dict(self.near)}, separators=(",", ":"))

    @property
    def since(self) -> str:
        """From when a pull asks; empty: from the first response on."""
        return _text(self.latest - OVERLAP) if self.latest else ""

    @property
    def resume(self) -> str:
        """From when the same pull goes on."""
        return just_before(self.latest) if self.latest else ""

    def seen(self, row: Row) -> bool:
        """Was this response fetched as it is now?"""
        return bool(self.near.get(str(row["id"])) == row["date_modified"])

    def passed(self, row: Row) -> bool:
        """Was it fetched in its turn?"""
        return self.latest is not None and _moment(row) <= self.latest

    def after(self, rows: Iterable[Row]) -> Self:
        """The cursor once these are kept; they are in order."""
        near = dict(self.near) | {str(row["id"]): row["date_modified"] for row in rows}
        moments = {number: moment for number, when in near.items() if (moment := zoned(when))}
        latest = max([*moments.values(), *([self.latest] if self.latest else [])], default=None)
        kept = {number: near[number] for number, when in moments.items() if latest and latest - when <= OVERLAP}
        return type(self)(self.form, latest, kept)


def in_order(rows: Sequence[Row]) -> bool:
    """Does each row say what it is and when it was last changed, none before the one above it?"""
    try:
        moments = [_moment(row) for row in rows if row["id"]]
    except (ValueError, TypeError, KeyError):
        return False
    return len(moments) == len(rows) and moments == sorted(moments)


def _moment(row: Row) -> datetime:
    moment = zoned(row["date_modified"])
    if moment is None:
        raise ValueError("no moment")
    return moment


def just_before(moment: datetime) -> str:
    """A second earlier, whether or not what was changed at the moment itself is left out."""
    return _text(moment - timedelta(seconds=1))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
