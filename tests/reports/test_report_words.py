"""What a report says, statement by statement."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.reports.report_cases import (
    ABOUT,
    BANK,
    COMMENT,
    INDIVIDUAL,
    MADE_ON,
    MIXED,
    PROVISIONAL,
    YOUNG,
    every,
    report,
    states,
    submission,
    written,
)

from exit_bridge import reports
from exit_bridge.bank.lint import reading_grade
from exit_bridge.reports.case import edge, whole
from exit_bridge.reports.types import Card, Chart, Points, Prose, Report, Section, Table
from exit_bridge.scoring import score
from exit_bridge.scoring.types import ChosenAction, IngredientScore, Reasons

LETTER = submission(YOUNG, variant="young-person", context="notice=yes team=yes")


def section(made: Report, name: str) -> Section:
    return next(section for section in made.sections if section.id == name)


def words(made: Report, name: str) -> str:
    """One section as text on one line."""
    only = replace(made, sections=(section(made, name),), intro=(), facts=replace(made.facts, rows=()))
    return " ".join(reports.as_text(only).split())


def cards(made: Report, name: str) -> list[Card]:
    return [block for block in section(made, name).blocks if isinstance(block, Card)]


def standings(made: Report) -> dict[str, str]:
    chart = next(block for block in section(made, "ingredients").blocks if isinstance(block, Chart))
    return {bar.name: bar.standing for bar in chart.bars}


# -- order, title, summary -----------------------------------------------------------------------------------------


def test_sections_stand_in_the_order_people_need_them() -> None:
    """Summary first, then readings, what to do, limits, and what it rests on last."""
    made = report(submission(context="notice=yes stage=conception"))
    assert [part.id for part in made.sections] == [
        "summary", "ingredients", "standing", "priorities", "actions", "notes", "plan", "limits", "meeting",
        "answers", "who", "about",
    ]  # fmt: skip


def test_the_head_says_what_who_and_when() -> None:
    """Innovation, who answered, stage, round and both days."""
    assert dict(report().facts.rows) == {
        "This work": "Staying Close",
        "Organisations": "Northmoor Council, Harbour Trust",
        "Answered by": "A group, in one form together",
        "Stage": "Sustaining, as answered",
        "Round": "2026-autumn",
        "Answered on": "20 November 2026",
        "Report made on": "21 November 2026",
    }


def test_only_the_respondent_is_shown_the_role() -> None:
    """Recipients learn that one person answered, not which kind."""
    sent = submission(context="notice=yes role=front")
    mine = report(sent, INDIVIDUAL, audience="respondent")
    theirs = report(sent, INDIVIDUAL, audience="recipients")
    assert dict(mine.facts.rows)["Answered by"] == "One person: Front-line practitioner"
    assert dict(theirs.facts.rows)["Answered by"] == "One person"


@pytest.mark.parametrize(
    ("about", "context", "said"),
    [
        (replace(ABOUT, stage="scaling"), "notice=yes stage=sustaining", "Scaling, as set by the organisers"),
        (ABOUT, "notice=yes stage=sustaining", "Sustaining, as answered"),
        (ABOUT, "notice=yes stage=between", "Between stages, so not one of the four stages"),
        (ABOUT, "notice=yes stage=dk", "Not given"),
        (ABOUT, "notice=yes", "Not given"),
    ],
)
def test_the_stage_says_who_named_it(about: object, context: str, said: str) -> None:
    """The coordinator's stage wins over the respondent's, and the report says whose it is."""
    assert dict(report(submission(context=context), about).facts.rows)["Stage"] == said  # type: ignore[arg-type]


def test_the_subject_holds_no_result_and_one_line() -> None:
    """Nothing sensitive, and no line break that could start another mail header."""
    assert report().subject == "Your five ingredients report: Staying Close"
    assert report(about=replace(ABOUT, innovation="A\r\nBcc: x")).subject == ("Your five ingredients report: A Bcc: x")
    assert report(about=replace(ABOUT, innovation="")).subject == "Your five ingredients report"
    assert report(audience="recipients").subject == "Five ingredients report: Staying Close"
    assert report(LETTER).subject == "Thank you for your answers: Staying Close"


def test_the_subject_says_when_answers_are_made_up() -> None:
    """A test that reaches a mailbox cannot be taken for somebody's report."""
    made_up = replace(ABOUT, sample=True)
    assert report(about=made_up).subject == "Test, made-up answers: Your five ingredients report: Staying Close"
    assert report(LETTER, made_up).subject == "Test, made-up answers: Thank you for your answers: Staying Close"


def test_a_bank_of_another_number_of_ingredients_is_not_called_five() -> None:
    """The number in the name is that of the bank."""
    full = BANK.variants["full"]
    fewer = replace(full, items=tuple(item for item in full.items if not item.startswith("ada")))
    four = replace(BANK, ingredients=BANK.ingredients[:4], rules=(), emphasis={}, variants={"full": fewer})
    sent = submission(" ".join(f"{item} 4" for item in fewer.items))
    made = reports.build(four, sent, score(sent, four, ABOUT), ABOUT, audience="group", made_on=MADE_ON)
    assert (made.kicker, made.subject) == ("Ingredients report", "Your ingredients report: Staying Close")


