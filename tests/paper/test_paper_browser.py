"""The page in a real browser, on the screen and printed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from tests.paper.test_paper_form import ALONE, GROUP

from exit_bridge.bank import About, load_bank
from exit_bridge.paper.render import as_html
from exit_bridge.paper.sheet import sheet

pytestmark = pytest.mark.browser

BANK = load_bank()
every_variant = pytest.mark.parametrize("variant", list(BANK.variants))
every_setting = pytest.mark.parametrize("about", [GROUP, ALONE, About(sample=True)], ids=["group", "alone", "sample"])


def opened(browser: Any, variant: str, about: About, width: int = 1280) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(as_html(sheet(BANK, variant, "en", about)), wait_until="load")
    return page, asked


@every_variant
@every_setting
def test_no_accessibility_fault_and_no_request(browser: Any, variant: str, about: About) -> None:
    """axe-core finds nothing, on the screen and as it is printed, and the browser fetches nothing."""
    from axe_playwright_python.sync_playwright import Axe

    page, asked = opened(browser, variant, about)
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    assert asked == []
    page.close()


@every_variant
def test_it_reflows_at_320_pixels(browser: Any, variant: str) -> None:
    """Nothing scrolls sideways."""
    page, _ = opened(browser, variant, GROUP, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


@every_variant
@every_setting
def test_no_question_is_split_over_pages(browser: Any, variant: str, about: About) -> None:
    """Every printed page has as many questions as it has last boxes of a question."""
    page, _ = opened(browser, variant, about)
    document = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    last = re.sub(r"\s+", "", [*BANK.wordings["en"].option_labels(BANK.items["cop02"], variant).values()][-1])
    seen = 0
    for sheet_of_paper in document.pages:
        assert {round(float(side)) for side in sheet_of_paper.mediabox[2:]} == {595, 842}
        text = re.sub(r"\s+", "", sheet_of_paper.extract_text())
        if "Scoringsheet" in text:
            break
        codes = len(re.findall(r"[RCLMA]\d\.[A-Z]", text))
        assert codes == text.count(last)
        seen += codes
    assert seen == len(BANK.variants[variant].items)


def test_boxes_are_big_enough_for_a_pen_and_black_on_white(browser: Any) -> None:
    """Five millimetres or more, and no colour anywhere."""
    page, _ = opened(browser, "full", GROUP)
    page.emulate_media(media="print")
    sides = page.evaluate(
        "[...document.querySelectorAll('input[type=radio]')].map(b => b.getBoundingClientRect().width)"
    )
    assert min(sides) >= 5 / 25.4 * 96
    colours = page.evaluate(
        "[...new Set([...document.querySelectorAll('*')].flatMap(e => { const s = getComputedStyle(e);"
        "return [s.color, s.backgroundColor, s.borderTopColor]; }))]"
    )
    for colour in colours:
        red, green, blue, *_ = re.findall(r"[\d.]+", colour)
        assert red == green == blue, colour
    page.close()
