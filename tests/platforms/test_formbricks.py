import csv
import io
import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from tests.platforms.formbricks import simulate

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.errors import BankError
from exit_bridge.platforms import platform
from exit_bridge.platforms.formbricks.form import REGIONS, WORKSPACE, key, language_of, locale
from exit_bridge.testing import ABOUT, export_outcome, form_of, outcome

BANK = load_bank()
TOOL = platform("formbricks")
every_variant = pytest.mark.parametrize("variant", BANK.variants)

ID = {"type": "string", "pattern": "^[a-z][a-z0-9]{23}$"}
NAME = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
LOCALE = {"type": "string", "pattern": "^[a-z]{2}(-[A-Z][a-z]{3})?-[A-Z]{2}$"}
WORDS = {"type": "object", "minProperties": 1, "propertyNames": LOCALE, "additionalProperties": {"type": "string"}}
BOOL = {"type": "boolean"}


def exactly(required, **optional):
    """An object with these properties and no other."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


BASE = {"id": NAME, "headline": WORDS, "required": BOOL}
CHOICE = exactly({"id": NAME, "label": WORDS})
ELEMENT = {
    "oneOf": [
        exactly({**BASE, "type": {"const": "cta"}, "buttonExternal": {"const": False}}, subheader=WORDS),
        exactly(
            {
                **BASE,
                "type": {"const": "multipleChoiceSingle"},
                "choices": {"type": "array", "minItems": 2, "items": CHOICE},
                "shuffleOption": {"const": "none"},
            },
            subheader=WORDS,
        ),
        exactly(
            {**BASE, "type": {"const": "openText"}, "inputType": {"enum": ["text", "email"]}, "longAnswer": BOOL},
            subheader=WORDS,
        ),
    ]
}
CONDITION = exactly(
    {
        "id": ID,
        "leftOperand": exactly({"type": {"const": "element"}, "value": NAME}),
        "operator": {"const": "equals"},
        "rightOperand": exactly({"type": {"const": "static"}, "value": NAME}),
    }
)
LOGIC = exactly(
    {
        "id": ID,
        "conditions": exactly(
            {"id": ID, "connector": {"enum": ["and", "or"]}, "conditions": {"type": "array", "items": CONDITION}}
        ),
        "actions": {
            "type": "array",
            "items": exactly({"id": ID, "objective": {"const": "jumpToBlock"}, "target": ID}),
        },
    }
)
SURVEY = exactly(
    {
        "workspaceId": {"const": WORKSPACE},
        "name": {"type": "string", "minLength": 1},
        "type": {"const": "link"},
        "status": {"const": "draft"},
        "defaultLanguage": LOCALE,
        "languages": {"type": "array", "items": exactly({"code": LOCALE, "default": BOOL, "enabled": BOOL})},
        "welcomeCard": exactly(
            {
                "enabled": BOOL,
                "headline": WORDS,
                "subheader": WORDS,
                "buttonLabel": WORDS,
                "timeToFinish": BOOL,
                "showResponseCount": BOOL,
            }
        ),
        "blocks": {
            "type": "array",
            "items": exactly(
                {
                    "name": {"type": "string", "minLength": 1},
                    "elements": {"type": "array", "minItems": 1, "items": ELEMENT},
                },
                logic={"type": "array", "minItems": 1, "items": LOGIC},
            ),
        },
        "endings": {
            "type": "array",
            "items": exactly({"id": ID, "type": {"const": "endScreen"}, "headline": WORDS}),
        },
        "hiddenFields": exactly({"enabled": BOOL, "fieldIds": {"type": "array", "items": NAME}}),
        "variables": {
            "type": "array",
            "items": exactly(
                {
                    "id": ID,
                    "name": {"type": "string", "pattern": "^[a-z0-9_]+$"},
                    "type": {"const": "text"},
                    "value": {"type": "string"},
                }
            ),
        },
    }
)
"""What Formbricks takes, as far as we write it: facts of its OpenAPI description (commit b66c1dd) in our own words."""


def survey(variant="full", languages=("en", "cy"), bank=BANK, about=ABOUT):
    """The written body, read back."""
    (file,) = TOOL.write_form(bank, variant, languages, about)
    return json.loads(file.content)


def elements(written):
    return [element for block in written["blocks"] for element in block["elements"]]


def inside(document):
    """Every object in a document."""
    if isinstance(document, dict):
        yield document
    for inner in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from inside(inner)


def read(said=None, event="responseFinished", **parts):
    """The one response in a delivery made of these parts."""
    payload = {"event": event, "data": {"id": "r", "data": said or {}, "finished": True, **parts}}
    (raw,) = TOOL.read(payload).responses
    return raw


@every_variant
def test_the_survey_is_what_formbricks_takes(variant):
    """Every property is one it knows, of its kind; a wrong one would be seen."""
    check = Draft202012Validator(SURVEY)
    for about in (ABOUT, About()):
        assert list(check.iter_errors(survey(variant, about=about))) == []
    broken = survey(variant)
    broken["blocks"][0]["elements"][-1]["choices"] = []
    assert not check.is_valid(broken)
    assert not check.is_valid({**survey(variant), "questions": []})


@every_variant
def test_every_id_is_one_of_a_kind_and_every_text_in_every_language(variant):
    """Formbricks refuses an id that is used twice, in whatever case, and a text that lacks the default language."""
    written = survey(variant)
    ids = [each["id"].lower() for each in inside(written) if "id" in each]
    ids += [*written["hiddenFields"]["fieldIds"], *(variable["name"] for variable in written["variables"])]
    assert len(ids) == len(set(ids))
    texts = [each for each in inside(written) if any("-" in name for name in each)]
    assert {tuple(text) for text in texts} == {("en-GB", "cy-GB")}
    assert [language["default"] for language in written["languages"]] == [True, False]


@every_variant
def test_everything_but_the_gate_may_be_skipped(variant):
    """A skipped item is told as skipped; nobody is made to answer one."""
    assert [element["id"] for element in elements(survey(variant)) if element["required"]] == ["notice"]


def test_the_gate_leads_those_who_decline_to_their_own_ending():
    """The no of the gate, whatever the language, leads to the ending that says nothing is kept."""
    written = survey()
    ((rule,),) = [block["logic"] for block in written["blocks"] if "logic" in block]
    (condition,), (action,) = rule["conditions"]["conditions"], rule["actions"]
    assert condition["leftOperand"]["value"] == "notice"
    assert condition["rightOperand"]["value"] == "notice_no"
    thanks, declined = written["endings"]
    assert action["target"] == declined["id"] != thanks["id"]
    assert declined["headline"]["cy-GB"] == questionnaire(BANK, "full", "cy", ABOUT).declined


def test_without_a_gate_people_still_read_the_notice():
    """A bank that asks for no consent here still tells people how their answers are used, before the questions."""
    ungated = replace(BANK, context=tuple(replace(question, gate=False) for question in BANK.context))
    written = survey(bank=ungated)
    assert [element["id"] for element in written["blocks"][0]["elements"]] == ["page_notice"]
    assert not any("logic" in block for block in written["blocks"])


def test_what_it_was_written_from_comes_back_whatever_the_link_says():
    """Variables of the survey hold bank and variant; the link has a place for the rest."""
    written = survey("quick")
    variables = {variable["id"]: variable["value"] for variable in written["variables"]}
    assert read(variables=variables).hidden == {"bank": "exit-open@1", "variant": "quick"}
    assert read({"variant": "full"}, variables=variables).hidden["variant"] == "full"
    assert written["hiddenFields"]["fieldIds"] == ["wave", "respondent", "sheet"]


def test_words_are_no_markup():
    """Formbricks reads a text with a tag in it as HTML, so the tag is written as words."""
    words = replace(BANK.wordings["en"], title="Fewer < more & <b>bold</b>")
    written = survey(languages=["en"], bank=replace(BANK, wordings={"en": words}))
    assert written["name"] == "Fewer < more & <b>bold</b>"
    assert written["welcomeCard"]["headline"]["en-GB"] == "Fewer &lt; more &amp; &lt;b&gt;bold&lt;/b&gt;"


@pytest.mark.parametrize("taken", ["source", "wave", "Bank"])
def test_an_id_that_formbricks_or_the_link_needs_is_refused(taken):
    """The bank's author hears of it before the survey is made."""
    role = next(question for question in BANK.context if question.id == "role")
    bank = replace(BANK, context=tuple(replace(q, id=taken) if q is role else q for q in BANK.context))
    words = BANK.wordings["en"]
    bank = replace(
        bank,
        wordings={"en": replace(words, context={**words.context, taken: words.context["role"]})},
        variants={
            **BANK.variants,
            "full": replace(
                BANK.variants["full"],
                context=tuple(taken if name == "role" else name for name in BANK.variants["full"].context),
            ),
        },
    )
    with pytest.raises(BankError, match="needs the id"):
        survey(languages=["en"], bank=bank)


