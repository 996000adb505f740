"""Whole reports, byte for byte as they were last looked at by a person."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.reports.report_cases import states

from exit_bridge import reports

GOLDEN = Path(__file__).parent / "golden"
WRITTEN = {"report.txt": reports.as_text, "report.html": reports.as_html, "mail.html": reports.as_mail_html}
RENEW = "EXIT_BRIDGE_RENEW_GOLDEN"


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("case", ["group", "recipients", "young"])
def test_a_whole_report_is_as_it_was_last_looked_at(case: str, name: str) -> None:
    """Made-up answers, a fixed day: whatever changes in a report is seen here, in all of its three ways."""
    file, made = GOLDEN / case / name, WRITTEN[name](states()[case]).encode()
    if os.environ.get(RENEW) == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made)
    assert file.read_bytes() == made, (
        f"{file.relative_to(GOLDEN.parent)} is no longer what is written. If that is meant, renew it with "
        f"`{RENEW}=1 pytest tests/reports/test_report_golden.py` and read what git shows as changed."
    )
