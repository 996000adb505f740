"""Reports in Welsh: the wording is a draft and says so, and nothing of ours is left in English."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.reports.report_cases import (
    ABOUT,
    BANK,
    COMMENT,
    MADE_ON,
    NEVER_MAILED,
    PROMISE,
    STATEMENT,
    report,
    states,
    submission,
    written,
)

from exit_bridge import reports
from exit_bridge.reports.phrases import phrases
from exit_bridge.scoring import score

STATES = states(language="cy")
SAY = phrases("cy")
SOURCES = [text for source in BANK.sources.values() for text in (source.title, source.link) if text]
GIVEN = (
    ABOUT.innovation, *ABOUT.organisations, ABOUT.controller, ABOUT.worried_contact, ABOUT.reply_by, COMMENT,
    *STATEMENT.splitlines(), *PROMISE.what.splitlines(), PROMISE.who, PROMISE.by_when,
    "Young people’s group", "Public Administration", *SOURCES,
)  # fmt: skip
"""What the organisers and the groups wrote, and titles of publications: in the language they were given in."""
ENGLISH = re.compile(
    r"\b(the|and|this|that|your|you|with|not|answers?|questions?|for|are|was|who|what|reports?|groups?|don[’']t)\b",
    re.IGNORECASE,
)
each_state = pytest.mark.parametrize("state", STATES)


@each_state
def test_no_english_of_ours_is_left(state: str) -> None:
    """In none of the three ways of writing; facts, comments and titles of publications stay as they were given."""
    for way, text in written(STATES[state]).items():
        for given in GIVEN:
            text = text.replace(" ".join(given.split()), "")
        assert [text[max(0, at.start() - 40) : at.end() + 40] for at in ENGLISH.finditer(text)] == [], way


def test_the_search_for_english_finds_it() -> None:
    """Every English report has some, so the check above can fail."""
    assert all(ENGLISH.search(text) for made in states().values() for text in written(made).values())


@each_state
def test_the_language_is_named_and_the_draft_too(state: str) -> None:
    """Programs that read aloud learn the language; people learn that nobody has reviewed it."""
    made = STATES[state]
    assert made.language == "cy"
    for html in (reports.as_html(made), reports.as_mail_html(made)):
        assert re.findall(r'<html lang="(\w+)"', html) == ["cy"]
        assert 'lang="en"' not in html
    assert all(SAY("page.draft") in text for text in written(made).values())


def test_an_english_report_is_no_draft() -> None:
    """Nothing is marked that need not be."""
    draft = phrases("en")("page.draft")
    assert not any(draft in text for made in states().values() for text in written(made).values())


def test_draft_phrases_are_said_to_be_one_under_reviewed_words() -> None:
    """Reviewed questions do not make the sentences around them reviewed."""
    words = {**BANK.wordings, "cy": replace(BANK.wordings["cy"], draft=False)}
    sent, reviewed = submission(), replace(BANK, wordings=words)
    made = reports.build(
        reviewed, sent, score(sent, reviewed, ABOUT), ABOUT, audience="group", language="cy", made_on=MADE_ON
    )
    assert made.notices == (SAY("page.draft"),)


def test_a_report_is_in_one_language() -> None:
    """Where the questions are in English only, so is all else; a region finds its language."""
    english = replace(BANK, wordings={"en": BANK.wordings["en"]})
    made = reports.build(
        english, submission(language="cy"), score(submission(), BANK, ABOUT), ABOUT, audience="group", made_on=MADE_ON
    )  # fmt: skip
    assert (made.language, made.notices) == ("en", ())
    assert "Senior managers make sure" in reports.as_text(made)
    assert "Mae uwch-reolwyr yn sicrhau" in reports.as_text(report(language="cy-GB"))


def test_the_pdf_is_in_welsh_too() -> None:
    """The letters of Welsh have shapes, and the document names its language."""
    pytest.importorskip("typst")
    made = report(language="cy")
    assert reports.pdf.tree(made).count(SAY("pdf.missing")) == 0
    assert b"/Lang(cy)" in reports.as_pdf(made, MADE_ON)


def test_a_draft_is_used_only_where_it_is_asked_for() -> None:
    """The language that a survey tool names for one respondent does not bring it out."""
    made = report(submission(language="cy"))
    assert (made.language, made.notices) == ("en", ())
    assert "Senior managers make sure" in reports.as_text(made)


@pytest.mark.browser
@pytest.mark.parametrize("way", ["page", "mail"])
@each_state
def test_no_accessibility_fault_in_welsh(browser: Any, state: str, way: str) -> None:
    """axe-core finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    if way == "mail" and state in NEVER_MAILED:
        pytest.skip("a file and no mail")
    page = browser.new_page()
    page.set_content({"page": reports.as_html, "mail": reports.as_mail_html}[way](STATES[state]), wait_until="load")
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    assert page.evaluate("document.documentElement.lang") == "cy"
    page.close()
