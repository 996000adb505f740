"""An export file as a table: bytes in, records out, in flat memory, or one sentence on why it is no table.

Records are counted from 1, headings included, as a spreadsheet numbers its rows: a record is one row however many
lines its cells run over.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any, NoReturn

from exit_bridge.errors import AmbiguousExport, UnreadableExport

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
MAX_RECORD = 4 * 1024 * 1024
"""Longest record in characters. Only a quotation mark that is never closed makes a longer one."""

_CHUNK = 1024 * 1024
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

_SAVE = "Open it in a spreadsheet program and save the sheet with the answers as CSV (UTF-8)"
_EXPORT = "Export the answers from the survey tool as CSV"
_KINDS = (
    (re.compile(rb"PK\x03\x04"), "an Excel workbook or a zip archive, not a CSV file", f"{_SAVE}; unpack a zip first"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Excel workbook, not a CSV file", _SAVE),
    (re.compile(rb"\$FL[23]"), "an SPSS file, not a CSV file", _EXPORT),
    (re.compile(rb"PAR1"), "a Parquet file, not a CSV file", _EXPORT),
    (re.compile(rb"%PDF"), "a PDF, not a CSV file", _EXPORT),
    (re.compile(rb"\x1f\x8b"), "a compressed file", "Unpack it first"),
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "a web page or XML, not a CSV file", _EXPORT),
    (re.compile(rb"\s*(\{\s*[\"}]|\[\s*[\[\]{\"])"), "JSON, not a CSV file", _EXPORT),
)

Progress = Callable[[int], Any]
"""Called with a number of bytes that were just read."""


@dataclass(frozen=True, slots=True)
class Table:
    """A text file that holds a table. `size` in bytes."""

    path: Path
    size: int
    encoding: str
    delimiter: str
    progress: Progress | None = field(default=None, repr=False)

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Every record with its number; None stands for one whose quotation marks do not match.

        Raises UnreadableExport where the rest of the file cannot be told apart into records.
        """
        # The csv module has one limit for the whole process; the one that counts here is kept by _Lines.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD + 1))
        with _text(self.path, self.encoding, self.progress) as file:
            lines = _Lines(file)
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
                yield number, cells

    def head(self, rows: int) -> list[list[str]]:
        """The first records. Raises UnreadableExport when they hold no headings."""
        found = [cells for _, cells in islice(self.records(), rows)]
        head = [cells for cells in found if cells is not None]
        if len(head) < len(found):
            raise UnreadableExport("The quotation marks in the headings do not match", fix=_EXPORT)
        if len(head) < rows or not any(cell.strip() for cell in head[0]):
            raise UnreadableExport("The file does not begin with a line of headings", fix=_EXPORT)
        return head


def open_table(path: Path, progress: Progress | None = None) -> Table:
    """Find out how a file is written down: encoding and delimiter. It is read once from end to end.

    Raises UnreadableExport, which says what else the file is, and AmbiguousExport.
    """
    if path.exists() and not path.is_file():
        raise UnreadableExport("It cannot be read more than once, as exports are", fix="Name a file on disk")
    try:
        with path.open("rb") as file:
            start, size = file.read(4096), path.stat().st_size
            for mark, kind, fix in _KINDS:
                if mark.match(start.removeprefix(codecs.BOM_UTF8)):
                    raise UnreadableExport(f"This is {kind}", fix=fix)
            if not start.removeprefix(codecs.BOM_UTF8).strip():
                raise UnreadableExport("The file is empty", fix=_EXPORT)
        encoding = _encoding(path, start, progress)
        return Table(path, size, encoding, _delimiter(path, encoding), progress)
    except OSError as error:
        raise UnreadableExport(f"The file cannot be read: {error.strerror}", fix="Check the path") from None


class _Counted(io.FileIO):
    """A file that tells how far it has been read."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        super().__init__(path)
        self._progress = progress

    def readinto(self, buffer: Any, /) -> int:
        read = super().readinto(buffer)
        if self._progress:
            self._progress(read)
        return read


def _text(path: Path, encoding: str, progress: Progress | None) -> io.TextIOWrapper:
    raw = io.BufferedReader(_Counted(path, progress), _CHUNK)
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


class _Lines:
    """The lines of a file, with an end to how many may make up one record."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file, self._number, self._left = file, 0, 0
        self.ended = False

    def begin(self, number: int) -> None:
        self._number, self._left = number, MAX_RECORD

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
        return line


def _never_closed(number: int) -> NoReturn:
    raise UnreadableExport(
        f"A quotation mark in row {number} is never closed, so the rows after it cannot be told apart",
        fix="Export the file again, or mend that row",
    )


def _encoding(path: Path, start: bytes, progress: Progress | None) -> str:
    """UTF-8 if all of it is, else Windows-1252 if it can be; a byte order mark decides at once. Reads all of it."""
    marked = next((name for bom, name in _BOMS.items() if start.startswith(bom)), "")
    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
    unicode = windows = True
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if progress:
                progress(len(chunk))
            if b"\0" in chunk and marked != "utf-16":
                raise UnreadableExport("This is no text file: it holds NUL bytes", fix=_EXPORT)
            windows = windows and not _NOT_WINDOWS.search(chunk)
            unicode = unicode and _decodes(decoder, chunk)
        unicode = unicode and _decodes(decoder, b"", final=True)
    if unicode:
        return marked or "utf-8"
    if marked or not windows:
        raise UnreadableExport("The text is written in no encoding that is read here", fix="Save it as CSV in UTF-8")
    return "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """The one that splits the heading line into most columns."""
    columns = {}
    for delimiter in DELIMITERS:
        with _text(path, encoding, None) as file:
            lines = _Lines(file)
            lines.begin(1)
            try:
                columns[delimiter] = len(next(csv.reader(lines, delimiter=delimiter, strict=True), []))
            except csv.Error:
                columns[delimiter] = 0
    most = max(columns.values())
    best = [delimiter for delimiter, found in columns.items() if found == most]
    if most > 1 and len(best) > 1:
        names = " or ".join(DELIMITERS[delimiter] for delimiter in best)
        raise AmbiguousExport(f"The headings can be split at {names}", fix="Save the file with one delimiter")
    return best[0]
