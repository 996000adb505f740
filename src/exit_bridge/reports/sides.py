"""The report on several groups' sheets side by side: nothing averaged, differences first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exit_bridge.bank import About, QuestionBank
from exit_bridge.reports import advice, answers
from exit_bridge.reports.case import Case, capital, clean
from exit_bridge.reports.frame import framed
from exit_bridge.reports.readings import bar, zones
from exit_bridge.reports.types import Block, Card, Chart, Facts, Point, Points, Prose, Report, Row, Section, Table
from exit_bridge.scoring.sides import APART, IngredientSides, ItemSides, Sheet, Sides, sides

MOST_IN_WORDS = 4
"""Sheets whose answers fit beside each other in words."""


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What every part is made from: the comparison, and each sheet with its own words."""

    found: Sides
    cases: tuple[Case, ...]
    names: tuple[str, ...]

    @property
    def case(self) -> Case:
        """Any of them, for what they share: bank, words, facts."""
        return self.cases[0]


def build(
    bank: QuestionBank, sheets: Sequence[Sheet], about: About, *, language: str | None = None, made_on: date
) -> Report:
    """The report on 2 to 10 sheets of one bank and variant. Raises ValueError for fewer or more."""
    found = sides(sheets, bank, about)
    cases = tuple(
        Case.of(bank, sheet.submission, sheet.scores, about, "group", language, made_on) for sheet in found.sheets
    )
    meeting = _Meeting(found, cases, tuple(clean(sheet.name) for sheet in found.sheets))
    case, say = cases[0], cases[0].say
    sections = [
        Section("summary", say("summary.heading"), (Prose(_summary(meeting)),)),
        Section("present", say("sides.present"), _present(meeting)),
        Section("stages", say("sides.stages"), _stages(meeting)),
        Section("ingredients", say("ingredients.heading"), _ingredients(meeting)),
        Section("talk", say("sides.talk"), _talk(meeting)),
        Section("agree", say("sides.agree"), _agree(meeting)),
        Section("actions", say("sides.actions"), _actions(meeting)),
        Section("meeting", say("sides.meeting"), (Points(_plan(meeting), style="numbers"),)),
        Section("limits", say("limits.heading"), (Points(_limits(meeting)),)),
        Section("answers", say("sides.answers"), _answers(meeting)),
        Section("who", say("who.heading"), (Prose(_who(case)),)),
        Section("about", say("about.heading"), (Prose(answers.about(case), small=True),)),
    ]
    kicker = say("sides.kicker")
    return framed(case, sections, _facts(meeting), kicker=kicker, called=kicker, purpose=say("sides.purpose"))


def _facts(meeting: _Meeting) -> Facts:
    case, say = meeting.case, meeting.case.say
    rows = {
        "innovation": case.about.innovation,
        "sheets": say("comma").join(meeting.names),
        "wave": clean(case.submission.wave),
        "made_on": say.day(case.made_on),
    }
    return Facts(tuple((say(f"facts.{name}"), text) for name, text in rows.items() if text))


def _summary(meeting: _Meeting) -> tuple[str, ...]:
    case, say, found = meeting.case, meeting.case.say, meeting.found
    lines = [say("sides.who", n=len(meeting.names), names=say.listed(meeting.names))]
    by_distance = {at: [one.id for one in found.ingredients if one.distance == at] for at in ("apart", "alike")}
    lines += [say(f"sides.summary.{at}", names=case.names(names)) for at, names in by_distance.items() if names]
    if len(lines) == 1:
        lines.append(say("sides.summary.between"))
    if found.talk:
        lines.append(say("sides.summary.talk", item=case.bare(found.talk[0].id)))
    return (" ".join([*lines, say("sides.summary.use")]),)


def _present(meeting: _Meeting) -> tuple[Block, ...]:
    said = [answers.present(case) for case in meeting.cases]
    if not any(said):
        return ()
    none = meeting.case.say("answers.none")
    points = tuple(Point(text or none, name) for text, name in zip(said, meeting.names, strict=True))
    return Prose((meeting.case.say("sides.present_intro"),)), Points(points)


def _stages(meeting: _Meeting) -> tuple[Block, ...]:
    case, say, found = meeting.case, meeting.case.say, meeting.found
    if case.about.stage or len(set(found.stages)) == 1 or "stage" not in case.words.context:
        return ()
    points = tuple(
        Point(capital(case.stage_name(stage)) if stage else say("answers.none"), name)
        for name, stage in zip(meeting.names, found.stages, strict=True)
    )
    return Prose((say("sides.stages_differ"),)), Points(points)


# -- ingredients ---------------------------------------------------------------------------------------------------


def _ingredients(meeting: _Meeting) -> tuple[Block, ...]:
    case, say = meeting.case, meeting.case.say
    charts = []
    for one in meeting.found.ingredients:
        bars = tuple(
            bar(own, reading, name)
            for own, reading, name in zip(meeting.cases, one.readings, meeting.names, strict=True)
        )
        scale = zones(case) if any(reading.band for reading in one.readings) else ()
        charts.append(
            Chart(say("ingredients.scale"), scale, bars, None, title=case.name(one.id), remark=_distance(meeting, one))
        )
    rows = tuple(
        Row(case.name(one.id), (*(_number(own, one, n) for n, own in enumerate(meeting.cases)), _word(meeting, one)))
        for one in meeting.found.ingredients
    )
    head = (say("ingredients.head_one"), *meeting.names, say("sides.distance_head"))
    return Prose((say("sides.axis"),)), *charts, Table(say("ingredients.table"), head, rows)


