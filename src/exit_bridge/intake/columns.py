"""What each column of one export is: decided once from its headings, then used for every row."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from exit_bridge.bank import COMMENT_PREFIX, REPLY_TO, QuestionBank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake.headings import columns_of
from exit_bridge.intake.mapping import Mapping as Codes
from exit_bridge.intake.mapping import Target, mapping_for
from exit_bridge.intake.mapping_file import IGNORE, METADATA, MappingFile, fold
from exit_bridge.platforms.base import ExportProfile, RowFilter

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Places count from 0.

    `headings` as people see them; several header rows are joined. `metadata`: our name -> place. `questions`:
    question id -> place. `filters`: row filters whose column is there. `left_out`: headings that are nothing of ours.
    `ignored`: headings that the mapping file takes out. `cut`: headings that are only the beginning of a question.
    `before_id`: the place of what goes before a response id. `header_rows`: how many rows the headings take up.
    `options`: for questions that have a column for each option, those places -> option code; their place in `questions`
    is the first of them.
    """

    headings: tuple[str, ...]
    metadata: Mapping[str, int]
    questions: Mapping[str, int]
    filters: tuple[tuple[RowFilter, int], ...]
    left_out: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    before_id: int | None = None
    header_rows: int = 1
    options: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @property
    def mapped(self) -> dict[str, str]:
        """Heading -> what it is, in the order of the file, without those of single options."""
        whole = {name: place for name, place in self.questions.items() if name not in self.options}
        places = {place: name for name, place in (*self.metadata.items(), *whole.items())}
        return {self.headings[place]: places[place] for place in sorted(places)}


def lay_out(head: Sequence[Sequence[str]], profile: ExportProfile, bank: QuestionBank, given: MappingFile) -> Layout:
    """Read the header rows: the mapping file first, then the profile's own columns, then the bank's questions.

    Raises AmbiguousExport when two columns are the same question, UnreadableExport when no column is an item.
    """
    codes = mapping_for(bank)
    columns = columns_of(head, profile, codes)
    headings = tuple(
        " / ".join(dict.fromkeys(filter(None, column.cells))) or f"column {place}"
        for place, column in enumerate(columns, 1)
    )
    names = [{fold(heading), *column.names} for heading, column in zip(headings, columns, strict=True)]
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
    left_out, cut = [], []
    for place in [place for place in range(len(columns)) if place not in {*found.values(), *ignored}]:
        if names[place] & profile.own or _fits(names[place], profile.drop_like):
            continue
        question, by_start = columns[place].question(codes)
        if question is None or key_of(question) in chosen:
            left_out.append(place)
            continue
        _take(found, key_of(question), place, headings)
        if by_start:
            cut.append(headings[place])
    options = _options({place: columns[place].option(codes) for place in left_out}, codes, found, chosen, headings)
    layout = Layout(
        headings,
        {name: place for name, place in found.items() if name in METADATA},
        {name: place for name, place in found.items() if name not in METADATA and name != REPLY_TO},
        tuple(_filters(profile, names, found)),
        tuple(headings[place] for place in left_out if not any(place in places for places in options.values())),
        tuple(headings[place] for place in ignored),
        tuple(cut),
        next(iter(_first_of(profile.before_id, names, {*found.values(), *ignored})), None),
        len(head),
        options,
    )
    if not any(question in bank.items for question in layout.questions):
        _no_items(layout, bank)
    return layout


def _options(
    named: Mapping[int, tuple[Target, str] | None],
    codes: Codes,
    found: dict[str, int],
    chosen: Container[str],
    headings: Sequence[str],
) -> dict[str, dict[int, str]]:
    """Questions that have one column for each of their options, as `Layout.options`; the first of them goes to `found`.

    `named`: place -> what it is for. What the mapping file took whole is not looked for in single options.
    """
    apart: dict[str, dict[int, str]] = {}
    for place, both in named.items():
        if both and both[0].id not in chosen:
            apart.setdefault(both[0].id, {})[place] = both[1]
    for name, places in list(apart.items()):
        if name in found:  # as a whole besides; or one of its options was reworded, and looked like all of it
            _take(found, name, min(places), headings)
        if sorted(places.values()) == sorted(set(codes.options[name].values())):
            found[name] = min(places)
        else:  # where some are missing a blank in all the others would not mean that nothing was chosen
            del apart[name]
    return apart


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


def key_of(target: Target) -> str:
    """The one key of a question: item id, context id, or `comment_<ingredient>`."""
    return f"{COMMENT_PREFIX}{target.id}" if target.kind == "comment" else target.id


def _fits(names: set[str], patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, name, re.DOTALL) for pattern in patterns for name in names)


def _filters(
    profile: ExportProfile, names: Sequence[set[str]], found: Mapping[str, int]
) -> Iterator[tuple[RowFilter, int]]:
    for row_filter in profile.filters:
        named = [found[row_filter.column]] if row_filter.column in found else []
        if places := named or _first_of((row_filter.column,), names, set()):
            yield row_filter, places[0]
        elif not row_filter.absent_ok:
            raise UnreadableExport(
                f"The column {row_filter.column!r} is missing, so {row_filter.reason} rows cannot be told apart",
                fix="Export again with all columns, or name it in a mapping file (--mapping)",
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
