"""What may be shown of several people: floors, merging, and sums that cannot be taken from each other."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exit_bridge.scoring.disclosure import exposes, in_bands, merged, within_ends


def people(*names: str) -> frozenset[str]:
    return frozenset("".join(names))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], False),
        ([""], False),
        (["abcde"], False),
        (["abcd"], True),
        (["abcde", "abcdef"], True),  # one joined
        (["abcde", "abcdefghi"], True),  # four joined
        (["abcde", "abcdefghij"], False),
        (["abcdefghij", "abcdef"], True),  # all but the rest of four
        (["abcdefghij", "abcde"], False),
        (["abcdeFGHIJ", "abcdeKLMNO"], False),
        # One left while six came: neither sum can be taken from the other so that the one stays alone.
        (["abcdefx", "abcdefGHIJKL"], False),
        # Four reports that pair by pair differ by five or more, and still give two people away.
        (["abcdevwxyz", "abcdeABCDE", "abcdevwxyzABCDE"], False),
        (["Rabcd12345", "Rabcd45678", "Rabcd123678", "Rabcd"], True),
    ],
)
def test_groups_that_can_be_taken_from_each_other(groups: list[str], expected: bool) -> None:
    """Known sums give away fewer than five exactly where some combination of them does."""
    assert exposes(map(people, groups)) is expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.frozensets(st.sampled_from("abcdefghijkl"), min_size=1), max_size=4))
def test_it_is_the_same_as_solving_for_every_small_set(groups: list[frozenset[str]]) -> None:
    """Beside plain algebra: is there a combination of the groups that touches only so few people?"""
    everybody = sorted(set().union(*groups))
    rows = [[Fraction(one in group) for one in everybody] for group in groups]
    small = any(
        touches_only(rows, [everybody.index(one) for one in few])
        for size in range(1, 5)
        for few in combinations(everybody, size)
    )
    assert exposes(groups) is small


def touches_only(rows: list[list[Fraction]], columns: list[int]) -> bool:
    """Is the rank of the other columns smaller than that of all? Then some combination is zero outside these."""
    return rank(rows) > rank([[v for n, v in enumerate(row) if n not in columns] for row in rows])


def rank(rows: list[list[Fraction]]) -> int:
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        at = next((n for n in range(found, len(rows)) if rows[n][column]), None)
        if at is None:
            continue
        rows[found], rows[at] = rows[at], rows[found]
        for n in range(found + 1, len(rows)):
            by = rows[n][column] / rows[found][column]
            rows[n] = [a - by * b for a, b in zip(rows[n], rows[found], strict=True)]
        found += 1
    return found


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"senior": 2, "front": 2}, ()),
        ({"senior": 0, "front": 5}, (("front", 5),)),
        ({"senior": 5, "front": 6}, (("senior", 5), ("front", 6))),
        ({"senior": 1, "front": 9}, ()),  # the one could be worked out from ten
        ({"senior": 1, "middle": 5, "front": 9}, (("front", 9), ("others", 6))),
        ({"senior": 4, "middle": 1, "front": 9}, (("front", 9), ("others", 5))),
        ({"senior": 4, "front": 5, "partner": 5}, (("partner", 5), ("others", 9))),
    ],
)
def test_small_roles_are_counted_together(counts: dict[str, int], expected: tuple[tuple[str, int], ...]) -> None:
    assert merged(counts) == expected


@given(st.dictionaries(st.sampled_from(["senior", "middle", "front", "young", "unsaid"]), st.integers(0, 12)))
def test_no_count_of_roles_is_below_the_floor(counts: dict[str, int]) -> None:
    shown = merged(counts)
    assert all(n >= 5 for _, n in shown)
    assert sum(n for _, n in shown) in (0, sum(counts.values()))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 5, 4, 0], ()),  # nine people
        ([0, 10, 0, 0], ()),  # all in one band
        ([0, 5, 5, 0], ((0, 1, 5), (2, 3, 5))),
        ([3, 3, 3, 3], ((0, 0, 3), (1, 1, 3), (2, 2, 3), (3, 3, 3))),
        ([1, 0, 9, 5], ((0, 2, 10), (3, 3, 5))),
        ([9, 0, 0, 1], ()),
    ],
)
def test_bands_with_few_people_go_with_their_neighbour(
    counts: list[int], expected: tuple[tuple[int, int, int], ...]
) -> None:
    assert in_bands(counts) == expected


def test_every_distribution_covers_everybody_in_cells_of_three() -> None:
    chance = random.Random(20261125)
    for _ in range(2000):
        counts = [chance.choice([0, 0, 1, 2, 3, 5, 9]) for _ in range(4)]
        cells = in_bands(counts)
        assert all(n >= 3 for _, _, n in cells)
        assert len(cells) != 1
        if cells:
            assert sum(n for _, _, n in cells) == sum(counts) >= 10
            assert [a for a, _, _ in cells] == [0, *(b + 1 for _, b, _ in cells[:-1])]


def test_means_at_the_ends_are_printed_as_such() -> None:
    assert [within_ends(mean) for mean in (0, 4, 5, 50, 95, 96, 100)] == [5, 5, 5, 50, 95, 95, 95]
