"""Two rounds of one group: what is called a change."""

from __future__ import annotations

import pytest
from tests.scoring.test_sides import BANK, higher, sheet

from exit_bridge.scoring.waves import waves


@pytest.mark.parametrize(("steps", "change"), [(0, "none"), (6, "none"), (7, "up"), (14, "up")])
def test_a_change_is_a_bands_width(steps: int, change: str) -> None:
    """7 steps of 28 are exactly 25 points; 6 are 21.4 and may be chance. The same downwards."""
    low, high = sheet("a"), sheet("a", **higher(steps))
    assert [move.change for move in waves(low, high, BANK).moves] == [change, *["none"] * 4]
    down = {"up": "down"}.get(change, change)
    assert waves(high, low, BANK).moves[0].change == down
    assert bool(waves(low, high, BANK).clear) == (change == "up")


def test_only_what_is_scored_both_times_is_compared() -> None:
    """Provisional then, or now: not known."""
    few = sheet("a", 1, rec01=None, rec02=None, rec03="dk")
    assert waves(few, sheet("a", 5), BANK).moves[0].change == "unknown"
    assert waves(sheet("a", 5), few, BANK).moves[0].change == "unknown"


def test_answers_that_moved_by_two_steps() -> None:
    """Up and down, in form order; none of the past, which cannot change, and none that was no answer once."""
    assert BANK.items["cop01"].history
    then = sheet("a", rec01=1, rec02=5, rec03=3, cop01=1, lea01="dk")
    now = sheet("a", rec01=3, rec02=3, rec03=4, cop01=5, lea01=5)
    assert waves(then, now, BANK).items == (("rec01", 2), ("rec02", -2))


def test_only_the_same_form_can_be_compared() -> None:
    """Another bank or variant asks something else."""
    from dataclasses import replace

    other = sheet("a")
    other = replace(other, submission=replace(other.submission, variant="extended"))
    with pytest.raises(ValueError, match="same form"):
        waves(sheet("a"), other, BANK)
