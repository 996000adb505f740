"""What you told us, what happens next, by when: one page in plain words for everybody who answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exit_bridge.bank import About, QuestionBank
from exit_bridge.reports.case import Case, clean, small
from exit_bridge.reports.frame import framed
from exit_bridge.reports.team import TeamWave, team_case
from exit_bridge.reports.types import Block, Facts, Point, Points, Prose, Report, Section


@dataclass(frozen=True, slots=True)
class Promise:
    """What the coordinator says will happen, who sees to it, and by when. Each may have several lines."""

    what: str
    who: str
    by_when: str


def build(
    bank: QuestionBank, wave: TeamWave, about: About, promise: Promise, *, language: str | None = None, made_on: date
) -> Report:
    """The page on a closed wave. Raises ValueError where a part of the promise is missing."""
    if not all((promise.what.strip(), promise.who.strip(), promise.by_when.strip())):
        raise ValueError("The page needs what will happen, who sees to it and by when")
    case = team_case(bank, wave, about, language, made_on)
    say = case.say
    sections = [
        Section("summary", say("next.told"), _told(case, wave)),
        Section("next", say("next.happens"), (Prose(_lines(promise.what)),)),
        Section("who", say("next.who"), (Prose(_lines(promise.who)),)),
        Section("when", say("next.when"), (Prose(_lines(promise.by_when)),)),
        Section("talk", say("young.talk"), (Prose(_contacts(case)),)),
    ]
    return framed(case, sections, Facts(()), kicker=say("next.kicker"), called=say("next.kicker"))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(clean, text.splitlines())))


def _told(case: Case, wave: TeamWave) -> tuple[Block, ...]:
    """In words only: no number but how many answered."""
    say, picture, scores = case.say, wave.picture, case.scores
    thanks = Prose((say("next.thanks", n=picture.n) if picture.n else say("next.thanks_few"),))
    points = []
    if scores.standing == "found":
        points += [say("next.good", question=_question(case, name)) for name in scores.furthest]
        points += [say("next.hard", question=_question(case, name)) for name in scores.weakest]
    elif scores.standing == "all_in_place":
        points.append(say("next.all_good"))
    elif scores.standing == "none_stands_out":
        points.append(say("next.even"))
    if split := [one.id for one in picture.ingredients if one.spread == "split"]:
        points += [say("next.differ", question=_question(case, name)) for name in split]
    voice = [Prose(_lines(wave.statement))] if wave.statement.strip() else []
    heading = [Prose((say("next.voice"),))] if voice else []
    return (thanks, *([Points(tuple(map(Point, points)))] if points else []), *heading, *voice)


def _question(case: Case, ingredient: str) -> str:
    return small(case.words.ingredients[ingredient].question) or case.name(ingredient)


def _contacts(case: Case) -> tuple[str, ...]:
    say, about = case.say, case.about
    lines = [say("who.contact", contact=about.contact)] if about.contact else []
    worried = "young.worried" if about.worried_contact else "young.worried_unnamed"
    return (*lines, say(worried, worried_contact=about.worried_contact), say("young.danger"))
