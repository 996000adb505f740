"""What the script writes and what it leaves alone, in made-up spreadsheets; and the file that is written of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, call, write_settings
from tests.npm import type_checker
from tests.response_sheet.google_sheet import SCORE, date, one, sheet

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.reports.case import whole
from exit_bridge.reports.phrases import phrases
from exit_bridge.response_sheet.forms import ResponseSheetForms, script
from exit_bridge.response_sheet.words import ROOM
from exit_bridge.scoring.score import MOST_ACTIONS
from exit_bridge.workbook.plan import Plan

BANK = load_bank()
GROUP = About(sample=True)
PEOPLE = About(sample=True, answered_by="individuals")


def written(language="en", about=GROUP):
    plan = Plan(BANK, "full", language, about)
    return plan, script(plan)


PLAN, SCRIPT = written()
HEADS = [f"{one.code}. {one.text}" if one.code else one.text for one in PLAN.asked]
LABELS = {one.id: one.labels for one in PLAN.asked}


def row(level=4, **more):
    """Every item answered at that level, from 1; consent given."""
    said = {one.id: one.labels[level - 1] if level else "" for one in PLAN.asked if one.item}
    said |= {"notice": LABELS["notice"][0]} | more
    return [said.get(one.id, "") for one in PLAN.asked]


def filled(*rows, name="Form responses 1", linked=True):
    """A sheet that a form fills, with a time before each row."""
    table = [["Timestamp", *HEADS], *([date("2026-01-15T10:29:41Z"), *cells] for cells in rows)]
    return sheet(table, name, linked=linked)


def named(file, name):
    return next(one for one in file["sheets"] if one["name"] == name)


def texts(made):
    return "\n".join(str(cell) for line in made["table"] for cell in line if cell != "")


def lines_below(made, word):
    """The lines under the one that begins so."""
    place = next(place for place, line in enumerate(made["table"]) if line[0] == word)
    return made["table"][place + 1 :]


pytestmark = pytest.mark.node


def test_both_sheets():
    """Each row's numbers on one, a part for each group on the other, newest first; the answers stay as they are."""
    low = {item.id: LABELS[item.id][0] for item in BANK.ingredient_by_id["adaption"].core}
    file = one(SCRIPT, [filled(row(), row(**low))], SCORE)
    assert [made["name"] for made in file["sheets"]] == ["Form responses 1", "Scores", "Report"]
    assert [made["changed"] for made in file["sheets"]] == [False, True, True]
    assert file["alerts"] == [["Score these answers", "Done. See the sheets “Scores” and “Report”."]]
    scores, report = named(file, "Scores"), named(file, "Report")
    first, second = lines_below(scores, "Answers in")
    assert first[:4] == ["Form responses 1", 2, "15/01/2026 10:29:41", "Read"]
    assert first[4:] == [75, "Scored", "Largely in place", "7 of 7"] * 5 + [""]
    assert second[-5:] == [0, "Scored", "Not yet in place", "7 of 7", "Adaption"]
    assert scores["frozen"] == [line[0] for line in scores["table"]].index("Answers in") + 1
    said = texts(report)
    assert said.index("row 3: 15/01/2026") < said.index("row 2: 15/01/2026")
    assert "Weakest: Adaption" in said
    assert "Every ingredient that could be scored is in the band “Largely in place”." in said
    assert said.count("Why this one: ") == 1
    assert "is among the lowest answers on Adaption, which is weakest" in said
    assert all(" ".join(words.split()) in " ".join(said.split()) for words in sentences(PLAN))
    assert PLAN.bank.fingerprint in said
    assert file["locked"] == 0


def test_the_chart_shows_what_the_table_does():
    """A bar for each ingredient in the fixed order, from 0 to 100; no bar where there is no number."""
    left_out = dict.fromkeys((item.id for item in BANK.ingredient_by_id["leadership"].core[:3]), "")
    none = dict.fromkeys((item.id for item in BANK.ingredient_by_id["measurement"].core), "")
    report = named(one(SCRIPT, [filled(row(**left_out, **none))], SCORE), "Report")
    (chart,) = report["charts"]
    labels, numbers = chart["series"]
    assert numbers == ["Number", 75, 75, 75, "", 75]
    assert labels[1:] == [
        "Receptivity: Largely in place, 75",
        "Co-production: Largely in place, 75",
        "Leadership: Provisional, 75",
        "Measurement: Not scored",
        "Adaption: Largely in place, 75",
    ]
    assert chart["headers"] == 1
    assert chart["options"]["hAxis"] == {"viewWindow": {"min": 0, "max": 100}}
    below = report["table"][chart["place"][0] - 1 : chart["place"][0] + 14]
    assert below
    assert all(cell == "" for line in below for cell in line)


