"""The page and the mail in a real browser: accessible, reflowing, and asking nobody for anything."""

from __future__ import annotations

from typing import Any

import pytest
from tests.reports.report_cases import NEVER_MAILED, report, states, submission

from exit_bridge import reports

pytestmark = pytest.mark.browser

WAYS = {"page": reports.as_html, "mail": reports.as_mail_html}
# Groups side by side are a file and no mail.
each_as_it_goes_out = pytest.mark.parametrize(
    ("state", "way"),
    [(state, way) for state in states() for way in WAYS if way != "mail" or state not in NEVER_MAILED],
)
STATES = states()


def opened(browser: Any, html: str, width: int = 1280, **options: Any) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 800}, **options)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html, wait_until="load")
    return page, asked


@each_as_it_goes_out
def test_no_accessibility_fault_and_no_request(browser: Any, state: str, way: str) -> None:
    """axe-core finds nothing in any state, and the browser fetches nothing."""
    from axe_playwright_python.sync_playwright import Axe

    page, asked = opened(browser, WAYS[way](STATES[state]))
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    assert asked == []
    page.close()


def test_contrast_holds_in_the_dark(browser: Any) -> None:
    """The dark colour scheme passes the same check."""
    from axe_playwright_python.sync_playwright import Axe

    page, _ = opened(browser, reports.as_html(STATES["provisional"]), color_scheme="dark")
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.close()


@each_as_it_goes_out
def test_it_reflows_at_320_pixels(browser: Any, state: str, way: str) -> None:
    """400 % zoom of a 1280 pixel window: nothing scrolls sideways, not even for a comment without spaces."""
    made = STATES[state]
    if state == "group":
        made = report(submission(comments={"coproduction": "x" * 400}))
    page, _ = opened(browser, WAYS[way](made), width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


def test_tables_stay_tables_when_they_are_stacked(browser: Any) -> None:
    """On a narrow screen cells stand below each other, and assistive technology still gets a table."""
    page, _ = opened(browser, reports.as_html(STATES["group"]), width=320)
    table = page.get_by_role("table", name="The same in figures")
    assert table.get_by_role("row").count() == 6
    assert table.get_by_role("rowheader", name="Receptivity").count() == 1
    assert table.get_by_role("cell").first.evaluate("cell => getComputedStyle(cell).display") == "block"
    page.close()


def test_the_keyboard_reaches_the_summary_first(browser: Any) -> None:
    """The first tab stop is a visible link to the summary, and links show their focus."""
    page, _ = opened(browser, reports.as_html(STATES["group"]))
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.getAttribute('href')") == "#summary"
    assert page.evaluate(f"{focused}.getBoundingClientRect().left >= 0")
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    page.close()


def test_bars_reach_as_far_as_their_numbers(browser: Any) -> None:
    """Measured on the screen, on one axis for all."""
    page, _ = opened(browser, reports.as_html(STATES["group"]))
    shares = page.evaluate(
        "[...document.querySelectorAll('.bar')].map(bar => Math.round("
        "100 * bar.querySelector('.fill').getBoundingClientRect().width / bar.getBoundingClientRect().width))"
    )
    assert shares == [68, 21, 68, 40, 67]
    page.close()


def test_it_prints(browser: Any) -> None:
    """A4 pages, the contents list left out, addresses of links spelt out."""
    page, _ = opened(browser, reports.as_html(STATES["group"]))
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    after = "getComputedStyle(document.querySelector('.card a'), '::after').content"
    assert "https://warwick.ac.uk" in page.evaluate(after)
    page.close()
