import base64
import hashlib
import hmac
import json
import random
from collections import Counter

import pytest
from jsonschema import Draft202012Validator
from tests.platforms.test_contract import simulator

from exit_bridge.bank import HIDDEN, About, load_bank, questionnaire
from exit_bridge.cli.hook import how_to_prove
from exit_bridge.errors import UnknownLabel, UnreadableDelivery, UntrustedDelivery
from exit_bridge.intake import DeployedForm, decode
from exit_bridge.intake.asked import asked_in_form
from exit_bridge.intake.binding import learn
from exit_bridge.intake.exports import Filtered, read_export
from exit_bridge.intake.mapping_file import MappingFile, read_mapping
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.surveymonkey.delivery import live, pruned
from exit_bridge.platforms.surveymonkey.form import LANGUAGES
from exit_bridge.testing import ABOUT, respondent

BANK = load_bank()
TOOL = platform("surveymonkey")
every_variant = pytest.mark.parametrize("variant", BANK.variants)

# docs: what a body may hold, and nothing else: SurveyMonkey refuses what it does not know (error 1002).
TEXT = {"type": "string", "minLength": 1}
PLACE = {"type": "integer", "minimum": 1}


def shut(required, /, **properties):
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def listed(items):
    return {"type": "array", "items": items, "minItems": 1}


HEADINGS = {"headings": {**listed(shut(["heading"], heading=TEXT)), "maxItems": 1}, "position": PLACE}
CHOICES = shut(["choices"], choices=listed(shut(["text"], text=TEXT, position=PLACE)))
RULE = shut(
    ["type", "text", "min", "max"], type={"const": "email"}, text=TEXT, min={"type": "null"}, max={"type": "null"}
)
SINGLE = shut(
    ["headings", "family", "subtype", "answers"],
    **HEADINGS,
    family={"const": "single_choice"},
    subtype={"enum": ["vertical", "horiz", "menu"]},
    answers=CHOICES,
    required=shut(["text"], text=TEXT),
)
OPEN = shut(
    ["headings", "family", "subtype"],
    **HEADINGS,
    family={"const": "open_ended"},
    subtype={"enum": ["single", "essay"]},
    validation=RULE,
)
TOLD = shut(
    ["headings", "family", "subtype"],
    **HEADINGS,
    family={"const": "presentation"},
    subtype={"const": "descriptive_text"},
)
SURVEY = shut(
    ["title", "pages"],
    title=TEXT,
    nickname=TEXT,
    language={"enum": sorted(LANGUAGES)},
    custom_variables={"type": "object", "additionalProperties": TEXT},
    pages=listed(shut(["questions"], title={"type": "string"}, questions=listed({"oneOf": [SINGLE, OPEN, TOLD]}))),
)
WEBLINK = shut(
    ["type"],
    type={"const": "weblink"},
    thank_you_message=TEXT,
    disqualification_message=TEXT,
    allow_multiple_responses={"type": "boolean"},
    anonymous_type={"enum": ["not_anonymous", "partially_anonymous", "fully_anonymous"]},
    edit_response_type={"enum": ["until_complete", "never", "always"]},
)


def written(variant="full", language="en", about=ABOUT):
    """Both bodies, read back."""
    survey, link = TOOL.write_form(BANK, variant, [language], about)
    return json.loads(survey.content), json.loads(link.content)


def questions(survey):
    return [question for page in survey["pages"] for question in page["questions"]]


def heading(question):
    return question["headings"][0]["heading"]


@pytest.mark.parametrize("language", BANK.wordings)
@every_variant
@pytest.mark.parametrize("about", [ABOUT, About()], ids=["individuals", "group"])
def test_both_bodies_are_what_the_documentation_takes(variant, language, about):
    """Every key and every value of them."""
    survey, link = written(variant, language, about)
    assert [error.json_path for error in Draft202012Validator(SURVEY).iter_errors(survey)] == []
    assert [error.json_path for error in Draft202012Validator(WEBLINK).iter_errors(link)] == []
    assert len(questions(survey)) <= 1000


@every_variant
def test_headings_are_unique(variant):
    """They are all that brings an answer home."""
    headings = Counter(heading(question) for question in questions(written(variant)[0]))
    assert [text for text, times in headings.items() if times > 1] == []


