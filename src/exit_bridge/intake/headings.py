"""What a heading says: which of a tool's styles a file is written in, and which question a heading then names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from exit_bridge.errors import AmbiguousExport
from exit_bridge.intake.mapping import Mapping as Codes
from exit_bridge.intake.mapping import Target
from exit_bridge.intake.mapping_file import fold
from exit_bridge.intake.text import LONGEST, as_words
from exit_bridge.platforms.base import ExportProfile, HeadingStyle

_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]\s*$")
_SEPARATORS = (" >> ", " - ", ": ")


def style_of(headings: Iterable[str], profile: ExportProfile) -> tuple[HeadingStyle, list[str]] | None:
    """The first style that these headings are written in, and the headings that showed it."""
    names = [fold(heading) for heading in headings]
    for style in profile.styles:
        shown = [next((name for name in names if re.fullmatch(wanted, name)), None) for wanted in style.detect]
        if None not in shown:
            return style, [name for name in shown if name is not None]
    return None


@dataclass(frozen=True)
class Column:
    """One column: its header cells, and what they may name."""

    cells: tuple[str, ...]
    style: HeadingStyle | None
    profile: ExportProfile

    @cached_property
    def names(self) -> set[str]:
        """Everything that this column may be called, folded."""
        whole = [" / ".join(dict.fromkeys(filter(None, self.cells))), *self.cells, *(text for text in self._spaced)]
        return {fold(name) for name in (*whole, *self._keys("code")) if name}

    def question(self, codes: Codes) -> tuple[Target | None, bool]:
        """The question of this column, and whether only the beginning of its text says so.

        Raises AmbiguousExport where that beginning is shared by several questions.
        """
        if self.style is None:
            return self._unstyled([text for cell in self.cells if (text := self._plain(cell))], codes), False
        for key in self._keys("code"):
            if found := codes.by_code(key):
                return found, False
        for text in self._keys("text"):
            if found := codes.by_words((text,)):
                return found, False
        for start in self._keys("start"):
            if found := _alone(codes.beginning(start), start):
                return found, True
        return None, False

    def option(self, codes: Codes) -> tuple[Target, str] | None:  # noqa: ARG002 (for those that override it)
        """The question and the option that this column alone is for."""
        return None

    def _unstyled(self, texts: Sequence[str], codes: Codes) -> Target | None:
        """By any of its header cells as a whole, else by the end of one, else without digits at its end.

        A whole cell and what it has in brackets must not name two questions.
        """
        inner = codes.by_words([held[1] for text in texts if (held := _IN_BRACKETS.search(text))])
        ends = (codes.by_words((part,)) for text in texts for part in _ends(text))
        if found := codes.question(texts) or inner or next(filter(None, ends), None):
            return found if inner in (None, found) else None
        return codes.question([text.rstrip("0123456789") for text in texts]) if self.profile.numbered_headings else None

    def _plain(self, cell: str) -> str:
        """A header cell without the tool's own number and spelling."""
        return re.sub(f"^(?:{self.profile.numbering})", "", self.profile.plain(cell))

    @property
    def _spaced(self) -> Iterator[str]:
        for cell in self.cells:
            yield cell.replace(self.style.space, " ") if self.style else cell

    def _keys(self, group: str) -> Iterator[str]:
        """What the style's patterns find under this name, best pattern first."""
        for pattern in self.style.keys if self.style else ():
            for text in self._spaced:
                found = re.fullmatch(pattern, text, re.DOTALL) if len(text) <= LONGEST else None
                if found and (key := found.groupdict().get(group)):
                    yield key


@dataclass(frozen=True)
class Part(Column):
    """A column under a question that may have several. `own`: does the question stand above this very column?"""

    own: bool

    @cached_property
    def names(self) -> set[str]:
        """The whole heading, and what stands above this very column."""
        heading = " / ".join(dict.fromkeys(filter(None, self.cells)))
        return {fold(name) for name in (heading, self.cells[0] if self.own else "") if name}

    def question(self, codes: Codes) -> tuple[Target | None, bool]:
        """By the words of the part, or of both; by the question above where it has no parts.

        Never by an id in the name of a part: parts are words, and somebody's own may be called `Team`. Nor by the
        question where there is a part that is no question: it may be an option, and this column one of many.
        """
        whole, *below = (self._plain(cell) for cell in self.cells)
        parts = [part for part in below if part and fold(part) not in (self.profile.parts or ())]
        if not parts:
            return self._unstyled([whole], codes) if self.own else None, False
        if self.option(codes):
            return None, False
        alone = codes.by_words(parts) if len(parts) == 1 else None
        return alone or codes.texts.get(as_words(" ".join((whole, *parts)))), False

    def option(self, codes: Codes) -> tuple[Target, str] | None:
        """The question and the option that this column alone is for, where the tool exports them so."""
        whole, *below = (self._plain(cell) for cell in self.cells)
        parts = [part for part in below if part]
        if not self.profile.options_apart or len(parts) != 1:
            return None
        (part,) = parts
        rows = ((part[: found.start()], part[found.end() :]) for found in re.finditer(" - ", part[:LONGEST]))
        for words, label in ((whole, part), *rows):
            target = codes.by_words([words])
            if target and target.kind in ("item", "context") and (code := codes.option(target.id, [label])):
                return target, code
        return None


def columns_of(head: Sequence[Sequence[str]], profile: ExportProfile, codes: Codes) -> list[Column]:
    """The columns, each with its header cells from top to bottom, read in the style of the file.

    A file that lacks what shows its style is read in the first one in which some column is an item.
    """
    width = max(map(len, head))
    cells = [tuple((row[place] if place < len(row) else "").strip() for row in head) for place in range(width)]
    if profile.parts is not None:
        return list(_parts(cells, profile))
    if found := style_of(head[0], profile):
        return [Column(own, found[0], profile) for own in cells]
    for style in profile.styles:
        columns = [Column(own, style, profile) for own in cells]
        if any(target and target.kind == "item" for target, _ in (column.question(codes) for column in columns)):
            return columns
    return [Column(own, None, profile) for own in cells]


def _parts(cells: Iterable[tuple[str, ...]], profile: ExportProfile) -> Iterator[Part]:
    """Under each column the question that stands above it or to the left of it, unless that is a column of the tool."""
    question = ""
    for first, *below in cells:
        if first:
            question = "" if fold(first) in profile.own else first
        yield Part((first or question, *below), None, profile, bool(first))


def _ends(text: str) -> Iterator[str]:
    """What may be the statement where a tool writes the question before it: `Question - statement` and the like."""
    for separator in _SEPARATORS:
        if separator in text:
            yield text.rpartition(separator)[2]


def _alone(targets: set[Target], start: str) -> Target | None:
    if len(targets) > 1:
        names = " or ".join(sorted(target.id for target in targets))
        raise AmbiguousExport(
            f'Headings are cut short: "{" ".join(start.split())}…" may be {names}',
            fix="Export again with codes, or with whole texts, as headings",
        )
    return next(iter(targets), None)
