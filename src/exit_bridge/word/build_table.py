"""A form as a table to build it from by hand, beside the Word file: what is to be copied, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.word.build_sheet import KINDS, SWITCH_OFF, groups

_HEAD = ("page", "make", "number", "copy_this", "help", "must_be_answered")
GRID_ROW = "grid row"


def build_table(asked: Questionnaire, *, blocks: bool = False) -> list[list[str]]:
    """One row for each thing to make, in the order of the Word file; options stand side by side after their question.

    `blocks`: as in `build_sheet`. The rows of one grid stand together and have the same options.
    """
    most = max(len(question.choices) for question in asked.questions)
    head = [*_HEAD, *(f"option_{place}" for place in range(1, most + 1)), "id"]
    rows = ([*row, *[""] * (len(head) - 1 - len(row)), key] for row, key in _rows(asked, blocks=blocks))
    return [head, *rows]


def _rows(asked: Questionnaire, *, blocks: bool) -> Iterator[tuple[list[str], str]]:
    """(cells, question id)."""
    for text in SWITCH_OFF:
        yield ["", "switch off", "", text], ""
    yield ["", "title", "", asked.title], ""
    for text in asked.intro:
        yield ["", "welcome text", "", text], ""
    for page, part in enumerate(asked.pages, 1):
        if part.title:
            yield [str(page), "page heading", "", part.title], ""
        for text in part.intro.split("\n") if part.intro else ():
            yield [str(page), "page text", "", text], ""
        for group in groups(part, blocks=blocks):
            for one in group:
                kind = GRID_ROW if blocks and len(group) > 1 else KINDS[one.kind]
                labels = [choice.label for choice in one.choices]
                yield [str(page), kind, one.code, one.shown, one.help, "yes" if one.required else "no", *labels], one.id
    yield ["", "closing text", "", asked.thanks], ""
    if any(question.required for question in asked.questions):
        yield ["", "closing text for whoever did not agree", "", asked.declined], ""
