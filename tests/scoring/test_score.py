"""The arithmetic, held to hand-made figures and to properties that any bank must have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from exit_bridge.bank import STAGES, About, load_bank
from exit_bridge.intake import Submission, validate
from exit_bridge.scoring import result_document, result_schema, score, scores_from_document
from exit_bridge.scoring.types import Reasons

BANK = load_bank()
CORE = {ingredient.id: [item.id for item in ingredient.core] for ingredient in BANK.ingredients}


def submission(answers, variant="full", **context):
    not_asked = tuple(item for item in BANK.items if item not in BANK.variants[variant].items and item not in answers)
    return Submission("s", "generic", "r1", BANK.ref, variant, answers, context=context, not_asked=not_asked)


def even(**levels):
    """Every core item of an ingredient at one value; receptivity=5 and so on; 3 where not named."""
    return {item: levels.get(name, 3) for name, items in CORE.items() for item in items}


def reading(answers, ingredient="receptivity", **kw):
    return score(submission(answers, **kw), BANK).by_id(ingredient)


@pytest.mark.parametrize(("value", "expected"), [(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)])
def test_equal_answers_give_the_place_on_the_scale(value, expected):
    """1 to 5 on every item is 0, 25, 50, 75, 100."""
    assert reading(even(receptivity=value)).score == expected


def test_one_step_moves_one_step():
    """One answer one step up moves the ingredient by 100 / (4 * answered), and no other."""
    before = score(submission(even()), BANK)
    after = score(submission({**even(), "rec03": 4}), BANK)
    moved = {r.id: after.by_id(r.id).score - r.score for r in before.ingredients}
    assert moved == {"receptivity": pytest.approx(100 / 28), **dict.fromkeys(list(CORE)[1:], 0)}


@pytest.mark.parametrize(
    ("answered", "status"),
    [(7, "scored"), (6, "scored"), (5, "scored"), (4, "provisional"), (3, "not_scored"), (0, "not_scored")],
)
def test_how_many_answers_a_score_needs(answered, status):
    """Two thirds of the core items make a score, four of seven a provisional one, fewer none."""
    answers = dict.fromkeys(CORE["receptivity"][:answered], 4)
    found = reading(answers)
    assert found.status == status
    assert found.score == (75.0 if answered >= 4 else None)
    assert found.band == ("largely" if status == "scored" else None)


def test_every_kind_of_silence_leaves_the_sum_and_is_counted():
    """Don't know, not relevant and skipped are three different things and none of them is a zero."""
    answers = dict.fromkeys(CORE["receptivity"][:5], 5) | {"rec06": "dk", "rec07": "na"}
    found = reading(answers)
    assert (found.score, found.answered, found.asked) == (100.0, 5, 7)
    assert found.reasons == Reasons(dont_know=1, not_relevant=1, skipped=0, not_asked=0)
    assert reading({"rec01": 5}).reasons == Reasons(skipped=6)


def test_an_item_that_was_never_shown_is_not_asked():
    """A variant's missing items are told apart from skipped ones; both count against the full bank."""
    found = reading({"rec01": 1, "rec02": 2}, variant="quick")
    assert found.reasons == Reasons(skipped=1, not_asked=4)
    assert (found.asked, found.status) == (3, "not_scored")
    unlisted = replace(submission({"rec01": 1, "rec02": 2}, variant="quick"), not_asked=())
    assert score(unlisted, BANK).by_id("receptivity") == found


def test_a_variant_without_scores_never_has_one():
    """The young-person form answers six of seven co-production items and still gives no score, note or action."""
    answers = dict.fromkeys(BANK.variants["young-person"].items, 1)
    scores = score(submission(answers, variant="young-person"), BANK, About(stage="sustaining"))
    assert {(r.score, r.status) for r in scores.ingredients} == {(None, "not_scored")}
    assert (scores.notes, scores.actions, scores.weakest) == ((), (), ())


def test_extension_items_never_move_a_score():
    """Extension items are reported and nothing else."""
    with_extension = even() | {item.id: 5 for item in BANK.items.values() if not item.core}
    plain = score(submission(even(), variant="extended"), BANK)
    assert score(submission(with_extension, variant="extended"), BANK).ingredients == plain.ingredients


@pytest.mark.parametrize(
    ("total", "band"),
    [(6, "not_yet"), (7, "early"), (13, "early"), (14, "partly"), (20, "partly"), (21, "largely"), (28, "largely")],
)
def test_bands_are_cut_on_the_unrounded_score(total, band):
    """Of 28 steps, 7, 14 and 21 are 25, 50 and 75 exactly; one step less is the band below."""
    values = [1 + min(4, max(0, total - 4 * n)) for n in range(7)]
    assert reading(dict(zip(CORE["receptivity"], values, strict=True))).band == band


# -- side by side --------------------------------------------------------------------------------------------------


