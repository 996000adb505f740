"""What a form asked, as it comes back: of an export its columns, of a delivery its answers. For learning a binding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from exit_bridge.bank import QuestionBank
from exit_bridge.errors import AmbiguousExport
from exit_bridge.intake.binding import Asked
from exit_bridge.intake.columns import key_of
from exit_bridge.intake.detect import profile_of
from exit_bridge.intake.exports import head_of, naming, platform_of
from exit_bridge.intake.headings import columns_of
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.intake.mapping_file import MappingFile, fold
from exit_bridge.intake.tables import open_tables
from exit_bridge.platforms.base import LiveQuestion, RawResponse


def asked_in_file(path: Path, bank: QuestionBank, platform: str | None, given: MappingFile) -> list[Asked]:
    """Every column of an export that may be a question, with what stands in it.

    Raises UnreadableExport, AmbiguousExport where several sheets could be meant, UnknownPlatform and UsageError.
    """
    codes = mapping_for(bank)
    with naming(path):
        tables = [table for table in open_tables(path, None) if table.head(1)]
        if len(tables) > 1:
            raise AmbiguousExport("The workbook has several sheets", fix="Save the one with the answers on its own")
        (table,) = tables
        name, _ = platform_of(table, bank, platform, given)
        profile = profile_of(name)
        head = head_of(table, profile, given)
        found: dict[int, Asked] = {}
        for place, column in enumerate(columns_of(head, profile, codes)):
            heading = " / ".join(dict.fromkeys(filter(None, column.cells)))
            if not heading or column.names & profile.own:
                continue
            target, cut = column.question(codes)
            certain = [key_of(target)] if target and not cut else []
            found[place] = Asked((heading, *certain, *column.cells[-1:]))
        for _, cells in islice(table.records(), len(head), None):
            for place, one in found.items():
                if cells and place < len(cells):
                    one.met((cells[place].strip(),))
    return list(found.values())


def asked_in_responses(responses: Iterable[RawResponse]) -> list[Asked]:
    """Every question of these responses, those that are named alike as one."""
    found: dict[tuple[str, ...], Asked] = {}
    for response in responses:
        for answer in response.answers:
            found.setdefault(answer.keys, Asked(answer.keys)).met(answer.values)
        for keys in response.asked or ():
            found.setdefault(keys, Asked(keys))
    return list(_joined(found))


def asked_in_form(questions: Iterable[LiveQuestion]) -> list[Asked]:
    """Every question of a form as its tool has it now; how often an option was chosen is not known."""
    return [Asked(one.keys, dict.fromkeys(one.options, 0)) for one in questions if one.keys]


def _joined(found: Mapping[tuple[str, ...], Asked]) -> Iterable[Asked]:
    """Tools name a question by its id alone where they list what was asked, and by more beside an answer."""
    first: dict[str, Asked] = {}
    for keys, one in found.items():
        if not keys:
            continue
        known = first.setdefault(fold(keys[0]), one)
        if known is not one:
            known.keys = max(known.keys, keys, key=len)
            for values, times in one.options.items():
                known.options[values] = known.options.get(values, 0) + times
    return first.values()