@every_variant
def test_only_the_gate_must_be_answered(variant):
    """Nobody is made to answer an item; what is missing is said in the form's language."""
    required = [question for question in questions(written(variant)[0]) if "required" in question]
    (gate,) = required
    assert heading(gate) == BANK.wordings["en"].context_words("notice", variant).text
    assert gate["required"]["text"] == " / ".join(choice["text"] for choice in gate["answers"]["choices"])


def test_the_notice_and_what_helps_stand_above_their_questions():
    """Text of a page's own is shown where it belongs."""
    told = [heading(question) for question in questions(written()[0])]
    asked = questionnaire(BANK, "full", "en", ABOUT)
    gate = told.index(asked.pages[0].questions[0].text)
    assert told[gate - len(asked.notice) : gate] == list(asked.notice)
    for question in asked.questions:
        if question.help:
            assert told[told.index(question.text) - 1] == question.help


def test_what_travels_unseen_is_declared():
    """Values behind the link are kept for declared variables only."""
    assert list(written()[0]["custom_variables"]) == list(HIDDEN)


def test_how_to_import_says_all_of_it():
    """Both bodies, the skip logic, the link's values."""
    survey, link = TOOL.write_form(BANK, "quick", ["en"], ABOUT)
    said = (survey.path, link.path, "skip logic", "?bank=exit-open@1&variant=quick&wave=", "exit-bridge provision")
    for part in said:
        assert part in survey.how_to_import


# -- deliveries ----------------------------------------------------------------------------------------------------


def response(*asked, **parts):
    usual = {"id": "1", "response_status": "completed", "pages": [{"questions": list(asked)}]}
    return usual | parts


def answers(*asked):
    (raw,) = TOOL.read(response(*asked)).responses
    return [(answer.keys, answer.values) for answer in raw.answers]


def test_the_signature_is_the_documented_one():
    """HMAC-SHA1 of the body by both credentials, put together here by hand."""
    client, secret, body = "client-id", "app-secret-0123456789", b'{"event_type":"x"}'
    signed = base64.b64encode(hmac.new(f"{client}&{secret}".encode(), body, hashlib.sha1).digest()).decode()
    scheme = TOOL.scheme("signature")
    scheme.verify(Delivery(body, {"sm-signature": signed, "sm-apikey": client}), [f"{client}&{secret}"])
    for other in (secret, f"{client}{secret}", f"{secret}&{client}"):
        with pytest.raises(UntrustedDelivery):
            scheme.verify(Delivery(body, {"sm-signature": signed}), [other])
    assert "Client ID, then &, then its Secret" in how_to_prove(scheme)


@pytest.mark.parametrize("number", ["", "../1", "1/2", "1 2", "1?x", "x" * 61, 1, None])
def test_an_id_that_is_none_is_not_fetched(number):
    """It becomes part of an address."""
    with pytest.raises(UnreadableDelivery):
        TOOL.read({"event_type": "response_completed", "object_id": number})


@pytest.mark.parametrize(
    ("asked", "keys", "values"),
    [
        ({"answers": [{"choice_id": "12", "simple_text": "Agree"}]}, ("7", "R1. Words"), ("#12", "Agree")),
        ({"answers": [{"choice_id": "12"}]}, ("7", "R1. Words"), ("#12",)),
        ({"answers": [{"other_id": "9", "text": "x", "simple_text": "Other | x"}]}, ("7", "R1. Words"), ("Other | x",)),
        ({"answers": [{"other_id": "9", "text": "x"}]}, ("7", "R1. Words"), ("x",)),
        ({"family": "open_ended", "answers": [{"text": "a <b", "simple_text": "a b"}]}, ("7", "R1. Words"), ("a <b",)),
        ({"family": "open_ended", "answers": [{"text": ""}]}, ("7", "R1. Words"), ()),
        ({"heading": None, "answers": [{"text": None}]}, ("7",), ()),
        ({"heading": "<p>R1.&nbsp;Words</p>", "answers": [{}]}, ("7", "R1.\xa0Words"), ()),
        (
            {"answers": [{"row_id": "3", "choice_id": "4", "simple_text": "A - b - Agree"}]},
            ("3", "A - b"),
            ("#4", "Agree"),
        ),
        ({"answers": [{"row_id": "3", "choice_id": "4", "simple_text": "5"}]}, ("3", "R1. Words"), ("#4", "5")),
        (
            {"answers": [{"row_id": "3", "col_id": "7", "choice_id": "4", "simple_text": "A - Now - Agree"}]},
            ("3", "A"),
            ("Now - Agree",),
        ),
        ({"answers": [{"row_id": "3", "col_id": "7", "choice_id": "4"}]}, ("3", "R1. Words"), ("#4",)),
    ],
)
def test_every_kind_of_answer_becomes_what_may_name_an_option(asked, keys, values):
    """Ids first, then words."""
    assert answers({"id": "7", "heading": "R1. Words", **asked}) == [(keys, values)]