def standing(**levels):
    return score(submission(even(**levels)), BANK)


def test_joint_weakest_within_twelve_points():
    """Twelve points from the lowest are weakest together, more are not."""
    answers = even(receptivity=2, coproduction=2, leadership=4, measurement=4, adaption=4)
    near = answers | dict.fromkeys(CORE["coproduction"][:3], 3)  # 25 + 3 * 100 / 28 = 35.7
    far = answers | dict.fromkeys(CORE["coproduction"][:4], 3)  # 39.3, more than 12 above 25
    assert score(submission(near), BANK).weakest == ("receptivity", "coproduction")
    assert score(submission(far), BANK).weakest == ("receptivity",)


def test_nothing_stands_out_below_sixteen_points():
    """Less than 16 points between lowest and highest: no ingredient is named."""
    answers = even() | dict.fromkeys(CORE["adaption"][:4], 4)  # 14.3 points apart
    scores = score(submission(answers), BANK)
    assert (scores.standing, scores.weakest, scores.furthest) == ("none_stands_out", (), ())
    scores = score(submission(answers | {CORE["adaption"][4]: 4}), BANK)  # 17.9 points apart
    assert (scores.standing, scores.furthest) == ("found", ("adaption",))


def test_all_in_place_calls_nothing_weakest_strong_or_to_do():
    """With three or more scored, all of them in the top band, there is no weakest, however far apart they are."""
    apart = submission(even(receptivity=4, coproduction=4, leadership=5, measurement=5, adaption=5))
    scores = score(apart, BANK, About(stage="sustaining"))
    assert (scores.standing, scores.weakest, scores.furthest) == ("all_in_place", (), ())
    assert (scores.strength, scores.priorities, scores.actions) == (False, (), ())
    below = score(submission({**apart.answers, "rec01": 3}), BANK, About(stage="sustaining"))
    assert (below.standing, below.weakest) == ("found", ("receptivity", "coproduction"))
    three = {item: value for item, value in apart.answers.items() if item[:3] in ("rec", "cop", "lea")}
    assert score(submission(three), BANK).standing == "all_in_place"
    two = {item: value for item, value in three.items() if item[:3] != "lea"}
    assert score(submission(two), BANK).standing == "too_few_scored"


def test_weakest_needs_three_scored():
    """Two scored ingredients are too few to call one weakest; provisional ones do not count."""
    answers = even(receptivity=1)
    two = {k: v for k, v in answers.items() if k[:3] in ("rec", "cop")}
    two |= dict.fromkeys(CORE["leadership"][:4], 5)
    assert score(submission(two), BANK).standing == "too_few_scored"
    assert standing(receptivity=1).weakest == ("receptivity",)


def test_joint_furthest_within_the_same_width_and_never_weakest():
    """As close to the highest as joint weakest are to the lowest is furthest too, from 50 up if the highest is."""
    answers = even(receptivity=1, coproduction=4, leadership=4, measurement=4, adaption=4)
    answers |= dict.fromkeys(CORE["leadership"][:4], 3)  # 60.7, more than 12 below 75
    assert score(submission(answers), BANK).furthest == ("coproduction", "measurement", "adaption")
    near = even(receptivity=2, coproduction=3, leadership=3, measurement=3, adaption=3)
    near |= {CORE["adaption"][0]: 2}  # 46.4: close to the highest, but below what may be called a strength
    assert score(submission(near), BANK).furthest == ("coproduction", "leadership", "measurement")


def test_strength_is_said_from_fifty_up():
    """Below 50 the highest is only 'furthest along so far'; where nothing is furthest along, nothing is a strength."""
    assert not standing().strength
    assert not standing(receptivity=1, coproduction=1, leadership=1, measurement=1, adaption=2).strength
    assert standing(receptivity=1, adaption=3).strength


def test_priorities_follow_stage_then_band():
    """Among ingredients below 50: stage emphasis first, then the lower band, then the fixed order."""
    scores = score(
        submission(even(receptivity=2, coproduction=2, leadership=1, measurement=2, adaption=1)),
        BANK,
        About(stage="conception"),
    )
    assert [(p.ingredient, p.emphasis, p.later) for p in scores.priorities] == [
        ("leadership", "high", False),
        ("receptivity", "high", False),
        ("coproduction", "high", False),
        ("measurement", "medium", False),
        ("adaption", "background", True),
    ]


def test_among_equal_priorities_the_weakest_come_first():
    """Emphasis and band alike: what is among the weakest goes before what only stands before it in the form."""
    answers = even(receptivity=4, coproduction=4, leadership=4, measurement=2, adaption=2)
    answers |= dict.fromkeys(CORE["measurement"][:4], 3)  # 39.3, more than 12 above Adaption
    scores = score(submission(answers), BANK, About(stage="sustaining"))
    assert scores.weakest == ("adaption",)
    assert [p.ingredient for p in scores.priorities] == ["adaption", "measurement"]


