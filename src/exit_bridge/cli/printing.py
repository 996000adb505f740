"""How lists are printed: as a table for people, or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click


def print_json(document: Any) -> None:
    """Indented, and readable whatever the language."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str | None]) -> None:
    """Columns as wide as they need to be, and under a row what there is to say about it. No rows: nothing at all."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row, note in zip((head, *rows), (None, *notes), strict=True):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if note:
            click.echo(f"    {note}")


def instant(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, for programs."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def minute(moment: datetime | None) -> str:
    """UTC to the minute, for people."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "-"
