"""What several groups agreed on, side by side: where they are alike, where they differ, what to take up together.

Nothing is averaged: an average hides the difference that is worth talking about. All cut-offs are ours and untested;
docs/scoring.md says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exit_bridge.bank import STAGES, About, Item, QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.scoring.score import MOST_ACTIONS, emphasis_order, fitting_action
from exit_bridge.scoring.types import ChosenAction, IngredientScore, Scores

Distance = Literal["alike", "some", "apart"]

APART = 25.0
"""Points: one band's width, and the least that one reading must move before it is called a change."""
WIDE = 2
"""Steps between the highest and the lowest answer to an item that make it worth talking about."""
MOST_TALK = 5
FEWEST, MOST = 2, 10
"""Sheets that can be laid side by side."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one group agreed on."""

    name: str
    submission: Submission
    scores: Scores


@dataclass(frozen=True, slots=True)
class IngredientSides:
    """One ingredient as every sheet has it, in their order. `distance` is None where fewer than two are scored."""

    id: str
    readings: tuple[IngredientScore, ...]
    distance: Distance | None
    below: int
    """How many sheets have it scored below the bank's low mark."""


@dataclass(frozen=True, slots=True)
class ItemSides:
    """One item that not all answered alike: `gap` steps between the highest and the lowest answer."""

    id: str
    gap: int


@dataclass(frozen=True, slots=True)
class Sides:
    """Sheets side by side.

    `talk`: items with the widest gaps, widest first. `unsure`: items that some could not judge and others could.
    `low` and `high`: core items that every sheet has at 2 or below, or at the top step or the one below it.
    `stages`: what each sheet said the stage is. `actions`: what to take up together.
    """

    sheets: tuple[Sheet, ...]
    ingredients: tuple[IngredientSides, ...]
    talk: tuple[ItemSides, ...]
    unsure: tuple[str, ...]
    low: tuple[str, ...]
    high: tuple[str, ...]
    stages: tuple[str, ...]
    stage: str | None
    actions: tuple[ChosenAction, ...]


def sides(sheets: Sequence[Sheet], bank: QuestionBank, about: About) -> Sides:
    """Compare sheets of one bank and one variant. Raises ValueError for fewer than two, or more than ten."""
    if not FEWEST <= len(sheets) <= MOST:
        raise ValueError(f"{FEWEST} to {MOST} sheets can be laid side by side")
    stages = tuple(sheet.submission.context.get("stage", "") for sheet in sheets)
    said = about.stage or (stages[0] if len(set(stages)) == 1 else "")
    stage = said if said in STAGES else None
    readings = tuple(_ingredient(ingredient.id, sheets, bank) for ingredient in bank.ingredients)
    core = [item for item in bank.items.values() if item.core]
    weights = emphasis_order(bank, stage)
    talk = sorted(
        (found for item in core if (found := _gap(item, sheets)) is not None and found.gap >= WIDE),
        key=lambda found: (-found.gap, weights[bank.items[found.id].ingredient]),
    )
    return Sides(
        sheets=tuple(sheets),
        ingredients=readings,
        talk=tuple(talk[:MOST_TALK]),
        unsure=tuple(item.id for item in core if _some_unsure(item, sheets))[:MOST_TALK],
        low=tuple(item.id for item in core if _all(item, sheets, 1, 2)),
        high=tuple(item.id for item in core if _all(item, sheets, item.points - 1, item.points)),
        stages=stages,
        stage=stage,
        actions=_actions(readings, sheets, bank, about, stage),
    )


def values(item: Item, sheets: Sequence[Sheet]) -> list[int]:
    """How favourable each answer to an item is, 1 to its points; sheets without one are left out."""
    given = (sheet.submission.answers.get(item.id) for sheet in sheets)
    return [item.favourable(value) for value in given if isinstance(value, int)]


def _ingredient(name: str, sheets: Sequence[Sheet], bank: QuestionBank) -> IngredientSides:
    readings = tuple(sheet.scores.by_id(name) for sheet in sheets)
    scored = [r.score for r in readings if r.status == "scored" and r.score is not None]
    distance: Distance | None = None
    if len(scored) >= FEWEST:
        width = max(scored) - min(scored)
        distance = "alike" if width <= bank.reading.joint_weakest else "apart" if width >= APART else "some"
    return IngredientSides(name, readings, distance, sum(score < bank.reading.low for score in scored))


def _gap(item: Item, sheets: Sequence[Sheet]) -> ItemSides | None:
    found = values(item, sheets)
    return ItemSides(item.id, max(found) - min(found)) if len(found) >= FEWEST else None


def _some_unsure(item: Item, sheets: Sequence[Sheet]) -> bool:
    given = [sheet.submission.answers.get(item.id) for sheet in sheets]
    return "dk" in given and any(isinstance(value, int) for value in given)


def _all(item: Item, sheets: Sequence[Sheet], least: int, most: int) -> bool:
    found = values(item, sheets)
    return len(found) == len(sheets) and all(least <= value <= most for value in found)


def _actions(
    readings: Sequence[IngredientSides],
    sheets: Sequence[Sheet],
    bank: QuestionBank,
    about: About,
    stage: str | None,
) -> tuple[ChosenAction, ...]:
    """One each for ingredients that at least half of the sheets, two at least, have below the low mark."""
    weights = emphasis_order(bank, stage)
    shared = [one for one in readings if one.below >= max(FEWEST, (len(sheets) + 1) // 2)]
    shared.sort(key=lambda one: (weights[one.id], -one.below))
    found = [_action(one, sheets, bank, about, stage) for one in shared]
    return tuple(action for action in found if action is not None)[:MOST_ACTIONS]


def _action(
    one: IngredientSides, sheets: Sequence[Sheet], bank: QuestionBank, about: About, stage: str | None
) -> ChosenAction | None:
    """For the items that the sheets together have lowest, of those that most of them answered."""
    core = bank.ingredient_by_id[one.id].core
    given = {item.id: found for item in core if 2 * len(found := values(item, sheets)) > len(sheets)}
    if not given:
        return None
    means = {item: sum(found) / len(found) for item, found in given.items()}
    lowest = tuple(item for item, mean in means.items() if mean == min(means.values()))
    return fitting_action(replace(one.readings[0], lowest=lowest), bank, about, stage, "low")