def test_the_form_s_title_stands_in_for_a_missing_innovation() -> None:
    """A report always has a title."""
    assert report(about=replace(ABOUT, innovation="")).title == "What helps this work last?"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            submission(),
            (
                "Your answers suggest that Receptivity, Leadership and Adaption are furthest along so far, and that "
                "Co-production is weakest. While sustaining, start with Co-production."
            ),
        ),
        (
            submission(PROVISIONAL),
            (
                "Your answers suggest that Receptivity and Adaption are furthest along so far, and that Leadership is "
                "weakest. "
                "Co-production and Measurement could not be judged, because too few questions were answered. While "
                "sustaining, start with Leadership."
            ),
        ),
        (
            submission(every(3), context="notice=yes stage=scaling"),
            (
                "Your answers suggest that no ingredient stands out: before rounding, fewer than 16 points lie between "
                "highest and lowest. While scaling, Measurement and Adaption matter most."
            ),
        ),
        (
            submission(every(5)),
            "Your answers suggest that every ingredient is largely in place; keep it so, and watch the lowest answers.",
        ),
        (
            submission("rec01 4"),
            (
                "Your answers do not show yet which ingredient is weakest: fewer than three could be scored. "
                "Receptivity, Co-production, Leadership, Measurement and Adaption could not be judged, because too few "
                "questions were answered."
            ),
        ),
    ],
)
def test_the_summary_is_two_to_four_sentences(sent: object, said: str) -> None:
    """What the answers suggest, what could not be judged, where to start; and it is no grade."""
    (block,) = section(report(sent), "summary").blocks  # type: ignore[arg-type]
    assert isinstance(block, Prose)
    assert block.paragraphs == (f"{said} Use this to start a conversation; it is not a grade.",)
    assert 2 <= len(re.findall(r"\.(?: |$)", block.paragraphs[0])) <= 4


def test_it_speaks_of_answers_and_never_judges_people() -> None:
    """ "Your answers suggest", never "you are"; no total, ranking, benchmark or probability anywhere."""
    for name, made in states().items():
        text = reports.as_text(made).lower()
        for banned in ("you are weak", "you are strong", "your organisation is", "overall", "average", "out of 500",
                       "benchmark", "probab", "likelihood", "exit score", "percent"):  # fmt: skip
            assert banned not in text.replace("look behind the average", ""), (name, banned)


# -- the ingredients -----------------------------------------------------------------------------------------------


def test_band_first_number_second_in_fixed_order() -> None:
    """Five readings side by side, whole numbers, status and edge in words."""
    assert list(standings(report(submission(PROVISIONAL))).items()) == [
        ("Receptivity", "Largely in place, 75 of 100, close to the band Mixed or partly in place"),
        ("Co-production", "Provisional, 31 of 100: 4 of 7 answered, no band"),
        ("Leadership", "Early, 25 of 100, close to the band Not yet in place"),
        ("Measurement", "Not scored: 1 of 7 answered, 5 needed"),
        ("Adaption", "Mixed or partly in place, 68 of 100"),
    ]


def test_what_was_set_aside_is_counted_by_reason() -> None:
    """Don't know, does not apply, skipped and not asked are told apart."""
    sent = submission("mea01 dk mea02 dk mea03 dk mea05 4 mea06 na", context="notice=yes")
    sent = replace(sent, not_asked=(*sent.not_asked, "mea07"))
    chart = next(block for block in section(report(sent), "ingredients").blocks if isinstance(block, Chart))
    bar = chart.bars[3]
    assert bar.standing == "Not scored: 1 of 6 answered, 5 needed"
    assert bar.detail == "Set aside: 3 don’t know, 1 does not apply, 1 skipped, 1 not asked."
    assert chart.table.rows[3].cells == (
        "None (not scored)", "None", "1 of 6", "3 don’t know, 1 does not apply, 1 skipped, 1 not asked",
    )  # fmt: skip


def test_an_ingredient_nobody_was_asked_about_says_so() -> None:
    """Not asked is a reason of its own."""
    sent = replace(submission("mea01 4"), not_asked=tuple(item for item in BANK.items if item != "mea01"))
    assert standings(report(sent))["Receptivity"] == "Not scored: not asked"


@pytest.mark.parametrize(
    ("number", "standing"),
    [
        (24.99, "Not yet in place, 24 of 100, close to the band Early"),
        (25.0, "Early, 25 of 100, close to the band Not yet in place"),
        (28.6, "Early, 29 of 100"),
        (50.0, "Mixed or partly in place, 50 of 100, close to the band Early"),
        (74.99, "Mixed or partly in place, 74 of 100, close to the band Largely in place"),
        (75.0, "Largely in place, 75 of 100, close to the band Mixed or partly in place"),
        (100.0, "Largely in place, 100 of 100"),
        (0.0, "Not yet in place, 0 of 100"),
    ],
)
def test_the_edge_is_said_within_one_answer_step(number: float, standing: str) -> None:
    """The band is that of the unrounded score, the number never shows a band that was not reached."""
    sent = submission()
    scores = score(sent, BANK, ABOUT)
    band = [band.id for band in BANK.bands if band.start <= number][-1]
    reading = replace(scores.ingredients[0], score=number, status="scored", band=band, answered=7)
    made = report(sent, scores=replace(scores, ingredients=(reading, *scores.ingredients[1:])))
    assert standings(made)["Receptivity"] == standing


