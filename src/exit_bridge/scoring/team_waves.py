"""A team in two waves: what moved by more than chance and the small number of people explain.

An interval is computed for the difference of two means, as between two groups of people (Welch 1947), at 99 % for each
ingredient, so that about one team in twenty with nothing but chance would be told of any change. It is never narrower
than ten points, because single readings wobble too. Both are ours; `benchmarks/chance.py` shows what they do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from exit_bridge.bank import QuestionBank
from exit_bridge.scoring.picture import Frame, TeamPicture
from exit_bridge.scoring.waves import Change

FEWEST = 8
"""People scored in each wave before a change is looked for."""
SAME_MIX = 0.5
"""Share of the roles that must be the same."""
LEAST = 10.0
"""Points: the narrowest half of an interval."""
CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class TeamMove:
    """One ingredient then and now, as printed; None where a mean was kept back."""

    id: str
    then: int | None
    now: int | None
    change: Change


@dataclass(frozen=True, slots=True)
class TeamWaves:
    """Two pictures beside each other. `same_mix`: are the roles alike enough to compare?"""

    then: TeamPicture
    now: TeamPicture
    moves: tuple[TeamMove, ...]
    same_mix: bool


def team_waves(then: TeamPicture, now: TeamPicture, frames: tuple[Frame, Frame], bank: QuestionBank) -> TeamWaves:
    """Compare two closed waves of one bank; `frames` are what they were made over, in the same order."""
    before, after = frames
    same = overlap(before.roles, after.roles) >= SAME_MIX

    def change(ingredient: str) -> Change:
        first, second = before.moments.get(ingredient), after.moments.get(ingredient)
        if first is None or second is None or min(first[0], second[0]) < FEWEST or not same:
            return "unknown"
        by = second[1] - first[1]
        if abs(by) <= half_width(first, second):
            return "none"
        return "up" if by > 0 else "down"

    moves = tuple(TeamMove(i.id, then.by_id(i.id).mean, now.by_id(i.id).mean, change(i.id)) for i in bank.ingredients)
    return TeamWaves(then, now, moves, same)


def overlap(then: Mapping[str, int], now: Mapping[str, int]) -> float:
    """How much of two mixes of roles is the same, 0 to 1."""
    all_then, all_now = sum(then.values()), sum(now.values())
    if not all_then or not all_now:
        return 0.0
    return sum(min(then.get(role, 0) / all_then, now.get(role, 0) / all_now) for role in {*then, *now})


def half_width(then: tuple[int, float, float], now: tuple[int, float, float]) -> float:
    """Half of the interval round the difference of two means, in points; each is n, mean, standard deviation."""
    parts = [sd * sd / n for n, _, sd in (then, now)]
    variance = sum(parts)
    if not variance:
        return LEAST
    freedom = variance**2 / sum(part * part / (n - 1) for part, (n, _, _) in zip(parts, (then, now), strict=True))
    return max(LEAST, _t(freedom) * math.sqrt(variance))


def _t(freedom: float) -> float:
    """Student's quantile by its expansion round the normal one (Abramowitz & Stegun 26.7.5); 0.2 % off at 7 degrees."""
    z, v = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2), freedom
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3
