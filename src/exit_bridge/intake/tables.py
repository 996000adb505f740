"""An export file opened as what it is, or one sentence on why it is no table."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from exit_bridge.errors import UnreadableExport
from exit_bridge.intake.delimited import delimited
from exit_bridge.intake.json_table import json_table
from exit_bridge.intake.table import EXPORT_AGAIN, Progress, Table
from exit_bridge.intake.workbook import sheets

_SAVE = "Open it in a spreadsheet program and save the sheet with the answers as .xlsx or as CSV (UTF-8)"
_KINDS = (
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Excel workbook, or one with a password", _SAVE),
    (re.compile(rb"\$FL[23]"), "an SPSS file, not a CSV file", EXPORT_AGAIN),
    (re.compile(rb"PAR1"), "a Parquet file, not a CSV file", EXPORT_AGAIN),
    (re.compile(rb"%PDF"), "a PDF, not a CSV file", EXPORT_AGAIN),
    (re.compile(rb"\x1f\x8b"), "a compressed file", "Unpack it first"),
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "a web page or XML, not a CSV file", EXPORT_AGAIN),
)
_ZIP = re.compile(rb"PK\x03\x04")
_JSON = re.compile(rb"\s*(\{\s*[\"}]|\[\s*[\[\]{\"])")
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def open_tables(path: Path, progress: Progress | None = None) -> list[Table]:
    """Every table a file may hold: one, or the sheets of a workbook. Text is read once from end to end.

    Raises UnreadableExport, which says what else the file is, and AmbiguousExport.
    """
    if path.exists() and not path.is_file():
        raise UnreadableExport("It cannot be read more than once, as exports are", fix="Name a file on disk")
    try:
        with path.open("rb") as file:
            start, size = file.read(4096), path.stat().st_size
        plain = _plain(start)
        for mark, kind, fix in _KINDS:
            if mark.match(plain):
                raise UnreadableExport(f"This is {kind}", fix=fix)
        if not plain.strip():
            raise UnreadableExport("The file is empty", fix=EXPORT_AGAIN)
        if _ZIP.match(start):
            return sheets(path, size, progress)
        if _JSON.match(plain):
            return [json_table(path, size, start, progress)]
        return [delimited(path, size, start, progress)]
    except OSError as error:
        raise UnreadableExport(f"The file cannot be read: {error.strerror}", fix="Check the path") from None


def _plain(start: bytes) -> bytes:
    """How a file begins, as single bytes and without a byte order mark."""
    encoding = next((name for mark, name in _UTF_16.items() if start.startswith(mark)), "")
    if encoding:
        return start[2:].decode(encoding, "ignore").encode("utf-8", "ignore")
    return start.removeprefix(codecs.BOM_UTF8)
