"""Formulas as text. Only functions that Excel 2016, LibreOffice 7.4 and Google Sheets all have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from exit_bridge.workbook.plan import ENDS, PLAIN

NEVER = 1_000_000
"""More than any number that is compared with it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A block of cells on a sheet; rows and columns are counted from its corner, and from 0."""

    sheet: str
    top: int
    left: int
    height: int
    width: int

    def cell(self, row: int = 0, column: int = 0) -> str:
        """One of its cells."""
        return self._named(xl_rowcol_to_cell(self.top + row, self.left + column, row_abs=True, col_abs=True))

    def row(self, row: int, start: int = 0, stop: int | None = None) -> str:
        """Cells side by side."""
        place, last = self.top + row, self.left + (self.width if stop is None else stop) - 1
        return self._named(xl_range_abs(place, self.left + start, place, last))

    def column(self, column: int = 0) -> str:
        """Cells below each other."""
        return self._named(xl_range_abs(self.top, self.left + column, self.top + self.height - 1, self.left + column))

    @property
    def all(self) -> str:
        """The whole block."""
        return self._named(xl_range_abs(self.top, self.left, self.top + self.height - 1, self.left + self.width - 1))

    def _named(self, cells: str) -> str:
        return f"{on(self.sheet)}{cells}"


def on(sheet: str) -> str:
    """A sheet's name as it stands before a cell."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!"


def text(words: str) -> str:
    """Short words inside a formula; what is longer, or said to people, stands in a cell."""
    doubled = words.replace('"', '""')
    return f'"{doubled}"'


def plain(cell: str) -> str:
    """What `plan.plain` makes of text, of a cell."""
    made = f'SUBSTITUTE({cell},CHAR(10)," ")'
    for mark, ours in PLAIN.items():
        made = f"SUBSTITUTE({made},{text(mark)},{text(ours)})"
    return f"LOWER(TRIM(CLEAN({made})))"


def heading(cell: str) -> str:
    """What `plan.heading` makes of text that is plain already."""
    return f'IF({cell}="","",IF(ISNUMBER(FIND(RIGHT({cell},1),{text(ENDS)})),TRIM(LEFT({cell},LEN({cell})-1)),{cell}))'


def read(cell: str, words: str, places: str) -> str:
    """How a cell is read: the place of the words that it holds, 0 where it holds none of them.

    The stroke keeps an empty cell comparable. EXACT takes no stars and question marks for wildcards, as MATCH would.
    """
    return f'IFERROR(SUMPRODUCT(MAX(EXACT({plain(cell)}&"|",{words})*{places})),0)'


def place_of(value: str, words: str, places: str) -> str:
    """The place of the words that a value equals; 0 for none."""
    return f"SUMPRODUCT(MAX(EXACT({value},{words})*{places}))"


def listed(names: Iterable[tuple[str, str]], comma: str) -> str:
    """`A, B` of those (condition, cell with a name) whose condition holds."""
    parts = "&".join(f'IF({condition},{text(comma)}&{name},"")' for condition, name in names)
    return f"MID({parts},{len(comma) + 1},9999)"


def filled(template: str, **values: str) -> str:
    """A phrase in a cell, with its gaps filled from cells."""
    for name, value in values.items():
        template = f'SUBSTITUTE({template},"{{{name}}}",{value})'
    return template
