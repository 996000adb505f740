"""What `forms` asks of everything it can write, for build sheets. They are no platform: their tool is any tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exit_bridge.bank import About, QuestionBank, questionnaire
from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.platforms.base import FormFile, file_stem
from exit_bridge.reports.table_text import csv_bytes
from exit_bridge.word import build_sheet
from exit_bridge.word.build_sheet import KINDS, SWITCH_OFF

_WORD = """\
1. Open THIS_FILE in Word, or in any program that reads Word files. It says step by step how to build the form.
2. Copy every text with the number in front of it, such as R3.: it is how answers find their question again.
3. Answers exported from the tool are scored with: exit-bridge score FILE; see docs/build-sheet.md.
"""
_CSV = (
    "1. Open THIS_FILE in a spreadsheet program. Each row is one thing to make; `id` is not to be copied.\n"
    + (_WORD.partition("\n")[2])
)


class SheetForms:
    """A Word file and a table for each language."""

    name = "sheet"
    title = "Build sheets for any other tool"
    docs = ""

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The same bytes every time. Raises BankError."""
        files = []
        for language in languages:
            asked, stem = questionnaire(bank, variant, language, about), file_stem(bank.ref, variant, language)
            for path, content, how in (
                (f"{stem}.docx", build_sheet(asked), _WORD),
                (f"{stem}.csv", _table(asked), _CSV),
            ):
                files.append(FormFile(path, content, how.replace("THIS_FILE", path)))
        return files

    def companions(self) -> list[FormFile]:
        """Nothing else is needed."""
        return []


_HEAD = ("page", "make", "number", "copy_this", "help", "must_be_answered")


def _table(asked: Questionnaire) -> bytes:
    """One row for each thing to make, in order; the options of a question stand side by side after it."""
    most = max(len(question.choices) for question in asked.questions)
    head = [*_HEAD, *(f"option_{place}" for place in range(1, most + 1)), "id"]
    return csv_bytes([head, *([*row, *[""] * (len(head) - 1 - len(row)), key] for row, key in _rows(asked))])


def _rows(asked: Questionnaire) -> Iterator[tuple[list[str], str]]:
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
        for one in part.questions:
            must = "yes" if one.required else "no"
            labels = [choice.label for choice in one.choices]
            yield [str(page), KINDS[one.kind], one.code, one.shown, one.help, must, *labels], one.id
    yield ["", "closing text", "", asked.thanks], ""
    if any(question.required for question in asked.questions):
        yield ["", "closing text for whoever did not agree", "", asked.declined], ""
