"""Each rule at its edges, and the evaluator's three-valued truth."""

from __future__ import annotations

import pytest
from tests.scoring.test_score import CORE, even, submission

from exit_bridge.bank import About, load_bank
from exit_bridge.scoring import score
from exit_bridge.scoring.conditions import Evidence, holds
from exit_bridge.scoring.types import Fact, IngredientScore, Reasons

BANK = load_bank()


def fired(answers, **about):
    return [note.rule for note in score(submission(answers), BANK, About(**about)).notes]


HIGH = {"receptivity": 4, "coproduction": 4, "leadership": 4, "measurement": 4, "adaption": 4}


@pytest.mark.parametrize(
    ("rule", "levels", "single", "about"),
    [
        ("absent-coproduction", {"coproduction": 1}, {}, {"stage": "sustaining"}),
        ("absent-coproduction", {"coproduction": 1}, {}, {"stage": "scaling"}),
        ("decide-now", {}, {"cop01": 2}, {"stage": "conception"}),
        ("decide-now", {"coproduction": 2}, {}, {"stage": "conception"}),
        ("sustaining-three", {"measurement": 2}, {}, {"stage": "sustaining"}),
        ("sustaining-three", {"adaption": 2}, {}, {"stage": "sustaining"}),
        ("sustaining-three", {}, {"lea05": 2}, {"stage": "sustaining"}),
        ("compensating-mix", {"leadership": 2}, {}, {"stage": "scaling"}),
        ("compensating-mix", {"coproduction": 2}, {}, {"stage": "scaling"}),
        ("one-person", {}, {"lea04": 2}, {}),
        ("backed-unproven", {"measurement": 2, "coproduction": 2}, {}, {}),
        ("hollow", {"adaption": 2}, {}, {"stage": "scaling"}),
        ("hollow", {}, {"ada06": 2}, {"stage": "scaling"}),
        ("counting-without-asking", {}, {"mea02": 2}, {}),
        ("counting-without-asking", {}, {"mea07": 1}, {}),
        ("pressure-freezes", {"receptivity": 2}, {}, {"external_view": "weak"}),
        ("pressure-opens", {}, {}, {"external_view": "weak"}),
        ("room-for-middle", {}, {"lea02": 2}, {"external_view": "strong"}),
        ("money-before-case", {}, {"mea06": 2}, {"funding": "ends_within_12_months"}),
        ("money-before-case", {}, {"mea06": 1}, {"financial_pressure": "severe"}),
        ("extra-duty", {}, {"ada04": 2}, {"stage": "implementation"}),
        ("start-here", {"receptivity": 3}, {}, {}),
        ("start-here", {"receptivity": 4, **dict.fromkeys(list(CORE)[1:], 5)}, {"rec01": 3}, {}),
        ("cannot-see", {}, dict.fromkeys(["ada01", "ada02", "ada03"], "dk"), {}),
    ],
)
def test_each_rule_fires_when_its_condition_holds(rule, levels, single, about):
    """Built from an otherwise comfortable picture, so that only this condition brings it up."""
    assert rule in fired(even(**{**HIGH, **levels}) | single, **about)


@pytest.mark.parametrize(
    ("rule", "levels", "single", "about"),
    [
        (
            "absent-coproduction",
            {"coproduction": 1},
            {"cop01": 3, "cop02": 3, "cop03": 3, "cop04": 2},
            {"stage": "sustaining"},
        ),
        ("absent-coproduction", {"coproduction": 1}, {}, {"stage": "implementation"}),
        ("decide-now", {}, {"cop01": 3}, {"stage": "conception"}),
        ("compensating-mix", {"leadership": 2, "coproduction": 2}, {}, {"stage": "scaling"}),
        ("compensating-mix", {"coproduction": 1}, {}, {"stage": "scaling"}),
        ("compensating-mix", {"leadership": 2, "receptivity": 3}, {}, {"stage": "scaling"}),
        ("one-person", {}, {"lea04": 3}, {}),
        ("counting-without-asking", {"measurement": 2}, {}, {}),
        ("pressure-opens", {"receptivity": 3}, {}, {"external_view": "weak"}),
        ("pressure-freezes", {"receptivity": 3}, {}, {"external_view": "weak"}),
        ("money-before-case", {}, {"mea06": 3}, {"funding": "ends_within_12_months"}),
        ("extra-duty", {}, {"ada04": 2}, {"stage": "scaling"}),
        ("start-here", {"receptivity": 4, **dict.fromkeys(list(CORE)[1:], 5)}, {}, {}),
        ("cannot-see", {}, dict.fromkeys(["ada01", "ada02"], "dk"), {}),
    ],
)
def test_each_rule_stays_silent_beside_its_edge(rule, levels, single, about):
    """One step off the condition, and the note is not shown."""
    assert rule not in fired(even(**{**HIGH, **levels}) | single, **about)


