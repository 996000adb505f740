"""A bank unlike ours in every number, from form to score. Every expected score is written out as arithmetic."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.cli_calls import call

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.intake import Declined, DeployedForm, decode, parse_json
from exit_bridge.intake.exports import read_export
from exit_bridge.platforms import platform, platforms
from exit_bridge.scoring import result_document, result_schema, score
from exit_bridge.testing import check_form

SOURCE = Path(__file__).parent / "team-climate-2.toml"
BANK = load_bank(str(SOURCE))
FORM = DeployedForm("second", "generic", BANK)

ANN = {
    "tru01": 4,
    "tru02": 3,
    "tru03": 1,
    "tru04": 2,
    "voi01": 1,
    "voi02": 2,
    "voi03": 3,
    "voi04": 4,
    "voi05": 4,
    "voi06": "na",
    "wor01": 1,
    "wor02": "dk",
    "wor03": 3,
    "wor04": 4,
}
BEN = {
    "tru01": 4,
    "tru02": 4,
    "voi01": 4,
    "voi02": 4,
    "voi03": 4,
    "voi04": 4,
    "voi05": 1,
    "voi06": 4,
    "wor03": 2,
    "wor04": 1,
}
CAZ = dict.fromkeys(BANK.items, 2)

# Score = 100 * sum(value - 1) / (3 * answered), with tru03, voi05 and wor01 turned round (5 - value).
EXPECTED = {
    "ann": {
        "trust": (100 * ((4 - 1) + (3 - 1) + (4 - 1) + (2 - 1)) / (3 * 4), "scored", "high", 4),  # 75
        "voice": (100 * ((1 - 1) + (2 - 1) + (3 - 1) + (4 - 1) + (1 - 1)) / (3 * 5), "scored", "middle", 5),  # 40
        "workload": (100 * ((4 - 1) + (3 - 1)) / (3 * 2), "scored", "high", 2),  # 83.3: two of three core items
        "weakest": ["voice"],
    },
    "ben": {
        "trust": (None, "not_scored", None, 2),  # two of four
        "voice": (100 * 6 * (4 - 1) / (3 * 6), "scored", "high", 6),  # 100
        "workload": (None, "not_scored", None, 1),  # the fourth item is no core item
        "weakest": [],  # one score compares with nothing
    },
    "caz": {
        "trust": (100 * (3 * (2 - 1) + (3 - 1)) / (3 * 4), "scored", "middle", 4),  # 41.7
        "voice": (100 * (5 * (2 - 1) + (3 - 1)) / (3 * 6), "scored", "low", 6),  # 38.9
        "workload": (100 * (2 * (2 - 1) + (3 - 1)) / (3 * 3), "scored", "middle", 3),  # 44.4
        "weakest": [],  # 5.6 points between them: none stands out
    },
}
PEOPLE = {"ann": ANN, "ben": BEN, "caz": CAZ}


def body(name, consent="yes", **more):
    document = {"response_id": name, "bank": "team-climate@2", "context": {"consent": consent}, "answers": PEOPLE[name]}
    return json.dumps({**document, **more}).encode()


def numbers(scores):
    found = {r.id: (r.score, r.status, r.band, r.answered) for r in scores.ingredients}
    return {**found, "weakest": list(scores.weakest)}


@pytest.mark.parametrize("name", PEOPLE)
def test_by_delivery(name):
    """Our JSON in, scores out, and a result that fits its schema."""
    (raw,) = platform("generic").read(parse_json(body(name))).responses
    submission = decode(raw, FORM)
    scores = score(submission, BANK)
    assert EXPECTED[name] == numbers(scores)
    document = result_document(submission, scores, BANK, BANK.wordings["en"].fingerprint)
    assert list(Draft202012Validator(result_schema()).iter_errors(document)) == []


def test_its_own_gate():
    """The gate is called otherwise, and closes all the same."""
    (raw,) = platform("generic").read(parse_json(body("ann", consent="no"))).responses
    assert isinstance(decode(raw, FORM), Declined)


@pytest.mark.parametrize("variant", BANK.variants)
@pytest.mark.parametrize("tool", [tool for tool in platforms() if "form" in tool.faces], ids=lambda tool: tool.name)
def test_forms(tool, variant):
    """Every tool writes its questions and options, whatever their number."""
    check_form(tool, BANK, variant, "en")


def test_the_form_has_its_four_points():
    """Four labels and the two that do not count; item numbers from its own marks."""
    asked = {q.id: q for q in questionnaire(BANK, "full", "en", About()).questions}
    assert [c.label for c in asked["voi05"].choices][:4] == ["Never", "Sometimes", "Often", "Always"]
    assert [c.code for c in asked["tru04"].choices] == ["1", "2", "3", "4", "dk", "na"]
    assert ["T1", "V5", "W4"] == [asked[item].code for item in ("tru01", "voi05", "wor04")]


@pytest.fixture
def answers(tmp_path):
    """The template that `forms` writes, filled in: one row in codes, one in labels, one declined."""
    assert call(None, "forms", "generic", "--bank", SOURCE, "--out", tmp_path / "forms").code == 0
    head = (tmp_path / "forms/generic/team-climate-2.full.template.csv").read_text("utf-8").strip().split(",")
    words = BANK.wordings["en"]
    labels = {i: words.option_labels(BANK.items[i])[str(value)] for i, value in CAZ.items()}
    path = tmp_path / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, head, restval="")
        table.writeheader()
        table.writerow({"response_id": "ann", "consent": "yes", "role": "lead", **ANN})
        table.writerow({"response_id": "ben", "consent": "Yes, use them", "role": "Team member", **BEN})
        table.writerow({"response_id": "caz", "consent": "yes", "bank": "team-climate@2", **labels})
        table.writerow({"response_id": "dee", "consent": "no", **CAZ})
        table.writerow({"response_id": "eve", "consent": "yes", **CAZ, "voi01": "5"})
    return path


def test_by_file(answers):
    """The command line, told of the bank, scores the table to the same numbers."""
    said = call(None, "score", answers, "--bank", SOURCE, "--items", "value")
    assert said.code == 3
    assert "3 scored, 1 filtered (1 declined), 1 refused" in said.err
    assert "Send one of the codes 1, 2, 3, 4, dk, na" in said.err
    rows = {row["response_id"]: row for row in csv.DictReader(io.StringIO(said.out))}
    assert set(PEOPLE) == set(rows)
    for name, expected in EXPECTED.items():
        row = rows[name]
        for ingredient in ("trust", "voice", "workload"):
            number, status, band, answered = expected[ingredient]
            cells = [row[f"{ingredient}_{part}"] for part in ("score", "status", "band", "answered")]
            assert ["" if number is None else repr(number), status, band or "", str(answered)] == cells
        assert ";".join(expected["weakest"]) == row["weakest"]
    assert ["lead", "member", ""] == [rows[name]["role"] for name in PEOPLE]
    assert ("4", "1", "") == (rows["ann"]["tru03_value"], rows["ann"]["voi05_value"], rows["ann"]["voi06_value"])
    assert "stage" in rows["ann"]
    assert "receptivity_score" not in rows["ann"]


def test_with_the_wrong_bank(answers):
    """Our own bank has none of its questions: the file is refused, not scored to nothing."""
    said = call(None, "score", answers, "--platform", "generic")
    assert (1, "") == (said.code, said.out)
    assert "none of them is an item of exit-open@1" in said.err


def test_by_file_and_by_delivery_alike(answers):
    """One response by either way is the same submission but for the survey's name and the time it came."""
    by_file = next(iter(read_export(answers, bank=BANK, survey="second")))
    (raw,) = platform("generic").read(parse_json(body("ann", context={"consent": "yes", "role": "lead"}))).responses
    assert decode(raw, FORM) == by_file
