"""What the script reads and works out is what exit-bridge does, field for field; in Node, with made-up sheets."""

from __future__ import annotations

import csv
import io
import random
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from tests.response_sheet.google_sheet import READ, date, google, one, sheet
from tests.workbook.drawing import cell_for, drawn

from exit_bridge.bank import About, load_bank
from exit_bridge.errors import UnknownLabel
from exit_bridge.intake import Declined, DeployedForm, Submission, decode
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.intake.rows import Filtered, Refused
from exit_bridge.intake.text import as_words
from exit_bridge.platforms.base import RawAnswer, RawResponse
from exit_bridge.response_sheet.forms import script
from exit_bridge.scoring import score
from exit_bridge.workbook.plan import Plan

pytestmark = pytest.mark.node

BANKS = Path(__file__).parents[1] / "banks"
OURS, CLIMATE = load_bank(), load_bank(str(BANKS / "team-climate-2.toml"))
GROUP, ALONE = About(sample=True), About(sample=True, answered_by="individuals")
NO_ANSWERS = ["*", "#N/A", "6", "Agree maybe", "constructor", "4 - Disagree"]
NOTES = ["What most helps new ideas here?", "Total [points]", "- note", "R99. Not one of ours"]


def written(variant="full", language="en", about=GROUP, bank=OURS):
    plan = Plan(bank, variant, language, about)
    return plan, script(plan)


def heading(one_, rng):
    """As the form's own question, or as the row of a grid in brackets behind it."""
    named = f"{one_.code}. {one_.text}" if one_.code else one_.text
    grid = [f"How far do you agree? [{text}]" for text in (named, one_.text)]
    plain = [named, named.replace("'", "\u2019"), one_.text, f"{named}\u00a0", f"3) {named}", one_.id]
    return rng.choice(grid + plain if one_.code else [named, f"{named} "])


def made_up(plan, rng):
    """A sheet: headings and rows, columns anywhere and some of them missing."""
    asked = [one for one in plan.asked if one.gate or rng.random() > rng.choice([0, 0, 0.2])]
    if not any(one.item for one in asked):
        asked = list(plan.asked)
    heads = {one.id: heading(one, rng) for one in asked}
    order = [*heads, *rng.sample(NOTES, 3)]
    rng.shuffle(order)
    rows = []
    for _ in range(rng.randint(1, 4)):
        answers = drawn(plan, rng) if rng.random() > 0.05 else {}
        cells = {name: cell_for(plan, name, answers.get(name, ""), rng) for name in heads}
        if answers and rng.random() < 0.1:
            cells[rng.choice(list(heads))] = rng.choice(
                ["*", "#N/A", "6", "Agree maybe", "constructor", "4 - Disagree"]
            )
        if rng.random() < 0.1:
            gate = next(one for one in plan.asked if one.gate)
            cells[gate.id] = rng.choice(["", cell_for(plan, gate.id, "no", rng)])
        rows.append(cells)
    table = [[heads.get(name, name) for name in order]]
    table += [[cells.get(name, rng.choice(["x", ""])) for name in order] for cells in rows]
    stamped = [[date("2026-01-15T10:29:41.123Z") if row else "Timestamp", *cells] for row, cells in enumerate(table)]
    return stamped, [(heads, cells) for cells in rows]


def by_python(plan, heads, cells):
    """The state of a row, with its scores where it has them: by `decode`, which all tools share."""
    items = plan.bank.items
    gates = [gate.id for gate in plan.bank.context if gate.gate]
    mapping = mapping_for(plan.bank)
    no = any(cells.get(gate) and mapping.option(gate, [cells[gate]]) != "yes" for gate in gates)
    if not no and not any(cells[name].strip() for name in heads if name in items):
        return "blank", None
    keys = {
        name: (*([head[head.index("[") + 1 : -1]] if head.endswith("]") else []), head) for name, head in heads.items()
    }
    raw = RawResponse(
        "1",
        tuple(RawAnswer(keys[name], (cell,)) for name, cell in cells.items() if cell.strip()),
        asked=tuple(keys[name] for name in heads if name in plan.bank.variants[plan.variant].items),
    )
    try:
        submission = decode(raw, DeployedForm("s", "generic", plan.bank, plan.variant))
    except UnknownLabel:
        return "unreadable", None
    if isinstance(submission, Declined):
        return "declined", None
    return "fine", score(submission, plan.bank, plan.about)


