"""What was decided to do, as files to go on with: the action plan for spreadsheets and as a Word document."""

from __future__ import annotations

from datetime import date, datetime, time

from exit_bridge.reports.phrases import Phrases, phrases
from exit_bridge.reports.table_text import csv_bytes
from exit_bridge.reports.types import Card, Report
from exit_bridge.word import Word

_PLANS = ("actions", "last")
"""Sections whose cards are actions."""

_WIDTHS = (3, 5, 5, 4, 4, 3, 3, 3)
"""Shares of the page for the columns of the Word file."""


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
    """File name -> content; nothing where there is no action."""
    if not actions_of(report):
        return {}
    return {"action-plan.docx": as_plan_docx(report, made_on), "action-plan.csv": as_plan_csv(report)}


def as_plan_csv(report: Report) -> bytes:
    """One row an action, with empty columns for who leads it, by when and where it stands."""
    say = phrases(report.language)
    return csv_bytes([say.several("plan_file.head"), *(_row(*action, say) for action in actions_of(report))])


def as_plan_docx(report: Report, made_on: date) -> bytes:
    """The same as a Word document, landscape A4, a heading row that repeats."""
    say = phrases(report.language)
    word = Word(say("plan_file.title"), report.language, landscape=True, made=datetime.combine(made_on, time()))
    word.heading(say("plan_file.title"))
    word.paragraph(report.title)
    word.points([f"{label}: {text}" for label, text in report.facts.rows])
    for notice in report.notices:
        word.paragraph(notice)
    if rows := [_row(*action, say) for action in actions_of(report)]:
        word.table(say.several("plan_file.head"), rows, _WIDTHS, say("plan_file.title"))
    else:
        word.paragraph(say("plan_file.none"))
    return word.content()


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
