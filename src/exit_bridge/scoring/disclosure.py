"""What may be shown of several people without showing any one of them.

Floors: no figure over fewer than five people, no distribution and no figure of one role over fewer than ten. Beyond
that nobody who puts published means together, of one report or of several, may come to the sum of fewer than five.
The rules are ours (docs/disclosure.md), after the practice of official statistics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

FLOOR = 5
"""People behind a mean, a word on spread or a count of people."""
ROLE_FLOOR = 10
"""People behind a distribution or a figure of one role. A survey may go lower for roles, never below `FLOOR`."""
CELL = 3
"""People in a band of a distribution; smaller ones are shown together with their neighbour."""
LEAST, MOST = 5, 95
"""Ends of what a mean is printed as: beyond them everybody's answers would be known."""
OTHERS = "others"
"""Roles that are counted together."""


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors in force."""

    mean: int = FLOOR
    role: int = ROLE_FLOOR


def exposes(groups: Iterable[frozenset[str]], floor: int = FLOOR) -> bool:
    """Could someone who knows the mean and size of every group work out a figure of fewer than `floor` people?

    Sums of groups can be added and taken from each other. People who are in the same groups cannot be told apart by
    that, so it is enough to look at those classes: some combination leaves only a few people exactly where the
    groups, looked at without those people, no longer differ as much as with them (the rank falls).
    """
    known = [group for group in set(groups) if group]
    people: set[str] = set().union(*known)
    classes = Counter(tuple(one in group for group in known) for one in people)
    small = [(pattern, n) for pattern, n in classes.items() if n < floor]
    rank = _rank(list(classes))
    for size in range(1, floor):
        for few in combinations(small, size):
            if sum(n for _, n in few) < floor:
                gone = {pattern for pattern, _ in few}
                if _rank([pattern for pattern in classes if pattern not in gone]) < rank:
                    return True
    return False


def tells_of_few(now: frozenset[str], earlier: Iterable[frozenset[str]], floor: int) -> bool:
    """Did fewer than the floor come, or go, between two counts? Then a count that falls tells who was in it."""
    return any(0 < len(gone) < floor for then in earlier for gone in (now - then, then - now))


def _rank(vectors: Sequence[Sequence[int]]) -> int:
    rows = [[Fraction(value) for value in vector] for vector in vectors]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(rank + 1, len(rows)):
            if by := rows[n][column] / rows[rank][column]:
                rows[n] = [mine - by * theirs for mine, theirs in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank


def merged(counts: Mapping[str, int], floor: int = FLOOR) -> tuple[tuple[str, int], ...]:
    """Counts of people by role, those below the floor together; nothing where that would leave one group only.

    Where what is put together is itself below the floor, the next smallest role goes with it: what is missing could
    else be worked out from the whole.
    """
    if sum(counts.values()) < floor:
        return ()
    shown = dict(sorted(((role, n) for role, n in counts.items() if n), key=lambda each: each[1]))
    rest = sum(shown.pop(role) for role, n in list(shown.items()) if n < floor)
    while 0 < rest < floor:
        rest += shown.pop(next(iter(shown)))
    if not shown:
        return ()
    ordered = [(role, shown[role]) for role in counts if role in shown]
    return (*ordered, *([(OTHERS, rest)] if rest else []))


def in_bands(counts: Sequence[int], floor: int = ROLE_FLOOR) -> tuple[tuple[int, int, int], ...]:
    """Neighbouring bands as (first, last, people), each with enough people; empty where that leaves only one.

    A band without anybody is merged too: that all are in one band would be told of everybody.
    """
    if sum(counts) < floor:
        return ()
    cells = [(n, n, count) for n, count in enumerate(counts)]
    while len(cells) > 1 and any(count < CELL for _, _, count in cells):
        at = min(range(len(cells)), key=lambda n: cells[n][2])
        beside = min((n for n in (at - 1, at + 1) if 0 <= n < len(cells)), key=lambda n: cells[n][2])
        first, second = sorted((at, beside))
        cells[first : second + 1] = [(cells[first][0], cells[second][1], cells[first][2] + cells[second][2])]
    return tuple(cells) if len(cells) > 1 else ()


def within_ends(mean: int) -> int:
    """A mean as it may be printed: from `LEAST` to `MOST`."""
    return min(max(mean, LEAST), MOST)