@pytest.mark.parametrize("answered", [5, 6, 7])
def test_an_edge_is_exactly_where_one_step_changes_the_band(answered: int) -> None:
    """Held against brute force: every score an ingredient can have, moved by one step each way."""

    def band(sum_of_steps: int) -> str:
        return [b.id for b in BANK.bands if b.start <= 100 * sum_of_steps / (4 * answered)][-1]

    for total in range(4 * answered + 1):
        reading = IngredientScore(
            "receptivity", 100 * total / (4 * answered), "scored", band(total), answered, 7, Reasons()
        )
        neighbours = {band(n) for n in (total - 1, total + 1) if 0 <= n <= 4 * answered} - {band(total)}
        assert edge(reading, BANK) == next(iter(neighbours), None), total


def test_numbers_round_half_up() -> None:
    """12.5 is 13 and 37.5 is 38: no rounding to even."""
    assert [whole(number) for number in (12.5, 37.5, 67.857, 0.4)] == [13, 38, 68, 0]


def test_the_axis_names_its_bands() -> None:
    """Band edges are labelled with words and numbers, in order."""
    chart = next(block for block in section(report(), "ingredients").blocks if isinstance(block, Chart))
    assert [(zone.span, zone.label) for zone in chart.zones] == [
        ("0–24", "Not yet in place"),
        ("25–49", "Early"),
        ("50–74", "Mixed or partly in place"),
        ("75–100", "Largely in place"),
    ]


# -- what stands out -----------------------------------------------------------------------------------------------


def test_what_could_not_be_judged_comes_first() -> None:
    """With its status and reasons, before anything is called strong or weak."""
    blocks = section(report(submission(PROVISIONAL)), "standing").blocks
    first = blocks[0]
    assert isinstance(first, Points)
    assert first.heading == "Could not be judged"
    assert [point.label for point in first.points] == ["Co-production", "Measurement"]
    assert [block.heading for block in blocks if isinstance(block, Points | Card)] == [
        "Could not be judged", "Furthest along so far", "Leadership",
    ]  # fmt: skip


def test_strength_is_said_only_of_the_top_band() -> None:
    """Anywhere below, even where scoring would allow the word, it is furthest along so far."""
    low = "rec01 3 rec02 3 rec03 3 rec04 2 rec05 2 rec06 2 rec07 2 " + " ".join(
        f"{item.id} 1" for item in BANK.items.values() if item.core and item.ingredient != "receptivity"
    )
    text = words(report(submission(low)), "standing")
    assert "Furthest along so far - Receptivity: Early, 36 of 100." in text
    assert "trength" not in text
    mixed = words(report(), "standing")
    assert "Furthest along so far - Receptivity: Mixed or partly in place, 68 of 100." in mixed
    assert "trength" not in mixed
    high = report(
        submission(every(5).replace("cop01 5", "cop01 2") + " " + " ".join(f"lea0{n} 2" for n in range(1, 8)))
    )
    assert "are strengths, and that Leadership is weakest." in words(high, "summary")
    assert "Strengths - Receptivity: Largely in place, 100 of 100." in words(high, "standing")


def test_the_weakest_says_why_and_where_it_lies() -> None:
    """Lowest items with the answer in words, and the level they lie at."""
    (card,) = cards(report(), "standing")
    assert (card.lead, card.heading) == ("Weakest:", "Co-production")
    assert card.paragraphs == ("Not yet in place, 21 of 100.",)
    assert [f"{point.label} {point.text}" for point in card.points] == [
        "C3 Young people who are seldom asked are being heard too. “Strongly disagree”",
        "C6 Young people are told what happened because of what they said. “Strongly disagree”",
    ]
    assert card.small == "To change these, look first at the work itself."


def test_joint_weakest_are_named_together_with_the_width() -> None:
    """Ingredients near the lowest are weakest together, and the width is called ours."""
    answers = every(4).replace("mea01 4", "mea01 2")
    for item in ("mea", "ada"):
        answers = re.sub(rf"({item}0[1-7]) 4", r"\1 2", answers)
    made = report(submission(answers.replace("ada01 2", "ada01 3")))
    assert [(card.lead, card.heading) for card in cards(made, "standing")] == [
        ("Joint weakest:", "Measurement"), ("Joint weakest:", "Adaption"),
    ]  # fmt: skip
    text = words(made, "standing")
    assert "Joint weakest: within 12 points of the lowest, before rounding. The width is ours and untested." in text
    shown = cards(made, "standing")[0].points
    assert [point.label for point in shown] == ["M1", "M2", "M3", ""]
    assert shown[-1].text == "4 more are equally low."
    assert "To change these, look at both the work itself and the organisation." in text


