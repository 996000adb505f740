"""The team picture: figures over enough people, words at their edges, and nobody in it who did not agree."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from tests.scoring.team_cases import ABOUT, CORE, at_random, person, picture

from exit_bridge.scoring.disclosure import Floors
from exit_bridge.scoring.picture import (
    frame_document,
    frame_from_document,
    picture_document,
    picture_from_document,
)
from exit_bridge.scoring.spread import deviation, spread
from exit_bridge.scoring.team import NotReissued


def some(n: int, answer: int = 3, **more: str) -> list:
    return [person(f"{more.get('role', 'front')}-{k}", answer, **more) for k in range(n)]


@pytest.mark.parametrize("n", range(5))
def test_below_five_there_is_nothing(n: int) -> None:
    """Not even how many: the pictures of none to four people are the same."""
    made, _ = picture(some(n))
    assert made == picture([])[0]
    assert (made.n, made.scores, made.roles, made.held) == (None, None, (), ("few",))
    assert all(
        (one.n, one.mean, one.spread, one.bands, one.by_role) == (None, None, None, (), ()) for one in made.ingredients
    )


def test_from_five_there_is_a_mean_and_a_word() -> None:
    made, frame = picture([person(f"p{k}", 1 + k) for k in range(5)])
    one = made.by_id("receptivity")
    assert (made.n, one.n, one.mean, one.bands, one.by_role) == (5, 5, 50, (), ())
    assert one.spread == "split"  # 1 to 5: a mean distance of 1.2 steps
    assert frame.members == {f"p{k}" for k in range(5)}
    assert frame.moments["receptivity"] == pytest.approx((5, 50.0, 39.528), abs=1e-3)


def test_those_who_did_not_agree_are_in_no_figure() -> None:
    agreed = [person(f"p{k}", 4) for k in range(6)]
    others = [person(f"no{k}", 1, team="no") for k in range(9)] + [person(f"unsaid{k}", 1, team="") for k in range(9)]
    assert picture([*agreed, *others])[0] == picture(agreed)[0]


def test_empty_submissions_are_not_counted() -> None:
    assert picture([*some(5), *[person(f"e{k}", {}) for k in range(3)]])[0].n == 5


def test_a_mean_needs_five_who_are_scored_on_it() -> None:
    """Whoever could not tell is no part of a mean, and too few leave none."""
    people = [person(f"p{k}", {"measurement": "dk" if k else 3, "": 4}) for k in range(9)]
    made, _ = picture(people)
    assert (made.by_id("measurement").n, made.by_id("measurement").mean) == (None, None)
    assert made.by_id("measurement").unsure is True
    assert made.by_id("leadership").n == 9
    assert "some_few" in made.held


@pytest.mark.parametrize(("unsure", "expected"), [(20, False), (21, True)])
def test_three_answers_in_ten_that_do_not_know_are_a_visibility_gap(unsure: int, expected: bool) -> None:
    """Of ten people's seventy answers."""
    people = []
    for k in range(10):
        said: dict[str, int | str] = {}
        for place, item in enumerate(CORE["measurement"]):
            said[item] = "dk" if k * 7 + place < unsure else 3
        people.append(person(f"p{k}", {"": 3, **said}))
    assert picture(people)[0].by_id("measurement").unsure is expected


@pytest.mark.parametrize(
    ("deviations", "expected"),
    [
        ([0.0], "similar"),
        ([0.599], "similar"),
        ([0.6], "some"),
        ([5 / 6], "some"),
        ([0.834], "split"),
        ([0.5, 0.7], "some"),
        ([0.4, 0.7], "similar"),
    ],
)
def test_words_on_spread_at_their_edges(deviations: list[float], expected: str) -> None:
    assert spread(deviations) == expected


def test_spread_is_the_mean_distance_in_steps_of_a_five_point_scale() -> None:
    assert deviation([1, 5]) == 2
    assert deviation([3, 3, 3]) == 0
    assert spread([2.0], points=5) == "split"
    assert spread([0.5], points=3) == "some", "half a step of three is five sixths of one of five"


