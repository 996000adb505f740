"""Who may read the report on one submission, besides whoever answered."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.reports.report_cases import BANK

from exit_bridge.bank import About
from exit_bridge.reports.audience import audience_of


@pytest.mark.parametrize(
    ("answered_by", "reports", "variant", "role", "audience"),
    [
        ("group", "respondent", "full", "senior", "group"),
        ("group", "respondent", "full", "young", "group"),
        ("individuals", "recipients", "full", "front", "recipients"),
        ("individuals", "recipients", "full", None, "recipients"),
        ("individuals", "recipients", "full", "young", None),
        ("individuals", "recipients", "young-person", None, None),
        ("individuals", "respondent", "full", "front", None),
        ("individuals", "none", "full", "front", None),
    ],
)
def test_who_reads_it(answered_by: str, reports: str, variant: str, role: str | None, audience: str | None) -> None:
    """A group's own people; others only where the form said so, and never on one young person."""
    about = About(answered_by=answered_by, individual_reports=reports)  # type: ignore[arg-type]
    assert audience_of(about, BANK.variants[variant], role) == audience


def test_asking_who_reads_it_loads_no_templates() -> None:
    """The hook asks at every delivery and writes no report."""
    code = "import sys, exit_bridge.reports.audience; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
