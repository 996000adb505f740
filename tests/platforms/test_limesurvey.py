"""LimeSurvey's files and deliveries, where they go beyond the shared contract."""

import csv
import html
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.banks.second_language import LANGUAGE, bilingual

from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.bank.questionnaire import short_codes
from exit_bridge.errors import BankError
from exit_bridge.intake import Declined, decode
from exit_bridge.platforms import platform
from exit_bridge.platforms.limesurvey.form import MAX_CODE, code_of
from exit_bridge.testing import ABOUT, form_of, outcome

BANK = load_bank()
BOTH = bilingual()
TOOL = platform("limesurvey")
HOSTILE = 'The "Nest" {SID} \\ & <b>O\'Brien</b> }{'
every_variant = pytest.mark.parametrize("variant", BANK.variants)


def written(variant="full", languages=("en",), bank=BANK, about=ABOUT):
    """The `.txt` as rows, and the `.lss` as tables of rows."""
    txt, lss = TOOL.write_form(bank, variant, languages, about)
    assert (txt.path, lss.path) == (f"exit-open-1.{variant}.txt", f"exit-open-1.{variant}.lss")
    rows = list(csv.DictReader(io.StringIO(txt.content.decode("utf-8-sig"), newline=""), delimiter="\t"))
    document = ET.fromstring(lss.content)
    tables = {
        table.tag: [{cell.tag: cell.text or "" for cell in row} for row in table.iter("row")]
        for table in document
        if table.find("rows") is not None
    }
    return rows, tables


def of_kind(rows, kind):
    return [row for row in rows if row["class"] == kind]


