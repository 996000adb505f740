"""A team in two waves: a change only where people and chance do not explain it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tests.scoring.team_cases import BANK, person, picture

from exit_bridge.scoring.team_waves import LEAST, half_width, overlap, team_waves


def wave(n: int, answer: int, **more: str) -> tuple:
    return picture([person(f"{answer}-{k}", answer, **more) for k in range(n)])


def compared(then: tuple, now: tuple) -> object:
    return team_waves(then[0], now[0], (then[1], now[1]), BANK)


@pytest.mark.parametrize(("n", "change"), [(7, "unknown"), (8, "up")])
def test_a_change_needs_eight_people_in_both_waves(n: int, change: str) -> None:
    found = compared(wave(n, 2), wave(12, 4))
    assert {move.change for move in found.moves} == {change}
    assert {move.change for move in compared(wave(12, 2), wave(n, 4)).moves} == {change}


def test_going_down_is_told_alike() -> None:
    found = compared(wave(9, 4), wave(9, 2))
    assert {(move.then, move.now, move.change) for move in found.moves} == {(75, 25, "down")}


def test_half_of_the_roles_must_be_the_same() -> None:
    mixed = picture([person(f"f{k}", 4) for k in range(5)] + [person(f"s{k}", 4, role="senior") for k in range(5)])
    assert compared(wave(10, 2), mixed).same_mix
    assert {move.change for move in compared(wave(10, 2), mixed).moves} == {"up"}
    other = picture([person(f"f{k}", 4) for k in range(4)] + [person(f"s{k}", 4, role="senior") for k in range(6)])
    found = compared(wave(10, 2), other)
    assert not found.same_mix
    assert {move.change for move in found.moves} == {"unknown"}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({"a": 4}, {"a": 9}, 1.0),
        ({"a": 4}, {"b": 9}, 0.0),
        ({"a": 5, "b": 5}, {"a": 10}, 0.5),
        ({}, {"a": 10}, 0.0),
    ],
)
def test_how_much_of_the_roles_is_the_same(then: dict, now: dict, expected: float) -> None:
    assert overlap(then, now) == pytest.approx(expected)


def test_the_interval_is_that_of_two_means() -> None:
    """Welch's, worked out by hand: 18 points apart in both groups of 8, 14 degrees, t = 2.977 at 99 %."""
    assert half_width((8, 50, 18), (8, 60, 18)) == pytest.approx(2.977 * math.sqrt(2 * 18 * 18 / 8), rel=1e-3)
    assert half_width((20, 0, 18), (8, 0, 9)) < half_width((20, 0, 18), (8, 0, 18))


def test_the_interval_is_never_narrower_than_ten_points() -> None:
    """People who all say the same wobble too."""
    assert half_width((30, 50, 0), (30, 60, 0)) == LEAST
    assert half_width((30, 50, 2), (30, 60, 2)) == LEAST


@pytest.mark.parametrize(("by", "change"), [(10.0, "none"), (10.01, "up"), (-10.01, "down"), (-10.0, "none")])
def test_the_change_at_its_edge(by: float, change: str) -> None:
    (then, before), (now, after) = wave(10, 3), wave(10, 3)
    moved = replace(after, moments={key: (n, mean + by, 0.0) for key, (n, mean, _) in after.moments.items()})
    still = replace(before, moments={key: (n, mean, 0.0) for key, (n, mean, _) in before.moments.items()})
    assert {move.change for move in team_waves(then, now, (still, moved), BANK).moves} == {change}
