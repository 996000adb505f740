"""What LibreOffice works out is what our scoring says: of answer sheets, and of every row of a pasted export."""

from __future__ import annotations

import io
import random
from pathlib import Path

import openpyxl
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
from exit_bridge.workbook.reading import DECLINED, FINE, FIRST_LINE, NO_ANSWERS, STATE, UNREADABLE, Measures

pytestmark = pytest.mark.office

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
    extra = ["ID", "Start time", "Email", "What most helps new ideas here?", "Total [points]", "- note", "-", "x"]
    places = [*order, *extra]
    rng.shuffle(places)
    table = [[heading(plan, name, rng) if name in order else name for name in places]]
    for one in answers:
        cells = [cell_for(plan, n, one.get(n, ""), rng) if n in order else rng.choice(["x", "7", ""]) for n in places]
        table.append(cells if one else [""] * len(places))
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
    """500 rows in five exports, of two banks: shuffled columns, gaps, other dress, refusals and a no among them."""
    rng = random.Random(5)
    plans = {
        **{f"ours{n}": Plan(OURS, "full", "en", About(sample=True), rows=100, all_act=True) for n in range(4)},
        "climate": Plan(CLIMATE, "full", "en", About(sample=True), rows=100, all_act=True),
    }
    books, expected = {}, {}
    empty = {"ours0": made(plans["ours0"]), "climate": made(plans["climate"])}
    for name, plan in plans.items():
        answers = [drawn(plan, rng) for _ in range(plan.rows)]
        gates = [question.id for question in plan.bank.context if question.gate]
        answers[3] = {}
        answers[5] = dict.fromkeys(gates, "yes")
        answers[6] |= dict.fromkeys(gates, "no")
        answers[7] = {key: value for key, value in answers[7].items() if key not in gates} if gates else answers[7]
        table = exported(plan, answers, rng)
        expected[name] = [by_python(plan, one) for one in answers]
        for row, bad in ((9, "*"), (10, "agree?"), (11, "9"), (12, "-1"), (13, "#N/A")):
            place = next(
                c for c, h in enumerate(table[0]) if plan.items[2].id in h or plan.asked[2].text.split("'")[0] in h
            )
            table[row][place] = bad
            expected[name][row - 1] = UNREADABLE
        books[name] = pasted(empty.get(name, empty["ours0"]), plan.say("sheets.paste"), table)
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


