"""What `forms` asks of everything it can write, for the workbook. It is no platform: nothing is delivered from it."""

from __future__ import annotations

from collections.abc import Sequence

from exit_bridge.bank import About, QuestionBank
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.platforms.base import FormFile, file_stem

_OPEN = """\
1. Open THIS_FILE in Excel, LibreOffice or Google Sheets and read the first sheet. It has no macros.
2. A group fills in its answers on the second sheet and reads the third. Nothing is sent anywhere.
3. To score an export of Microsoft Forms or Google Forms, paste it into the fourth sheet: see docs/workbook.md.
"""


class WorkbookForms:
    """One .xlsx for each scored variant and language."""

    name = "workbook"
    title = "Workbook"
    docs = ""

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The same bytes every time, with the same xlsxwriter and zlib. Raises UsageError for a variant without scores,
        ExitBridgeError where xlsxwriter is not installed.
        """
        if not bank.variants[variant].scored:
            scored = ", ".join(name for name, one in bank.variants.items() if one.scored) or "none of this bank"
            raise UsageError(
                f"No workbook is written for {variant!r}: it gives no scores, and scores are what a workbook works out",
                fix=f"Use --variant with one of: {scored}",
            )
        try:
            from exit_bridge.workbook.book import as_xlsx
        except ImportError:
            raise ExitBridgeError(
                "Writing the workbook needs the package xlsxwriter, which is not installed",
                fix='In the repository of exit-bridge run `pip install ".[workbook]"`',
            ) from None
        files = []
        for language in languages:
            path = f"{file_stem(bank.ref, variant, language)}.xlsx"
            content = as_xlsx(bank, variant, language, about)
            files.append(FormFile(path, content, _OPEN.replace("THIS_FILE", path)))
        return files

    def companions(self) -> list[FormFile]:
        """Nothing else is needed."""
        return []
