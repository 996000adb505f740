"""From one scored submission to its report: which sections, in which order."""

from __future__ import annotations

from datetime import date

from exit_bridge.bank import About, QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.reports import advice, answers, readings, young
from exit_bridge.reports.case import Case, small
from exit_bridge.reports.frame import framed
from exit_bridge.reports.types import Audience, Point, Points, Prose, Report, Section
from exit_bridge.scoring import Scores


def build(
    bank: QuestionBank,
    submission: Submission,
    scores: Scores,
    about: About,
    *,
    audience: Audience,
    language: str | None = None,
    made_on: date,
) -> Report:
    """The report on one submission, for one kind of reader.

    `audience`: `group` for a form filled in together, `respondent` for the person who answered, `recipients` for
    others (no answers, no comments). Without `language` the respondent's own is taken where there are phrases in it.
    Variants without scores get their answers and where to start talking; variants without a reply get thanks.
    """
    case = Case.of(bank, submission, scores, about, audience, language, made_on)
    variant = bank.variants[submission.variant]
    if not variant.reply:
        return young.report(case)
    if case.empty:
        return _empty(case)
    return _scored(case) if variant.scored else _unscored(case)


def _scored(case: Case) -> Report:
    sections = [
        Section("summary", case.say("summary.heading"), (Prose(readings.summary(case)),)),
        Section("ingredients", case.say("ingredients.heading"), readings.chart(case)),
        Section("standing", case.say("standing.heading"), readings.standing(case)),
        Section("priorities", case.say("priorities.heading"), advice.priorities(case)),
        Section("actions", case.say("actions.heading"), advice.actions(case)),
        Section("notes", case.say("notes.heading"), advice.notes(case)),
        Section("plan", case.say("plan.heading"), advice.plan(case)),
        *_closing(case),
    ]
    return _report(case, "page.purpose", sections)


def _empty(case: Case) -> Report:
    summary = Section("summary", case.say("summary.heading"), (Prose((case.say("summary.empty"),)),))
    return _report(case, "", [summary, *_end(case)])


def _unscored(case: Case) -> Report:
    say = case.say
    summary = [say("summary.answers", answers=readings.answers_of(case)), say("summary.answers_why")]
    summary += [say("summary.stopped")] if case.stopped else []
    summary += [say("summary.use")]
    sections = [
        Section("summary", say("summary.heading"), (Prose((" ".join(summary),)),)),
        Section("standing", say("talk.heading"), readings.lowest_of_each(case)),
        *_closing(case),
    ]
    return _report(case, "page.purpose_answers", sections)


def _closing(case: Case) -> list[Section]:
    say = case.say
    questions = [*say.several("meeting.questions"), *(() if case.young else (say("meeting.do"),))]
    heading = say(f"meeting.heading.{'two' if case.young else 'three'}")
    return [
        Section("limits", say("limits.heading"), (Points(readings.limits(case)),)),
        Section("meeting", heading, (Points(tuple(map(Point, questions)), style="numbers"),)),
        Section("answers", say("answers.heading"), answers.listed(case) if case.shows_answers else ()),
        *_end(case),
    ]


def _end(case: Case) -> list[Section]:
    say = case.say
    return [
        Section("who", say("who.heading"), (Prose(answers.who_sees_it(case)),)),
        Section("about", say("about.heading"), (Prose(answers.about(case), small=True),)),
    ]


def _report(case: Case, purpose: str, sections: list[Section]) -> Report:
    say, kind = case.say, case.kicker()
    mine = kind if case.audience == "recipients" else say("page.yours", report=small(kind))
    why = say(purpose) if purpose else ""
    return framed(case, sections, answers.facts(case), kicker=kind, called=mine, purpose=why)