def test_again_is_the_same():
    """Idempotent; what was typed into our sheets and their old charts are gone; renamed they stay ours."""
    once = one(SCRIPT, [filled(row())], SCORE)
    twice = one(SCRIPT, [filled(row())], SCORE, {"rename": ["Scores", "Autumn"]}, SCORE, SCORE)
    assert [made["name"] for made in twice["sheets"]] == ["Form responses 1", "Autumn", "Report"]
    for before, after in zip(once["sheets"], twice["sheets"], strict=True):
        assert {**before, "name": ""} == {**after, "name": ""}


@pytest.mark.parametrize("name", ["Scores", "report"])
def test_a_sheet_of_somebody_else_is_left_alone(name):
    """Nothing is written at all, and the alert says what to do."""
    theirs = sheet([["Mine"], ["=1+1"]], name, linked=False)
    file = one(SCRIPT, [filled(row()), theirs], SCORE)
    assert [made["changed"] for made in file["sheets"]] == [False, False]
    (title, words) = file["alerts"][0]
    assert title == "Nothing was scored"
    assert words.startswith(f"A sheet here is called “{name.title()}” already, and this script did not make it.")


def test_what_was_not_read_is_said_without_the_answer():
    """Which question in which cell; not the words. Of a refusal nothing stands there but that."""
    secret = "I would rather say something else"
    no = row(2, notice=LABELS["notice"][1])
    file = one(SCRIPT, [filled(row(rec03=secret), no, row(0), row(rec01="*"))], SCORE)
    first, second, third = lines_below(named(file, "Scores"), "Answers in")
    column = HEADS.index(next(head for head in HEADS if head.startswith("R3. "))) + 1
    assert first[3] == f"NOT READ: the answer to R3 ({chr(65 + column)}2) is none of its answers"
    assert second[3:5] == ["Left out: no consent to send the answers", ""]
    assert third[3].startswith("NOT READ: the answer to R1 (B5)")
    said = texts(named(file, "Scores")) + texts(named(file, "Report"))
    assert "Read: 0. Left out without consent: 1. Not read: 2. Without answers: 1." in said
    assert secret not in said
    assert "There is no row to report on yet." in said


def test_two_columns_for_one_question():
    """Nothing is scored, the alert and both sheets say why, and old scores are gone."""
    made = filled(row())
    made["cells"][0].append(HEADS[0])
    file = one(SCRIPT, [filled(row())], SCORE, {"rename": ["Form responses 1", "Old"]}, {"add": made}, SCORE)
    wrong = "Two columns of “Form responses 1” are the same question: B, AP. Delete one, or change its heading."
    assert file["alerts"][1] == ["Nothing was scored", wrong]
    assert [texts(named(file, name)) for name in ("Scores", "Report")] == [f"Nothing was scored\n{wrong}"] * 2
    assert named(file, "Old")["table"][0][0] == "Timestamp"


def test_which_sheets_are_read():
    """All that a form fills; without any of those the only one with these headings; else it asks."""
    other = sheet([["Shopping"], ["Bread"]], "List", linked=False)
    both = one(SCRIPT, [other, filled(row(), name="English"), filled(row(2), name="Welsh")], SCORE)
    assert [line[0] for line in lines_below(named(both, "Scores"), "Answers in")] == ["English", "Welsh"]
    pasted = one(SCRIPT, [other, filled(row(), name="Pasted", linked=False)], SCORE)
    assert [line[0] for line in lines_below(named(pasted, "Scores"), "Answers in")] == ["Pasted"]
    copies = [filled(row(), name=name, linked=False) for name in ("One", "Two")]
    asked = one(SCRIPT, copies, SCORE)
    assert 'none of them is linked to a form: "One", "Two"' in asked["alerts"][0][1]
    nothing = one(SCRIPT, [other, sheet([], "Empty")], SCORE)
    assert "No sheet here has the questions of this form" in nothing["alerts"][0][1]


