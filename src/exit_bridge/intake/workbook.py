"""Excel workbooks (.xlsx): each sheet that people see is a table. Read by python-calamine, into memory.

The file is measured before it is handed over: it could unpack to any size, and one cell far out in an empty sheet makes
the reader ask for memory for all the cells before it, which ends the whole process.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, ClassVar, NoReturn

from exit_bridge.errors import UnreadableExport
from exit_bridge.intake.encodings import CHUNK
from exit_bridge.intake.table import EXPORT_AGAIN, Progress, Table

MAX_UNPACKED = 1024 * 1024 * 1024
"""Bytes that a workbook may unpack to."""
MAX_CELLS = 25_000_000
"""Cells of all sheets, empty ones between others included: about 0.7 GB of memory."""

_CSV = "Save the sheet with the answers as CSV (UTF-8) and score that"
_LONGEST_TAG = 64 * 1024
_TAG = re.compile(rb"""<(?:\w+:)?(c|row)(?=[\s/>])(?:[^<]*?\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]+)["'])?""")
"""A row or a cell of a sheet's XML, with the place it says it has."""
_INSTEAD = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "xl/workbook.bin": "a binary Excel workbook (.xlsb)",
    "content.xml": "an OpenDocument file",
}


@dataclass(frozen=True)
class Sheet(Table):
    """One sheet of a workbook, from its first row that is not empty to its last."""

    rows: Any = field(kw_only=True, repr=False)
    broken: ClassVar[str] = "This row cannot be read"

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Every row under the number that the sheet shows; empty ones at the beginning and the end are left out."""
        waiting: list[tuple[int, list[str] | None]] = []
        started = False
        for number, cells in enumerate(self.rows.iter_rows(), 1):
            row = [_text(cell) for cell in cells]
            if any(row):
                yield from waiting if started else ()
                waiting, started = [], True
                yield number, row
            else:
                waiting.append((number, row))
        if self.progress:
            self.progress(self.size)

    @property
    def note(self) -> str:
        """Which sheet it is, where there are several."""
        return f"of its sheets {self.name!r} was read" if self.name else ""


def sheets(path: Path, size: int, progress: Progress | None) -> list[Table]:
    """The sheets of a workbook that are shown and hold something.

    Raises UnreadableExport: it is another kind of file, damaged, too big, empty, or python-calamine is missing.
    """
    _measure(path)
    try:
        import python_calamine
    except ImportError:
        raise UnreadableExport(
            "This is an Excel workbook, and reading it needs the package python-calamine, which is not installed",
            fix='In the repository of exit-bridge run `pip install ".[bulk]"`, or save it as CSV (UTF-8)',
        ) from None
    try:
        with path.open("rb") as file:
            book = python_calamine.load_workbook(file)
        shown = [
            about.name
            for about in book.sheets_metadata
            if about.visible == python_calamine.SheetVisibleEnum.Visible
            and about.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        found = [(name, rows) for name in shown if (rows := book.get_sheet_by_name(name)).height]
    except python_calamine.CalamineError:
        _damaged()
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        _damaged()
    if progress:
        progress(size)
    if not found:
        raise UnreadableExport("The workbook has no sheet that holds anything", fix=EXPORT_AGAIN)
    return [Sheet(path, size, progress, name=name if len(found) > 1 else "", rows=rows) for name, rows in found]


def _damaged() -> NoReturn:
    raise UnreadableExport("The Excel workbook is damaged, or no workbook at all", fix="Export the answers again")


def _measure(path: Path) -> None:
    """Refuse a zip archive that is no workbook, or that is too big once it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            for name, kind in _INSTEAD.items():
                if name in names:
                    raise UnreadableExport(f"This is {kind}", fix=_CSV)
            if "xl/workbook.xml" not in names:
                raise UnreadableExport("This is a zip archive, not a workbook", fix="Unpack it first")
            left, cells = MAX_UNPACKED, 0
            for part in parts:
                size, spanned = _unpacked(archive, part, left)
                left, cells = left - size, cells + spanned
                if cells > MAX_CELLS:
                    raise UnreadableExport(f"The sheets of the workbook span more than {MAX_CELLS:,} cells", fix=_CSV)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        _damaged()


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> tuple[int, int]:
    """How many bytes a part really unpacks to, whatever the archive says, and how many cells it spans as a sheet."""
    part.file_size = most + 2 * CHUNK  # what it says of itself would end the reading
    corner, unpacked = _Corner(), 0
    strings = part.filename == "xl/sharedStrings.xml"
    with archive.open(part) as file:
        for chunk in _chunks(file):
            unpacked += len(chunk)
            if unpacked > most:
                raise UnreadableExport(f"The workbook unpacks to more than {MAX_UNPACKED // 1024**2} MB", fix=_CSV)
            if not strings:
                corner.read(chunk)
    return unpacked, corner.cells


def _chunks(file: IO[bytes]) -> Iterable[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


class _Corner:
    """How far a sheet reaches, by the places that its rows and cells say they have."""

    def __init__(self) -> None:
        self._before = b""
        self._rows = self._columns = 0
        self._unplaced = {b"row": 0, b"c": 0}

    def read(self, chunk: bytes) -> None:
        """Look at the next piece of the sheet. A tag that may go on in the piece after it waits for that."""
        text = self._before + chunk
        cut = max(text.rfind(b"<"), 0)
        self._before = text[cut:]
        if len(self._before) > _LONGEST_TAG:
            if _TAG.match(self._before):
                _damaged()
            self._before = b""
        found = _TAG.findall(text[:cut])
        for tag, letters, row in set(found):
            self._rows = max(self._rows, int(row or 0))
            self._columns = max(self._columns, _number(letters))
            self._unplaced[tag] += 0 if row else found.count((tag, letters, row))

    @property
    def cells(self) -> int:
        """Of the rectangle that holds them all."""
        return (self._rows + self._unplaced[b"row"]) * (self._columns + self._unplaced[b"c"])


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str:
    """A cell as a CSV would hold it: 4.0 is 4, and dates are ISO."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return f"{cell:.0f}"
        case datetime():
            # Excel counts in days: whole seconds come out some microseconds off.
            return (cell + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