def test_when_none_stands_out_the_stage_decides() -> None:
    """No weakest is invented from small differences."""
    text = words(report(submission(every(3), context="notice=yes stage=scaling")), "standing")
    assert (
        "No ingredient stands out: before rounding, fewer than 16 points lie between highest and lowest. Choose by "
        "stage. While"
    ) in text
    assert "While scaling, Measurement and Adaption matter most." in text
    assert "eakest" not in text
    unknown = words(report(submission(every(3), context="notice=yes")), "standing")
    assert "Choose by stage. First agree which stage this work is at." in unknown


def test_too_few_scored_names_no_weakest() -> None:
    """Fewer than three scored: nothing is called weakest."""
    text = words(report(submission("rec01 4")), "standing")
    assert "Fewer than three ingredients could be scored, so none is called weakest or furthest along." in text


def test_in_place_everywhere_is_kept_and_watched() -> None:
    """At 75 or more everywhere: keep in place, with the lowest answers to watch."""
    (card,) = cards(report(submission(every(5) + " ada03 4")), "standing")
    assert card.heading == "Keep in place"
    assert [(point.label, point.text) for point in card.points] == [
        ("Adaption A3", "We share with others what did not work. “Agree”")
    ]
    assert cards(report(submission(every(5))), "standing")[0].paragraphs == (
        "Every answer is the highest there is. Ask again in a few months.",
    )


def test_in_place_but_uneven_is_still_kept_and_calls_nothing_weakest() -> None:
    """However far apart: in the highest band there is no weakest and nothing to do, only what to watch."""
    answers = every(4).replace("ada01 4", "ada01 5") + " " + " ".join(f"rec0{n} 5" for n in range(1, 8)) + " rec02 4"
    made = report(submission(answers))
    (card,) = cards(made, "standing")
    assert card.heading == "Keep in place"
    assert "Receptivity R2" in [point.label for point in card.points]
    assert "actions" not in [part.id for part in made.sections]
    assert "eakest" not in words(made, "standing")


def test_in_place_speaks_only_of_what_could_be_judged() -> None:
    """With three scored and two not, nothing is said of the two but that they could not be judged."""
    three = " ".join(
        f"{item.id} 5" for item in BANK.items.values() if item.core and item.id[:3] in ("rec", "cop", "lea")
    )
    made = report(submission(three + " mea01 1 mea02 1 mea03 1 mea05 1"))
    assert (
        "Your answers suggest that every ingredient that could be judged is largely in place; keep it so, and watch "
        "the lowest answers. Measurement and Adaption could not be judged"
    ) in words(made, "summary")
    (card,) = cards(made, "standing")
    assert card.paragraphs == (
        "Every answer on what could be judged is the highest there is. Ask again in a few months.",
    )
    watched = report(submission(three.replace("lea04 5", "lea04 4") + " mea01 1 mea02 1 mea03 1 mea05 1"))
    (card,) = cards(watched, "standing")
    assert card.paragraphs[0].startswith("Every ingredient that could be judged is largely in place. Watch the lowest")
    assert [point.label for point in card.points] == ["Leadership L4"]


# -- what to do ----------------------------------------------------------------------------------------------------


def test_priorities_give_stage_and_reason() -> None:
    """Shown first because of band and stage, with who says that it matters."""
    text = words(report(), "priorities")
    assert "The stage (sustaining, as answered) sets the order, then the band." in text
    assert (
        "1. Co-production: Shown first because it is in the band Not yet in place and matters most while sustaining "
        "(the study reported this). 2. Measurement: Next, because it is in the band Early and matters most while"
    ) in text


def test_background_ingredients_are_for_later() -> None:
    """What can wait at this stage is listed apart."""
    sent = submission(every(4).replace("ada", "xxx").replace("xxx07 4", ""), context="notice=yes stage=conception")
    sent = replace(sent, answers={**sent.answers, **{f"ada0{n}": 2 for n in range(1, 8)}})
    text = words(report(sent), "priorities")
    assert "For later - Adaption: It is in the band Early, and can wait at conception (our inference)." in text


def test_equals_for_first_place_are_all_named_to_start_with() -> None:
    """Where emphasis, band and standing are alike, the fixed order puts nobody first."""
    low = re.sub(r"((?:mea|ada)0[1-7]) 4", r"\1 2", every(4))
    made = report(submission(low))
    assert "While sustaining, start with Measurement or Adaption." in words(made, "summary")
    text = words(made, "priorities")
    assert (
        "Start with Measurement or Adaption: they come first alike, so choose. 1. Measurement: Among the first" in text
    )
    assert "2. Adaption: Among the first, because it is in the band Early and matters most while sustaining" in text
    assert "Shown first" not in text
    without = report(submission(low, context="notice=yes"))
    assert "Start with Measurement or Adaption." in words(without, "summary")
    assert "2. Adaption: Among the first, because it is in the band Early." in words(without, "priorities")


def test_the_weakest_comes_before_others_of_its_band() -> None:
    """Emphasis and band alike: what is among the weakest is started with."""
    low = re.sub(r"((?:mea|ada)0[1-7]) 4", r"\1 2", every(4))
    uneven = re.sub(r"(mea0[1-6]) 2", r"\1 3", low)
    made = report(submission(uneven.replace("mea05 3", "mea05 2")))
    assert "While sustaining, start with Adaption." in words(made, "summary")
    assert "1. Adaption: Shown first because" in words(made, "priorities")