def fields(scores):
    """Ours, in the script's names."""
    return {
        "ingredients": [
            {
                "id": r.id,
                "score": r.score,
                "status": r.status,
                "band": r.band,
                "answered": r.answered,
                "asked": r.asked,
                "dontKnow": r.reasons.dont_know,
                "notRelevant": r.reasons.not_relevant,
                "skipped": r.reasons.skipped,
                "notAsked": r.reasons.not_asked,
                "lowest": list(r.lowest),
            }
            for r in scores.ingredients
        ],
        "standing": scores.standing,
        "weakest": list(scores.weakest),
        "furthest": list(scores.furthest),
        "strength": scores.strength,
        "priorities": [one.ingredient for one in scores.priorities],
        "actions": [
            {"action": a.action, "ingredient": a.ingredient, "item": a.item, "why": a.why, "fromNowOn": a.from_now_on}
            for a in scores.actions
        ],
        "stage": scores.stage or "",
    }


AT_LIMITS = replace(OURS, reading=replace(OURS.reading, joint_weakest=25.0, stands_out=25.0, low=50.0, strength=75.0))
"""Our limits are ones that no two scores lie exactly apart; these are."""
EACH = [
    ("full", "en", GROUP, AT_LIMITS),
    *((variant, language, GROUP, OURS) for variant in ("full", "extended") for language in OURS.wordings),
    ("full", "en", About(sample=True, stage="sustaining", organisation_type="council"), OURS),
    ("full", "en", ALONE, OURS),
    *((variant, next(iter(CLIMATE.wordings)), GROUP, CLIMATE) for variant, v in CLIMATE.variants.items() if v.scored),
]
CASES = [(500 if case[1:] == ("en", GROUP, OURS) else 100, *case) for case in EACH]
CASES += [pytest.param(500, *case, marks=pytest.mark.long) for case in EACH]


@pytest.mark.parametrize(("many", "variant", "language", "about", "bank"), CASES)
def test_every_row_is_scored_as_by_the_program(many, variant, language, about, bank):
    """Made-up sheets: the same state of each row, and each number, status, band and action alike to the last digit."""
    plan, code = written(variant, language, about, bank)
    rng = random.Random(f"{variant} {language} {about.stage} {about.answered_by} {bank.ref}")
    sheets = [made_up(plan, rng) for _ in range(many)]
    found = google(code, [{"sheets": [sheet(table)], "steps": [READ]} for table, _ in sheets])
    met, standings = set(), set()
    for (table, rows), file in zip(sheets, found, strict=True):
        assert file["errors"] == []
        (answers,) = file["answers"]
        for row, (read, (heads, cells)) in enumerate(zip(answers["rows"], rows, strict=True), 2):
            state, scores = by_python(plan, heads, cells)
            assert (read["row"], read["state"]) == (row, state), table
            assert read["scores"] == (scores and fields(scores))
            assert bool(read["wrong"]) == (state == "unreadable")
            assert state == "fine" or read["answers"] == read["context"] == {}
            met.add(state)
            standings.add(scores and scores.standing)
        assert answers["layout"]["places"] == {name: table[0].index(head) for name, head in rows[0][0].items()}
    assert met == {"fine", "declined", "unreadable", "blank"}
    assert many < 500 or standings == {"found", "none_stands_out", "all_in_place", "too_few_scored", None}


@pytest.mark.parametrize("variant", ["full", "extended"])
def test_a_download_of_the_sheet_is_scored_alike(variant, tmp_path):
    """As CSV, read by `exit-bridge score`: the same columns, the same rows, the same scores."""
    plan, code = written(variant)
    rng = random.Random(f"{variant} download")
    sheets = [made_up(plan, rng)[0] for _ in range(25)]
    files = google(code, [{"sheets": [sheet(table)], "steps": [READ]} for table in sheets])
    states = {Filtered: "", Refused: "unreadable", Submission: "fine"}
    for table, file in zip(sheets, files, strict=True):
        path, text = tmp_path / "sheet.csv", io.StringIO()
        csv.writer(text).writerows([table[0], *(["15/01/2026 10:29:41", *cells[1:]] for cells in table[1:])])
        path.write_text(text.getvalue(), "utf-8", newline="")
        export = read_export(path, bank=OURS, platform="google-forms", variant=variant)
        (answers,) = file["answers"]
        found = {name for name in answers["layout"]["places"] if name != "reply_to"}
        assert set(export.reader.layout.questions) == found
        for read, outcome in zip(answers["rows"], export, strict=True):
            assert read["state"] == (states[type(outcome)] or outcome.reason)
            if isinstance(outcome, Submission):
                assert read["scores"] == fields(score(outcome, OURS, plan.about))


