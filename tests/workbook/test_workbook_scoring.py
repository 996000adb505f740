"""What LibreOffice works out is what our scoring says: of answer sheets, and of every row of a pasted export."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.workbook.calc import Sheets, filled_in, pasted, worked_out

from exit_bridge.bank import About, load_bank
from exit_bridge.errors import UnknownLabel
from exit_bridge.intake import Declined, DeployedForm, Submission, decode
from exit_bridge.platforms.base import RawAnswer, RawResponse
from exit_bridge.reports.case import whole
from exit_bridge.scoring import score
from exit_bridge.workbook.book import made
from exit_bridge.workbook.plan import Plan
from exit_bridge.workbook.reading import DECLINED, FINE, FIRST_LINE, NO_ANSWERS, SHARED, STATE, UNREADABLE, Measures

BANKS = Path(__file__).parents[1] / "banks"
OURS, CLIMATE = load_bank(), load_bank(str(BANKS / "team-climate-2.toml"))
ALONE = About(sample=True, answered_by="individuals")
STATUS = {0: "not_scored", 1: "provisional", 2: "scored"}
STANDING = ["too_few_scored", "all_in_place", "none_stands_out", "found"]
LEANINGS = [(1, 1, 1, 1, 1), (4, 2, 1, 0, 0), (0, 0, 1, 3, 5), (0, 1, 6, 1, 0), (1, 0, 0, 0, 9)]


def drawn(plan: Plan, rng: random.Random) -> dict[str, str]:
    """Question -> option code. Answers lean low, high or to the middle, each ingredient its own way, so that every
    standing comes about; a few to many are left out."""
    gaps, found = rng.choice([0, 0.05, 0.2, 0.4]), {}
    shared = rng.choice([None, *LEANINGS])
    leaning = {one.id: shared or rng.choice(LEANINGS) for one in plan.bank.ingredients}
    for item in plan.items:
        if rng.random() < gaps:
            code = rng.choice(["", "dk", "na"])
        else:
            weights = (leaning[item.ingredient] * 2)[: item.points]
            code = str(rng.choices(range(1, item.points + 1), weights if any(weights) else None)[0])
        if code:
            found[item.id] = code
    for question in plan.bank.context:
        code = rng.choice(("", *question.codes)) if not question.gate else "yes"
        if code:
            found[question.id] = code
    return found


def dressed(label: str, rng: random.Random) -> str:
    """A label as tools and people hand it on."""
    return rng.choice(
        [label, label, label.upper(), f" {label} ", label.replace("'", "\u2019"), label.replace(" ", "\u00a0", 1)]
    )


def cell_for(plan: Plan, question: str, code: str, rng: random.Random) -> str:
    """What stands in an export for it: mostly a label, at times a code."""
    if not code:
        return ""
    one = plan.asked[plan.of(question)]
    if one.item:
        labels = plan.words.option_labels(one.item, plan.variant)
        return rng.choice([dressed(labels[code], rng)] * 5 + [code])
    words = plan.words.context_words(question, plan.variant)
    return dressed(rng.choice([words.options[code], words.described(code)]), rng)


def heading(plan: Plan, question: str, rng: random.Random) -> str:
    """As Microsoft Forms writes it, as Google writes the row of a grid, or the statement alone."""
    one = plan.asked[plan.of(question)]
    named = f"{one.code}. {one.text}" if one.code else one.text
    others = [f"How far do you agree with this? [{named}]", named.replace("'", "\u2019"), one.text, f"{named}\u00a0"]
    return rng.choice([named, named, *others] if one.code else [named, f"{named} "])


def exported(plan: Plan, answers: list[dict[str, str]], rng: random.Random) -> list[list[str]]:
    """Columns in any order, with those that are no question of ours; here and there an empty row."""
    order = [one.id for one in plan.asked]
    rng.shuffle(order)
    extra = ["ID", "Start time", "Email", "What most helps new ideas here?", "Total [points]"]
    places = [*order, *extra]
    rng.shuffle(places)
    table = [[heading(plan, name, rng) if name in order else name for name in places]]
    for one in answers:
        table.append(
            [cell_for(plan, name, one.get(name, ""), rng) if name in order else rng.choice(["x", "7", ""]) for name in places]
            if one
            else [""] * len(places)
        )
    return table


def by_python(plan: Plan, answers: dict[str, str]):
    """Scores, or the state of a row that is not scored."""
    form = DeployedForm("s", "generic", plan.bank, plan.variant)
    raw = RawResponse("1", tuple(RawAnswer((name,), (code,)) for name, code in answers.items()))
    if not any(name in plan.bank.items for name in answers) and not any(
        answers.get(gate.id, "yes") != "yes" for gate in plan.bank.context if gate.gate
    ):
        return NO_ANSWERS
    try:
        submission = decode(raw, form)
    except UnknownLabel:
        return UNREADABLE
    return DECLINED if isinstance(submission, Declined) else submission


def check_line(plan: Plan, sheets: Sheets, measures: Measures, line: int, submission: Submission) -> str:
    """One line against our scoring; its standing."""
    scores = score(submission, plan.bank, plan.about)
    ids = [ingredient.id for ingredient in plan.bank.ingredients]

    def at(name: str, place: int = 0):
        return sheets.measure(measures, line, name, place)

    for place, reading in enumerate(scores.ingredients):
        assert STATUS[at("status", place)] == reading.status
        assert at("answered", place) == reading.answered
        assert at("dont_know", place) == reading.reasons.dont_know
        assert at("not_relevant", place) == reading.reasons.not_relevant
        assert at("skipped", place) == reading.reasons.skipped
        assert at("score", place) == (None if reading.score is None else pytest.approx(reading.score, rel=1e-14, abs=0))
        expected = None if reading.score is None else whole(reading.score, plan.bank if reading.band else None)
        assert at("number", place) == expected
        band = at("band", place)
        assert (plan.bank.bands[band - 1].id if band else None) == reading.band
    assert STANDING[at("standing")] == scores.standing
    assert tuple(name for place, name in enumerate(ids) if at("weakest", place)) == scores.weakest
    acts = [] if submission.context.get("stage") == "stopped" and not plan.about.stage else scores.actions
    order = sorted(range(len(plan.items)), key=plan.turns(scores.stage).__getitem__)
    chosen = [at(f"act_{nth}") for nth in (1, 2, 3)]
    found = [(ids[one - 1], plan.items[order[at("turn", one - 1)]].id) for one in chosen if one]
    assert found == [(action.ingredient, action.item) for action in acts]
    return scores.standing


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workbook")


def test_every_row_of_an_export(folder):
    """540 rows in three exports, of two banks: shuffled columns, gaps, other dress, refusals and a no among them."""
    rng = random.Random(5)
    plans = {
        "ours": Plan(OURS, "full", "en", About(sample=True), all_act=True),
        "staged": Plan(OURS, "full", "en", About(sample=True), all_act=True),
        "climate": Plan(CLIMATE, "full", "en", About(sample=True), rows=140, all_act=True),
    }
    books, expected = {}, {}
    contents = {"ours": made(plans["ours"]), "climate": made(plans["climate"])}
    contents["staged"] = contents["ours"]
    for name, plan in plans.items():
        answers = [drawn(plan, rng) for _ in range(plan.rows)]
        gates = [question.id for question in plan.bank.context if question.gate]
        answers[3] = {}
        answers[5] = {gate: "yes" for gate in gates}
        answers[6] |= dict.fromkeys(gates, "no")
        answers[7] = {key: value for key, value in answers[7].items() if key not in gates} if gates else answers[7]
        table = exported(plan, answers, rng)
        expected[name] = [by_python(plan, one) for one in answers]
        for row, bad in ((9, "*"), (10, "agree?"), (11, "9"), (12, "-1"), (13, "#N/A")):
            place = next(c for c, h in enumerate(table[0]) if plan.items[2].id in h or plan.asked[2].text.split("'")[0] in h)
            table[row][place] = bad
            expected[name][row - 1] = UNREADABLE
        books[name] = pasted(contents[name], plan.say("sheets.paste"), table)
    standings = set()
    for name, path in worked_out(books, folder).items():
        plan, sheets = plans[name], Sheets(path)
        measures = Measures(plan, plan.say("sheets.working"))
        for line, wanted in enumerate(expected[name], 1):
            state = sheets.cell(measures.name, FIRST_LINE + line, STATE)
            if isinstance(wanted, Submission):
                assert state == FINE, (name, line)
                standings.add(check_line(plan, sheets, measures, line, wanted))
            else:
                assert state == wanted, (name, line)
        assert {UNREADABLE, DECLINED, NO_ANSWERS} <= {one for one in expected[name] if isinstance(one, int)}
    assert standings == set(STANDING)