@pytest.mark.parametrize("risky", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
def test_nothing_becomes_a_formula(risky):
    """Not the name of a sheet, nor a time, nor what somebody made a heading of; there is no formula at all."""
    about = About(controller=risky, innovation=risky, retain_days=90)
    file = one(written(about=about)[1], [filled(row(rec01=risky), row(), name=risky)], SCORE)
    scores, report = named(file, "Scores"), named(file, "Report")
    assert scores["formulas"] == report["formulas"] == []
    assert lines_below(scores, "Answers in")[0][0] == risky


YOUNG = LABELS["role"][BANK.context_by_id["role"].codes.index("young")]


def test_a_form_that_people_fill_in_alone():
    """Its notice promises that nobody gets a report on one person: no numbers, but what has to be mended."""
    plan, code = written(about=PEOPLE)
    assert any("Nobody gets a report on your answers alone" in words for words in sentences(plan))
    file = one(code, [filled(row(role=YOUNG), row(rec01="?"), row())], SCORE)
    first, second, third = (
        [cell for cell in line[3:] if cell] for line in lines_below(named(file, "Scores"), "Answers in")
    )
    assert first == third == ["Read. Not shown: the notice promises that nobody gets a report on one person"]
    assert second == ["NOT READ: the answer to R1 (B3) is none of its answers"]
    report = named(file, "Report")
    assert "So none is shown here" in texts(report)
    assert "Number" not in texts(report)
    assert report["charts"] == []


def test_where_the_notice_says_that_recipients_see_reports():
    """Then there are numbers and reports, but none of a young person."""
    file = one(
        written(about=replace(PEOPLE, individual_reports="recipients"))[1], [filled(row(role=YOUNG), row())], SCORE
    )
    first, second = lines_below(named(file, "Scores"), "Answers in")
    assert [cell for cell in first[3:] if cell] == ["Read. Not shown: a young person answered alone"]
    assert second[3:5] == ["Read", 75]
    report = named(file, "Report")
    assert len(report["charts"]) == 1
    assert "row 2:" not in texts(report)
    assert "row 3:" in texts(report)


def sentences(plan):
    """The notice as the form itself has it."""
    return questionnaire(plan.bank, plan.variant, plan.language, plan.about).notice


def test_actions_are_held_back_where_reports_hold_them_back():
    """A young person's, and where the work has stopped; unless the settings name a stage."""
    stopped = LABELS["stage"][BANK.context_by_id["stage"].codes.index("stopped")]
    answers = row(2, stage=stopped)
    assert "Action 1" not in texts(named(one(SCRIPT, [filled(answers)], SCORE), "Report"))
    assert "Action 1" in texts(named(one(SCRIPT, [filled(row(2))], SCORE), "Report"))
    staged = written(about=About(sample=True, stage="scaling"))[1]
    assert f"Action {MOST_ACTIONS}" in texts(named(one(staged, [filled(answers)], SCORE), "Report"))


def test_many_rows_and_groups():
    """More rows than a new sheet has; the newest twenty have a part of the report, and that is said."""
    file = one(SCRIPT, [filled(*[row()] * 1500)], SCORE)
    scores, report = named(file, "Scores"), named(file, "Report")
    assert len(lines_below(scores, "Answers in")) == 1500
    assert len(report["charts"]) == 20
    assert "row 1501:" in texts(report)
    assert "Only the newest 20 are shown here." in texts(report)


def test_each_new_answer():
    """One trigger, however often it is asked for; without anybody there no alert; taken away again."""
    each, stop = {"run": "scoreEachNewAnswer"}, {"run": "stopScoringEachNewAnswer"}
    file = one(SCRIPT, [filled(row())], each, each, {"run": "onNewAnswer", "alone": True})
    assert (file["errors"], file["triggers"]) == ([], 1)
    assert [words[:9] for _, words in file["alerts"]] == ["From now ", "Each new "]
    assert texts(named(file, "Scores")).startswith("Scores\n")
    assert one(SCRIPT, [filled(row())], each, stop)["triggers"] == 0


def test_what_goes_wrong_by_itself_is_raised():
    """So that Google mails it; the lock is given back, and while another holds it nothing is written."""
    alone = {"run": "onNewAnswer", "alone": True}
    file = one(SCRIPT, [sheet([["Bread"]])], alone)
    assert file["errors"][0].startswith("No sheet here has the questions")
    assert file["locked"] == 0
    busy = one(SCRIPT, [filled(row())], {"busy": True}, alone, SCORE)
    assert busy["errors"] == ["Another scoring is still at work. Wait a minute and try again."]
    assert busy["alerts"][0][1] == busy["errors"][0]
    assert len(busy["sheets"]) == 1


@pytest.mark.parametrize("language", BANK.wordings)
def test_menu_and_words(language):
    """Every item of the menu calls a function that is there; every sentence is whole, in every language."""
    plan, code = written(language)
    menu = one(code, [], {"run": "onOpen"})["menus"][0]
    assert menu["name"] == plan.form.title
    called = [item[1] for item in menu["items"] if item]
    assert called == ["scoreAnswers", "scoreEachNewAnswer", "stopScoringEachNewAnswer", "aboutTheseScores"]
    assert all(f"function {name}()" in code for name in called)
    file = one(code, [filled(row(2), row(rec01="?"))], SCORE, {"run": "aboutTheseScores"})
    assert file["errors"] == []
    assert "independent questionnaire" in file["alerts"][1][1] or language != "en"
    said = "\n".join([*map(texts, file["sheets"][1:]), *(f"{a} {b}" for a, b in file["alerts"])])
    assert not re.search(r"\{\w+\}|undefined|NaN|null|\[object", said)
    assert "exit-open@1, full" in file["alerts"][1][1]


def test_numbers_are_rounded_as_in_reports():
    """Half up, but never into a band that the unrounded score has not reached."""
    answers = [n / 8 for n in range(801)]
    for status, bank in (("scored", BANK), ("provisional", None)):
        readings = [[{"score": number, "status": status}] for number in answers]
        said = one(SCRIPT, [], {"call": "whole_", "with": readings})
        assert said["said"][0] == [whole(number, bank) for number in answers]


PACKAGES = ("@types/google-apps-script@2.0.13", "typescript@5.9.3")


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    return type_checker("response-sheet-types", PACKAGES, tmp_path_factory)


@pytest.mark.parametrize("language", BANK.wordings)
def test_types(checked, language):
    """Every call is one that Google's services have, with what they take."""
    assert checked(written(language)[1]) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("getDisplayValues()[0]", "getDisplayedValues()[0]"),
        ("setFrozenRows(0)", "setFrozenRows('no')"),
        ("one.score", "one.scored"),
    ],
)
def test_types_can_fail(checked, right, wrong):
    """A misspelt name and a value of another kind are seen."""
    assert right in SCRIPT
    assert "error TS" in checked(SCRIPT.replace(right, wrong))


