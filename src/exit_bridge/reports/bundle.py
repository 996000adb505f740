"""What a meeting needs of one report, as files: page, text, figures, action plan, a sheet for whoever leads it."""

from __future__ import annotations

from datetime import date

from exit_bridge.reports.facilitator import facilitator
from exit_bridge.reports.pdf import as_pdf
from exit_bridge.reports.plan import plan_files
from exit_bridge.reports.render import as_html
from exit_bridge.reports.table_text import as_csv
from exit_bridge.reports.text import as_text
from exit_bridge.reports.types import Report


def bundle(report: Report, made_on: date, *, pdf: bool = False) -> dict[str, bytes]:
    """File name -> content. PDFs come where they are wanted.

    Raises ExitBridgeError where PDFs are wanted and typst is not installed.
    """
    sheet = facilitator(report)
    found = {
        "report.html": _encoded(as_html(report)),
        "report.txt": _encoded(as_text(report)),
        "figures.csv": as_csv(report),
        "facilitator.html": _encoded(as_html(sheet)),
    }
    found |= plan_files(report, made_on)
    if pdf:
        found |= {"report.pdf": as_pdf(report, made_on), "facilitator.pdf": as_pdf(sheet, made_on)}
    return found


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
