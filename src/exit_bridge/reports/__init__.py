"""Scores in words: one report, written as text, as a page and as a mail."""

from exit_bridge.reports.build import build
from exit_bridge.reports.pdf import as_pdf
from exit_bridge.reports.render import as_html, as_mail_html
from exit_bridge.reports.summary import as_summary
from exit_bridge.reports.text import as_text
from exit_bridge.reports.types import Audience, Report

__all__ = ["Audience", "Report", "as_html", "as_mail_html", "as_pdf", "as_summary", "as_text", "build"]
