"""The form as PDF: for paper and for readers by ear, with the same words as the page."""

from __future__ import annotations

import io
import re
from dataclasses import asdict

import pytest
from pypdf import PdfReader
from tests.paper.test_paper_form import ALONE, GROUP

from exit_bridge.bank import load_bank
from exit_bridge.paper import PaperForms
from exit_bridge.paper.pdf import as_pdf
from exit_bridge.paper.sheet import sheet

BANK = load_bank()
every_variant = pytest.mark.parametrize("variant", list(BANK.variants))


def joined(text: str) -> str:
    return re.sub(r"\s+", "", text)


def texts(value: object) -> list[str]:
    """Every text in a tree of values."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for part in parts for text in texts(part)]


@every_variant
def test_it_says_that_it_can_be_read_by_ear(variant: str) -> None:
    """PDF/UA-1's mark, title, language, tags."""
    made = sheet(BANK, variant, "en", GROUP)
    document = PdfReader(io.BytesIO(as_pdf(made)))
    root = document.trailer["/Root"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data().decode()
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (a PDF object)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert root["/Lang"] == "en"
    assert document.metadata
    assert document.metadata.title == f"What helps this work last? (exit-open@1, {variant})"
    assert {round(float(side)) for side in document.pages[0].mediabox[2:]} == {595, 842}


@every_variant
@pytest.mark.parametrize("about", [GROUP, ALONE])
def test_every_word_of_the_form_stands_in_it(variant: str, about) -> None:
    """But for the line about filling in the page on a screen."""
    made = sheet(BANK, variant, "en", about)
    document = PdfReader(io.BytesIO(as_pdf(made)))
    text = joined(" ".join(re.sub(r"\n?\S+, \S+\s*\d+ / \d+\s*$", " ", p.extract_text()) for p in document.pages))
    tree = asdict(made)
    ids = {name for part in made.parts for name in (part.id, *(question.id for question in part.questions))}
    wanted = [said for said in texts(tree) if said not in ids | {made.on_screen, made.language, made.foot}]
    assert [said for said in wanted if joined(said) not in text] == []


def test_no_question_is_split() -> None:
    """As many questions as "I don't know" boxes on every page."""
    document = PdfReader(io.BytesIO(as_pdf(sheet(BANK, "full", "en", GROUP))))
    for page in document.pages:
        text = joined(page.extract_text())
        if "Scoringsheet" in text:
            break
        assert len(re.findall(r"[RCLMA]\d\.[A-Z]", text)) == text.count(
            "Idon'tknow,orcan'ttellfrommyrole"
        ) + text.count("Idon’tknow,orcan’ttellfrommyrole")


@pytest.mark.parametrize("about", [GROUP, ALONE], ids=["group", "alone"])
@pytest.mark.parametrize("variant", [name for name, one in BANK.variants.items() if one.scored])
def test_the_scoring_sheet_stands_on_no_back_of_an_answer(variant: str, about) -> None:
    """Its first page is an odd one, so that people can keep it and hand in the rest."""
    document = PdfReader(io.BytesIO(as_pdf(sheet(BANK, variant, "en", about))))
    texts = [joined(page.extract_text()) for page in document.pages]
    (first,) = [number for number, text in enumerate(texts, 1) if "Scoringsheet" in text]
    assert first % 2 == 1


def test_the_same_bytes_every_time() -> None:
    """Without a clock in it."""
    first, second = (PaperForms(pdf=True).write_form(BANK, "quick", ["en"], GROUP) for _ in range(2))
    assert [file.path for file in first] == ["exit-open-1.quick.en.html", "exit-open-1.quick.en.pdf"]
    assert first == second
