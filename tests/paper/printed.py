"""A printed form as somebody finds it: read from the page alone, and scored by hand as the page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_STATUS = {"Scored": "scored", "Provisional": "provisional", "Not scored": "not_scored"}


@dataclass
class Asked:
    """One question with boxes."""

    id: str
    legend: str = ""
    boxes: list[str] = field(default_factory=list)


@dataclass
class Table:
    """One table: its heading row, then its rows."""

    kind: str
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)


class Printed(HTMLParser):
    """Questions, tables and visible words of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.questions: list[Asked] = []
        self.open: list[str] = []
        self.tables: list[Table] = []
        self.titles: list[str] = []
        self.looks: list[str] = []
        self.fields: list[str] = []
        self.words: list[str] = []
        self._stack: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        kind = given.get("class") or ""
        if tag in ("meta", "input"):
            return
        self._stack.append((tag, kind))
        if tag == "fieldset":
            self.questions.append(Asked(given["id"]))
        elif tag == "div" and kind == "question open":
            self.open.append(given["id"])
        elif tag == "table":
            self.tables.append(Table(kind))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in ("th", "td"):
            self.tables[-1].rows[-1].append("")
        elif tag == "label" and self._inside("fieldset"):
            self.questions[-1].boxes.append("")
        elif tag == "label" and self._inside("p", "field"):
            self.fields.append("")
        elif tag == "h4":
            self.titles.append("")
        elif kind == "blank long":
            self.looks.append("")

    def handle_endtag(self, tag):
        while self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._inside("head"):
            return
        self.words.append(data)
        if self._inside("legend"):
            self.questions[-1].legend += data
        elif self._inside("label") and self._inside("fieldset"):
            self.questions[-1].boxes[-1] += data
        elif self._inside("label") and self._inside("p", "field"):
            self.fields[-1] += data
        elif self._inside("caption"):
            self.tables[-1].caption += data
        elif self._inside("th") or self._inside("td"):
            self.tables[-1].rows[-1][-1] += data
        elif self._inside("h4"):
            self.titles[-1] += data
        elif self._inside("span", "blank long"):
            self.looks[-1] += data

    def _inside(self, tag: str, kind: str | None = None) -> bool:
        return any(name == tag and kind in (None, its) for name, its in self._stack)


@dataclass(frozen=True)
class Found:
    """What a person writes down for one ingredient."""

    status: str
    number: int | None
    band: str | None


def by_hand(page: Printed, ticked: Mapping[str, int]) -> dict[str, Found]:
    """Ingredient's name -> what the scoring sheet gives. `ticked`: visible code -> place of the box on the scale."""
    found = {}
    sheets = [table for table in page.tables if table.kind == "points"]
    for sheet, look in zip(sheets, page.looks, strict=False):
        points = []
        for first, *cells, last in sheet.rows[1:]:
            code = first.split(".")[0]
            assert last == ""
            if code in ticked:
                points.append(int(cells[ticked[code] - 1]))
        number = re.search(r"Table (\d+)", look)[1]
        found[sheet.caption] = look_up(page, number, len(points), sum(points))
    return found


def look_up(page: Printed, number: str, answered: int, points: int) -> Found:
    """One place of the table of that number."""
    (title,) = [title for title in page.titles if title.startswith(f"Table {number}, ")]
    place = page.titles.index(title)
    groups: list[list[Table]] = []
    for table in page.tables:
        if table.kind == "statuses":
            groups.append([])
        if table.kind in ("statuses", "numbers"):
            groups[-1].append(table)
    statuses, *numbers = groups[place]
    said = next(
        what
        for span, what in statuses.rows[1:]
        if answered in range(int(span.split(" to ")[0]), int(span.split(" to ")[-1]) + 1)
    )
    status = _STATUS[re.split(r": ", said)[0]]
    for table in numbers:
        heads = [int(re.search(r"A is (\d+)", head)[1]) for head in table.rows[0][1:]]
        if answered in heads:
            (row,) = [row for row in table.rows[1:] if row[0] == str(points)]
            digits, _, band = row[1 + heads.index(answered)].partition(" ")
            return Found(status, int(digits), band or None)
    return Found(status, None, None)
