import json
from dataclasses import replace
from uuid import UUID

import pytest

from exit_bridge.bank import HIDDEN, About, load_bank, questionnaire
from exit_bridge.platforms import platform
from exit_bridge.platforms.tally.form import LANGUAGES
from exit_bridge.testing import ABOUT

BANK = load_bank()
TOOL = platform("tally")
every_variant = pytest.mark.parametrize("variant", BANK.variants)


def form(variant="full", language="en", bank=BANK, about=ABOUT):
    """The written body, read back."""
    (file,) = TOOL.write_form(bank, variant, [language], about)
    return json.loads(file.content)


def blocks(kind, **given):
    return [block for block in form(**given)["blocks"] if block["type"] == kind]


def read(*fields, **data):
    """The one response in a delivery with these fields."""
    payload = {"eventType": "FORM_RESPONSE", "data": {"submissionId": "s", "fields": list(fields), **data}}
    (raw,) = TOOL.read(payload).responses
    return raw


def field(kind, value, label="R1. Words", **more):
    return {"key": "question_a", "label": label, "type": kind, "value": value, **more}


@every_variant
def test_every_id_is_a_uuid_of_its_own(variant):
    """Tally asks for unique ids, in other forms too: in another language and variant none of them is the same."""
    ids = [block["uuid"] for block in form(variant)["blocks"]]
    ids += [field["uuid"] for field in blocks("HIDDEN_FIELDS", variant=variant)[0]["payload"]["hiddenFields"]]
    others = [block["uuid"] for block in form(variant, "cy")["blocks"]]
    assert len(ids) == len(set(ids))
    assert set(ids) & set(others) == set()
    assert {UUID(one).version for one in ids} == {5}


@every_variant
def test_options_of_one_question_share_a_group_and_stand_below_its_title(variant):
    """A title belongs to what comes after it; first, last and index say where an option stands."""
    asked = {question.id: question for question in questionnaire(BANK, variant, "en", ABOUT).questions}
    groups = {}
    for block in blocks("MULTIPLE_CHOICE_OPTION", variant=variant):
        assert block["groupType"] == "MULTIPLE_CHOICE"
        groups.setdefault(block["groupUuid"], []).append(block["payload"])
    choices = [question for question in asked.values() if question.kind == "choice"]
    assert [[c.label for c in q.choices] for q in choices] == [[o["text"] for o in group] for group in groups.values()]
    for group in groups.values():
        assert [option["index"] for option in group] == list(range(len(group)))
        assert [option["isFirst"] for option in group] == [place == 0 for place in range(len(group))]
        assert [option["isLast"] for option in group] == [place == len(group) - 1 for place in range(len(group))]


@every_variant
def test_everything_but_the_gate_may_be_skipped(variant):
    """A skipped item is told as skipped; nobody is made to answer one."""
    inputs = [block["payload"] for block in form(variant)["blocks"] if "isRequired" in block["payload"]]
    gate = [choice.label for choice in questionnaire(BANK, variant, "en", ABOUT).questions[0].choices]
    assert [payload["text"] for payload in inputs if payload["isRequired"]] == gate


def test_the_gate_leads_those_who_decline_to_their_own_page():
    """The no of the gate leads to the closing page that says nothing is kept; the logic stands on the gate's page."""
    written = form()["blocks"]
    (logic,) = blocks("CONDITIONAL_LOGIC")
    (condition,), (action,) = logic["payload"]["conditionals"], logic["payload"]["actions"]
    no = next(block for block in written if block["uuid"] == condition["payload"]["value"])
    target = next(place for place, block in enumerate(written) if block["uuid"] == action["payload"]["jumpToPage"])
    assert no["groupUuid"] == condition["payload"]["field"]["blockGroupUuid"]
    assert no["payload"]["text"] == "No, keep none of my answers"
    assert written[target]["payload"]["isThankYouPage"]
    assert written[target + 1]["payload"]["html"] == questionnaire(BANK, "full", "en", ABOUT).declined
    pages = [block["type"] for block in written[: written.index(logic)]].count("PAGE_BREAK")
    assert pages == 1


def test_pages_are_numbered_and_the_last_two_close_the_form():
    """Tally counts its page breaks; thanks come before the page for those who declined."""
    breaks = [block["payload"] for block in blocks("PAGE_BREAK")]
    assert [each["index"] for each in breaks] == list(range(len(breaks)))
    assert [each["isThankYouPage"] for each in breaks] == [False] * (len(breaks) - 2) + [True, True]
    assert [each["isFirst"] for each in breaks] == [True] + [False] * (len(breaks) - 1)
    assert [each["isLast"] for each in breaks] == [False] * (len(breaks) - 1) + [True]


def test_the_notice_stands_before_the_gate():
    """People read how answers are used before they are asked to agree to it."""
    texts = [block["payload"].get("html", "") for block in form()["blocks"]]
    gate = texts.index(questionnaire(BANK, "full", "en", ABOUT).questions[0].text)
    for sentence in questionnaire(BANK, "full", "en", ABOUT).notice:
        assert texts.index(sentence) < gate


def test_without_a_gate_there_is_no_logic():
    """A bank that asks for no consent here still tells people how their answers are used."""
    ungated = replace(BANK, context=tuple(replace(question, gate=False) for question in BANK.context))
    assert blocks("CONDITIONAL_LOGIC", bank=ungated) == []
    assert "Before you start" in blocks("HEADING_2", bank=ungated)[0]["payload"]["html"]


