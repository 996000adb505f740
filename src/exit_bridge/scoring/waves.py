"""One group's sheet in two rounds: what changed clearly, and what may be chance.

One reading of an ingredient can differ by about 20 points from the next though nothing happened (our simulation), so
only a move of a band's width is called a change. The cut-off is ours and untested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exit_bridge.bank import QuestionBank
from exit_bridge.scoring.sides import APART, WIDE, Sheet
from exit_bridge.scoring.types import IngredientScore

Change = Literal["up", "down", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Move:
    """One ingredient then and now; `unknown` where it was not scored both times."""

    id: str
    then: IngredientScore
    now: IngredientScore
    change: Change


@dataclass(frozen=True, slots=True)
class Waves:
    """A sheet in two rounds. `items`: core items whose answer moved by two steps or more, with the steps, up positive;
    never those about the past, which cannot change."""

    then: Sheet
    now: Sheet
    moves: tuple[Move, ...]
    items: tuple[tuple[str, int], ...]

    @property
    def clear(self) -> tuple[Move, ...]:
        """What changed clearly."""
        return tuple(move for move in self.moves if move.change in ("up", "down"))


def waves(then: Sheet, now: Sheet, bank: QuestionBank) -> Waves:
    """Compare two rounds. Raises ValueError where they answer different banks or variants."""
    if (then.submission.bank, then.submission.variant) != (now.submission.bank, now.submission.variant):
        raise ValueError("Rounds can be compared only where they answer the same form")
    moves = tuple(_move(i.id, then, now) for i in bank.ingredients)
    steps = {
        item.id: _steps(item.id, then, now, bank) for item in bank.items.values() if item.core and not item.history
    }
    return Waves(then, now, moves, tuple((item, by) for item, by in steps.items() if abs(by) >= WIDE))


def _move(ingredient: str, then: Sheet, now: Sheet) -> Move:
    before, after = then.scores.by_id(ingredient), now.scores.by_id(ingredient)
    change: Change = "unknown"
    if before.status == after.status == "scored" and before.score is not None and after.score is not None:
        by = after.score - before.score
        change = "up" if by >= APART else "down" if by <= -APART else "none"
    return Move(ingredient, before, after, change)


def _steps(item: str, then: Sheet, now: Sheet, bank: QuestionBank) -> int:
    before, after = then.submission.answers.get(item), now.submission.answers.get(item)
    if not isinstance(before, int) or not isinstance(after, int):
        return 0
    return bank.items[item].favourable(after) - bank.items[item].favourable(before)
