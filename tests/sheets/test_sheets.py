"""Build sheets: all of the form is on them, in order, as it is to be typed in."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import docx
import pytest

from exit_bridge import testing
from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.sheets import SheetForms
from exit_bridge.word import build_sheet

BANK = load_bank()

every_form = pytest.mark.parametrize(
    ("variant", "language"), [("full", "en"), ("quick", "cy"), ("young-person", "en")], ids=lambda v: v
)


def files(variant: str, language: str, about: About = testing.ABOUT) -> dict[str, bytes]:
    """By ending."""
    written = SheetForms().write_form(BANK, variant, [language], about)
    return {file.path.rpartition(".")[2]: file.content for file in written}


def word_tables(content: bytes) -> list[list[list[str]]]:
    return [[[c.text for c in r.cells] for r in table.rows] for table in docx.Document(io.BytesIO(content)).tables]


@every_form
def test_the_same_contract_as_of_a_platform(variant, language):
    """Every question once with all its options, everything that people must be told, steps, the same every time."""
    testing.check_form(SheetForms(), BANK, variant, language)


@every_form
def test_the_word_sheet(variant, language):
    """Questions stand in tables in the order of the form, with number, kind, must and options; pages are headings."""
    asked = questionnaire(BANK, variant, language, testing.ABOUT)
    content = files(variant, language)["docx"]
    tables = word_tables(content)
    assert {tuple(table[0]) for table in tables} == {
        ("Copy this", "Kind", "Must be answered", "Options, in this order")
    }
    rows = [(row[0].split("\n\n")[0], row[2], row[3]) for table in tables for row in table[1:]]
    assert rows == [
        (question.shown, "yes" if question.required else "no", "\n".join(choice.label for choice in question.choices))
        for question in asked.questions
    ]
    assert any(row[0].startswith("C2. ") for row in rows)
    document = docx.Document(io.BytesIO(content))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "How to use this sheet",
        "Switch off",
        "Title and welcome",
        *(f"Page {number} of {len(asked.pages)}" for number in range(1, len(asked.pages) + 1)),
        "Closing",
    ]
    whole = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "IP address" in whole
    assert asked.declined in whole


@every_form
def test_the_table(variant, language):
    """One row for each thing to make; every question with its options side by side and its id at the end."""
    asked = questionnaire(BANK, variant, language, testing.ABOUT)
    content = files(variant, language)["csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    options = [name for name in rows[0] if name.startswith("option_")]
    found = [
        (row["id"], row["copy_this"], row["help"], [row[name] for name in options if row[name]])
        for row in rows
        if row["id"]
    ]
    assert found == [(q.id, q.shown, q.help, [choice.label for choice in q.choices]) for q in asked.questions]
    made = [row["make"] for row in rows if not row["id"]]
    assert made[-2:] == ["closing text", "closing text for whoever did not agree"]
    assert made.count("page heading") == len(asked.pages)


def test_statements_with_the_same_options_make_one_grid():
    """With blocks each page has one grid of its agreement statements; every question stands once."""
    asked = questionnaire(BANK, "full", "en", About())
    tables = word_tables(build_sheet(asked, blocks=True))
    grids = {table[0][1]: [row[0][:3] for row in table[1:]] for table in tables if table[0][0] == "Statement"}
    (agree,) = grids
    first = next(table for table in tables if table[0][0] == "Statement")
    assert agree == "Strongly disagree"
    assert first[0][1:] == [choice.label for choice in asked.pages[2].questions[0].choices]
    assert [row[0][:3] for row in first[1:]] == ["R1.", "R2.", "R4.", "R5.", "R7."]
    shown = [row[0].split("\n\n")[0] for table in tables for row in table[1:]]
    assert sorted(shown) == sorted(question.shown for question in asked.questions)


def test_a_form_without_a_question_that_must_be_answered():
    """Says nothing about whoever did not agree, and sends nobody to another closing text."""
    asked = questionnaire(BANK, "full", "en", About())
    for pages, said in ((asked.pages, True), (asked.pages[1:], False)):
        document = docx.Document(io.BytesIO(build_sheet(replace(asked, pages=pages))))
        whole = "\n".join(paragraph.text for paragraph in document.paragraphs)
        assert [said] * 2 == ["For whoever did not agree" in whole, "Send whoever chooses" in whole]