def test_words_are_compared_as_by_the_program():
    """Every letter there is, and the dress that tools put on words."""
    _, code = written()
    letters = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    texts = [f"a{letter}b" for letter in letters]
    texts += [
        " 12.3) How  is\tit\u00a0paid\nfor? ",
        "Q4. Why",
        "<p>Well &amp; good</p>",
        "&amp;amp;",
        "4",
        "12. ",
        "...",
    ]
    texts += ["", "STRASSE stra\u00dfe", "\u039f\u03a3 \u03bf\u03c2", "\ufeffAgree\u200b", "x" * 1001 + "."]
    texts += ["\u201cNo\u201d \u2013 never*", "I\u2019m <b>here</b>"]
    (said,) = google(code, [{"sheets": [], "steps": [{"call": "plain_", "with": [[text] for text in texts]}]}])
    differ = [text for text, words in zip(texts, said["said"][0], strict=True) if words != as_words(text)]
    # One of the two may know younger letters; and Cherokee is the one script whose case is undone the other way.
    assert [text for text in differ if len(text) != 3 or not known_to_differ(text[1])] == []


def known_to_differ(letter):
    return unicodedata.category(letter) == "Cn" or "CHEROKEE" in unicodedata.name(letter)


def test_labels_are_read_as_by_the_program():
    """Codes, labels of every language, numbers with and without their label; nothing is guessed."""
    _, code = written()
    mapping, item = mapping_for(OURS), OURS.items["rec01"]
    labels = [label for words in OURS.wordings.values() for label in words.option_labels(item, "full").values()]
    marks = ("", ".0", " - ", ". ", ": ", " (")
    numbered = [f"{n}{mark}{label}" for n in (1, 4, 9) for mark in marks for label in ("", *labels)]
    cells = [*labels, *mapping.options["rec01"], *numbered, "rec02_1", "rec01_9", "REC01_4", "Agree.", "agre"]
    cells += ["__proto__", "toString", "4\u00a0", "\u0664", "DK", " na ", "0", "6", "44", "4.5", "x" * 2000]
    said = google(code, [{"sheets": [], "steps": [{"call": "optionOf_", "with": [["rec01", cell] for cell in cells]}]}])
    expected = [mapping.option("rec01", [cell]) or "" for cell in cells]
    assert said[0]["said"][0] == expected
    assert {"1", "4", "dk", "na", ""} <= set(expected)


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("{1}. {text1}", "rec01"),
        ("Receptivity [{1}. {text1}]", "rec01"),
        ("Receptivity [{text1}]", "rec01"),
        ("{1}. Words that somebody changed", "rec01"),
        ("rec01", "rec01"),
        ("REC-01", "rec01"),
        ("{1}. {text2}", ""),
        ("Receptivity [{1}. {text2}]", ""),
        ("{1}. {text1} [{text2}]", ""),
        ("{1}. {text1} [{text1}]", "rec01"),
        ("Timestamp", ""),
        ("Z9. {text1}", ""),
        ("", ""),
        ("__proto__", ""),
    ],
)
def test_headings(heading, question):
    """By number, text or id; a number before another question's text counts for neither."""
    plan, code = written()
    first, second = plan.asked[0], plan.asked[1]
    cell = heading.replace("{1}", first.code).replace("{text1}", first.text).replace("{text2}", second.text)
    said = one(code, [], {"call": "questionOf_", "with": [[cell]]})
    assert said["said"] == [[question]]


def test_without_a_column_for_consent_nothing_is_scored():
    """The script cannot know of consent that was given elsewhere; the sheet says so."""
    plan, code = written()
    head = [f"{one.code}. {one.text}" for one in plan.asked if one.item]
    found = one(code, [sheet([head, ["4"] * len(head)])], READ, {"run": "scoreAnswers"})
    assert [row["state"] for row in found["answers"][0]["rows"]] == ["declined"]
    assert any("no column for the question on consent" in row[0] for row in found["sheets"][1]["table"])
