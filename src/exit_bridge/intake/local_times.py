"""Times of submission as somebody's spreadsheet program shows them: `9/1/26 10:11`, `13/12/2025 12:02:32`.

Which number is the day is told by all times of a file together, or not at all: it is never guessed. A year of two
digits stands last, as in every form of a date that a tool we read was seen to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_TIME = re.compile(
    r"(?:(?P<year>\d{4})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<sign>[/.-])(?P<b>\d{1,2})(?P=sign)(?P<last>\d{4}|\d{2}))[,T\s]+"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?(?:\s*(?P<zone>(?:GMT|UTC|Z)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
_MONTHS = 12


@dataclass
class LocalTimes:
    """What the times of one file show. `see` every one of them before the first is read."""

    _day_first: bool = field(default=False, init=False)
    _month_first: bool = field(default=False, init=False)
    unsure: int = field(default=0, init=False)
    """How many do not tell by themselves which number is a month and which a day."""
    unknown: int = field(default=0, init=False)
    """How many are written in no way that is read here."""

    def see(self, text: str) -> None:
        """Take a time into account."""
        if (found := _parts(text)) is None:
            self.unknown += bool(text) and _iso(text) is None
        elif not found["year"]:
            a, b = int(found["a"]), int(found["b"])
            self._day_first |= a > _MONTHS >= b
            self._month_first |= b > _MONTHS >= a
            self.unsure += 1

    @property
    def told(self) -> bool:
        """Is it known which number is the day?"""
        return self._day_first != self._month_first

    def read(self, text: str) -> str | None:
        """The time as ISO 8601, without a zone where it has none; None where it cannot be told."""
        if iso := _iso(text):
            return iso
        found = _parts(text)
        if not found or not (found["year"] or self.told):
            return None
        if found["year"]:
            year, month, day = found["year"], found["month"], found["day"]
        else:
            year, (day, month) = found["last"], found.group(*(("a", "b") if self._day_first else ("b", "a")))
        hour = int(found["hour"])
        if half := found["half"]:
            hour = hour % 12 + (12 if half.lower() == "p" else 0)
        try:
            moment = datetime(  # noqa: DTZ001 (its zone follows as text, if there is one)
                int(year) + (2000 if len(year) == 2 else 0),
                int(month),
                int(day),
                hour,
                int(found["minute"]),
                int(found["second"] or 0),
            )
        except ValueError:
            return None
        return _iso(moment.isoformat() + _zone(found["zone"] or ""))


def _iso(text: str) -> str | None:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _parts(text: str) -> re.Match[str] | None:
    return _TIME.fullmatch(text.strip())


def _zone(text: str) -> str:
    if not text:
        return ""
    offset = _OFFSET.search(text)
    return f"{offset[1]}{int(offset[2]):02}:{offset[3] or '00'}" if offset else "+00:00"
