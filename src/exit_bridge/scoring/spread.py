"""How far people's answers lie apart, in three words.

Average deviation: the mean distance of the answers to one item from their mean, in steps; for an ingredient the mean
over its core items. The upper cut-off is the customary sixth of the scale's points; both are ours to choose, and
`benchmarks/chance.py` shows how often answers at random would get each word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Spread = Literal["similar", "some", "split"]

SIMILAR = 0.6
SPLIT = 5 / 6
"""Steps of a five-point scale; scales of other lengths are measured in the same share of theirs."""


def deviation(values: Sequence[float]) -> float:
    """Average distance from the mean. Raises ZeroDivisionError for nothing."""
    mean = sum(values) / len(values)
    return sum(abs(value - mean) for value in values) / len(values)


def spread(deviations: Sequence[float], points: int = 5) -> Spread:
    """The word for an ingredient's items on a scale of so many points: exactly at a cut-off it is `some`."""
    found = sum(deviations) / len(deviations) * 5 / points
    if found < SIMILAR - 1e-9:
        return "similar"
    return "split" if found > SPLIT + 1e-9 else "some"
