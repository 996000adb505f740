"""The evaluator of rule conditions: a handful of forms, each a small table in the bank's rules.

    { all = [ … ] }             every one holds
    { any = [ … ] }             at least one holds
    { exactly_one = [ … ] }     one holds and the others are known not to
    { score = "leadership", below = 50 }   also at_least; holds only when that ingredient is scored (not provisional)
    { value = "lea04", at_most = 2 }       also at_least; the answer as given; holds only when the item is answered
    { dont_know = "any_ingredient", at_least = 3 }   that many `dk` among one ingredient's core items
    { lowest = "receptivity", by_more_than = 12 }    lowest of at least three scored, by more than that
    { stage = ["sustaining"] }             the stage of the work
    { about = "funding", is = ["regular"] }   a fact the coordinator set

Truth has three values (Kleene): what was not scored or not answered is unknown, and a rule fires only on true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exit_bridge.bank import About
from exit_bridge.scoring.types import Fact, IngredientScore

Truth = bool | None
Verdict = tuple[Truth, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What conditions may look at."""

    scores: Mapping[str, IngredientScore]
    values: Mapping[str, float]
    stage: str | None
    about: About

    def scored(self, ingredient: str) -> float | None:
        """The score, unless it is provisional or missing."""
        reading = self.scores[ingredient]
        return reading.score if reading.status == "scored" else None


def holds(condition: Mapping[str, Any], seen: Evidence) -> Verdict:
    """Whether a condition holds (True, False, None = cannot be known) and the facts that made it true."""
    match condition:  # the commonest first
        case {"score": ingredient}:
            return _within(seen.scored(ingredient), condition, "score", ingredient)
        case {"value": item}:
            return _within(seen.values.get(item), condition, "value", item)
        case {"all": parts}:
            return _all(parts, seen)
        case {"stage": stages}:
            return (seen.stage in stages) if seen.stage else None, _fact("stage", "stage", seen.stage or "")
        case {"any": parts}:
            return _any([holds(part, seen) for part in parts])
        case {"about": name, "is": values}:
            said = str(getattr(seen.about, name))
            return (said in values) if said else None, _fact("about", name, said)
        case {"exactly_one": parts}:
            return _exactly_one([holds(part, seen) for part in parts])
        case {"dont_know": _, "at_least": least}:
            return _dont_know(seen, least)
        case {"lowest": ingredient, "by_more_than": distance}:
            return _lowest(seen, ingredient, distance)
    raise AssertionError(f"unchecked condition {condition}")


def _fact(kind: Any, subject: str, found: float | str) -> tuple[Fact, ...]:
    return (Fact(kind, subject, found),)


def _all(parts: Sequence[Mapping[str, Any]], seen: Evidence) -> Verdict:
    truth: Truth = True
    facts: tuple[Fact, ...] = ()
    for part in parts:
        held, found = holds(part, seen)
        if held is False:
            return False, ()
        truth = truth and held
        facts += found
    return truth, facts


def _any(verdicts: Sequence[Verdict]) -> Verdict:
    truths = [truth for truth, _ in verdicts]
    truth = True if True in truths else None if None in truths else False
    return truth, tuple(fact for held, facts in verdicts if held for fact in facts)


def _exactly_one(verdicts: Sequence[Verdict]) -> Verdict:
    truths = [truth for truth, _ in verdicts]
    truth = None if None in truths else truths.count(True) == 1
    return truth, tuple(fact for held, facts in verdicts if held for fact in facts)


def _within(found: float | None, limits: Mapping[str, Any], kind: Any, subject: str) -> Verdict:
    if found is None:
        return None, ()
    if (
        found >= limits.get("below", math.inf)
        or found < limits.get("at_least", -math.inf)
        or found > limits.get("at_most", math.inf)
    ):
        return False, ()
    return True, _fact(kind, subject, found)


def _dont_know(seen: Evidence, least: int) -> Verdict:
    facts = tuple(
        Fact("count", reading.id, reading.reasons.dont_know)
        for reading in seen.scores.values()
        if reading.reasons.dont_know >= least
    )
    return bool(facts), facts


def _lowest(seen: Evidence, ingredient: str, distance: float) -> Verdict:
    mine = seen.scored(ingredient)
    others = [score for name in seen.scores if name != ingredient and (score := seen.scored(name)) is not None]
    if mine is None or len(others) < 2:
        return None, ()
    gap = min(others) - mine
    return gap > distance, _fact("gap", ingredient, gap)
