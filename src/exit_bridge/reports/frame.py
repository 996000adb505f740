"""What stands around the sections of a report: title, subject, marks, facts."""

from __future__ import annotations

from collections.abc import Iterable

from exit_bridge.reports.case import Case
from exit_bridge.reports.types import Facts, Report, Section


def framed(
    case: Case, sections: Iterable[Section], facts: Facts, *, kicker: str, called: str, purpose: str = ""
) -> Report:
    """The whole report; sections without anything in them are left out. `called`: what the subject calls it."""
    say = case.say
    notices = [say("page.sample")] if case.about.sample else []
    notices += [say("page.draft")] if case.words.draft else []
    return Report(
        language=say.language,
        subject=case.subject(say("page.subject", report=called, name=case.work) if case.work else called),
        kicker=kicker,
        title=case.work or case.words.title,
        notices=tuple(notices),
        intro=(purpose,) if purpose else (),
        facts=facts,
        sections=tuple(section for section in sections if section.blocks),
        skip=say("page.skip"),
        contents=say("page.contents"),
    )