@pytest.mark.parametrize(
    ("language", "code"), [("en", "en-GB"), ("cy", "cy-GB"), ("fr-CA", "fr-CA"), ("zh-Hans-CN", "zh-Hans-CN")]
)
def test_a_language_has_a_region(language, code):
    """There and back again."""
    assert (locale(language), language_of(code)) == (code, language)


def test_a_region_is_not_guessed():
    """A language whose region is not known here is the author's to complete."""
    assert "pt" not in REGIONS
    with pytest.raises(BankError, match="region of the language 'pt'"):
        locale("pt")


@pytest.mark.parametrize("code", [None, "", "default"])
def test_the_own_language_of_a_survey_has_no_name(code):
    """Formbricks may call it `default`, which is no language."""
    assert read(language=code).language is None


def test_no_language_no_file():
    """A bank of codes only has nothing to write."""
    assert TOOL.write_form(BANK, "full", [], ABOUT) == []


def test_a_group_is_not_asked_for_an_address():
    """The reply address is asked of individuals alone."""
    assert "reply_to" in [element["id"] for element in elements(survey())]
    assert "reply_to" not in [element["id"] for element in elements(survey(about=About()))]


def test_how_to_import_names_the_file_and_the_place_to_fill_in():
    """A person can follow it without reading anything else."""
    (file,) = TOOL.write_form(BANK, "quick", ["en"], ABOUT)
    for part in ("--data @exit-open-1.quick.json", f"in the place of {WORKSPACE}", "?wave=", "publish it"):
        assert part in file.how_to_import