def test_without_a_stage_the_band_orders() -> None:
    """No stage is made up."""
    text = words(report(submission(context="notice=yes")), "priorities")
    assert "below 50 of 100, lowest band first. 1. Co-production: Shown first because it is in the band Not yet" in text


def test_with_nothing_below_the_low_mark_there_is_nothing_to_order() -> None:
    """The section is left out, and what to do stands alone."""
    sent = submission(every(5) + " " + " ".join(f"cop0{n} 3" for n in range(1, 8)))
    made = report(sent)
    names = [part.id for part in made.sections]
    assert "priorities" not in names
    assert "actions" in names


def test_an_action_says_what_first_step_sign_and_leaves_room() -> None:
    """Owner and date are blank lines for a person to fill."""
    card = cards(report(submission(MIXED.replace("cop03 1", "cop03 2"))), "actions")[0]
    said = BANK.wordings["en"].actions["cop-hear-back"]
    assert card.heading == said.what
    assert card.rows[:2] == (("First step", said.first_step), ("Done when", said.sign))
    assert card.rows[2] == (
        "Who can start it", "A senior manager, a middle manager, a front-line practitioner or a partner organisation",
    )  # fmt: skip
    assert card.blanks == ("Who leads this", "By when")
    assert card.small == (
        "Chosen because “Young people are told what happened because of what they said” is among the lowest answers "
        "on Co-production, which is weakest."
    )


def test_the_intro_owns_up_to_our_own_reasoning() -> None:
    """Where an action rests on inference, and only there."""
    sent = submission()
    scores = score(sent, BANK, ABOUT)

    def intro(action: str, item: str) -> str:
        chosen = ChosenAction(action, BANK.items[item].ingredient, item, "low", from_now_on=False)
        return words(report(sent, scores=replace(scores, actions=(chosen,))), "actions")

    assert "come from the study, from neighbouring work or from our own reasoning." in intro("mea-burden", "mea04")
    assert "come from the study or from neighbouring work." in intro("rec-mandate", "rec01")


@pytest.mark.parametrize(
    ("role", "lead"),
    [
        ("front", "Take this to a senior manager, a middle manager or a commissioner:"),
        ("senior", ""),
        ("unsaid", ""),
    ],
)
def test_a_respondent_who_cannot_start_an_action_takes_it_to_someone(role: str, lead: str) -> None:
    """Only for the respondent, and only when the role is known."""
    answers = MIXED.replace("mea02 2 mea03 2 mea04 dk mea05 4", "mea02 3 mea03 3 mea05 3")
    sent = submission(answers, context=f"notice=yes role={role} stage=sustaining")
    card = next(
        card for card in cards(report(sent, INDIVIDUAL, audience="respondent"), "actions") if "costs" in card.heading
    )
    assert card.lead == lead
    assert ("Who can start it" in dict(card.rows)) == (lead == "")
    for_group = next(card for card in cards(report(sent), "actions") if "costs" in card.heading)
    assert for_group.lead == ""


def test_an_action_about_the_past_starts_from_now_on() -> None:
    """Nobody is told to change what has been."""
    sent = submission()
    scores = score(sent, BANK, ABOUT)
    chosen = ChosenAction("cop-ask-first", "coproduction", "cop01", "weakest", from_now_on=True)
    (card,) = cards(report(sent, scores=replace(scores, actions=(chosen,))), "actions")
    assert card.lead == "From now on:"


@pytest.mark.parametrize("stage", ["sustaining", "conception"])
def test_nothing_is_put_to_a_young_person_to_do(stage: str) -> None:
    """Who answers the full form as a young person gets no action, order, plan or advice; whom to talk to first."""
    sent = submission(context=f"notice=yes role=young stage={stage}")
    for audience in ("group", "respondent"):
        made = report(sent, INDIVIDUAL, audience=audience)  # type: ignore[arg-type]
        assert not {"actions", "priorities", "plan"} & {part.id for part in made.sections}
        said = BANK.wordings["en"].rules
        advice = {rule.advice for rule in said.values() if rule.advice}
        shown = [text for card in cards(made, "notes") for text in card.paragraphs]
        assert shown
        assert not advice & set(shown)
        assert "tart with" not in words(made, "summary")
        assert words(made, "meeting").endswith("1. Where do we differ? 2. What surprises us?")
        assert section(made, "meeting").heading == "Two questions for a meeting"
        first = section(made, "who").blocks[0].paragraphs[0]  # type: ignore[union-attr]
        assert first == "If you are worried about someone, contact the duty team, 01632 960000."


@pytest.mark.parametrize("variant", ["full", "quick"])
def test_work_that_has_stopped_gets_no_actions(variant: str) -> None:
    """Even where scoring chose some: what is left is what to take into the next one."""
    sent = submission(variant=variant, context="notice=yes stage=stopped")
    scores = score(sent, BANK, ABOUT)
    chosen = ChosenAction("cop-ask-first", "coproduction", "cop01", "weakest", from_now_on=True)
    made = report(sent, scores=replace(scores, actions=(chosen,)))
    assert "actions" not in [part.id for part in made.sections]
    for flat in written(made).values():
        assert "This work has stopped. Read this as what to take into the next one." in flat
        assert BANK.wordings["en"].actions["cop-ask-first"].what not in flat
    for unsaid in ("tart with", "First agree which stage"):
        assert unsaid not in reports.as_text(replace(made, sections=made.sections[:4]))
    even = report(submission(every(1), context="notice=yes stage=stopped"))
    assert "tart with" not in reports.as_text(even)
    assert "Choose by stage" not in reports.as_text(even)
    running = report(sent, replace(ABOUT, stage="sustaining"))
    assert "has stopped" not in reports.as_text(running)


