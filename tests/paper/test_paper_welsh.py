"""The printed form in Welsh: a draft that says so once, with nothing of ours left in English."""

from __future__ import annotations

import io
import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from pypdf import PdfReader
from tests.paper.printed import Printed
from tests.paper.test_paper_form import ALONE, BANK, GROUP
from tests.paper.test_paper_pdf import joined, texts

from exit_bridge.bank import About
from exit_bridge.paper.pdf import as_pdf
from exit_bridge.paper.render import as_html
from exit_bridge.paper.sheet import ROOM, sheet
from exit_bridge.reports.phrases import phrases

SAY = phrases("cy", ROOM)
GIVEN = (GROUP.innovation, GROUP.controller, GROUP.contact, GROUP.purpose, GROUP.worried_contact, GROUP.reply_by)
ENGLISH = re.compile(
    r"\b(the|and|this|that|your|you|with|not|answers?|questions?|for|are|was|who|what|forms?|boxe?s?|points?|bands)\b",
    re.IGNORECASE,
)
every_variant = pytest.mark.parametrize("variant", list(BANK.variants))
every_setting = pytest.mark.parametrize("about", [GROUP, ALONE, About(sample=True)], ids=["group", "alone", "sample"])


def printed(variant: str, about: About, language: str = "cy") -> str:
    """What a reader sees, but for what the organisers wrote."""
    text = " ".join(Printed(as_html(sheet(BANK, variant, language, about))).text.split())
    for given in GIVEN:
        text = text.replace(given, "")
    return re.sub(rf"{re.escape(BANK.ref)}, [\w-]+", "", text)


@every_variant
@every_setting
def test_no_english_of_ours_is_left(variant: str, about: About) -> None:
    """Neither in the questions nor around them, and the page says which language it is in."""
    text = printed(variant, about)
    assert [text[max(0, at.start() - 40) : at.end() + 40] for at in ENGLISH.finditer(text)] == []
    assert '<html lang="cy"' in as_html(sheet(BANK, variant, "cy", about))
    assert ENGLISH.search(printed(variant, about, "en"))


@every_variant
@every_setting
def test_the_draft_is_said_once(variant: str, about: About) -> None:
    """In a box at the top, after the one that says it is a sample; never twice, and never in English forms."""
    made = sheet(BANK, variant, "cy", about)
    assert len(made.notices) == 1 + about.sample
    assert made.notices[-1].startswith("DRAFFT - ")
    assert not any("DRAFFT" in said for said in made.intro)
    assert len(sheet(BANK, variant, "en", about).notices) == about.sample


def test_draft_phrases_are_said_to_be_one_around_reviewed_words() -> None:
    """Reviewed questions do not make the sentences around them reviewed."""
    words = {**BANK.wordings, "cy": replace(BANK.wordings["cy"], draft=False)}
    assert sheet(replace(BANK, wordings=words), "full", "cy", GROUP).notices == (SAY("form.draft"),)


@every_variant
@pytest.mark.parametrize("about", [GROUP, ALONE], ids=["group", "alone"])
def test_every_word_stands_in_the_pdf(variant: str, about: About) -> None:
    """The letters of Welsh have shapes, and the document names its language."""
    made = sheet(BANK, variant, "cy", about)
    document = PdfReader(io.BytesIO(as_pdf(made)))
    assert document.trailer["/Root"]["/Lang"] == "cy"
    text = joined(" ".join(re.sub(r"\n?\S+, \S+\s*\d+ / \d+\s*$", " ", p.extract_text()) for p in document.pages))
    ids = {name for part in made.parts for name in (part.id, *(question.id for question in part.questions))}
    ids |= {made.on_screen, made.language, made.foot}
    assert [said for said in texts(asdict(made)) if said not in ids and joined(said) not in text] == []


@pytest.mark.browser
@every_variant
@every_setting
def test_no_accessibility_fault_in_welsh(browser: Any, variant: str, about: About) -> None:
    """axe-core finds nothing, on the screen and as it is printed; nothing scrolls sideways on a narrow screen."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.set_content(as_html(sheet(BANK, variant, "cy", about)), wait_until="load")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    page.close()
