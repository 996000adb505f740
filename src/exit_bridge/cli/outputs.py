"""The formats a table of results is written in. Each writer takes rows one by one; None is an empty cell."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

from exit_bridge.errors import ExitBridgeError, UsageError

Row = Mapping[str, Any]
Writer = Callable[[BinaryIO, Sequence[str], Iterable[Row]], None]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the start of a formula, full-width look-alikes included."""

_SHEET_ROWS = 1_048_575
"""Responses that fit under the headings of one XLSX sheet."""
_BATCH = 10_000


def csv_line(file: BinaryIO) -> Callable[[Iterable[Any]], Any]:
    """A function that writes one line of CSV: UTF-8, commas, floats by `repr`, nothing for None.

    A `'` goes before text that a spreadsheet would run as a formula.
    """
    # Told that lines end in CRLF, the module quotes cells that hold a CR alone; older ones would not otherwise.
    lines = SimpleNamespace(write=lambda line: file.write((line.removesuffix("\r\n") + "\n").encode()))
    table = csv.writer(lines, lineterminator="\r\n")
    return lambda cells: table.writerow(map(_safe, cells))


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(file: BinaryIO, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A line of headings, then one for each row."""
    line = csv_line(file)
    line(columns)
    for row in rows:
        line(row[column] for column in columns)


def write_json(file: BinaryIO, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """An array with one object a line."""
    mark = b"[\n"
    for row in rows:
        document = {column: row[column] for column in columns}
        file.write(mark + json.dumps(document, ensure_ascii=False, allow_nan=False).encode())
        mark = b",\n"
    file.write(b"\n]\n" if mark == b",\n" else b"[]\n")


def write_xlsx(file: BinaryIO, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """One sheet, headings in its first row; text is written as text, so nothing in it runs."""
    xlsxwriter = _needed("xlsxwriter", ".xlsx")
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("scores")
        sheet.write_row(0, 0, columns)
        for place, row in enumerate(rows, 1):
            if place > _SHEET_ROWS:
                raise UsageError(
                    f"An .xlsx sheet holds {_SHEET_ROWS} responses and no more", fix="Use --out FILE.csv or .parquet"
                )
            for column, name in enumerate(columns):
                value = row[name]
                if isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif value is not None:
                    sheet.write_number(place, column, value)


def write_parquet(file: BinaryIO, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Scores as Float64, counts and item values as Int64, everything else as String."""
    polars = _needed("polars", ".parquet")
    kinds = {"score": polars.Float64, "answered": polars.Int64, "asked": polars.Int64, "value": polars.Int64}
    schema = {column: kinds.get(column.rpartition("_")[2], polars.String) for column in columns}
    text = [column for column in columns if schema[column] == polars.String]
    parts = [polars.DataFrame(schema=schema)]
    plain = ({**row, **{c: None if row[c] is None else str(row[c]) for c in text}} for row in rows)
    while batch := list(islice(plain, _BATCH)):
        parts.append(polars.DataFrame(batch, schema=schema))
    polars.concat(parts).write_parquet(file)


WRITERS: dict[str, Writer] = {
    ".csv": write_csv,
    ".json": write_json,
    ".parquet": write_parquet,
    ".xlsx": write_xlsx,
}
"""By the ending of --out."""


def writer_for(path: Path | None) -> Writer:
    """How that file is written; CSV where there is none.

    Raises UsageError for an ending not listed, ExitBridgeError when a package that it needs is not installed.
    """
    if path is None:
        return write_csv
    ending = path.suffix.lower()
    if ending not in WRITERS:
        raise UsageError(f"--out cannot end in {ending or 'nothing'!r}", fix=f"Use one of {', '.join(WRITERS)}")
    for package, needs in (("xlsxwriter", ".xlsx"), ("polars", ".parquet")):
        if needs == ending:
            _needed(package, ending)
    return WRITERS[ending]


def _needed(package: str, ending: str) -> Any:
    try:
        return import_module(package)
    except ImportError:
        raise ExitBridgeError(
            f"Writing {ending} needs the package {package}, which is not installed",
            fix='In the repository of exit-bridge run `pip install ".[bulk]"`, or use --out FILE.csv',
        ) from None
