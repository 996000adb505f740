"""What `forms` asks of everything it can write, for build sheets. They are no platform: their tool is any tool."""

from __future__ import annotations

from collections.abc import Sequence

from exit_bridge.bank import About, QuestionBank, questionnaire
from exit_bridge.platforms.base import FormFile, file_stem
from exit_bridge.reports.table_text import csv_bytes
from exit_bridge.word import build_sheet, build_table

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
                (f"{stem}.csv", csv_bytes(build_table(asked)), _CSV),
            ):
                files.append(FormFile(path, content, how.replace("THIS_FILE", path)))
        return files

    def companions(self) -> list[FormFile]:
        """Nothing else is needed."""
        return []
