"""The few lines for a mail that leads to the report."""

from __future__ import annotations

import re

import pytest
from tests.reports.report_cases import COMMENT, states, the_team

from exit_bridge import reports
from exit_bridge.reports.summary import where_the_rest_is

STATES = states()


@pytest.mark.parametrize("name", STATES)
def test_a_summary_says_what_the_report_says_first(name: str) -> None:
    """Every paragraph of it stands in the report, without a comment, a number of points or a list."""
    report = STATES[name]
    paragraphs = reports.as_summary(report).split("\n\n")
    whole = " ".join(reports.as_text(report).split())
    assert all(" ".join(paragraph.split()) in whole for paragraph in paragraphs)
    assert 20 < sum(map(len, paragraphs)) < 1_500
    assert COMMENT not in " ".join(paragraphs)
    assert re.findall(r"\d+ of 100", " ".join(paragraphs)) == []


def test_the_way_to_the_rest_counts_its_weeks() -> None:
    """One week is one."""
    assert "works for one week," in where_the_rest_is("en", 1)
    assert "works for 4 weeks," in where_the_rest_is("en", 4)


def test_a_team_is_summed_up_by_its_summary() -> None:
    """What young people say stands first in the report; a mail of a few lines says what the report is about."""
    made = the_team()
    assert made.sections[0].id == "voice"
    assert "30 people let their answers be counted." in reports.as_summary(made)
    assert "Ask us before you count us." not in reports.as_summary(made)