def test_the_file():
    """One for each language of a scored variant, the same every time, ASCII; for others there is none."""
    tool = ResponseSheetForms()
    files = tool.write_form(BANK, "full", list(BANK.wordings), GROUP)
    assert [file.path for file in files] == ["exit-open-1.full.en.scores.gs", "exit-open-1.full.cy.scores.gs"]
    assert files == tool.write_form(BANK, "full", list(BANK.wordings), GROUP)
    for file in files:
        assert file.content.isascii()
        assert b"@OnlyCurrentDoc" in file.content
        assert b"</" not in file.content
        assert file.path in file.how_to_import
        assert not re.search(rb"UrlFetchApp|MailApp|DriveApp|GmailApp", file.content)
    for variant in ("quick", "young-person"):
        assert tool.write_form(BANK, variant, ["en"], GROUP) == []


def test_every_language_says_the_same():
    """The same phrases with the same gaps; sheet names that a spreadsheet takes."""
    ours = phrases("en", ROOM).all()
    for language in BANK.wordings:
        theirs = phrases(language, ROOM)
        assert theirs.language == language
        assert {key: gaps(words) for key, words in theirs.all().items()} == {key: gaps(w) for key, w in ours.items()}
        names = [theirs("sheets.scores"), theirs("sheets.report")]
        assert len(set(names)) == 2
        assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def gaps(words):
    return [sorted(re.findall(r"\{\w+\}", text)) for text in ([words] if isinstance(words, str) else words)]


def test_the_command(tmp_path, monkeypatch):
    """Written among the files of Google Forms, not where another tool alone is asked for."""
    monkeypatch.chdir(tmp_path)
    said = call(None, "forms", "--variant", "full", "--out", "out")
    assert said.code == 0, said.err
    assert Path("out/google-forms/exit-open-1.full.en.scores.gs").is_file()
    assert "### Google Forms, scored in its spreadsheet" in Path("out/README.md").read_text("utf-8")
    assert call(None, "forms", "typeform", "--variant", "full", "--out", "other").code == 0
    assert not Path("other/google-forms").exists()


def test_the_folder_of_a_survey(tmp_path):
    """A survey on Google Forms has it among its files, with its own notice; the steps stand in the text beside them."""
    text = FIRST.replace("typeform", "google-forms") + '\n[surveys.first.about]\ncontroller = "Northmoor Council"\n'
    said = call(write_settings(tmp_path, text), "forms", "--survey", "first")
    assert said.code == 0, said.err
    (path,) = (tmp_path / "forms-first").glob("*.scores.gs")
    assert "Northmoor Council is responsible for your answers." in path.read_text("utf-8")
    assert path.name in (tmp_path / "forms-first" / "HOW-TO.txt").read_text("utf-8")
