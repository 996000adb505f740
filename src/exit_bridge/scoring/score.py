"""Score one submission. Pure arithmetic; docs/scoring.md says the same in words, with the evidence.

Score of an ingredient = 100 * sum(favourable value - 1) / ((points - 1) * answered), over its answered core items.
Scored when 3 * answered >= 2 * k; else provisional when answered >= 4 and 2 * answered >= k; else not scored, where k
counts the ingredient's core items in the full bank. There is no total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from exit_bridge.bank import NON_ANSWERS, STAGES, About, Ingredient, Item, QuestionBank
from exit_bridge.bank.types import Action, Variant
from exit_bridge.intake import Submission
from exit_bridge.scoring.conditions import Evidence, holds
from exit_bridge.scoring.types import (
    ChosenAction,
    IngredientScore,
    Note,
    Priority,
    Reasons,
    Scores,
    Standing,
    Status,
    Why,
)

MOST_NOTES = 3
MOST_ACTIONS = 3
FEWEST_SCORED = 3
_EMPHASIS = {"high": 0, "medium": 1, None: 1, "background": 2}


def score(submission: Submission, bank: QuestionBank, about: About | None = None) -> Scores:
    """Readings, weakest, priorities, notes and actions of one submission, which must be valid for `bank`."""
    about = about or About()
    variant = bank.variants[submission.variant]
    values = {item: value for item, value in submission.answers.items() if isinstance(value, int)}
    readings = tuple(_read(ingredient, submission, bank, variant) for ingredient in bank.ingredients)
    acts = variant.scored and submission.context.get("role") != "young"
    return conclude(
        readings, values, bank, about, _stage(submission, about), variant.items, scored=variant.scored, acts=acts
    )


def conclude(
    readings: tuple[IngredientScore, ...],
    values: Mapping[str, float],
    bank: QuestionBank,
    about: About,
    stage: str | None,
    asked: Sequence[str],
    *,
    scored: bool = True,
    acts: bool = True,
) -> Scores:
    """What follows from readings and answers (by item, 1 to its points): weakest, priorities, notes, actions.

    `asked`: items of the form. `scored`: does it give scores at all? `acts`: are actions put to whoever answered?
    """
    standing, weakest, furthest = _stand(readings, bank)
    priorities = _priorities(readings, bank, weakest, stage)
    seen = Evidence({reading.id: reading for reading in readings}, values, stage, about)
    high = max((r.score for r in readings if r.status == "scored" and r.score is not None), default=0.0)
    return Scores(
        ingredients=readings,
        standing=standing,
        weakest=weakest,
        furthest=furthest,
        strength=bool(furthest) and high >= bank.reading.strength,
        priorities=priorities,
        notes=_notes(bank, seen) if scored else (),
        actions=_actions(bank, about, readings, standing, weakest, priorities, stage) if acts else (),
        checklist=_checklist(bank, asked) if stage == STAGES[0] and scored else (),
        stage=stage,
        scored_variant=scored,
    )


def _read(ingredient: Ingredient, submission: Submission, bank: QuestionBank, variant: Variant) -> IngredientScore:
    answers, core = submission.answers, ingredient.core
    not_asked = {*submission.not_asked, *(item.id for item in core if item.id not in variant.items)}
    given = [(item, answers[item.id]) for item in core if item.id in answers]
    counted = [(item, value) for item, value in given if isinstance(value, int)]
    answered, k = len(counted), len(core)
    reasons = Reasons(
        dont_know=sum(value == NON_ANSWERS[0] for _, value in given),
        not_relevant=sum(value == NON_ANSWERS[1] for _, value in given),
        skipped=sum(item.id not in answers and item.id not in not_asked for item in core),
        not_asked=sum(item.id not in answers and item.id in not_asked for item in core),
    )
    status: Status = "not_scored"
    if variant.scored and answered and 3 * answered >= 2 * k:
        status = "scored"
    elif variant.scored and answered >= 4 and 2 * answered >= k:
        status = "provisional"
    number = None
    if status != "not_scored":
        total = sum(item.favourable(value) - 1 for item, value in counted)
        number = 100 * total / ((core[0].points - 1) * answered)
    lowest = min((item.favourable(value) for item, value in counted), default=0)
    return IngredientScore(
        id=ingredient.id,
        score=number,
        status=status,
        band=band_of(number, bank) if status == "scored" and number is not None else None,
        answered=answered,
        asked=k - reasons.not_asked,
        reasons=reasons,
        lowest=tuple(item.id for item, value in counted if item.favourable(value) == lowest),
    )


def band_of(number: float, bank: QuestionBank) -> str:
    """The band a number from 0 to 100 lies in."""
    return list(takewhile(lambda band: band.start <= number, bank.bands))[-1].id


def _stage(submission: Submission, about: About) -> str | None:
    said = about.stage or submission.context.get("stage", "")
    return said if said in STAGES else None


def _stand(
    readings: tuple[IngredientScore, ...], bank: QuestionBank
) -> tuple[Standing, tuple[str, ...], tuple[str, ...]]:
    scores = {r.id: r.score for r in readings if r.status == "scored" and r.score is not None}
    if len(scores) < FEWEST_SCORED:
        return "too_few_scored", (), ()
    low, high = min(scores.values()), max(scores.values())
    if low >= bank.bands[-1].start > 0:
        return "all_in_place", (), ()
    if high - low < bank.reading.stands_out:
        return "none_stands_out", (), ()
    width = bank.reading.joint_weakest
    weakest = tuple(name for name, number in scores.items() if number - low <= width)
    least = max(high - width, bank.reading.strength if high >= bank.reading.strength else 0)
    furthest = tuple(name for name, number in scores.items() if number >= least and name not in weakest)
    return "found", weakest, furthest


def _priorities(
    readings: tuple[IngredientScore, ...], bank: QuestionBank, weakest: tuple[str, ...], stage: str | None
) -> tuple[Priority, ...]:
    emphasis = bank.emphasis_at(stage)
    bands = {band.id: n for n, band in enumerate(bank.bands)}
    low = [r for r in readings if r.status == "scored" and r.score is not None and r.score < bank.reading.low]

    def weight(reading: IngredientScore) -> str | None:
        return emphasis[reading.id].weight if reading.id in emphasis else None

    low.sort(key=lambda r: (_EMPHASIS[weight(r)], bands[r.band or bank.bands[0].id], r.id not in weakest))
    return tuple(
        Priority(r.id, emphasis[r.id].weight if r.id in emphasis else None, later=weight(r) == "background")
        for r in low
    )


def _notes(bank: QuestionBank, seen: Evidence) -> tuple[Note, ...]:
    fired = []
    for rule in bank.rules:
        truth, facts = holds(rule.when, seen)
        if truth:
            fired.append((rule, facts))
    silenced = {name for rule, _ in fired for name in rule.silences}
    return tuple(
        Note(rule.id, tuple((e.source, e.strength) for e in rule.claim), rule.trigger, facts)
        for rule, facts in fired
        if rule.id not in silenced
    )[:MOST_NOTES]


def _actions(
    bank: QuestionBank,
    about: About,
    readings: tuple[IngredientScore, ...],
    standing: Standing,
    weakest: tuple[str, ...],
    priorities: tuple[Priority, ...],
    stage: str | None,
) -> tuple[ChosenAction, ...]:
    if standing == "all_in_place":
        return ()
    emphasis = bank.emphasis_at(stage)
    by_id = {reading.id: reading for reading in readings}
    order = emphasis_order(bank, stage)

    def weight(name: str) -> str | None:
        return emphasis[name].weight if name in emphasis else None

    def in_stage_order(names: tuple[str, ...]) -> list[str]:
        return sorted(names, key=lambda name: order[name])

    def actions_for(wanted: list[tuple[str, Why]]) -> tuple[ChosenAction, ...]:
        chosen: dict[str, ChosenAction] = {}
        for name, why in wanted:
            if name not in chosen and (action := fitting_action(by_id[name], bank, about, stage, why)):
                chosen[name] = action
        return tuple(chosen.values())[:MOST_ACTIONS]

    low: list[tuple[str, Why]] = [(name, "weakest") for name in in_stage_order(weakest)]
    low += [(priority.ingredient, "low") for priority in priorities]
    now = [(name, why) for name, why in low if weight(name) != "background"]
    if standing == "none_stands_out" and not now:
        kept = bank.bands[-1].start
        below = (r.id for r in readings if r.status == "scored" and r.score is not None and r.score < kept)
        now = [(name, "stage") for name in below if weight(name) == "high"]
    return actions_for(now) or actions_for(low)


def emphasis_order(bank: QuestionBank, stage: str | None) -> dict[str, int]:
    """Ingredient -> how early it comes at that stage: 0 what matters most, 2 what can wait."""
    emphasis = bank.emphasis_at(stage)
    return {i.id: _EMPHASIS[emphasis[i.id].weight if i.id in emphasis else None] for i in bank.ingredients}


def fitting_action(
    reading: IngredientScore, bank: QuestionBank, about: About, stage: str | None, why: Why
) -> ChosenAction | None:
    """The action that fits the lowest item best: what is still ahead of the stage comes last, of items and actions."""
    items = sorted((bank.items[name] for name in reading.lowest), key=lambda item: turn(item, stage))
    for item in items:
        if fitting := [action for action in bank.actions if item.id in action.items and _fits(action, about)]:
            best = min(fitting, key=lambda action: _ahead(action, stage))
            return ChosenAction(best.id, reading.id, item.id, why, from_now_on=item.history)
    return None


def turn(item: Item, stage: str | None) -> tuple[bool, bool]:
    """Which of equally low items goes first, smallest first: what is ahead of the stage, then what is past, waits."""
    return _ahead(item, stage), item.history


def _ahead(of: Item | Action, stage: str | None) -> bool:
    return stage is not None and STAGES.index(of.starts) > STAGES.index(stage)


def _fits(action: Action, about: About) -> bool:
    return "any" in action.sectors or not about.organisation_type or about.organisation_type in action.sectors


def _checklist(bank: QuestionBank, asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(item for item in asked if bank.items[item].core and bank.items[item].starts != STAGES[0])