@pytest.mark.parametrize(
    ("value", "values"),
    [("Agree", ("Agree",)), (4, ("4",)), (4.0, ("4",)), (["Agree"], ("Agree",)), (["A", "B"], ("A; B",))],
)
def test_every_kind_of_answer_becomes_what_may_name_an_option(value, values):
    """Words as they are; several are no option."""
    (found,) = read({"rec01": value}).answers
    assert (("rec01",), values) == (found.keys, found.values)


@pytest.mark.parametrize("value", ["", [], " "])
def test_a_blank_is_no_answer(value):
    """Formbricks keeps an empty text where somebody went on without an answer."""
    assert read({"rec01": value}).answers[0].values == ()


@pytest.mark.parametrize("value", [None, True])
def test_what_says_nothing_is_left_out(value):
    """No kind of question that we ask is answered like this."""
    assert read({"rec01": value}).answers == ()


@pytest.mark.parametrize("value", [None, "", 7, ["someone@council.example"]])
def test_only_one_address_is_a_reply_address(value):
    """Whatever else stands there is neither an address nor an answer."""
    got = read({"reply_to": value})
    assert (None, ()) == (got.reply_to, got.answers)


@pytest.mark.parametrize("language", ["en-GB", "cy-GB"])
def test_one_survey_in_two_languages(language, tmp_path):
    """Labels come as people saw them, headings in the survey's own language, and all is understood."""
    files = TOOL.write_form(BANK, "full", ["en", "cy"], ABOUT)
    words = {question.id: question for question in questionnaire(BANK, "full", language_of(language), ABOUT).questions}
    said = {words[name].text: words[name].choices[0].label for name in ("notice", "stage", "rec01", "rec03")}
    said[words["comment_receptivity"].text] = "Made up."
    (given,) = outcome(TOOL, simulate.deliver(files, said, language=language), form_of(TOOL, BANK))["responses"]
    path = tmp_path / "export.csv"
    path.write_bytes(simulate.export(files, [said], language))
    (row,) = export_outcome(TOOL, path, BANK)["rows"]
    assert {"rec01": 1, "rec03": 1} == given["answers"] == row["answers"]
    assert given["context"] == row["context"] == {"notice": "yes", "stage": "conception"}
    assert given["comments"] == row["comments"] == {"receptivity": "Made up."}
    assert given["language"] == language_of(language)


@pytest.mark.parametrize(
    "heading",
    [
        "12. R1. Managers make time for what is new.",
        "12. Receptivity - R1. Senior managers make sure that people have time to try new ideas.",
    ],
)
def test_a_statement_is_found_that_was_reworded_or_made_the_row_of_a_matrix(tmp_path, heading):
    """By its number; the number of Formbricks itself says nothing."""
    files = TOOL.write_form(BANK, "full", ["en"], ABOUT)
    words = {question.id: question for question in questionnaire(BANK, "full", "en", ABOUT).questions}
    said = {words["notice"].text: words["notice"].choices[0].label, words["rec01"].text: "Agree"}
    rows = list(csv.reader(io.StringIO(simulate.export(files, [said]).decode())))
    place = next(n for n, head in enumerate(rows[0]) if head.endswith(words["rec01"].text))
    rows[0][place] = heading
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path = tmp_path / "export.csv"
    path.write_text(out.getvalue(), "utf-8")
    (row,) = export_outcome(TOOL, path, BANK)["rows"]
    assert row["answers"] == {"rec01": 4}


def test_ids_are_of_the_kind_formbricks_makes():
    """Twenty-four lower-case letters and digits, a letter first, the same every time."""
    assert key("variable/bank") == key("variable/bank") != key("variable/variant")
    assert Draft202012Validator(ID).is_valid(key("anything"))
