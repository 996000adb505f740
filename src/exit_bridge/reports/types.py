"""The report as values: sections made of a few kinds of block, every word already chosen.

Text, page and mail are three ways of writing down the same tree, so they cannot disagree.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Audience = Literal["group", "respondent", "recipients"]
"""Who reads it: the group that answered, the one person who answered, or others that the form's notice named."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs. `small` marks what backs up the rest."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]
    small: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a list; `label` is what stands out at its start."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list. `boxes` are to be ticked by hand."""

    kind: ClassVar[str] = "points"
    points: tuple[Point, ...]
    heading: str = ""
    style: Literal["plain", "numbers", "boxes"] = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what goes with them."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One work behind a note, and what is to be said about it; `address` is empty unless it is a web address."""

    title: str
    remark: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to read as a whole: something that stands out, an action, a note.

    `lead` stands before the heading; `blanks` are labels with room to write by hand.
    """

    kind: ClassVar[str] = "card"
    heading: str = ""
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    points_heading: str = ""
    points: tuple[Point, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    blanks: tuple[str, ...] = ()
    sources_heading: str = ""
    sources: tuple[Source, ...] = ()
    small: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its header and the cells after it. `note` belongs to the last cell."""

    header: str
    cells: tuple[str, ...]
    code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading for every column. `quote` is a comment left under it: (label, text)."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    quote: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A named stretch of the axis; `start` and `width` in points of 100, `span` as people read it ("25–49")."""

    label: str
    span: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One ingredient on the axis; `number` is 0..100 or None when there is none to draw."""

    name: str
    question: str
    standing: str
    detail: str
    number: int | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one axis from 0 to 100 in fixed order, and the same figures as a table; no zones without a band.

    `title` and `remark` stand above the bars where there are several charts; their figures may share a table.
    """

    kind: ClassVar[str] = "chart"
    heading: str
    zones: tuple[Zone, ...]
    bars: tuple[Bar, ...]
    table: Table | None
    title: str = ""
    remark: str = ""


Block = Prose | Points | Facts | Card | Chart | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `id` is unique in the report."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo with what it is called; `kind` is png or jpeg."""

    kind: str
    content: bytes = field(repr=False)
    name: str

    @property
    def address(self) -> str:
        """The picture itself as an address (RFC 2397)."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Report:
    """One submission in plain words. `language` is that of the fixed phrases.

    `subject` is the mail's: one line without scores or names of people. `skip` and `contents` name the page's own
    links; short reports have no contents. `compact`: must fit one sheet of A4. `logo` is shown on pages
    and PDFs, never in mails, where pictures are often held back.
    """

    language: str
    subject: str
    kicker: str
    title: str
    notices: tuple[str, ...]
    intro: tuple[str, ...]
    facts: Facts
    sections: tuple[Section, ...]
    skip: str
    contents: str
    compact: bool = False
    logo: Picture | None = None