def test_words_are_no_markup():
    """What stands in `html` is escaped, so that a smaller-than sign stays one."""
    words = replace(BANK.wordings["en"], title="Fewer < more & <b>bold</b>")
    (title,) = blocks("FORM_TITLE", bank=replace(BANK, wordings={"en": words}))
    assert title["payload"]["title"] == "Fewer < more & <b>bold</b>"
    assert title["payload"]["html"] == "Fewer &lt; more &amp; &lt;b&gt;bold&lt;/b&gt;"


def test_the_link_carries_what_is_hidden():
    """All of our hidden values, and no other."""
    assert [each["name"] for each in blocks("HIDDEN_FIELDS")[0]["payload"]["hiddenFields"]] == list(HIDDEN)


def test_one_file_a_language_with_buttons_that_tally_has():
    """A Tally form has one language; one that Tally's own buttons lack gets English ones."""
    paths = [file.path for file in TOOL.write_form(BANK, "full", ["en", "cy"], ABOUT)]
    assert paths == ["exit-open-1.full.en.json", "exit-open-1.full.cy.json"]
    assert "cy" not in LANGUAGES
    assert form(language="cy")["settings"]["language"] == "en"
    french = replace(BANK, wordings={"fr-CA": replace(BANK.wordings["en"], language="fr-CA")})
    assert form(language="fr-CA", bank=french)["settings"]["language"] == "fr"


def test_a_group_is_not_asked_for_an_address():
    """The reply address is asked of individuals alone, and has a name to be told from others by."""
    assert [block["payload"]["name"] for block in blocks("INPUT_EMAIL")] == ["reply_to"]
    assert blocks("INPUT_EMAIL", about=About()) == []


def test_how_to_import_names_the_file_and_the_share_link():
    """A person can follow it without reading anything else."""
    (file,) = TOOL.write_form(BANK, "quick", ["en"], ABOUT)
    for part in ("--data @exit-open-1.quick.en.json", "publish it", "?bank=exit-open@1&variant=quick&wave="):
        assert part in file.how_to_import


OPTIONS = [{"id": "o1", "text": "Agree"}, {"id": "o2", "text": "Disagree"}, {"id": "o3", "text": None}]


@pytest.mark.parametrize(
    ("kind", "value", "values"),
    [
        ("MULTIPLE_CHOICE", ["o1"], ("Agree", "o1")),
        ("MULTIPLE_CHOICE", "o1", ("Agree", "o1")),
        ("DROPDOWN", ["o3"], ("o3",)),
        ("MULTIPLE_CHOICE", ["gone"], ("gone",)),
        ("CHECKBOXES", ["o1", "o2"], ("Agree; Disagree",)),
        ("LINEAR_SCALE", 4, ("4",)),
        ("RATING", 4.0, ("4",)),
        ("LINEAR_SCALE", 0, ("0",)),
        ("TEXTAREA", " words ", ("words",)),
    ],
)
def test_every_kind_of_answer_becomes_what_may_name_an_option(kind, value, values):
    """The option's text, then its id; numbers as they are."""
    (found,) = read(field(kind, value, options=OPTIONS)).answers
    assert (("R1. Words", "question_a"), values) == (found.keys, found.values)


@pytest.mark.parametrize("value", [None, "", [], [1], True, {"a": ["b"]}])
def test_what_says_nothing_is_left_blank(value):
    """The question was asked all the same."""
    got = read(field("MULTIPLE_CHOICE", value, options=OPTIONS))
    assert ((), (("R1. Words", "question_a"),)) == (got.answers, got.asked)


def test_a_matrix_asks_in_every_row():
    """Rows and columns come as ids beside their texts; a row left blank was asked."""
    rows, columns = [{"id": "r1", "text": "One"}, {"id": "r2", "text": "Two"}], [{"id": "c1", "text": "Agree"}]
    got = read(field("MATRIX", {"r1": ["c1"]}, rows=rows, columns=columns))
    assert [(answer.keys, answer.values) for answer in got.answers] == [(("One", "r1"), ("Agree", "c1"))]
    assert got.asked == (("One", "r1"), ("Two", "r2"))


@pytest.mark.parametrize("kind", ["HIDDEN_FIELDS", "CALCULATED_FIELDS"])
def test_hidden_values_are_no_questions(kind):
    """Ours are read, those of others left alone, empty ones are none."""
    fields = [field(kind, value, label) for label, value in (("wave", "w1"), ("campaign", "x"), ("sheet", ""))]
    got = read(*fields)
    assert ({"wave": "w1"}, (), ()) == (got.hidden, got.answers, got.asked)


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        ([("reply_to", "a@council.example"), ("Another", "b@council.example")], "a@council.example"),
        ([("Your address", "a@council.example")], "a@council.example"),
        ([("One", "a@council.example"), ("Another", "b@council.example")], None),
        ([("reply_to", None), ("Another", "b@council.example")], None),
        ([(None, "")], None),
    ],
)
def test_an_address_is_never_an_answer(addresses, found):
    """Ours is told by its name, or by being the only one; of several others none is taken."""
    got = read(*(field("INPUT_EMAIL", value, label) for label, value in addresses))
    assert (found, (), ()) == (got.reply_to, got.answers, got.asked)
