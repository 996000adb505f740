"""The report in a few lines, for a mail that can only lead to it."""

from __future__ import annotations

from exit_bridge.reports.phrases import phrases
from exit_bridge.reports.types import Prose, Report


def as_summary(report: Report) -> str:
    """What it is and what its summary says in prose: plain paragraphs with an empty line between them."""
    blocks = next((section.blocks for section in report.sections if section.id == "summary"), ())
    prose = [paragraph for block in blocks if isinstance(block, Prose) for paragraph in block.paragraphs]
    return "\n\n".join(filter(None, (*report.notices, *report.intro, *prose)))


def where_the_rest_is(language: str, weeks: int) -> str:
    """The sentence before a link to the whole report, which can be followed for so many weeks."""
    return phrases(language).counted("link.rest", weeks, weeks=weeks)
