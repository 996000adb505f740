"""How cells look, and what every sheet has in common: A4, protected but for what is filled in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

_FONT = {"font_name": "Arial", "font_size": 11, "valign": "vcenter"}
_LINE_HEIGHT = 15
_A4 = 9


@dataclass(frozen=True, slots=True)
class Styles:
    """Formats of one book."""

    cell: Any
    wrapped: Any
    title: Any
    heading: Any
    heading_line: Any
    strong: Any
    head: Any
    boxed: Any
    number: Any
    entry: Any
    free: Any

    @classmethod
    def of(cls, book: Any) -> Styles:
        """Dark on white or pale; a cell to fill in has a thick border and, where empty, words beside it."""

        def made(**more: Any) -> Any:
            return book.add_format({**_FONT, **more})

        box = {"border": 1, "border_color": "#595959"}
        return cls(
            cell=made(),
            wrapped=made(text_wrap=True, valign="top"),
            title=made(bold=True, font_size=16),
            heading=made(bold=True, font_size=13, text_wrap=True),
            heading_line=made(bold=True, font_size=13),
            strong=made(bold=True),
            head=made(bold=True, text_wrap=True, bg_color="#E7E6E6", **box),
            boxed=made(text_wrap=True, indent=1, **box),
            number=made(num_format="0", align="center", **box),
            entry=made(text_wrap=True, indent=1, locked=False, bg_color="#FFF8DC", border=2, border_color="#595959"),
            free=made(locked=False),
        )


def prepared(sheet: Any, *, foot: str, landscape: bool = False, repeat: int | None = None) -> None:
    """Print layout, and protection without a password: it only keeps formulas from being typed over."""
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&P / &N")
    sheet.hide_gridlines(2)
    sheet.set_row(0, 26)
    if repeat is not None:
        sheet.repeat_rows(repeat)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def height(words: str, width: float, size: int = 11) -> float:
    """Of a row whose text is wrapped in a column so wide: programs do not all fit rows to what formulas give."""
    letters = width * 11 / size * 1.1
    return _LINE_HEIGHT * size / 11 * max(1, sum(math.ceil(len(line) / letters) or 1 for line in words.split("\n"))) + 3
