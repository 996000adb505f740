"""What follows from a team's means: weakest, priorities, notes and actions, as if one person had answered so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from exit_bridge.bank import STAGES, About, Item, QuestionBank
from exit_bridge.scoring.disclosure import Floors
from exit_bridge.scoring.picture import Member, TeamIngredient
from exit_bridge.scoring.score import band_of, conclude
from exit_bridge.scoring.types import Fact, IngredientScore, Reasons, Scores


def team_scores(
    ingredients: Sequence[TeamIngredient],
    members: Sequence[Member],
    bank: QuestionBank,
    about: About,
    floors: Floors,
    stage: str | None,
) -> Scores:
    """Everything from the printed means; a condition on an item sees its mean, which is told to nobody.

    `stage`: the one most people named, for where the coordinator set none.
    """
    said = about.stage or stage
    means = {
        item.id: _inside(fmean(given), item)
        for item in bank.items.values()
        if item.core and len(given := raw_of(item, members)) >= floors.mean
    }
    readings = tuple(_reading(one, members, bank, floors) for one in ingredients)
    return _without_values(conclude(readings, means, bank, about, said if said in STAGES else None, tuple(bank.items)))


def _reading(one: TeamIngredient, members: Sequence[Member], bank: QuestionBank, floors: Floors) -> IngredientScore:
    core = bank.ingredient_by_id[one.id].core
    if one.mean is None or one.n is None:
        return IngredientScore(one.id, None, "not_scored", None, 0, len(core), Reasons())
    means = {
        item.id: fmean(given)
        for item in core
        if len(given := values_of(item, members)) >= floors.mean and 2 * len(given) >= one.n
    }
    low = min(means.values(), default=0.0)
    return IngredientScore(
        id=one.id,
        score=float(one.mean),
        status="scored",
        band=band_of(one.mean, bank),
        answered=len(core),
        asked=len(core),
        reasons=Reasons(),
        lowest=tuple(item for item, mean in means.items() if mean - low < 1e-9),
    )


def values_of(item: Item, members: Iterable[Member]) -> list[int]:
    """How favourable each answer to an item is; people without one are left out."""
    return [item.favourable(value) for value in raw_of(item, members)]


def raw_of(item: Item, members: Iterable[Member]) -> list[int]:
    """Each answer to an item as it was given."""
    given = (member.submission.answers.get(item.id) for member in members)
    return [value for value in given if isinstance(value, int)]


def _inside(mean: float, item: Item) -> float:
    """An item's mean as conditions see it: never at an end, where everybody's answer would be known."""
    edge = 0.05 * (item.points - 1)
    return min(max(mean, 1 + edge), item.points - edge)


def _without_values(scores: Scores) -> Scores:
    """That an item's mean reached a cut-off may be told, the mean may not."""

    def told(fact: Fact) -> Fact:
        return replace(fact, found="reached") if fact.kind == "value" else fact

    notes = tuple(replace(note, facts=tuple(told(fact) for fact in note.facts)) for note in scores.notes)
    return replace(scores, notes=notes)