# -- notes ---------------------------------------------------------------------------------------------------------


def test_a_note_gives_claim_advice_trigger_and_source() -> None:
    """Claim and trigger evidence stay apart, and the cut-off is called ours and untested."""
    card = cards(report(), "notes")[0]
    said = BANK.wordings["en"].rules["absent-coproduction"]
    assert card.paragraphs == (said.claim, said.advice)
    assert card.rows == (
        (
            "Why it is shown",
            (
                "The stage is sustaining; Co-production stands at 21 of 100. "
                "The cut-off that brought this up is ours and untested."
            ),
        ),
    )
    assert [(source.title, source.address) for source in card.sources] == [
        (BANK.sources["SL"].title, BANK.sources["SL"].link)
    ]
    assert card.sources[0].remark == "(reported by the study)"
    assert BANK.sources["SL"].seen
    assert BANK.sources["SL"].seen not in words(report(), "notes")


@pytest.mark.parametrize(
    ("sent", "about", "fact"),
    [
        (submission(), ABOUT, "for this work left next month?” was answered “It would stall for months”."),
        (submission(PROVISIONAL), ABOUT, "3 questions on Measurement were answered “don’t know”."),
        (submission(every(5) + " lea02 2"), replace(ABOUT, external_view="strong"),
         "Performance is seen from outside as strong;"),
        (submission(every(5) + " mea06 2"), replace(ABOUT, funding="ends_within_12_months"),
         "The funding ends within 12 months; “How strong is the case"),
        (submission(every(4) + " " + " ".join(f"rec0{n} 2" for n in range(1, 8))), ABOUT,
         "Receptivity lies 50.0 points below the next lowest"),
    ],
)  # fmt: skip
def test_what_triggered_a_note_is_said_in_words(sent: object, about: object, fact: str) -> None:
    """Every kind of fact reads as a clause."""
    assert fact in words(report(sent, about), "notes")  # type: ignore[arg-type]


def test_a_source_link_that_is_no_web_address_is_no_link() -> None:
    """A bank of someone else's cannot bring a script in."""
    evil = {key: replace(source, link="javascript:alert(1)") for key, source in BANK.sources.items()}
    sent = submission()
    made = reports.build(
        replace(BANK, sources=evil), sent, score(sent, BANK, ABOUT), ABOUT, audience="group", made_on=MADE_ON
    )
    assert "javascript:" not in reports.as_html(made) + reports.as_mail_html(made)


# -- planning, limits, meeting -------------------------------------------------------------------------------------


def test_at_conception_later_items_become_a_checklist() -> None:
    """By stage, with the best level of a rubric as the aim; at no other stage."""
    made = report(submission(context="notice=yes stage=conception"))
    lists = [block for block in section(made, "plan").blocks if isinstance(block, Points)]
    assert [(one.heading, one.style) for one in lists] == [("For implementation", "boxes"), ("For sustaining", "boxes")]
    assert lists[0].points[0].text == ("How is this work paid for? Aim: In a regular budget, or needs no extra money.")
    assert "plan" not in [part.id for part in report().sections]


def test_the_plan_leaves_out_what_is_in_place_or_acted_on() -> None:
    """An item at its highest answer is done, and an action is already a plan for its item."""
    sent = submission(context="notice=yes stage=conception")
    scores = score(sent, BANK, ABOUT)
    top, acted = scores.checklist[:2]
    sent = replace(sent, answers={**sent.answers, top: BANK.items[top].points})
    chosen = ChosenAction("cop-ask-first", BANK.items[acted].ingredient, acted, "low", from_now_on=False)

    def planned(scores: object) -> list[str]:
        blocks = section(report(sent, scores=scores), "plan").blocks  # type: ignore[arg-type]
        return [point.label for block in blocks if isinstance(block, Points) for point in block.points]

    code = {item: BANK.visible_code(BANK.items[item]) for item in (top, acted)}
    without = planned(replace(scores, actions=()))
    assert (code[top] in without, code[acted] in without) == (False, True)
    assert code[acted] not in planned(replace(scores, actions=(chosen,)))


def test_an_empty_form_is_called_empty() -> None:
    """No readings, nothing to check, no questions for a meeting: it came back empty, and who sees that."""
    for variant in ("full", "quick"):
        made = report(submission("", variant=variant))
        assert [part.id for part in made.sections] == ["summary", "who", "about"]
        assert words(made, "summary").endswith("The form came back empty.")
        assert "Please check" not in reports.as_text(made)
    commented = report(submission("", comments={"coproduction": COMMENT}))
    assert COMMENT in words(commented, "answers")


