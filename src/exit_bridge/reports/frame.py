"""What stands around the sections of a report: title, subject, marks, facts."""

from __future__ import annotations

from collections.abc import Iterable

from exit_bridge.reports.case import Case
from exit_bridge.reports.types import Facts, Picture, Report, Section


def notices(case: Case) -> tuple[str, ...]:
    """What must be known before anything else: that the answers are made up, that the words are a draft."""
    say = case.say
    marks = {"page.sample": case.about.sample, "page.draft": case.words.draft or say.draft}
    return tuple(say(key) for key, holds in marks.items() if holds)


def logo(case: Case) -> Picture | None:
    """The organisers' own, called by the name of whoever answers for the survey."""
    own = case.about.logo
    return Picture(own.kind, own.content, case.about.controller or case.say("page.logo")) if own else None


def framed(
    case: Case, sections: Iterable[Section], facts: Facts, *, kicker: str, called: str, purpose: str = ""
) -> Report:
    """The whole report; sections without anything in them are left out. `called`: what the subject calls it."""
    say = case.say
    return Report(
        language=say.language,
        subject=case.subject(say("page.subject", report=called, name=case.work) if case.work else called),
        kicker=kicker,
        title=case.work or case.words.title,
        notices=notices(case),
        intro=(purpose,) if purpose else (),
        facts=facts,
        sections=tuple(section for section in sections if section.blocks),
        skip=say("page.skip"),
        contents=say("page.contents"),
        logo=logo(case),
    )
