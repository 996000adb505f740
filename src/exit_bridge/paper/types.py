"""A printed form as values: every word is there, nothing is laid out. Page and PDF are made from the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question. `boxes`: what may be ticked, in order; without any there are lines to write on.

    `across`: the boxes stand side by side. `apart`: from which box on they are no part of the scale.
    `after`: a label in bold, and what to do when that box is ticked.
    """

    id: str
    code: str
    text: str
    help: str
    boxes: tuple[str, ...]
    across: bool = False
    apart: int = 0
    after: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class PaperPart:
    """Questions under one heading."""

    id: str
    title: str
    intro: tuple[str, ...]
    questions: tuple[PaperQuestion, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One question to be counted: its points by the place of the box that is ticked."""

    code: str
    text: str
    points: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One ingredient: what to write down, and in which table to look it up."""

    name: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    count: str
    added: str
    look: str
    number: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Number and band; no band where it is provisional, and neither where so few answers cannot have so many points.

    `starts`: another band than that above it.
    """

    number: str
    words: str
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of a lookup table: one for each count of answers, one row for each sum of points."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """From answers and points to a number, for the ingredients it is right for."""

    title: str
    statuses_caption: str
    statuses_head: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]
    columns: tuple[Columns, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """Scoring by hand, step by step."""

    title: str
    intro: tuple[str, ...]
    points_title: str
    points_intro: tuple[str, ...]
    worksheets: tuple[Worksheet, ...]
    lookup_title: str
    lookups: tuple[Lookup, ...]
    side_title: str
    side_head: tuple[str, ...]
    side_names: tuple[str, ...]
    weakest_title: str
    weakest: tuple[str, ...]
    weakest_line: str
    limits_title: str
    limits: tuple[str, ...]
    meeting_title: str
    meeting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole form."""

    language: str
    title: str
    foot: str
    notices: tuple[str, ...]
    intro: tuple[str, ...]
    on_screen: str
    fields_title: str
    fields: tuple[str, ...]
    how_title: str
    how: tuple[str, ...]
    parts: tuple[PaperPart, ...]
    thanks: str
    hand: Hand | None