def test_where_nobody_knows_that_is_said() -> None:
    """Not knowing is the reason, and with nothing scored there is neither a legend of bands nor a step."""
    made = report(submission(every("dk")))
    summary = words(made, "summary")
    assert "could not be judged, because most answers were “I don’t know”." in summary
    assert "too few questions" not in summary
    for flat in written(made).values():
        for unsaid in ("Not yet in place", "One answer, one step", "0 means", "we call it a tie"):
            assert unsaid not in flat
    skipped = words(report(submission("rec01 dk")), "summary")
    assert "because too few questions were answered." in skipped


def test_all_lowest_answers_are_called_so() -> None:
    """No ingredient stands out of five at 0, but that is not the news."""
    summary = words(report(submission(every(1))), "summary")
    assert "Every answer is the lowest there is. While sustaining, start with" in summary
    assert "stands out" not in summary


def test_the_limits_are_printed() -> None:
    """One moment, untested, ours, no grade, no comparison, and what one answer does to a number."""
    assert [point.text for point in section(report(), "limits").blocks[0].points] == [  # type: ignore[union-attr]
        "It shows how the people in the room saw this work, at one moment.",
        "One answer, one step higher or lower, moves an ingredient by about 4 to 5 points.",
        "Differences of less than about 20 points say little; within 12 we call it a tie.",
        "Neither the questions nor the cut-offs have been tested with people. The cut-offs are ours.",
        "It is neither a grade nor a forecast, and it makes no comparison with other organisations.",
    ]
    assert "moves an ingredient by about 4 points." in words(report(submission(every(3))), "limits")


def test_three_questions_for_a_meeting() -> None:
    """The same three every time."""
    assert words(report(), "meeting").endswith(
        "1. Where do we differ? 2. What surprises us? 3. What will we do, and by when?"
    )


# -- answers, who sees it, what it rests on ------------------------------------------------------------------------


def test_answers_are_listed_as_received() -> None:
    """By ingredient, in words, with what is no answer, and marks for what is not scored or reversed."""
    sent = submission(MIXED.replace("mea02 2", "") + " mea08 4 rec08 4", variant="extended")
    tables = {t.caption: t for t in section(report(sent), "answers").blocks if isinstance(t, Table)}
    assert list(tables) == ["Receptivity", "Co-production", "Leadership", "Measurement", "Adaption"]
    rows = {row.code: row for row in tables["Measurement"].rows}
    assert rows["M2"].cells == ("No answer",)
    assert rows["M4"].cells == ("I don't know, or can't tell from my role",)
    assert rows["M6"].cells == ("Examples and stories",)
    assert (rows["M8"].cells, rows["M8"].note) == (("Agree",), "(not scored, reversed: agreeing counts as low)")
    assert tables["Receptivity"].rows[-1].note == "(not scored)"


def test_an_item_that_was_not_asked_says_so() -> None:
    """Routed out is not the same as skipped."""
    sent = submission("rec01 4")
    made = report(replace(sent, not_asked=(*sent.not_asked, "rec02")))
    table = next(t for t in section(made, "answers").blocks if isinstance(t, Table))
    assert [row.cells for row in table.rows[:3]] == [("Agree",), ("Not asked",), ("No answer",)]


def test_comments_are_for_the_group_only() -> None:
    """A respondent's own report echoes no free text, and recipients get none."""
    sent = submission(comments={"coproduction": COMMENT})
    shown = {
        audience: COMMENT in reports.as_html(report(sent, INDIVIDUAL, audience=audience))
        for audience in ("group", "respondent", "recipients")
    }
    assert shown == {"group": True, "respondent": False, "recipients": False}


@pytest.mark.parametrize("variant", ["full", "quick", "extended"])
def test_recipients_get_no_answers_at_all(variant: str) -> None:
    """No list, no comment, and no answer in words beside a lowest item or a note."""
    sent = submission(variant=variant, comments={"coproduction": COMMENT})
    made = report(sent, replace(INDIVIDUAL, individual_reports="recipients"), audience="recipients")
    assert "answers" not in [part.id for part in made.sections]
    for flat in written(made).values():
        assert COMMENT not in flat
        assert sent.response_id not in flat
        for item, value in sent.answers.items():
            label = BANK.wordings["en"].option_labels(BANK.items[item])[str(value)]
            assert f"“{label}”" not in flat
    assert "The list of answers is left out." in words(made, "who")


def test_who_sees_it_and_for_how_long() -> None:
    """From the same settings that the form's notice is made from."""
    assert words(report(), "who").endswith(
        "You answered as a group. This report goes to the people named by Northmoor Council. The answers are "
        "deleted here after 365 days. The survey tool keeps a copy of its own, and a report sent by email stays with "
        "those who got it, until they delete it. Northmoor Council is responsible for the answers. To see, correct or "
        "delete the answers, contact staying-close@northmoor.example and quote “staying-close r-0001”. "
        "If you are worried about someone, contact the duty team, 01632 960000."
    )
    mine = words(report(submission(context="notice=yes team=no"), INDIVIDUAL, audience="respondent"), "who")
    assert "This report goes to you and nobody else." in mine
    assert "Your answers are left out of such figures, as you asked." in mine
    bare = words(report(about=replace(ABOUT, controller="", contact="", worried_contact="")), "who")
    assert (
        "named by those who organise the survey. The answers are deleted here after 365 days. The survey tool" in bare
    )