def test_a_fired_rule_silences_others():
    """While sustaining with weak adaption, a compensating mix is not offered as a comfort."""
    answers = even(**{**HIGH, "leadership": 2}) | {"lea05": 1}
    assert fired(answers, stage="sustaining") == ["sustaining-three", "one-person"]


def test_a_rule_about_a_score_needs_it_scored():
    """A provisional score brings up no note."""
    answers = even(**HIGH) | dict.fromkeys(CORE["coproduction"], 1)
    assert "absent-coproduction" in fired(answers, stage="sustaining")
    for item in CORE["coproduction"][:3]:
        del answers[item]
    assert "absent-coproduction" not in fired(answers, stage="sustaining")


def test_notes_keep_claim_and_trigger_apart():
    """What the study says and what brought the note up are two different kinds of evidence."""
    (note,) = score(submission(even(**HIGH) | {"lea04": 1}), BANK).notes
    assert (note.rule, note.claim, note.trigger) == ("one-person", (("SL", "reported"),), "ours")
    assert note.facts == (Fact("value", "lea04", 1),)


# -- the evaluator -------------------------------------------------------------------------------------------------


def seen(**scores):
    readings = {
        name: IngredientScore(name, number, "scored" if number is not None else "not_scored", None, 7, 7, Reasons())
        for name, number in scores.items()
    }
    return Evidence(readings, {"rec01": 2}, "sustaining", About())


LOW_A, LOW_B = {"score": "a", "below": 50}, {"score": "b", "below": 50}


@pytest.mark.parametrize(
    ("condition", "a", "b", "truth"),
    [
        ({"all": [LOW_A, LOW_B]}, 10, 10, True),
        ({"all": [LOW_A, LOW_B]}, 10, None, None),
        ({"all": [LOW_A, LOW_B]}, 60, None, False),
        ({"any": [LOW_A, LOW_B]}, 10, None, True),
        ({"any": [LOW_A, LOW_B]}, 60, None, None),
        ({"any": [LOW_A, LOW_B]}, 60, 60, False),
        ({"exactly_one": [LOW_A, LOW_B]}, 10, 60, True),
        ({"exactly_one": [LOW_A, LOW_B]}, 10, 10, False),
        ({"exactly_one": [LOW_A, LOW_B]}, 10, None, None),
        ({"score": "a", "at_least": 25, "below": 50}, 24.99, 0, False),
        ({"score": "a", "at_least": 25, "below": 50}, 25, 0, True),
        ({"value": "rec01", "at_most": 2}, 0, 0, True),
        ({"value": "rec02", "at_most": 2}, 0, 0, None),
        ({"stage": ["scaling"]}, 0, 0, False),
        ({"about": "funding", "is": ["regular"]}, 0, 0, None),
    ],
)
def test_truth_has_three_values(condition, a, b, truth):
    """Unknown is neither true nor false, and only true fires a rule."""
    assert holds(condition, seen(a=a, b=b))[0] is truth


@pytest.mark.parametrize(("others", "truth"), [((40.0, 40.0), True), ((37.0, 60.0), False), ((40.0, None), None)])
def test_lowest_by_more_than(others, truth):
    """Lowest means: of at least three scored, by more than the distance."""
    condition = {"lowest": "a", "by_more_than": 12}
    assert holds(condition, seen(a=25.0, b=others[0], c=others[1]))[0] is truth
