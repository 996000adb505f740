"""How a tool's export files are read, as data: types that platforms fill in and import from `base`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows that are no response: where `column` does not hold one of `keep` they are filtered for `reason`.

    `column`: a heading, or our name of a column in `metadata`. Without `keep`, any text in it keeps the row.
    """

    column: str
    keep: tuple[str, ...] | None
    reason: Literal["partial", "test"]
    absent_ok: bool = True
    """An older export without the column is read as it is."""
    blank_keeps: bool = False


@dataclass(frozen=True, slots=True)
class HeadingStyle:
    """One of several ways in which a tool writes its headings, as people choose when they export.

    `detect`: patterns that must each fit a whole heading, lower-cased, for this style to be the one.
    `keys`: how a key is read from a heading: patterns, best first, that fit all of it. Their group `code` is the id of
    a question or the name of a column, `text` the words of a question, `start` how they begin where the tool cut them.
    `space`: what the tool writes for a space.
    """

    name: str
    detect: tuple[str, ...]
    keys: tuple[str, ...]
    space: str = " "


@dataclass(frozen=True, slots=True)
class ExportProfile:
    """How to read a tool's table export, as data. All headings are compared trimmed and lower-cased.

    `detect`: headings that must all be present (None: the platform is detected by one of its styles, or only named).
    `detect_items`: how many headings must be question ids of the bank besides, for tables with no heading of their own.
    `styles`: for tools that can write headings in several ways; the first one that fits reads all of a file's headings.
    `header_rows`: rows before the first response. `metadata`: our name -> headings that may hold it, best first
    (`response_id`, `submitted_at`, `revision`, `language`, `bank`, `variant`, `wave`, `respondent`).
    `drop`: headings that are never questions and must not be kept (addresses, network ids).
    `drop_like`: patterns that fit such headings, lower-cased.
    """

    detect: tuple[str, ...] | None
    detect_items: int = 0
    detect_also: tuple[tuple[str, ...], ...] = ()
    """The same headings as the tool writes them in other languages: any one of these sets will do for `detect`."""
    header_rows: int = 1
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: tuple[RowFilter, ...] = ()
    drop: tuple[str, ...] = ()
    drop_like: tuple[str, ...] = ()
    strip_leading: str = ""
    """Characters the tool puts before a cell to stop spreadsheets from reading it as a formula."""
    placeholders: tuple[str, ...] = ()
    """What stands in `metadata` columns where nobody set a value."""
    styles: tuple[HeadingStyle, ...] = ()
    before_id: tuple[str, ...] = ()
    """Headings of a column whose text goes before the response id, with a hyphen, where ids repeat between forms."""
    numbered_headings: bool = False
    """May a heading end in digits that the tool put there to tell it from another? Tried where nothing else fits."""
    rough_times: bool = False
    """May times be written as somebody's spreadsheet program shows them? What is not plain is left out, not guessed."""
    null_not_shown: bool = False
    """Does the tool write an empty text for what was left blank, and no value for what was never shown?"""

    @property
    def detectable(self) -> bool:
        """Can the tool be told from the headings alone?"""
        return self.detect is not None or bool(self.styles)