@every_variant
def test_codes_survive_every_version(variant):
    """Codes are letters and digits, short, unique in the survey, and none of LimeSurvey's own words."""
    rows, _ = written(variant)
    codes = [row["name"] for row in of_kind(rows, "Q")]
    assert [code for code in codes if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", code)] == []
    assert [code for code, times in Counter(map(str.lower, codes)).items() if times > 1] == []
    assert [row["name"] for row in of_kind(rows, "A") if not re.fullmatch("[A-Za-z0-9]{1,5}", row["name"])] == []


@every_variant
def test_every_language_is_in_one_file(variant):
    """Both languages have the same codes in the same order, each in its own words."""
    rows, tables = written(variant, ("en", LANGUAGE), BOTH)
    ways = ("class", "type/scale", "name", "relevance", "validation", "mandatory", "default", "hidden", "hide_tip")

    def tree(language):
        parts = [row for row in rows if row["class"] in ("G", "Q", "A") and row["language"] == language]
        return [tuple(row[way] for way in ways if (row["class"], way) != ("G", "name")) for row in parts]

    assert tree("en") == tree(LANGUAGE)
    for language in ("en", LANGUAGE):
        texts = {html.unescape(row["text"]) for row in rows if row["language"] == language}
        asked = questionnaire(BOTH, variant, language, ABOUT)
        assert {question.text for question in asked.questions} <= texts
        assert {choice.label for question in asked.questions for choice in question.choices} <= texts
    languages = [row["text"] for row in of_kind(rows, "S") if row["name"] in ("language", "additional_languages")]
    assert languages == ["en", LANGUAGE]
    assert {row["surveyls_language"] for row in tables["surveys_languagesettings"]} == {"en", LANGUAGE}


@every_variant
def test_both_files_hold_the_same_survey(variant):
    """Question for question, option for option, language for language."""
    rows, tables = written(variant, ("en", LANGUAGE), BOTH)
    questions = [(r["name"], r["type/scale"], r["mandatory"], r["text"], r["help"]) for r in of_kind(rows, "Q")]
    titles = {row["qid"]: row["title"] for row in tables["questions"]}
    in_xml = [(r["title"], r["type"], r["mandatory"], r["question"], r["help"]) for r in tables["questions"]]
    assert sorted(questions) == sorted(in_xml)
    options = Counter((row["name"], row["text"], row["language"]) for row in of_kind(rows, "A"))
    assert options == Counter((row["code"], row["answer"], row["language"]) for row in tables["answers"])
    hidden = {row["name"] for row in of_kind(rows, "Q") if row["hidden"]}
    assert hidden == {titles[row["qid"]] for row in tables["question_attributes"] if row["attribute"] == "hidden"}
    defaults = {(row["name"], row["default"]) for row in of_kind(rows, "Q") if row["default"]}
    assert defaults == {(titles[row["qid"]], row["defaultvalue"]) for row in tables["defaultvalues"]}
    groups = [(row["name"], row["text"], row["relevance"]) for row in of_kind(rows, "G")]
    assert sorted(groups) == sorted((g["group_name"], g["description"], g["grelevance"]) for g in tables["groups"])
    settings = {row["name"]: row["text"] for row in of_kind(rows, "S")}
    assert settings == tables["surveys"][0]


@every_variant
def test_nothing_but_the_gate_must_be_answered(variant):
    """Every other question may be skipped, and pages behind the gate come only after a yes."""
    rows, _ = written(variant)
    assert [row["name"] for row in of_kind(rows, "Q") if row["mandatory"] != "N"] == ["notice"]
    first, *others = [row["relevance"] for row in of_kind(rows, "G")]
    assert (first, set(others)) == ("1", {"notice.NAOK == 'yes'"})


@every_variant
def test_scores_have_a_place_only_where_there_are_scores(variant):
    """Hidden questions to write scores back into stand in scored variants and in no other."""
    rows, _ = written(variant)
    places = {row["name"] for row in of_kind(rows, "Q") if row["name"].startswith("score")}
    scored = {f"score{ingredient.id}" for ingredient in BANK.ingredients} if BANK.variants[variant].scored else set()
    assert scored == places
    assert all(row["hidden"] == "1" for row in of_kind(rows, "Q") if row["name"] in places)


def test_words_of_the_settings_stay_words():
    """Braces, tags, quotes and backslashes from the settings are neither expressions nor markup nor cell marks."""
    about = replace(ABOUT, innovation=HOSTILE, controller=HOSTILE, contact=HOSTILE, purpose=HOSTILE)
    rows, tables = written(about=about)
    cells = [row[way] for row in rows for way in ("text", "help") if row["class"] in ("G", "Q", "A")]
    cells += [row["text"] for row in of_kind(rows, "SL") if row["name"] != "surveyls_endtext"]
    assert [cell for cell in cells if re.search(r"[{}\\\"]|<(?!/?p>|br />)", cell)] == []
    assert any(HOSTILE in html.unescape(cell) for cell in cells)
    (end,) = [row["text"] for row in of_kind(rows, "SL") if row["name"] == "surveyls_endtext"]
    assert re.fullmatch(r"\{if\(notice\.NAOK == 'yes', '[^'{}\\]*', '[^'{}\\]*'\)\}", end)
    assert end in {row["surveyls_endtext"] for row in tables["surveys_languagesettings"]}


@pytest.mark.parametrize("name", ["1abc", "sid", "Token", "a" * (MAX_CODE + 1), "_", "time"])
def test_ids_that_limesurvey_cannot_keep(name):
    """They are refused before a file is written: LimeSurvey would rename them without a word."""
    with pytest.raises(BankError, match="cannot be a question code"):
        code_of(name)


def test_a_title_that_is_too_long():
    """It is refused: LimeSurvey would cut it off or break the import."""
    words = replace(BANK.wordings["en"], title="x" * 201)
    with pytest.raises(BankError, match="title is too long"):
        written(bank=replace(BANK, wordings={"en": words}))


def test_a_bank_without_words_has_no_form():
    """A codes-only bank is for files that exist already."""
    assert TOOL.write_form(replace(BANK, wordings={}), "full", [], ABOUT) == []


def test_short_codes():
    """Five letters and digits at most, different from each other, and the same every time."""
    assert short_codes(("senior", "front", "dk")) == {"senior": "senio", "front": "front", "dk": "dk"}
    assert short_codes(("a-long-one", "a-long-two")) == {"a-long-one": "o1", "a-long-two": "o2"}


def decoded(answers, **parts):
    """What becomes of a delivery of our plugin with these answers."""
    payload = {
        "source": "exit-bridge-limesurvey/1",
        "event": "completed",
        "response_id": 7,
        "answers": answers,
        **parts,
    }
    (raw,) = TOOL.read(json.loads(json.dumps(payload))).responses
    return decode(raw, form_of(TOOL, BANK)), raw


def test_never_shown_is_not_skipped():
    """Null: the question was never on a page. Empty: it was, and was left so. Only the first is `not_asked`."""
    submission, _ = decoded({"notice": "yes", "rec01": "4", "rec02": "", "rec03": None})
    assert submission.answers == {"rec01": 4}
    assert "rec03" in submission.not_asked
    assert "rec02" not in submission.not_asked


def test_rows_of_an_array_are_found():
    """Somebody who puts our statements into an array of LimeSurvey's keeps them: the row's code is the item."""
    submission, _ = decoded({"notice": "yes", "grid_rec01": "5", "grid_rec02": "na"})
    assert submission.answers == {"rec01": 5, "rec02": "na"}


def test_a_response_number_belongs_to_its_survey():
    """Two surveys both have a response 7, so the survey's number is part of the id."""
    assert decoded({"notice": "yes", "rec01": "4"}, survey_id=614001)[0].response_id == "614001-7"
    assert decoded({"notice": "yes", "rec01": "4"})[0].response_id == "7"


def test_scores_written_back_are_no_answers():
    """What exit-bridge wrote into LimeSurvey itself does not come back as something said."""
    plain, _ = decoded({"notice": "yes", "rec01": "4", "scorereceptivity": ""})
    scored, raw = decoded({"notice": "yes", "rec01": "4", "scorereceptivity": "75"})
    assert plain == scored
    assert not any("75" in answer.values for answer in raw.answers)


def test_a_survey_that_keeps_no_dates():
    """LimeSurvey then writes 1 January 1980, which is no time of submission."""
    assert decoded({"notice": "yes", "rec01": "4"}, submitted_at="1980-01-01 00:00:00")[0].submitted_at is None


def test_declined():
    """A no leaves nothing, though LimeSurvey sends all its columns."""
    assert isinstance(decoded({"notice": "no", "rec01": None})[0], Declined)


@pytest.mark.parametrize(("event", "reason"), [("test", "test"), ("beforeSurveyPage", "other_event")])
def test_other_events(event, reason):
    """The plugin's test and anything but a completion is no response."""
    assert TOOL.read({"event": event}).ignored == (reason,)


def community(answers=None, **parts):
    """What becomes of the recorded delivery of the community's plugin with these parts changed."""
    recorded = json.loads((Path(__file__).parent / "limesurvey" / "recorded" / "community_full.body").read_bytes())
    return outcome(TOOL, recorded | parts | {"response": recorded["response"] | (answers or {})}, form_of(TOOL, BANK))


@pytest.mark.parametrize("said", [{"rec03": "-oth-", "rec03_other": "Made up"}, {"rec04": "A1"}])
def test_an_answer_that_is_no_option_of_ours(said):
    """Somebody let people write an option of their own, or gave options other codes: it waits in quarantine."""
    assert community(said) == {"responses": [{"error": "UnknownLabel"}]}


@pytest.mark.parametrize("number", [None, "", "no number!", -1])
def test_a_survey_that_numbers_no_responses(number):
    """An inactive survey has none to send: nothing could tell two of them apart."""
    assert community(respondId=number) == {"error": "UnreadableDelivery"}


def test_participants_are_not_read():
    """Name, address and token of whoever was invited, and the same answers in words, change nothing."""
    people = {"firstname": "Made", "lastname": "Up", "email": "made-up@council.example"}
    assert community() == community(participant=people, token="made-up", response_pretty={"R1": "Agree"})
