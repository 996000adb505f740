"""What was decided to do, as files to go on with: the action plan for spreadsheets and as a Word document."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from importlib.util import find_spec

from exit_bridge.errors import UsageError
from exit_bridge.reports.phrases import Phrases, phrases
from exit_bridge.reports.table_text import csv_bytes
from exit_bridge.reports.types import Card, Report

_PLANS = ("actions", "last")
"""Sections whose cards are actions."""


def actions_of(report: Report) -> tuple[tuple[str, Card], ...]:
    """Every action of a report under its section's heading; empty where it has none."""
    return tuple(
        (section.heading, block)
        for section in report.sections
        if section.id in _PLANS
        for block in section.blocks
        if isinstance(block, Card)
    )


def plan_files(report: Report, made_on: date) -> dict[str, bytes]:
    """File name -> content; the Word file only where python-docx is installed, nothing where there is no action."""
    if not actions_of(report):
        return {}
    word = {"action-plan.docx": as_plan_docx(report, made_on)} if find_spec("docx") else {}
    return word | {"action-plan.csv": as_plan_csv(report)}


def as_plan_csv(report: Report) -> bytes:
    """One row an action, with empty columns for who leads it, by when and where it stands."""
    say = phrases(report.language)
    return csv_bytes([say.several("plan_file.head"), *(_row(*action, say) for action in actions_of(report))])


def as_plan_docx(report: Report, made_on: date) -> bytes:
    """The same as a Word document, landscape A4, a heading row that repeats. Raises UsageError without python-docx."""
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm
    except ImportError:
        fix = "In the folder of exit-bridge's repository run: pip install '.[docx]'"
        raise UsageError("The action plan as .docx needs the package python-docx", fix=fix) from None
    say = phrases(report.language)
    document = Document()
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(15)
    written = datetime.combine(made_on, time())
    properties = document.core_properties
    properties.title, properties.author, properties.language = say("plan_file.title"), "exit-bridge", report.language
    properties.created = properties.modified = written
    properties.comments = ""
    document.add_heading(say("plan_file.title"), 1)
    document.add_paragraph(report.title)
    for label, text in report.facts.rows:
        document.add_paragraph(f"{label}: {text}", style="List Bullet")
    for notice in report.notices:
        document.add_paragraph(notice)
    head, rows = say.several("plan_file.head"), [_row(*action, say) for action in actions_of(report)]
    if not rows:
        document.add_paragraph(say("plan_file.none"))
    else:
        table = document.add_table(rows=1, cols=len(head), style="Table Grid")
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 (the library has no other way)
        for cell, text in zip(table.rows[0].cells, head, strict=True):
            cell.paragraphs[0].add_run(text).bold = True
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _row(heading: str, card: Card, say: Phrases) -> tuple[str, ...]:
    told = dict(card.rows)
    what = " ".join(part for part in (card.lead, card.heading) if part)
    return (
        heading,
        what,
        told.get(say("actions.first_step"), ""),
        told.get(say("actions.sign"), ""),
        told.get(say("actions.who"), ""),
        "",
        "",
        "",
    )