def test_means_are_whole_and_never_printed_into_a_band_they_have_not_reached() -> None:
    """49.6 is printed as 49; and what follows, follows from that."""
    answers = dict.fromkeys(CORE["adaption"], 3)
    people = [person(f"p{k}", {**answers, "": 3}) for k in range(9)]
    low = dict.fromkeys(CORE["adaption"], 3) | {CORE["adaption"][0]: 2}
    made, frame = picture([*people, person("p9", {**low, "": 3})])
    assert 49.5 < frame.moments["adaption"][1] < 50
    assert (made.by_id("adaption").mean, made.scores.by_id("adaption").band) == (49, "early")


@pytest.mark.parametrize(("answer", "mean"), [(1, 5), (5, 95)])
def test_at_the_ends_only_that_it_lies_there(answer: int, mean: int) -> None:
    """A mean of 100 would tell what everybody answered."""
    made, _ = picture(some(12, answer))
    assert {one.mean for one in made.ingredients} == {mean}
    assert {reading.score for reading in made.scores.ingredients} == {float(mean)}
    assert all(one.bands == () for one in made.ingredients), "all in one band"


def test_distributions_need_ten() -> None:
    nine = [person(f"p{k}", 2 if k < 4 else 4) for k in range(9)]
    assert picture(nine)[0].by_id("receptivity").bands == ()
    ten = picture([*nine, person("p9", 4)])[0].by_id("receptivity")
    assert ten.bands == (("not_yet", "partly", 4), ("largely", "largely", 6)), "an empty band goes with its neighbour"


def test_questions_that_divide_need_ten() -> None:
    def split(n: int) -> list:
        return [person(f"p{k}", {"rec02": 1 if k % 2 else 5, "": 3}) for k in range(n)]

    assert picture(split(9))[0].talk == ()
    assert "items" in picture(split(9))[0].held
    assert picture(split(10))[0].talk == ("rec02",)


def test_a_role_needs_ten_and_enough_beside_it() -> None:
    """With four others the role's mean and the whole mean would give the four."""
    front = some(12, 3)
    assert picture([*front, *some(4, 5, role="senior")])[0].by_id("leadership").by_role == ()
    (shown,) = picture([*front, *some(5, 5, role="senior")])[0].by_id("leadership").by_role
    assert (shown.role, shown.n, shown.mean) == ("front", 12, 50)
    assert picture(some(9, 3) + some(9, 4, role="senior"))[0].by_id("leadership").by_role == ()


def test_the_floor_of_roles_may_be_lowered_to_five_and_no_further() -> None:
    people = [*some(6, 2), *some(6, 5, role="senior")]
    made, _ = picture(people, Floors(role=5))
    assert [(each.role, each.n) for each in made.by_id("leadership").by_role] == [("senior", 6), ("front", 6)]
    few = [*some(6, 2), *some(4, 5, role="senior")]
    assert picture(few, Floors(role=5))[0].by_id("leadership").by_role == ()


def test_those_who_gave_no_role_are_no_role() -> None:
    people = [*some(11, 3, role="unsaid"), *some(11, 4, role="other"), *some(11, 2)]
    assert {each.role for each in picture(people)[0].by_id("leadership").by_role} == {"front"}


@pytest.mark.parametrize(("senior", "gap"), [(3, ()), (4, (("leaders", "receptivity", "senior", "front"),))])
def test_a_gap_between_leaders_and_front_line(senior: int, gap: tuple) -> None:
    """Twenty points or more: one whole step on every item is 25."""
    people = [*some(10, 3), *[person(f"s{k}", {"receptivity": senior, "": 3}, role="senior") for k in range(10)]]
    assert tuple((g.rule, g.ingredient, g.higher, g.lower) for g in picture(people)[0].gaps) == gap


@pytest.mark.parametrize(("points", "fires"), [(5, False), (6, True)])
def test_the_gap_at_its_edge(points: int, fires: bool) -> None:
    """Five items a step higher are 17.9 points, six 21.4."""
    higher = dict.fromkeys(CORE["receptivity"][:points], 4)
    people = [*some(10, 3), *[person(f"s{k}", {**higher, "": 3}, role="senior") for k in range(10)]]
    assert bool(picture(people)[0].gaps) is fires


