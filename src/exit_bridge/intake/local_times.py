"""Times of submission as somebody's spreadsheet program shows them: `9/1/26 10:11`, `13/12/2025 12:02:32`.

Which number is the day is told by all times of a file together, or not at all: it is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_TIME = re.compile(
    r"(?P<date>(?P<a>\d{1,4})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4}))[,T\s]+"
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
    left_out: int = field(default=0, init=False)
    """How many of those that were seen do not tell which number is the day, as far as one alone can."""

    def see(self, text: str) -> None:
        """Take a time into account."""
        if not (found := _parts(text)) or _year_first(found):
            return
        a, b = int(found["a"]), int(found["b"])
        self._day_first |= a > _MONTHS >= b
        self._month_first |= b > _MONTHS >= a
        self.left_out += 1

    @property
    def told(self) -> bool:
        """Is it known which number is the day?"""
        return self._day_first != self._month_first

    def read(self, text: str) -> str | None:
        """The time as ISO 8601, without a zone where it has none; None where it cannot be told."""
        try:
            return datetime.fromisoformat(text).isoformat()
        except ValueError:
            pass
        found = _parts(text)
        if not found or not (_year_first(found) or self.told):
            return None
        a, b, c = found["a"], found["b"], found["c"]
        year, month, day = (a, b, c) if _year_first(found) else (c, b, a) if self._day_first else (c, a, b)
        hour = int(found["hour"])
        if half := found["half"]:
            hour = hour % 12 + (12 if half.lower() == "p" else 0)
        try:
            moment = datetime(  # noqa: DTZ001 (its zone follows as text, if there is one)
                int(year) + (2000 if len(year) <= 2 else 0),
                int(month),
                int(day),
                hour,
                int(found["minute"]),
                int(found["second"] or 0),
            )
        except ValueError:
            return None
        return moment.isoformat() + _zone(found["zone"] or "")


def _parts(text: str) -> re.Match[str] | None:
    return _TIME.fullmatch(text.strip())


def _year_first(found: re.Match[str]) -> bool:
    return len(found["a"]) > 2


def _zone(text: str) -> str:
    if not text:
        return ""
    offset = _OFFSET.search(text)
    return f"{offset[1]}{int(offset[2]):02}:{offset[3] or '00'}" if offset else "+00:00"
