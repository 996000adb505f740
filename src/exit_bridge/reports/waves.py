"""The report on the same groups in two rounds: what changed clearly, and what became of last round's actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exit_bridge.bank import About, QuestionBank
from exit_bridge.reports import answers
from exit_bridge.reports.case import Case, clean
from exit_bridge.reports.frame import framed
from exit_bridge.reports.readings import bar, zones
from exit_bridge.reports.types import Block, Card, Chart, Facts, Point, Points, Prose, Report, Section
from exit_bridge.scoring.sides import APART
from exit_bridge.scoring.types import ChosenAction
from exit_bridge.scoring.waves import Move, Waves


@dataclass(frozen=True, slots=True)
class _Group:
    """One group: what was found, and both its sheets with their words."""

    found: Waves
    then: Case
    now: Case
    name: str


def build(
    bank: QuestionBank,
    compared: Sequence[Waves],
    about: About,
    missing: Sequence[str] = (),
    *,
    language: str | None = None,
    made_on: date,
) -> Report:
    """The report on groups that answered in both rounds; `missing` are those that did in one of them only."""
    groups = [
        _Group(
            each,
            Case.of(bank, each.then.submission, each.then.scores, about, "group", language, made_on),
            Case.of(bank, each.now.submission, each.now.scores, about, "group", language, made_on),
            clean(each.now.name),
        )
        for each in compared
    ]
    case, say = groups[0].now, groups[0].now.say
    sections = [Section("summary", say("summary.heading"), (Prose(_summary(groups)),))]
    for n, group in enumerate(groups, 1):
        sections.append(Section(f"group-{n}", group.name, _group(group)))
    sections += [
        Section("last", say("waves.last"), _last(groups)),
        Section("limits", say("limits.heading"), (Points(_limits(case, [clean(name) for name in missing])),)),
        Section("who", say("who.heading"), (Prose((say("sides.who_sees", controller=case.organisers()),)),)),
        Section("about", say("about.heading"), (Prose(answers.about(case), small=True),)),
    ]
    kicker = say("waves.kicker")
    return framed(case, sections, _facts(groups), kicker=kicker, called=kicker, purpose=say("waves.purpose"))


def _facts(groups: Sequence[_Group]) -> Facts:
    case, say = groups[0].now, groups[0].now.say
    rows = {
        "innovation": case.about.innovation,
        "sheets": say("comma").join(group.name for group in groups),
        "then": _round(groups[0].then),
        "now": _round(case),
        "made_on": say.day(case.made_on),
    }
    return Facts(tuple((say(f"facts.{name}"), text) for name, text in rows.items() if text))


def _round(case: Case) -> str:
    return clean(case.submission.wave) or case.answered_on() or case.say("waves.unnamed")


def _summary(groups: Sequence[_Group]) -> tuple[str, ...]:
    say = groups[0].now.say
    lines = [
        say(f"waves.clear.{change}", group=group.name, names=group.now.names(names))
        for group in groups
        for change in ("up", "down")
        if (names := [move.id for move in group.found.moves if move.change == change])
    ]
    if not lines:
        lines.append(say("waves.no_change", points=f"{APART:g}"))
    return (" ".join([*lines, say("sides.summary.use")]),)


def _group(group: _Group) -> tuple[Block, ...]:
    case, say = group.now, group.now.say
    charts = [_chart(group, move) for move in group.found.moves]
    then, now = answers.present(group.then), answers.present(case)
    none = say("answers.none")
    blocks: list[Block] = [Prose((say("waves.present", then=then or none, now=now or none),))] if then or now else []
    blocks += charts
    if group.found.items:
        points = tuple(
            Point(
                say("waves.item", item=case.item(item), then=group.then.answer(item), now=group.now.answer(item)),
                case.code(item),
            )
            for item, _ in group.found.items
        )
        blocks.append(Points(points, say("waves.items")))
    return tuple(blocks)


def _chart(group: _Group, move: Move) -> Chart:
    case, say = group.now, group.now.say
    bars = (bar(group.then, move.then, _round(group.then)), bar(case, move.now, _round(case)))
    scale = zones(case) if move.then.band or move.now.band else ()
    remark = say(f"waves.change.{move.change}", points=f"{APART:g}")
    return Chart(say("ingredients.scale"), scale, bars, None, title=case.name(move.id), remark=remark)


def _last(groups: Sequence[_Group]) -> tuple[Block, ...]:
    say = groups[0].now.say
    cards = [
        card
        for group in groups
        for card in last_actions(group.then, group.then.actions, f"{group.name}:" if len(groups) > 1 else "")
    ]
    return (Prose((say("waves.last_intro"),)), *cards) if cards else ()


def last_actions(case: Case, actions: Sequence[ChosenAction], lead: str = "") -> list[Card]:
    """Actions of an earlier report, each with room to write what became of it."""
    found = []
    for chosen in actions:
        words = case.words.actions[chosen.action]
        rows = ((case.say("actions.sign"), words.sign),) if words.sign else ()
        found.append(Card(words.what, lead, rows=rows, blanks=tuple(case.say.several("waves.status"))))
    return found


def _limits(case: Case, missing: Sequence[str]) -> tuple[Point, ...]:
    say = case.say
    lines = [say("waves.limits.people"), say("waves.limits.chance", points=f"{APART:g}"), say("waves.limits.past")]
    lines += [say("waves.limits.missing", names=say.listed(missing))] if missing else []
    return tuple(Point(line) for line in (*lines, say("limits.untested"), say("limits.not_a_grade")))