def test_young_people_see_co_production_lower() -> None:
    """On the questions both are asked; with fewer than ten of them nothing is said of it."""
    staff = some(10, 4)
    young = [person(f"y{k}", 2, variant="young-person", role="", stage="") for k in range(10)]
    (gap,) = picture([*staff, *young])[0].gaps
    assert (gap.rule, gap.ingredient, gap.higher, gap.lower) == ("young", "coproduction", "staff", "young")
    assert picture([*staff, *young[:9]])[0].gaps == ()


@pytest.mark.parametrize("n", range(1, 5))
def test_few_young_people_leave_no_trace(n: int) -> None:
    """No role, no figure, no reason names them; only the whole counts have them in."""
    young = [person(f"y{k}", 1, variant="young-person", role="", stage="") for k in range(n)]
    made, _ = picture([*some(12, 4), *young], Floors(role=5))
    assert "young" not in json.dumps(picture_document(made))


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ("ssssssss", (True, "sustaining")),
        ("ssssssii", (True, "sustaining")),
        ("sssssiii", (False, "sustaining")),
        ("ssssiiii", (False, None)),
        ("ssssi   ", (True, None)),
        ("ssss    ", (None, None)),
    ],
)
def test_stages_that_people_name(stages: str, expected: tuple) -> None:
    """Three quarters agree, or not; which one is told only where five named it and it is more than half."""
    names = {"s": "sustaining", "i": "implementation", " ": ""}
    made, _ = picture([person(f"p{k}", 3, stage=names[stage]) for k, stage in enumerate(stages)])
    assert (made.one_stage, made.stage_most) == expected


def test_weakest_priorities_and_actions_follow_from_the_means() -> None:
    people = [person(f"p{k}", {"measurement": 2, "mea03": 1, "": 4}) for k in range(8)]
    made, _ = picture(people, about=replace(ABOUT, stage="sustaining"))
    assert made.scores.weakest == ("measurement",)
    assert [p.ingredient for p in made.scores.priorities] == ["measurement"]
    (chosen,) = made.scores.actions
    assert (chosen.ingredient, chosen.item) == ("measurement", "mea03")


def test_notes_tell_no_mean_of_an_item() -> None:
    """A rule may look at it; whoever reads the note learns that the cut-off was reached."""
    made, _ = picture([person(f"p{k}", {"lea04": 2, "": 4}) for k in range(6)])
    (fact,) = next(note for note in made.scores.notes if note.rule == "one-person").facts
    assert (fact.subject, fact.found) == ("lea04", "reached")


def test_a_picture_and_its_frame_survive_being_kept() -> None:
    chance = random.Random(7)
    roles = ["senior", "middle", "front", "partner"]
    people = [at_random(f"p{k}", chance, role=chance.choice(roles)) for k in range(30)]
    made, frame = picture(people, Floors(role=5))
    assert picture_from_document(json.loads(json.dumps(picture_document(made)))) == made
    assert frame_from_document(json.loads(json.dumps(frame_document(frame)))) == frame


# -- a second report on the same wave --------------------------------------------------------------------------------


def test_a_second_report_needs_five_who_came_or_went() -> None:
    first = [person(f"p{k}", 1 + k % 5) for k in range(10)]
    _, frame = picture(first)
    with pytest.raises(NotReissued, match="Fewer than 5 people were added or taken out"):
        picture([*first, *some(4, 5, role="senior")], earlier=[frame])
    made, _ = picture([*first, *some(5, 5, role="senior")], earlier=[frame])
    assert made.n == 15


def test_a_second_report_shows_no_distribution_of_the_few_who_came() -> None:
    first = [person(f"p{k}", 2 if k % 2 else 4) for k in range(12)]
    made, frame = picture(first)
    assert made.by_id("receptivity").bands
    again, _ = picture([*first, *some(5, 5, role="senior")], earlier=[frame])
    assert again.by_id("receptivity").bands == ()
    later, _ = picture([*first, *some(10, 5, role="senior")], earlier=[frame])
    assert later.by_id("receptivity").bands


def test_a_second_report_is_refused_where_an_ingredient_would_show_one_person() -> None:
    """Five came, but only one of them could be scored on measurement."""
    first = [person(f"p{k}", 3) for k in range(10)]
    _, frame = picture(first)
    new = [person(f"n{k}", {"measurement": "dk" if k else 5, "": 3}) for k in range(5)]
    with pytest.raises(NotReissued, match="what a few people answered"):
        picture([*first, *new], earlier=[frame])
