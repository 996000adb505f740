"""The report as plain text: 80 columns, good to read aloud, and complete without the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from exit_bridge.reports.types import Block, Card, Chart, Facts, Point, Points, Prose, Report, Table, Zone

WIDTH = 80
_CELLS = 40
_SPACE = re.compile(r"[ \t\n\r\f\v]+")


def as_text(report: Report) -> str:
    """Plain text; lines end in a line feed."""
    lines = [report.kicker, *_underlined(report.title, "=")]
    for paragraph in (*report.notices, *report.intro):
        lines += ["", *_wrapped(paragraph)]
    if report.facts.rows:
        lines += ["", *_facts(report.facts)]
    bands: tuple[Zone, ...] = ()
    for section in report.sections:
        lines += ["", "", *_underlined(section.heading, "-")]
        for block in section.blocks:
            shown = block
            if isinstance(block, Chart):  # of several charts the first says the bands for all
                shown = replace(block, zones=()) if block.zones == bands else block
                bands = block.zones
            lines += ["", *_block(shown)]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> Iterable[str]:
    match block:
        case Table():
            return _table(block)
        case Card():
            return _card(block)
        case Points():
            heading = [*_wrapped(block.heading), ""] if block.heading else []
            return (*heading, *_points(block.points, block.style))
        case Prose():
            return _apart([_wrapped(paragraph) for paragraph in block.paragraphs])
        case Chart():
            return _chart(block)
        case Facts():
            return _facts(block)


def _points(points: tuple[Point, ...], style: str = "plain", indent: str = "") -> Iterator[str]:
    for number, point in enumerate(points, 1):
        mark = {"plain": "- ", "numbers": f"{number}. ", "boxes": "[ ] "}[style]
        yield from _wrapped(_labelled(point), mark, indent)


def _labelled(point: Point) -> str:
    return f"{point.label}: {point.text}" if point.label else point.text


def _facts(facts: Facts) -> Iterator[str]:
    for label, text in facts.rows:
        yield from _wrapped(f"{label}: {text}")


def _card(card: Card) -> Iterator[str]:
    parts: list[list[str]] = []
    head = " ".join(part for part in (card.lead, card.heading) if part)
    parts += [list(_wrapped(head, "* "))] if head else []
    for paragraph in card.paragraphs:
        parts.append(list(_wrapped(paragraph, "", "  ") if parts else _wrapped(paragraph, "* ")))
    if card.points:
        heading = [f"  {card.points_heading}:"] if card.points_heading else []
        parts.append([*heading, *_points(card.points, indent="  ")])
    if card.small:
        parts.append(list(_wrapped(card.small, "", "  ")))
    rows = [line for label, text in card.rows for line in _wrapped(f"{label}: {text}", "", "  ")]
    for source in card.sources:
        rows += _wrapped(f"{card.sources_heading}: {source.title} {source.remark}", "", "  ")
        rows += [f"  {source.address}"] if source.address else []
    rows += [f"  {label}: ".ljust(WIDTH - 20, "_") for label in card.blanks]
    parts += [rows] if rows else []
    yield from _apart(parts)


def _chart(chart: Chart) -> Iterator[str]:
    if chart.title:
        yield from (*_wrapped(f"{chart.title}. {chart.remark}"), "")
    if chart.zones:
        bands = "; ".join(f"{zone.span} {zone.label}" for zone in chart.zones)
        yield from (*_wrapped(f"{chart.heading}: {bands}"), "")
    for n, bar in enumerate(chart.bars):
        yield from ([""] if n else [])
        yield from _wrapped(f"{bar.name}. {bar.standing}.")
        if bar.number is not None:
            filled = round(bar.number * _CELLS / 100)
            yield f"  [{('+' if bar.provisional else '#') * filled}{'.' * (_CELLS - filled)}]"
        yield from _wrapped(bar.detail, "", "  ")


def _table(table: Table) -> list[str]:
    lines, labels = [*_wrapped(table.caption)], [f"{label}: " for label in table.head[1:]]
    for row in table.rows:
        lines += _wrapped(f"{row.code} {row.header}" if row.code else row.header, "", "  ")
        cells = "; ".join([label + cell for label, cell in zip(labels, row.cells, strict=True)])
        lines += _wrapped(f"{cells} {row.note}" if row.note else cells, "", "     ")
    if table.quote:
        label, text = table.quote
        lines += [f"  {label}:", *_wrapped(text, "> ", "  ", "> ")]
    return lines


def _underlined(text: str, mark: str) -> list[str]:
    lines = _wrapped(text)
    return [*lines, mark * max(map(len, lines))]


def _apart(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    for n, part in enumerate(parts):
        yield from ([""] if n else [])
        yield from part


@lru_cache(maxsize=4096)  # most lines of a report stand in every other one
def _wrapped(text: str, mark: str = "", indent: str = "", following: str | None = None) -> tuple[str, ...]:
    """As `textwrap.wrap` does it, which takes as long as all the rest of a report."""
    start = indent + mark
    left = text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text).strip(" ")
    if len(start) + len(left) <= WIDTH:
        return (start + left,) if left else ()
    margin = indent + (" " * len(mark) if following is None else following)
    lines = []
    while len(start) + len(left) > WIDTH:
        room = WIDTH - len(start)
        end = left.rfind(" ", 0, room + 1)
        after = left.find(" ", end + 1)
        word = (len(left) if after < 0 else after) - end - 1
        if word > room > end + 1:  # longer than a line: it is cut where the line ends
            lines.append(start + left[:room])
            left = left[room:]
        else:
            lines.append(start + left[:end])
            left = left[end + 1 :]
        start = margin
    return (*lines, start + left) if left else tuple(lines)