def test_it_says_what_it_rests_on() -> None:
    """Independence, versions, fingerprints and how to cite."""
    text = words(report(), "about")
    wording = BANK.wordings["en"]
    assert wording.form["independence"] in text
    assert (
        f"Question bank exit-open@1, form “full”. Structure {BANK.fingerprint}, wording {wording.fingerprint} (en)."
        in text
    )
    assert "Cite the questions as: exit-bridge bank exit-open@1, CC BY 4.0." in text
    assert "Currie and others (2024), Public Administration, doi 10.1111/padm.13028." in text


def test_sample_and_draft_are_announced() -> None:
    """Made-up answers and draft wording are said at the top."""
    sent = submission()
    draft = replace(BANK, wordings={"en": replace(BANK.wordings["en"], draft=True)})
    about = replace(ABOUT, sample=True)
    made = reports.build(draft, sent, score(sent, BANK, about), about, audience="group", made_on=MADE_ON)
    assert made.notices == (
        "Sample. The answers in this report are made up.",
        "The wording in this language is a draft.",
    )


# -- variants without scores ---------------------------------------------------------------------------------------


def test_quick_shows_lowest_answers_and_no_number_of_100() -> None:
    """No score, band, bar, action or note: answers and where to start talking."""
    made = report(submission(variant="quick"), INDIVIDUAL, audience="respondent")
    assert [part.id for part in made.sections] == [
        "summary", "standing", "limits", "meeting", "answers", "who", "about",
    ]  # fmt: skip
    assert "<svg" not in reports.as_html(made)
    for flat in written(made).values():
        assert "of 100" not in flat
        for band in BANK.wordings["en"].bands.values():
            assert band.lower() not in flat.lower()
    assert [card.heading for card in cards(made, "standing")] == [
        "Receptivity", "Co-production", "Leadership", "Measurement", "Adaption",
    ]  # fmt: skip
    assert cards(made, "standing")[1].points[0].text.endswith("“Strongly disagree”")
    assert sum(len(t.rows) for t in section(made, "answers").blocks if isinstance(t, Table)) == 15


def test_quick_has_words_for_all_highest_and_for_nothing() -> None:
    """Neither is dressed up as a lowest answer."""
    made = report(submission(every(5), variant="quick"), INDIVIDUAL, audience="respondent")
    assert {card.paragraphs for card in cards(made, "standing")} == {("Every answer is the highest there is.",)}
    unknown = report(submission(every("dk"), variant="quick"), INDIVIDUAL, audience="respondent")
    assert {card.paragraphs for card in cards(unknown, "standing")} == {("No answer to go by.",)}


def test_young_people_get_thanks_and_no_score_or_action() -> None:
    """When they will hear, whom to talk to, what is done with their answers; nothing to weigh or to do."""
    for audience in ("respondent", "group", "recipients"):
        made = report(LETTER, INDIVIDUAL, audience=audience)  # type: ignore[arg-type]
        for flat in written(made).values():
            assert "You will hear back by 31 January." in flat
            assert "Talk to the duty team, 01632 960000." in flat
            for word in ("of 100", "eakest", "trength", "First step", "cut-off", "ingredient", "Early"):
                assert word not in flat
    for audience in ("respondent", "group"):
        mine = report(LETTER, INDIVIDUAL, audience=audience)  # type: ignore[arg-type]
        assert "You said: A group or a worker tells them what we think" in words(mine, "answers")
        assert "You said: You skipped this one" in words(mine, "answers")
    assert "answers" not in [part.id for part in report(LETTER, audience="recipients").sections]


def test_the_letter_copes_with_facts_nobody_set() -> None:
    """Without a date, a contact or a name it still says something true."""
    bare = replace(INDIVIDUAL, innovation="", contact="", controller="", worried_contact="", reply_by="")
    made = report(LETTER, bare, audience="respondent")
    text = " ".join(reports.as_text(made).split())
    assert "Thank you for telling us what you think." in text
    assert "You can ask the person who gave you the form." in text
    assert "Talk to a worker or someone else you trust." in text
    declined = replace(LETTER, context={"notice": "yes", "team": "no"})
    assert "We will not add them." in reports.as_text(report(declined, bare, audience="respondent"))


def test_the_letter_can_be_read_at_age_nine() -> None:
    """Every sentence of ours stays at Flesch-Kincaid grade 5 or below on average, none above 8."""
    made = report(LETTER, INDIVIDUAL, audience="respondent")
    ours = [
        sentence.strip()
        for part in (*made.intro, *(p for s in made.sections[:2] + made.sections[3:4] for b in s.blocks
                                    if isinstance(b, Prose) for p in b.paragraphs))
        for sentence in re.split(r"(?<=[.?!]) ", part)
        if "@" not in sentence and "Northmoor" not in sentence
    ]  # fmt: skip
    grades = {sentence: reading_grade(sentence) for sentence in ours}
    assert max(grades.values()) <= 8, grades
    assert sum(grades.values()) / len(grades) <= 5, grades
