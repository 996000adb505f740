"""What each column of one export is: decided once from its headings, then used for every row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NoReturn

from exit_bridge.bank import COMMENT_PREFIX, REPLY_TO, QuestionBank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake.mapping import Mapping as Codes
from exit_bridge.intake.mapping import Target, mapping_for
from exit_bridge.intake.mapping_file import IGNORE, METADATA, MappingFile, fold
from exit_bridge.intake.text import as_words
from exit_bridge.platforms.base import ExportProfile, RowFilter

_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]\s*$")
_SEPARATORS = (" >> ", " - ", ": ")
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Places count from 0.

    `headings` as people see them; several header rows are joined. `metadata`: our name -> place. `questions`:
    question id -> place. `filters`: row filters whose column is there. `left_out`: headings that are nothing of ours.
    `ignored`: headings that the mapping file takes out.
    """

    headings: tuple[str, ...]
    metadata: Mapping[str, int]
    questions: Mapping[str, int]
    filters: tuple[tuple[RowFilter, int], ...]
    left_out: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    @property
    def mapped(self) -> dict[str, str]:
        """Heading -> what it is, in the order of the file."""
        places = {place: name for name, place in (*self.metadata.items(), *self.questions.items())}
        return {self.headings[place]: places[place] for place in sorted(places)}


def lay_out(head: Sequence[Sequence[str]], profile: ExportProfile, bank: QuestionBank, given: MappingFile) -> Layout:
    """Read the header rows: the mapping file first, then the profile's own columns, then the bank's questions.

    Raises AmbiguousExport when two columns are the same question, UnreadableExport when no column is an item.
    """
    columns = [tuple(cell.strip() for cell in column) for column in zip_longest(*head, fillvalue="")]
    headings = tuple(
        " / ".join(dict.fromkeys(filter(None, cells))) or f"column {place}" for place, cells in enumerate(columns, 1)
    )
    names = [{fold(headings[place]), *map(fold, cells)} for place, cells in enumerate(columns)]
    found: dict[str, int] = {}
    ignored = []
    for place, heading in enumerate(headings):
        match given.columns.get(fold(heading)):
            case None:
                continue
            case target if target == IGNORE:
                ignored.append(place)
            case target:
                _take(found, target, place, headings)
    chosen = set(found)
    for name, wanted in profile.metadata.items():
        if name not in chosen:
            for place in _first_of(wanted, names, {*found.values(), *ignored}):
                _take(found, name, place, headings)
    apart = {*profile.drop, *(heading for wanted in profile.metadata.values() for heading in wanted)}
    apart |= {row_filter.column for row_filter in profile.filters}
    codes, left_out = mapping_for(bank), []
    for place in [place for place in range(len(columns)) if place not in {*found.values(), *ignored}]:
        if names[place] & apart:
            continue
        question = _question(columns[place], codes)
        if question is None or question in chosen:
            left_out.append(headings[place])
        else:
            _take(found, question, place, headings)
    layout = Layout(
        headings,
        {name: place for name, place in found.items() if name in METADATA},
        {name: place for name, place in found.items() if name not in METADATA and name != REPLY_TO},
        tuple(_filters(profile, names)),
        tuple(left_out),
        tuple(headings[place] for place in ignored),
    )
    if not any(question in bank.items for question in layout.questions):
        _no_items(layout, bank)
    return layout


def _first_of(wanted: Iterable[str], names: Sequence[set[str]], taken: set[int]) -> list[int]:
    """Every column under the best of several headings that is there at all."""
    for heading in wanted:
        if places := [place for place, own in enumerate(names) if heading in own and place not in taken]:
            return places
    return []


def _take(found: dict[str, int], name: str, place: int, headings: Sequence[str]) -> None:
    other = found.setdefault(name, place)
    if other != place:
        one, two = ((f"{shown(headings[p])} (column {p + 1})") for p in (other, place))
        raise AmbiguousExport(
            f"Two columns are {name!r}: {one} and {two}",
            fix='Rename one heading, or set one of them to "ignore" in a mapping file (--mapping)',
        )


def _question(cells: Iterable[str], codes: Codes) -> str | None:
    """The question of a column: by any of its header cells as a whole, else by the text at the end of one."""
    texts = [cell for cell in cells if cell]
    target = codes.question(texts) or next(
        (found for text in texts for part in _ends(text) if (found := codes.texts.get(as_words(part)))), None
    )
    return None if target is None else key_of(target)


def _ends(text: str) -> Iterator[str]:
    """What may be the statement where a tool writes the question before it: `Question [statement]` and the like."""
    if bracketed := _IN_BRACKETS.search(text):
        yield bracketed[1]
    for separator in _SEPARATORS:
        if separator in text:
            yield text.rpartition(separator)[2]


def key_of(target: Target) -> str:
    """The one key of a question: item id, context id, or `comment_<ingredient>`."""
    return f"{COMMENT_PREFIX}{target.id}" if target.kind == "comment" else target.id


def _filters(profile: ExportProfile, names: Sequence[set[str]]) -> Iterator[tuple[RowFilter, int]]:
    for row_filter in profile.filters:
        places = _first_of((row_filter.column,), names, set())
        if places:
            yield row_filter, places[0]
        elif not row_filter.absent_ok:
            raise UnreadableExport(
                f"The column {row_filter.column!r} is missing, so {row_filter.reason} rows cannot be told apart",
                fix="Export again with all columns",
            )


def _no_items(layout: Layout, bank: QuestionBank) -> NoReturn:
    known, every = len(layout.mapped), len(layout.headings)
    raise UnreadableExport(
        f"{known} of {every} columns are known, and none of them is an item of {bank.ref}",
        fix="Check --bank and --platform, or say in a mapping file (--mapping) which column is which item",
    )


def shown(heading: str) -> str:
    """A heading for messages: on one line, and not too long."""
    line = " ".join(heading.split())
    line = "".join(character for character in line if character.isprintable())
    return f'"{line[:60]}…"' if len(line) > 61 else f'"{line}"'


def listed(headings: Sequence[str]) -> str:
    """Headings for messages: the first of them, and how many more."""
    more = len(headings) - _LISTED
    return ", ".join(map(shown, headings[:_LISTED])) + (f" and {more} more" if more > 0 else "")
