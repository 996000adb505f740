"""One A4 page for whoever leads the meeting: what to say first, what to talk about, how to use 45 minutes."""

from __future__ import annotations

from dataclasses import replace

from exit_bridge.reports.phrases import phrases
from exit_bridge.reports.types import Block, Card, Facts, Point, Points, Prose, Report, Section

MOST_POINTS = 4


def facilitator(report: Report) -> Report:
    """The sheet to a report that has a meeting in it: its summary, its first points to talk about, its plan."""
    say = phrases(report.language)
    found = {section.id: section for section in report.sections}
    sections = [found["summary"]]
    if "talk" in found:
        sections.append(replace(found["talk"], blocks=_shortened(found["talk"].blocks)))
    if "meeting" in found:
        sections.append(found["meeting"])
    rules = Points(tuple(map(Point, say.several("facilitator.rules"))))
    blanks = Card(blanks=tuple(say.several("facilitator.blanks")))
    sections += [
        Section("rules", say("facilitator.rules_heading"), (rules,)),
        Section("decided", say("facilitator.decided"), (blanks,)),
    ]
    title = say("facilitator.title")
    return replace(
        report,
        subject=f"{title}: {report.subject}",
        kicker=title,
        intro=(),
        facts=Facts(()),
        sections=tuple(sections),
        contents="",
        compact=True,
    )


def _shortened(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The first few points in one list: cards by their headings, lists by their lines."""
    points: list[Point] = []
    for block in blocks:
        if isinstance(block, Card) and block.heading:
            points.append(Point(block.heading, block.lead))
        elif isinstance(block, Points):
            points += block.points
    if points:
        return (Points(tuple(points[:MOST_POINTS])),)
    return tuple(block for block in blocks if isinstance(block, Prose))
