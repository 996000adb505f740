"""What `forms` asks of everything it can write, for paper. It is no platform: nothing is ever delivered from it."""

from __future__ import annotations

from collections.abc import Sequence

from exit_bridge.bank import About, QuestionBank
from exit_bridge.paper.pdf import as_pdf
from exit_bridge.paper.render import as_html
from exit_bridge.paper.sheet import sheet
from exit_bridge.platforms.base import FormFile, file_stem

_PRINT = """\
1. Open THIS_FILE in a browser and print it on A4, at its own size, without the browser's headers and footers.
2. Look through one printed copy. Print the pages of a scoring sheet apart, so that none is the back of an answer.
3. Forms that are filled in can be scored by hand, or typed into a table that is scored: see docs/paper.md.
"""
_PRINT_PDF = _PRINT.replace(" in a browser", "").replace(", without the browser's headers and footers", "")


class PaperForms:
    """One page of HTML for each language, and with `pdf` the same as PDF/UA-1 beside it."""

    name = "paper"
    title = "Paper"
    docs = ""

    def __init__(self, *, pdf: bool = False) -> None:
        self._pdf = pdf

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The same bytes every time. Raises ExitBridgeError where a PDF is asked for and typst is not installed."""
        files = []
        for language in languages:
            made, stem = sheet(bank, variant, language, about), file_stem(bank.ref, variant, language)
            files.append(FormFile(f"{stem}.html", as_html(made).encode(), _PRINT.replace("THIS_FILE", f"{stem}.html")))
            if self._pdf:
                files.append(FormFile(f"{stem}.pdf", as_pdf(made), _PRINT_PDF.replace("THIS_FILE", f"{stem}.pdf")))
        return files

    def companions(self) -> list[FormFile]:
        """Nothing else is needed."""
        return []
