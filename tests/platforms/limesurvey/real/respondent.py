"""A respondent in a real browser, who fills in the small survey of `survey.py`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.platforms.limesurvey.real.server import LimeSurvey


@dataclass(frozen=True)
class EndPage:
    """What the respondent saw after the last click."""

    text: str
    seconds: float
    """From that click until the page was there."""
    links: tuple[tuple[str, str], ...]
    """Address and words of the links in what plugins have added."""


def respond(page: Any, limesurvey: LimeSurvey, survey: int, comment: str = "", **chosen: str) -> EndPage:
    """Fill in and submit. `chosen`: question code -> option code; the rest stays open."""
    page.goto(limesurvey.page(survey))
    fill(page, limesurvey, survey, comment, **chosen)
    return submit(page)


def fill(page: Any, limesurvey: LimeSurvey, survey: int, comment: str = "", **chosen: str) -> None:
    """Choose and write, but do not submit."""
    columns = {row["title"]: row for row in limesurvey.sql("SELECT * FROM {questions} WHERE sid=?", survey)}
    for code, option in chosen.items():
        question = columns[code]
        parent = question["parent_qid"]
        name = f"{survey}X{question['gid']}X{parent or question['qid']}"
        page.locator(f"[id='answer{name}{f'{code}-' if parent else ''}{option}']").check(force=True)
    if comment:
        question = columns["commentreceptivity"]
        page.locator(f"[id='answer{survey}X{question['gid']}X{question['qid']}']").fill(comment)


def submit(page: Any) -> EndPage:
    """Press the last button and wait for the page after it."""
    begun = time.monotonic()
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.locator("#ls-button-submit").click()
    took = time.monotonic() - begun
    links = page.locator("#exit-bridge-report a").all()
    told = tuple((link.get_attribute("href"), link.inner_text()) for link in links)
    return EndPage(page.locator("body").inner_text(), took, told)
