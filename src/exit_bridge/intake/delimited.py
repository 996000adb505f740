"""A table in a text file, its cells split by commas, semicolons or tabs: read record by record in flat memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import ClassVar, NoReturn

from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake.bare import MARK, BareCells, quotes_everything
from exit_bridge.intake.encodings import encoding_of, text_of
from exit_bridge.intake.table import MAX_RECORD, NULL, Progress, Table

_LOOKED_AT = 20
"""How many rows are looked at to tell whether a file is split right."""

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}


@dataclass(frozen=True)
class Delimited(Table):
    """A text file that holds a table. With `nulls`, cells without quotation marks are NULL."""

    encoding: str = field(kw_only=True)
    delimiter: str = field(kw_only=True)
    nulls: bool = field(default=False, kw_only=True)
    broken: ClassVar[str] = "The quotation marks in this row do not match"

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Every record with its number; None stands for one whose quotation marks do not match."""
        # The csv module has one limit for the whole process; the one that counts here is kept by _Lines.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD + 1))
        with text_of(self.path, self.encoding, self.progress) as file:
            lines = _Lines(file, BareCells(self.delimiter) if self.nulls else None)
            rows = csv.reader(lines, delimiter=self.delimiter, strict=True)
            for number in count(1):
                lines.begin(number)
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    if lines.ended:
                        _never_closed(number)
                    yield number, None
                    continue
                except UnicodeDecodeError:
                    raise UnreadableExport("The file changed while it was read", fix="Try again") from None
                yield number, [NULL if cell == MARK else cell for cell in cells] if self.nulls else cells

    def telling_null(self) -> Delimited:
        """Bare cells are NULL where the writer puts everything else in quotation marks, as the headings show."""
        with text_of(self.path, self.encoding, None) as file:
            return replace(self, nulls=quotes_everything(_Lines(file), self.delimiter))

    @property
    def note(self) -> str:
        """A word on an encoding that may have been taken wrongly."""
        if self.encoding != "cp1252":
            return ""
        return "it is not UTF-8 and was read as Windows-1252; if letters look wrong, save it as CSV in UTF-8"


def delimited(path: Path, size: int, start: bytes, progress: Progress | None) -> Delimited:
    """Find out encoding and delimiter. The file is read once from end to end.

    Raises UnreadableExport and AmbiguousExport.
    """
    encoding = encoding_of(path, start, progress)
    return Delimited(path, size, progress, encoding=encoding, delimiter=_delimiter(path, encoding))


class _Lines:
    """The lines of a file, with an end to how many may make up one record."""

    def __init__(self, file: io.TextIOWrapper, bare: BareCells | None = None) -> None:
        self._file, self._bare, self._number, self._left = file, bare, 1, MAX_RECORD
        self.ended = False

    def begin(self, number: int) -> None:
        self._number, self._left = number, MAX_RECORD
        if self._bare:
            self._bare.begin()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_RECORD)
        self._left -= len(line)
        if self._left <= 0:
            _never_closed(self._number)
        if not line:
            self.ended = True
            raise StopIteration
        return self._bare.marked(line) if self._bare else line


def _never_closed(number: int) -> NoReturn:
    raise UnreadableExport(
        f"A quotation mark in row {number} is never closed, so the rows after it cannot be told apart",
        fix="Export the file again, or mend that row",
    )


def _delimiter(path: Path, encoding: str) -> str:
    """The one that splits the heading line into most columns, unless the rows below are then of another width.

    A long text as a heading may hold more semicolons than there are columns.
    """
    columns, fits = {}, {}
    for delimiter in DELIMITERS:
        columns[delimiter], fits[delimiter] = _widths(path, encoding, delimiter)
    if any(fits.values()):
        columns = {delimiter: found for delimiter, found in columns.items() if fits[delimiter]}
    most = max(columns.values())
    best = [delimiter for delimiter, found in columns.items() if found == most]
    if most > 1 and len(best) > 1:
        names = " or ".join(DELIMITERS[delimiter] for delimiter in best)
        raise AmbiguousExport(f"The headings can be split at {names}", fix="Save the file with one delimiter")
    return best[0]


def _widths(path: Path, encoding: str, delimiter: str) -> tuple[int, bool]:
    """How many columns the heading line then has, and whether these are several and some row below has as many."""
    with text_of(path, encoding, None) as file:
        lines = _Lines(file)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            width = len(next(rows, []))
        except csv.Error:
            return 0, False
        for number in range(2, _LOOKED_AT + 2) if width > 1 else ():
            lines.begin(number)
            try:
                if len(next(rows, [])) == width:
                    return width, True
            except (csv.Error, UnreadableExport):  # wrongly split, or a broken row, which is told when it is read
                break
        return width, False
