"""Reports as tables: every figure on a page as one row of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from exit_bridge.reports.phrases import phrases
from exit_bridge.reports.types import Bar, Chart, Report, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> bytes:
    """Every figure and cell shown: section, table, row, column, value. UTF-8 with a mark, for Excel."""
    head = phrases(report.language).several("figures.head")
    return csv_bytes([head, *_rows(report)])


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for label, text in report.facts.rows:
        yield report.kicker, "", label, "", text
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                for bar in block.bars:
                    yield from _bar(section.heading, block.title, bar)
                if block.table:
                    yield from _table(section.heading, block.table)
            elif isinstance(block, Table):
                yield from _table(section.heading, block)


def _bar(section: str, title: str, bar: Bar) -> Iterator[tuple[str, ...]]:
    yield section, title, bar.name, "", bar.standing
    if bar.detail:
        yield section, title, bar.name, "", bar.detail


def _table(section: str, table: Table) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        name = f"{row.code} {row.header}" if row.code else row.header
        for column, cell in zip(table.head[1:], row.cells, strict=True):
            yield section, table.caption, name, column, cell


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", "replace")
