"""One Word document, written as the standard says (ECMA-376): headings, paragraphs, lists, tables.

No library does it, because these files are committed and compared: bytes that depend on the version of a library, on a
clock or on a compressor would be stale on the next machine. See docs/decisions/015.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

_NO_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 (zip has no zones; the document says no day of its own)

# XML 1.0 has no way to hold these; the rest of what is no text (lone surrogates) is replaced on encoding.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A4, _MARGIN = (11906, 16838), 1134
"""Twentieths of a point, as everything below that has no unit."""

_PARTS = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package-relations.xml",
    "docProps/core.xml": "core.xml",
    "word/_rels/document.xml.rels": "document-relations.xml",
    "word/numbering.xml": "numbering.xml",
    "word/styles.xml": "styles.xml",
}
"""Where they stand in a document, and here."""


class Word:
    """A document on A4 in one language, under one title. Words in another language name it with `lang`."""

    def __init__(self, title: str, language: str, *, landscape: bool = False, made: datetime = _NO_DAY) -> None:
        self._title, self._language, self._landscape, self._made = title, language, landscape, made
        self._body: list[str] = []

    def title(self) -> None:
        """The document's title as its first line."""
        self.paragraph(self._title, style="Title")

    def heading(self, text: str, level: int = 1, *, lang: str = "") -> None:
        """A heading of the first or the second level."""
        self.paragraph(text, style=f"Heading{level}", lang=lang)

    def paragraph(self, text: str, *, style: str = "", bold: bool = False, lang: str = "") -> None:
        """Text; a line break in it starts a new line, not a new paragraph."""
        self._body.append(_paragraph(text, style=style, bold=bold, lang=lang))

    def points(self, texts: Sequence[str], *, numbered: bool = False, lang: str = "") -> None:
        """A list. Numbers count on through the whole document, so use them for one list."""
        for text in texts:
            self.paragraph(text, style="ListNumber" if numbered else "ListBullet", lang=lang)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        about: str,
        *,
        lang: str = "",
        head_lang: str = "",
    ) -> None:
        """A table whose first row is marked as its headings and repeats on every page; no row is split between two.

        `widths`: shares of the page. `about`: what is read out before the table. Raises ValueError for rows that differ
        in length.
        """
        across = (_A4[1] if self._landscape else _A4[0]) - 2 * _MARGIN
        columns = [across * width // sum(widths) for width in widths]
        described = f"<w:tblCaption w:val={quoteattr(_clean(about))}/>"
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
        lines = [_row(head, columns, "<w:tblHeader/>", bold=True, lang=head_lang)]
        lines += [_row(row, columns, "", bold=False, lang=lang) for row in rows]
        look = (
            f'<w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            f'<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1"'
            f' w:noVBand="1"/>{described}'
        )
        table = f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
        # Without a paragraph between them Word takes two tables for one, and it wants one after the last.
        self._body.append(table + '<w:p><w:pPr><w:pStyle w:val="AfterTable"/></w:pPr></w:p>')

    def content(self) -> bytes:
        """The file: the same bytes for the same words."""
        filled = {"TITLE": self._title, "LANGUAGE": self._language, "MADE": f"{self._made:%Y-%m-%dT%H:%M:%SZ}"}
        parts = {name: _part(template, filled) for name, template in _PARTS.items()}
        parts["word/document.xml"] = self._document()
        file = io.BytesIO()
        # Stored, because compressors differ from one machine to the next.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, text in parts.items():
                entry = zipfile.ZipInfo(name, _NO_DAY.timetuple()[:6])
                entry.create_system = 3  # else the system that writes it would be told
                archive.writestr(entry, text.encode("utf-8", "replace"))
        return file.getvalue()

    def _document(self) -> str:
        width, height = reversed(_A4) if self._landscape else _A4
        turned = ' w:orient="landscape"' if self._landscape else ""
        margins = " ".join(f'w:{side}="{_MARGIN}"' for side in ("top", "right", "bottom", "left"))
        page = (
            f'<w:sectPr><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
            f'<w:pgMar {margins} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
        )
        body = "".join(self._body)
        return f'{_DECLARATION}<w:document xmlns:w="{_MAIN}"><w:body>{body}{page}</w:body></w:document>\n'


def _part(template: str, filled: Mapping[str, str]) -> str:
    text = (files("exit_bridge.word") / "parts" / template).read_text("utf-8")
    return re.sub("|".join(filled), lambda found: _text(filled[found[0]]), text)


def _text(words: str) -> str:
    return escape(_clean(words))


def _clean(words: str) -> str:
    return _UNWRITABLE.sub("", words)


def _paragraph(text: str, *, style: str = "", bold: bool = False, lang: str = "") -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    looks = ("<w:b/>" if bold else "") + (f"<w:lang w:val={quoteattr(lang)}/>" if lang else "")
    looks = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return f"<w:p>{about}<w:r>{looks}{''.join(_lines(text))}</w:r></w:p>"


def _lines(text: str) -> Iterator[str]:
    for place, line in enumerate(text.split("\n")):
        yield f'{"<w:br/>" if place else ""}<w:t xml:space="preserve">{_text(line)}</w:t>'


def _row(cells: Sequence[str], columns: Sequence[int], mark: str, *, bold: bool, lang: str) -> str:
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(cell, style='TableText', bold=bold, lang=lang)}</w:tc>"
        for cell, width in zip(cells, columns, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{inside}</w:tr>"
