"""What scoring says about one submission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from exit_bridge.bank.types import Emphasis

Status = Literal["scored", "provisional", "not_scored"]
Standing = Literal["found", "none_stands_out", "all_in_place", "too_few_scored"]
Why = Literal["weakest", "low", "stage"]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Core items of an ingredient without a usable answer, by reason."""

    dont_know: int = 0
    not_relevant: int = 0
    skipped: int = 0
    not_asked: int = 0


@dataclass(frozen=True, slots=True)
class IngredientScore:
    """One ingredient. `score` is 0-100, unrounded, None unless scored or provisional; `band` only when scored.

    `answered` and `asked` count core items; `lowest` are the answered core items with the least favourable answer.
    """

    id: str
    score: float | None
    status: Status
    band: str | None
    answered: int
    asked: int
    reasons: Reasons
    lowest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Priority:
    """An ingredient below the low mark, in the order to take them up; `later` when the stage leaves it for later."""

    ingredient: str
    emphasis: Emphasis | None
    later: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One elementary condition that held: what was looked at, and the number found (a score, a value, a count)."""

    kind: Literal["score", "value", "count", "stage", "about", "gap"]
    subject: str
    found: float | int | str


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that fired: claim evidence and trigger evidence stay apart."""

    rule: str
    claim: tuple[tuple[str, str], ...]
    """(source key, strength) pairs."""
    trigger: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ChosenAction:
    """An action, the item that brought it up and why; `from_now_on` when that item is about the past."""

    action: str
    ingredient: str
    item: str
    why: Why
    from_now_on: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Five readings side by side, never one total."""

    ingredients: tuple[IngredientScore, ...]
    standing: Standing
    weakest: tuple[str, ...]
    furthest: tuple[str, ...]
    """The highest and those as close to it as joint weakest are to the lowest; `strength`: may they be called one?"""
    strength: bool
    priorities: tuple[Priority, ...]
    notes: tuple[Note, ...]
    actions: tuple[ChosenAction, ...]
    checklist: tuple[str, ...]
    """At conception: items whose time is still ahead, as things to plan for."""
    stage: str | None
    scored_variant: bool

    def by_id(self, ingredient: str) -> IngredientScore:
        """The reading of one ingredient."""
        return next(i for i in self.ingredients if i.id == ingredient)


Document = dict[str, Any]
"""A JSON document: the submission or the result, as their published schemas describe them."""
