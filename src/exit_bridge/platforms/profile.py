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
    a question or the name of a column, `text` the words of a question, after its visible number if it has one, and
    `start` how they begin where the tool cut them.
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
    `header_rows`: rows before the first response; with `parts`, at most so many.
    `metadata`: our name -> headings that may hold it, best first
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
    local_times: bool = False
    """May times be written as somebody's spreadsheet program shows them? All times of a file together tell which number
    is the day; where they do not, times are left out, not guessed."""
    null_not_shown: bool = False
    """Does the tool write an empty text for what was left blank, and no value for what was never shown?"""
    parts: tuple[str, ...] | None = None
    """For tools whose first header row names a question once, above the first of its columns and blank above the rest,
    and whose rows below name the parts, such as the rows of a matrix: what they write there for a question that has
    none (`response`), besides leaving it blank. A row below the first is then one of headings only where the tool's
    own columns are blank in it, because people delete such rows."""
    options_apart: bool = False
    """For such tools: can a question be a column for each of its options, named by it or by `row - option`, that
    holds the option where it was chosen and else nothing?"""
    numbering: str = ""
    """Pattern of the number that the tool itself puts before the words of a heading."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """What the tool writes for a character, in headings and cells -> the character."""
    blanks: tuple[str, ...] = ()
    """What it writes into a cell that nobody filled in."""

    @property
    def own(self) -> frozenset[str]:
        """Headings of the tool's own columns, which are no questions."""
        named = (heading for wanted in self.metadata.values() for heading in wanted)
        return frozenset((*self.drop, *self.before_id, *(kept.column for kept in self.filters), *named))

    def plain(self, text: str) -> str:
        """A heading or cell with the characters that the tool spells in its own way."""
        for written, meant in self.spelled.items():
            text = text.replace(written, meant)
        return text

    @property
    def detectable(self) -> bool:
        """Can the tool be told from the headings alone?"""
        return self.detect is not None or bool(self.styles)
