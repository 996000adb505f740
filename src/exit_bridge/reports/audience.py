"""Who may get the report on one submission. Decided here once, for hook, worker and export files."""

from __future__ import annotations

from exit_bridge.bank import About
from exit_bridge.bank.types import Variant
from exit_bridge.reports.types import Audience


def audience_of(about: About, variant: Variant, role: str | None) -> Audience | None:
    """The readers behind the survey's destinations, or None where nobody but the respondent may read it.

    A single report on a young person, or on a form whose variant promises none (`reply = false`), goes to nobody.
    """
    if about.answered_by == "group":
        return "group"
    if about.individual_reports == "recipients" and variant.reply and role != "young":
        return "recipients"
    return None


def link_audience(about: About, variant: Variant, role: str | None) -> Audience | None:
    """The reader a link to the report is for, or None where none may be given.

    Narrower than mail: an end page may be read over a shoulder, so a form that promises no report gives no link even to
    a group, and somebody who answers as a care-experienced young person gets none.
    """
    if not variant.reply:
        return None
    if about.answered_by == "group":
        return "group"
    return "respondent" if may_reply(about, variant) and role != "young" else None


def may_reply(about: About, variant: Variant) -> bool:
    """May the report go to the person who answered?"""
    return about.answered_by == "individuals" and about.individual_reports == "respondent" and variant.reply