def test_the_coordinators_stage_wins():
    """A respondent's own view of the stage counts only where the coordinator set none."""
    assert score(submission(even(), stage="scaling"), BANK).stage == "scaling"
    assert score(submission(even(), stage="scaling"), BANK, About(stage="sustaining")).stage == "sustaining"
    assert score(submission(even(), stage="between"), BANK).stage is None


def test_planning_checklist_at_conception_only():
    """At conception the items whose time is still ahead are a checklist."""
    ahead = [item.id for item in BANK.items.values() if item.core and item.starts != "conception"]
    assert list(score(submission(even()), BANK, About(stage="conception")).checklist) == ahead
    assert score(submission(even()), BANK, About(stage="scaling")).checklist == ()


# -- actions -------------------------------------------------------------------------------------------------------


def test_actions_answer_the_lowest_item_of_the_weakest_first():
    """First the lowest item of the weakest ingredient, then others below 50: one each, three at most."""
    answers = even(receptivity=4, coproduction=2, leadership=1, measurement=2, adaption=4) | {"lea05": 2}
    chosen = score(submission(answers), BANK, About(stage="sustaining")).actions
    assert (chosen[0].ingredient, chosen[0].why) == ("leadership", "weakest")
    assert {a.ingredient for a in chosen} == {"leadership", "coproduction", "measurement"}
    assert all(a.item in BANK.items for a in chosen)
    assert len(chosen) == 3


def test_what_can_wait_gets_an_action_only_when_nothing_else_would():
    """Background ingredients give way, even as the weakest of all."""
    waits = even(receptivity=4, coproduction=4, leadership=4, measurement=4, adaption=1)
    at = About(stage="conception")
    assert [a.ingredient for a in score(submission(waits), BANK, at).actions] == ["adaption"]
    other = waits | dict.fromkeys(CORE["measurement"], 2)
    assert [a.ingredient for a in score(submission(other), BANK, at).actions] == ["measurement"]
    close = even() | {CORE["adaption"][0]: 1}  # 42.9, and nothing stands out
    assert [(a.ingredient, a.why) for a in score(submission(close), BANK, at).actions] == [
        ("receptivity", "stage"), ("coproduction", "stage"), ("leadership", "stage"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "lowest", "item", "action"),
    [
        ("conception", ["lea01", "lea02"], "lea01", "lea-map"),
        ("conception", ["lea02", "lea07"], "lea02", "lea-job-plans"),
        ("conception", ["rec03"], "rec03", "rec-why-now"),
        ("implementation", ["rec03"], "rec03", "rec-after-pilot"),
        ("", ["rec03"], "rec03", "rec-after-pilot"),
        ("sustaining", ["lea03", "lea05"], "lea03", "lea-champion-time"),
        ("implementation", ["lea05", "lea06"], "lea06", "lea-agreement"),
        ("scaling", ["cop01", "cop05"], "cop05", "cop-support"),
        ("conception", ["cop01", "cop06"], "cop01", "cop-ask-first"),
        ("sustaining", ["rec04"], "rec04", "rec-make-room"),
        ("conception", ["mea04"], "mea04", "mea-one-page"),
    ],
)
def test_what_is_still_ahead_comes_last(stage, lowest, item, action):
    """Of equally low items: those whose time has come, then not about the past, then in order; so of their actions."""
    levels = {BANK.items[lowest[0]].ingredient: 4}
    answers = even(**{**dict.fromkeys(CORE, 5), **levels}) | dict.fromkeys(lowest, 1)
    (first, *_) = score(submission(answers), BANK, About(stage=stage)).actions
    assert (first.item, first.action) == (item, action)


def test_every_action_is_chosen_for_some_answers():
    """Nothing stands in the bank that no report can show."""
    chosen = set()
    for item in (BANK.items[name] for names in CORE.values() for name in names):
        answers = even(**{**dict.fromkeys(CORE, 5), item.ingredient: 4}) | {item.id: 1}
        for stage in ("", *STAGES):
            chosen |= {a.action for a in score(submission(answers), BANK, About(stage=stage)).actions}
    assert sorted(action.id for action in BANK.actions if action.id not in chosen) == []


def test_a_lowest_item_about_the_past_acts_from_now_on():
    """An item about the past cannot be mended, so its action is marked 'from now on'."""
    answers = even(coproduction=3, receptivity=5, leadership=5, measurement=5, adaption=5) | {"cop01": 1}
    (first, *_) = score(submission(answers), BANK).actions
    assert (first.item, first.from_now_on) == ("cop01", True)


def test_young_people_are_never_given_actions():
    """Not even when they fill in the full form."""
    assert score(submission(even(receptivity=1), role="young"), BANK).actions == ()
    assert score(submission(even(receptivity=1), role="front"), BANK).actions != ()


