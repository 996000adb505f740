"""Groups side by side: what counts as alike and as far apart, what is talked about first, what is taken up together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.scoring import score
from exit_bridge.scoring.sides import Sheet, Sides, sides

BANK = load_bank()
ITEMS = BANK.variants["full"].items


def sheet(name: str, level: int = 3, stage: str = "sustaining", **answers: Any) -> Sheet:
    """Every answer the same, but for those that are named; None is none."""
    given = dict.fromkeys(ITEMS, level) | answers
    one = Submission(
        "s", "generic", name, BANK.ref, "full", {k: v for k, v in given.items() if v is not None}, {"stage": stage}
    )
    return Sheet(name, one, score(one, BANK, About()))


def laid(*sheets: Sheet, **about: Any) -> Sides:
    return sides(sheets, BANK, replace(About(), **about))


def higher(steps: int) -> dict[str, int]:
    """Receptivity higher by so many steps than all 3: each is 100 / 28 points."""
    items = [item for item in ITEMS if item.startswith("rec")]
    given = dict.fromkeys(items, 3)
    for n in range(steps):
        given[items[n % len(items)]] += 1
    return given


@pytest.mark.parametrize(
    ("steps", "distance"), [(0, "alike"), (3, "alike"), (4, "some"), (6, "some"), (7, "apart"), (14, "apart")]
)
def test_words_for_distances(steps: int, distance: str) -> None:
    """Within 12 points, and from 25 points on: 3 steps are 10.7, 4 are 14.3, 6 are 21.4, 7 are exactly 25."""
    found = laid(sheet("a"), sheet("b", **higher(steps)))
    assert [one.distance for one in found.ingredients] == [distance, "alike", "alike", "alike", "alike"]


def test_the_two_that_lie_furthest_apart_decide() -> None:
    """Whatever lies between them, and in whatever order they come."""
    found = laid(sheet("a", **higher(4)), sheet("b"), sheet("c", **higher(7)))
    assert found.ingredients[0].distance == "apart"


def test_only_what_is_scored_is_compared() -> None:
    """Four answers of seven are provisional: too few to lay beside others."""
    few = sheet("few", 1, rec01=None, rec02=None, rec03="dk")
    assert few.scores.by_id("receptivity").status == "provisional"
    assert laid(few, sheet("b", 5)).ingredients[0].distance is None
    found = laid(few, sheet("b", 5), sheet("c", 5)).ingredients[0]
    assert (found.distance, found.below) == ("alike", 0)


def test_the_widest_gaps_come_first() -> None:
    """Then by what matters most at the stage; a difference of one step is none; five at most."""
    a = sheet("a", rec01=1, cop02=2, lea01=1, mea05=5, ada02=5, ada03=1, rec02=2)
    b = sheet("b", rec01=5, cop02=3, lea01=3, mea05=3, ada02=3, ada03=4, rec02=4)
    found = laid(a, b)
    gaps = [(one.id, one.gap) for one in found.talk]
    assert gaps[:2] == [("rec01", 4), ("ada03", 3)]
    assert len(gaps) == 5
    assert "cop02" not in dict(gaps)
    order = [BANK.items[name].ingredient for name, gap in gaps if gap == 2]
    weights = [BANK.emphasis_at("sustaining")[name].weight for name in order]
    assert weights == sorted(weights, key=["high", "medium", "background"].index)


def test_who_cannot_tell_is_no_gap() -> None:
    """Don't know, does not apply and no answer are no answers; some who cannot tell beside others who can is told."""
    found = laid(sheet("a", rec01="dk", rec02="na", rec03=None), sheet("b", rec01=5, rec02=5, rec03=5))
    assert (found.talk, found.unsure) == ((), ("rec01",))
    assert laid(sheet("a", rec01="dk"), sheet("b", rec01="dk")).unsure == ()


def test_agreement_needs_everybody() -> None:
    """All at 2 or below, all at 4 or above; one who did not answer is not everybody."""
    found = laid(sheet("a", rec01=1, rec02=5, rec03=2, rec04=2), sheet("b", rec01=2, rec02=4, rec03="dk", rec04=3))
    assert (found.low, found.high) == (("rec01",), ("rec02",))


@pytest.mark.parametrize(
    ("low", "high", "taken_up"), [(1, 1, False), (2, 0, True), (2, 1, True), (2, 2, True), (2, 3, False), (3, 3, True)]
)
def test_together_is_taken_up_what_at_least_half_have_low(low: int, high: int, taken_up: bool) -> None:
    """And two at least."""
    sheets = [sheet(f"low{n}", 4, **{item: 1 for item in ITEMS if item.startswith("mea")}) for n in range(low)]
    sheets += [sheet(f"high{n}", 4) for n in range(high)]
    assert [chosen.ingredient for chosen in laid(*sheets).actions] == (["measurement"] if taken_up else [])


def test_the_action_is_for_the_answer_that_is_lowest_over_all() -> None:
    """Of those that most of them gave."""
    measured = {item: 2 for item in ITEMS if item.startswith("mea")}
    found = laid(
        sheet("a", 4, **measured | {"mea02": 1, "mea05": 1}),
        sheet("b", 4, **measured | {"mea02": 1, "mea05": "dk"}),
        sheet("c", 4, **measured | {"mea02": 2, "mea05": "dk"}),
    )
    (chosen,) = found.actions
    assert chosen.item == "mea02"


def test_at_most_three_in_the_order_of_the_stage() -> None:
    """What matters most first."""
    found = laid(sheet("a", 1), sheet("b", 1), stage="sustaining")
    weights = [BANK.emphasis_at("sustaining")[chosen.ingredient].weight for chosen in found.actions]
    assert weights == ["high"] * 3


@pytest.mark.parametrize(
    ("stages", "set_by", "stage"),
    [
        (("sustaining", "sustaining"), "", "sustaining"),
        (("sustaining", "scaling"), "", None),
        (("sustaining", "scaling"), "conception", "conception"),
        (("dont_know", "dont_know"), "", None),
    ],
)
def test_a_stage_is_what_all_say_or_the_organisers_set(stages: tuple[str, str], set_by: str, stage: str | None) -> None:
    """Where they differ there is none, and the report says so."""
    found = laid(sheet("a", stage=stages[0]), sheet("b", stage=stages[1]), stage=set_by)
    assert (found.stage, found.stages) == (stage, stages)


@pytest.mark.parametrize("many", [0, 1, 11])
def test_two_to_ten(many: int) -> None:
    """One has nothing beside it; more than ten nobody can read."""
    with pytest.raises(ValueError, match="2 to 10 sheets"):
        laid(*(sheet(str(n)) for n in range(many)))