def _distance(meeting: _Meeting, one: IngredientSides) -> str:
    say = meeting.case.say
    if one.distance is None:
        return say("sides.distance.none")
    width = {"alike": meeting.case.bank.reading.joint_weakest, "apart": APART}
    return say(f"sides.distance.{one.distance}", alike=f"{width['alike']:g}", apart=f"{APART:g}")


def _word(meeting: _Meeting, one: IngredientSides) -> str:
    return meeting.case.say(f"sides.word.{one.distance or 'none'}")


def _number(case: Case, one: IngredientSides, n: int) -> str:
    number = bar(case, one.readings[n]).number
    if number is None:
        return case.say("ingredients.number_none")
    return case.say("sides.provisional", number=number) if one.readings[n].status == "provisional" else str(number)


# -- what to talk about --------------------------------------------------------------------------------------------


def _talk(meeting: _Meeting) -> tuple[Block, ...]:
    case, say, found = meeting.case, meeting.case.say, meeting.found
    blocks: list[Block] = []
    if found.talk:
        blocks.append(Prose((say("sides.talk_intro"),)))
        blocks += [_gap(meeting, item) for item in found.talk]
    if found.unsure:
        points = tuple(Point(case.item(item), case.code(item)) for item in found.unsure)
        blocks.append(Points(points, say("sides.unsure")))
    return tuple(blocks)


def _gap(meeting: _Meeting, item: ItemSides) -> Card:
    case, say = meeting.case, meeting.case.say
    return Card(
        heading=case.item(item.id),
        lead=case.code(item.id),
        points=tuple(Point(own.answer(item.id), name) for own, name in zip(meeting.cases, meeting.names, strict=True)),
        small=say("sides.gap", n=item.gap, ingredient=case.name(case.bank.items[item.id].ingredient)),
    )


def _agree(meeting: _Meeting) -> tuple[Block, ...]:
    case, say, found = meeting.case, meeting.case.say, meeting.found
    blocks = []
    for key, items in (("sides.all_low", found.low), ("sides.all_high", found.high)):
        if items:
            points = tuple(Point(case.item(item), case.code(item)) for item in items)
            blocks.append(Points(points, say(key)))
    return tuple(blocks)


def _actions(meeting: _Meeting) -> tuple[Block, ...]:
    case, say, found = meeting.case, meeting.case.say, meeting.found
    if not found.actions or any(own.stopped for own in meeting.cases):
        return ()
    below = {one.id: one.below for one in found.ingredients}
    cards = []
    for chosen in found.actions:
        why = say(
            "sides.why",
            item=case.bare(chosen.item),
            ingredient=case.name(chosen.ingredient),
            n=below[chosen.ingredient],
            all=len(meeting.names),
            low=f"{case.bank.reading.low:g}",
        )
        cards.append(advice.action(case, chosen, why))
    return Prose((say("sides.actions_intro"),)), *cards


def _plan(meeting: _Meeting) -> tuple[Point, ...]:
    say = meeting.case.say
    steps = ["sides.plan.look", "sides.plan.talk" if meeting.found.talk else "sides.plan.surprise", "sides.plan.agree"]
    return tuple(Point(say(step)) for step in (*steps, "sides.plan.do"))


# -- the rest ------------------------------------------------------------------------------------------------------


def _limits(meeting: _Meeting) -> tuple[Point, ...]:
    case, say = meeting.case, meeting.case.say
    width = f"{case.bank.reading.joint_weakest:g}"
    lines = [say("sides.limits.groups"), say("limits.width", width=width), say("sides.limits.no_average")]
    return tuple(Point(line) for line in (*lines, say("limits.untested"), say("limits.not_a_grade")))


def _answers(meeting: _Meeting) -> tuple[Block, ...]:
    case, say = meeting.case, meeting.case.say
    head = (say.several("answers.head")[0], *meeting.names)
    wide = len(meeting.names) > MOST_IN_WORDS
    asked = [item for item in case.bank.items.values() if any(item in own.asked() for own in meeting.cases)]
    blocks: list[Block] = [Prose((say("sides.codes"),))] if wide else []
    for ingredient in case.bank.ingredients:
        rows = tuple(
            Row(case.item(item.id), tuple(_said(own, item.id, wide) for own in meeting.cases), case.code(item.id))
            for item in asked
            if item.ingredient == ingredient.id
        )
        if rows:
            blocks.append(Table(case.name(ingredient.id), head, rows))
        said = [clean(own.submission.comments.get(ingredient.id, "")) for own in meeting.cases]
        points = tuple(Point(text, name) for text, name in zip(said, meeting.names, strict=True) if text)
        if points:
            blocks.append(Points(points, say("sides.comments", name=case.name(ingredient.id))))
    return tuple(blocks)


def _said(case: Case, item: str, wide: bool) -> str:
    value = case.submission.answers.get(item)
    if not wide:
        return case.answer(item)
    return "–" if value is None else str(value)


def _who(case: Case) -> tuple[str, ...]:
    say, about = case.say, case.about
    lines = [say("sides.who_sees", controller=case.organisers()), say("who.kept", days=about.retain_days)]
    lines += [say("who.controller", controller=about.controller)] if about.controller else []
    lines += [say("who.contact", contact=about.contact)] if about.contact else []
    return tuple(lines)