def entries(plan: Plan, content: bytes) -> dict[str, str]:
    """Question -> its cell on the answer sheet, by the text that stands beside it."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))[plan.say("sheets.answer")]
    texts = {row[1].value: row[2].coordinate for row in sheet.iter_rows() if row[2].protection.locked is False}
    return {one.id: texts[one.text] for one in plan.asked if one.text in texts}


def typed(plan: Plan, content: bytes, answers: dict[str, str]) -> bytes:
    cells, labels = entries(plan, content), {}
    for question, code in answers.items():
        if question in cells:
            one = plan.asked[plan.of(question)]
            codes = one.item.codes if one.item else plan.bank.context_by_id[question].codes
            labels[cells[question]] = one.labels[codes.index(code)]
    return filled_in(content, plan.say("sheets.answer"), labels)


SHEETS = [
    (OURS, "full", "en", About(sample=True)),
    (OURS, "extended", "en", ALONE),
    (OURS, "full", "cy", About(sample=True, stage="conception", organisation_type="council")),
    (CLIMATE, "full", "en", ALONE),
]


@pytest.mark.parametrize("drawings", [2, pytest.param(125, marks=pytest.mark.long)])
def test_answer_sheets(tmp_path, drawings):
    """Answers chosen on the sheet come to what our scoring says, and the sheets for people show just that."""
    rng, books, expected = random.Random(8), {}, {}
    for number, (bank, variant, language, about) in enumerate(SHEETS):
        plan = Plan(bank, variant, language, about, rows=1)
        content = made(plan)
        offered = entries(plan, content)
        for nth in range(2 if number else 0, 2 + drawings):
            answers = {key: value for key, value in drawn(plan, rng).items() if key in offered}
            if nth == 0:
                answers = {}
            if nth == 1:  # an answer that is no option, put in past the list
                answers.pop(plan.items[0].id, None)
            name = f"s{number}x{nth}"
            books[name] = typed(plan, content, answers)
            if nth == 1:
                books[name] = filled_in(books[name], plan.say("sheets.answer"), {offered[plan.items[0].id]: "maybe"})
            expected[name] = (plan, answers, nth == 1)
    for name, path in worked_out(books, tmp_path).items():
        plan, answers, wrong = expected[name]
        sheets, measures = Sheets(path), Measures(plan, plan.say("sheets.working"))
        context = {key: value for key, value in answers.items() if key in plan.bank.context_by_id}
        items = {key: value for key, value in answers.items() if key in plan.bank.items}
        kept = {key: int(value) if value.isdigit() else value for key, value in items.items()}
        if not wrong:
            submission = Submission("s", "workbook", "1", plan.bank.ref, plan.variant, kept, context=context)
            check_line(plan, sheets, measures, 0, submission)
            check_words(plan, sheets, submission)
        else:
            assert sheets.cell(measures.name, FIRST_LINE, STATE) == UNREADABLE
            assert plan.asked[0].code in sheets.cell(plan.say("sheets.result"), 1, 0)
            assert plan.say("answer.wrong") in {row[3] for row in sheets.rows(plan.say("sheets.answer"))}
            assert {row[3] for row in result_rows(plan, sheets)} == {plan.say("result.not_scored")}
            assert sheets.cell(plan.say("sheets.actions"), 3 + 2, 1) is None
        # Where there is no number there is no bar, which takes a cell that says #N/A; there is no other error.
        errors = {(sheet, value) for sheet, _, _, value in sheets.errors(plan.say("sheets.paste"))}
        assert errors <= {(measures.name, "#N/A")}


def result_rows(plan: Plan, sheets: Sheets) -> list[tuple]:
    rows = sheets.rows(plan.say("sheets.result"))
    head = next(place for place, row in enumerate(rows) if row[:9] == plan.say.several("result.head"))
    return rows[head + 1 : head + 1 + len(plan.bank.ingredients)]


def check_words(plan: Plan, sheets: Sheets, submission: Submission) -> None:
    """The words on the sheets for people."""
    scores, words, say = score(submission, plan.bank, plan.about), plan.words, plan.say
    for row, reading in zip(result_rows(plan, sheets), scores.ingredients, strict=True):
        name, band, number, status, answered, *reasons, weakest = (cell or "" for cell in row[:9])
        assert name == words.ingredients[reading.id].name
        assert band == (words.bands[reading.band] if reading.band else say("result.no_band"))
        assert status == say(f"result.{reading.status}")
        shown = None if reading.score is None else whole(reading.score, plan.bank if reading.band else None)
        assert number == (say("result.no_number") if shown is None else shown or "")
        assert answered == say("result.answered", answered=reading.answered, asked=reading.asked)
        assert [int(one or 0) for one in reasons] == [
            reading.reasons.dont_know, reading.reasons.not_relevant, reading.reasons.skipped
        ]  # fmt: skip
        assert weakest == (say("result.weakest_mark") if reading.id in scores.weakest else "")
    summary = sheets.cell(say("sheets.result"), 1, 0)
    names = say("comma").join(words.ingredients[name].name for name in scores.weakest)
    assert (
        summary
        == {
            "too_few_scored": say("result.too_few", fewest=3),
            "all_in_place": say("result.all_in_place", band=words.bands[plan.bank.bands[-1].id]),
            "none_stands_out": say("result.none_stands_out", width=f"{plan.bank.reading.stands_out:g}"),
            "found": f"{say('result.joint' if len(scores.weakest) > 1 else 'result.weakest')} {names}",
        }[scores.standing]
    )
    shown = [
        row[1]
        for row in sheets.rows(say("sheets.actions"))
        if len(row) > 1 and row[0] == say.several("actions.rows")[0]
    ]
    stopped = submission.context.get("stage") == "stopped" and not plan.about.stage
    chosen = () if stopped else scores.actions
    expected = [
        (f"{say('actions.from_now_on')} " if one.from_now_on else "") + words.actions[one.action].what for one in chosen
    ]
    assert [one for one in shown if one] == expected
    why = [
        row[1]
        for row in sheets.rows(say("sheets.actions"))
        if len(row) > 1 and row[0] == say.several("actions.rows")[1]
    ]
    for one, said in zip(chosen, why, strict=False):
        kind = "joint" if one.why == "weakest" and len(scores.weakest) > 1 else one.why
        assert said == say(
            f"actions.why.{kind}",
            number=plan.bank.visible_code(plan.bank.items[one.item]),
            item=words.item(plan.bank.items[one.item], plan.variant).text,
            ingredient=words.ingredients[one.ingredient].name,
            low=f"{plan.bank.reading.low:g}",
        )


def test_headings_that_cannot_be_told(folder):
    """Two columns of one question are refused in words; a number before another question's text counts as neither."""
    plan = Plan(OURS, "full", "en", About(sample=True), rows=3)
    content, rng = made(plan), random.Random(2)
    answers = {**dict.fromkeys(plan.bank.variants["full"].items, "4"), "notice": "yes"}
    table = [[f"{one.code}. {one.text}" if one.code else one.text for one in plan.asked]]
    table.append([cell_for(plan, one.id, answers.get(one.id, ""), rng) for one in plan.asked])
    twice = [[*row, row[0]] for row in table]
    mixed = [[f"R1. {plan.asked[1].text}", *table[0][1:]], table[1]]
    missing = [[f"x{heading}" if n == 0 else heading for n, heading in enumerate(row)] for row in table]
    long = [*table, *[table[1]] * 4]
    wide = [[*row, *[""] * (plan.columns - len(row)), "R1. x"] for row in table]
    given = {"twice": twice, "mixed": mixed, "missing": missing, "long": long, "wide": wide, "plain": table, "none": []}
    books = {name: pasted(content, "Paste", rows) for name, rows in given.items()}
    found = {name: Sheets(path) for name, path in worked_out(books, folder).items()}
    text = {name: [row[0] or "" for row in sheets.rows("Rows")[:8]] for name, sheets in found.items()}
    assert any(said == f"{plan.say('rows.twice')} R1" for said in text["twice"])
    assert found["twice"].measure(Measures(plan, "Working"), 1, "score") is None
    assert plan.say("rows.shared") in {row[1] for row in found["twice"].rows("Rows")}
    for name in ("mixed", "missing"):
        assert any(said == f"{plan.say('rows.missing')} R1" for said in text[name])
        assert plan.say("columns.none") in {row[2] for row in found[name].rows("Columns")}
    for name in ("long", "wide"):
        assert plan.say("rows.beyond", rows=3, columns=100) in text[name]
    assert not [said for said in text["plain"] if "NOT" in said or plan.say("rows.missing") in said]
    assert plan.say("rows.nothing") in text["none"]
    assert plan.say("rows.found", found=35, all=35) in text["plain"]
    line = next(row for row in found["plain"].rows("Rows") if row[0] == 2)
    assert line[1:5] == (plan.say("rows.fine"), 75, plan.say("result.scored"), "Largely in place")