def test_when_nothing_stands_out_the_stage_chooses():
    """All alike and none below 50: the ingredients that matter most now come first."""
    chosen = score(submission(even()), BANK, About(stage="implementation")).actions
    assert [(a.ingredient, a.why) for a in chosen] == [("leadership", "stage")]
    assert score(submission(even()), BANK).actions == ()


def test_everything_in_place_needs_no_action():
    """At 75 and above everywhere nothing is to be put in place."""
    everything = dict.fromkeys((item for items in CORE.values() for item in items), 5)
    assert score(submission(everything), BANK, About(stage="sustaining")).actions == ()


# -- properties ----------------------------------------------------------------------------------------------------

ANSWER = st.sampled_from([1, 2, 3, 4, 5, "dk", "na"])
ANSWERS = st.dictionaries(st.sampled_from(list(BANK.items)), ANSWER)
STAGE = st.sampled_from(["", "conception", "implementation", "sustaining", "scaling"])


@given(ANSWERS, STAGE)
def test_any_valid_submission_scores_within_bounds(answers, stage):
    """Whatever was answered: 0 to 100, counts that add up, a valid result, nothing lost on the way to JSON and back."""
    given_ = submission(answers, variant="extended")
    validate(given_.document(), BANK)
    scores = score(given_, BANK, About(stage=stage))
    for r in scores.ingredients:
        assert r.score is None or 0 <= r.score <= 100
        assert r.answered + sum((r.reasons.dont_know, r.reasons.not_relevant, r.reasons.skipped)) == r.asked
        assert (r.status == "scored") == (r.band is not None)
    document = result_document(given_, scores, BANK, "w")
    assert list(Draft202012Validator(result_schema()).iter_errors(document)) == []
    assert scores_from_document(document, BANK) == scores


@pytest.mark.parametrize(
    ("status", "number", "band", "fits"),
    [
        ("scored", 50.0, "partly", True),
        ("scored", 50.0, None, False),
        ("scored", None, "partly", False),
        ("provisional", 50.0, None, True),
        ("provisional", 50.0, "partly", False),
        ("provisional", None, None, False),
        ("not_scored", None, None, True),
        ("not_scored", 50.0, None, False),
        ("not_scored", None, "partly", False),
    ],
)
def test_the_schema_ties_number_and_band_to_the_status(status, number, band, fits):
    """A scored ingredient has both, a provisional one a number only, any other neither."""
    sent = submission(even())
    document = result_document(sent, score(sent, BANK), BANK, "w")
    document["ingredients"][0] |= {"status": status, "score": number, "band": band}
    assert Draft202012Validator(result_schema()).is_valid(document) is fits


@pytest.mark.parametrize(("part", "kept"), [("notes", 4), ("actions", 4), ("ingredients", 0)])
def test_the_schema_holds_how_many_there_may_be(part, kept):
    """Three notes and three actions at most, and never no ingredient."""
    sent = submission(even(leadership=1, coproduction=1))
    document = result_document(sent, score(sent, BANK), BANK, "w")
    assert Draft202012Validator(result_schema()).is_valid(document)
    document[part] = (document[part] * kept)[:kept]
    assert not Draft202012Validator(result_schema()).is_valid(document)


@given(ANSWERS, st.sampled_from([i for i in BANK.items if BANK.items[i].core]))
def test_a_better_answer_never_lowers_its_ingredient(answers, item):
    """Improving one answer raises its ingredient and leaves the others alone."""
    lower, higher = {**answers, item: 2}, {**answers, item: 4}
    before, after = (score(submission(a, variant="extended"), BANK) for a in (lower, higher))
    for r in before.ingredients:
        now = after.by_id(r.id).score
        if r.id != BANK.items[item].ingredient:
            assert now == r.score
        elif r.score is not None:
            assert now > r.score


@given(ANSWERS)
def test_the_order_of_answers_does_not_matter(answers):
    """A submission is a set of answers."""
    backwards = dict(reversed(answers.items()))
    assert score(submission(backwards, variant="extended"), BANK) == score(
        submission(answers, variant="extended"), BANK
    )


@given(st.integers(1, 5))
def test_recoding_twice_is_no_recoding(value):
    """Reverse-keyed items are recoded once; doing it again gives the answer back."""
    item = replace(BANK.items["rec01"], reverse_keyed=True)
    assert item.favourable(item.favourable(value)) == value


@given(ANSWERS, STAGE)
def test_at_most_three_notes_and_actions_one_an_ingredient(answers, stage):
    """However bad it looks, nobody is given a long list."""
    scores = score(submission(answers, variant="extended"), BANK, About(stage=stage))
    assert len(scores.notes) <= 3
    assert len({a.ingredient for a in scores.actions}) == len(scores.actions) <= 3