def test_fillers_of_the_link_are_no_values():
    """Nor is anything that is not ours."""
    values = {"bank": "[bank_value]", "wave": "", "variant": "quick", "their_own": "x"}
    (raw,) = TOOL.read(response(custom_variables=values)).responses
    assert raw.hidden == {"variant": "quick"}


@pytest.mark.parametrize("value", [None, 1, [], {}, {"pages": None}, {"pages": [{"questions": 1}]}])
def test_what_is_no_response_is_pruned_without_a_word(value):
    """It is held against the schema afterwards."""
    assert pruned(value) == value


# -- exports -------------------------------------------------------------------------------------------------------


def test_an_unfinished_row_where_the_file_tells(tmp_path):
    """Older files do not; then every row with an answer counts."""
    words = BANK.wordings["en"]
    first = next(iter(words.option_labels(BANK.items["rec03"], "full").values()))
    path = tmp_path / "export.csv"
    head = f"Respondent ID,Collector ID,Response Status,R3. {words.items['rec03'].text}\n,,,Response\n"
    path.write_text(f"{head}1,2,Partial,{first}\n2,2,Completed,{first}\n", "utf-8")
    partial, complete = read_export(path, bank=BANK)
    assert partial == Filtered(3, "partial")
    assert complete.response_id == "2"


def test_the_id_of_an_option_is_never_a_code():
    """Whatever digits SurveyMonkey gives it: with words that nobody knows it is refused, and not taken for a `4`."""
    answer = {"choice_id": "4", "simple_text": "Rather yes"}
    notice = {"id": "8", "family": "single_choice", "heading": "notice", "answers": [{"simple_text": "yes"}]}
    asked = {"id": "9", "family": "single_choice", "heading": "R1. Words", "answers": [answer]}
    response = {"id": "17", "response_status": "completed", "pages": [{"questions": [notice, asked]}]}
    (raw,) = TOOL.read(response).responses
    assert raw.answers[1].values == ("#4", "Rather yes")
    with pytest.raises(UnknownLabel):
        decode(raw, DeployedForm("s", TOOL.name, BANK))


def test_words_that_were_changed_after_the_form_was_made(tmp_path):
    """What its ids stand for was kept then, so that everything may be reworded and is read as before."""
    files = TOOL.write_form(BANK, "full", ["en"], ABOUT)
    said, meant = respondent(BANK, "full", "en", random.Random(3))
    survey = json.loads(files[0].content)
    for page, one in enumerate(survey["pages"], 1):
        for question in one["questions"]:
            question["id"] = f"62{page:02d}{question['position']:03d}"
            for choice in question.get("answers", {}).get("choices", ()):
                choice["id"] = f"{question['id']}{choice['position']:02d}"
    binding = tmp_path / "s.binding.toml"
    binding.write_text(learn(asked_in_form(live(survey)), BANK, MappingFile()).text(TOOL.name, BANK), "utf-8")
    response = simulator("surveymonkey").deliver(files, said)
    for page in response["pages"]:
        for question in page["questions"]:
            question["heading"] = "Reworded"
            if question["family"] == "single_choice":
                question["answers"][0]["simple_text"] = "Reworded too"
    (raw,) = TOOL.read(response).responses
    form = DeployedForm("s", TOOL.name, BANK, "full", binding=read_mapping(binding, BANK))
    found = decode(raw, form)
    assert {**found.answers, **found.context} == {**meant["answers"], **meant["context"]}
    assert found.comments == meant["comments"]
