import json
from collections import Counter
from dataclasses import replace

import pytest

from exit_bridge.bank import HIDDEN, About, load_bank, questionnaire
from exit_bridge.errors import BankError
from exit_bridge.platforms import platform
from exit_bridge.platforms.typeform.form import LANGUAGES, MAX_LABEL
from exit_bridge.testing import ABOUT

BANK = load_bank()
TOOL = platform("typeform")
every_variant = pytest.mark.parametrize("variant", BANK.variants)


def form(variant="full", language="en", bank=BANK, about=ABOUT):
    """The written body, read back."""
    (file,) = TOOL.write_form(bank, variant, [language], about)
    return json.loads(file.content)


def response(**parts):
    return {"event_type": "form_response", "form_response": {"token": "t", **parts}}


def read(**parts):
    """The one response in a delivery made of these parts."""
    (raw,) = TOOL.read(response(**parts)).responses
    return raw


@every_variant
def test_refs_and_titles_are_unique(variant):
    """Refs carry the answers home; titles are the only headings the export has."""
    written = form(variant)
    refs = [field["ref"] for field in written["fields"]]
    refs += [choice["ref"] for field in written["fields"] for choice in field["properties"].get("choices", [])]
    refs += [screen["ref"] for key in ("welcome_screens", "thankyou_screens") for screen in written[key]]
    assert [ref for ref, times in Counter(refs).items() if times > 1] == []
    titles = Counter(field["title"] for field in written["fields"])
    assert [title for title, times in titles.items() if times > 1] == []
    assert all(ref.replace("_", "").replace("-", "").isalnum() and ref.isascii() for ref in refs)


@every_variant
def test_everything_but_the_gate_may_be_skipped(variant):
    """A skipped item is told as skipped; nobody is made to answer one."""
    required = [field["ref"] for field in form(variant)["fields"] if field.get("validations", {}).get("required")]
    assert required == ["notice"]


@every_variant
def test_options_stay_in_order_and_are_all_there_is(variant):
    """No shuffling, no free `Other`, no second choice: each of them would change what an answer means."""
    for field in form(variant)["fields"]:
        if field["type"] == "multiple_choice":
            keys = ("randomize", "allow_multiple_selection", "allow_other_choice")
            assert [field["properties"][key] for key in keys] == [False, False, False]


def test_the_gate_leads_those_who_decline_to_their_own_screen():
    """Anything but yes ends the form on the page that says nothing is kept."""
    written = form()
    (logic,) = written["logic"]
    (jump,) = logic["actions"]
    assert jump["details"] == {"to": {"type": "thankyou", "value": "declined"}}
    assert jump["condition"]["vars"] == [{"type": "field", "value": "notice"}, {"type": "choice", "value": "notice_no"}]
    assert written["thankyou_screens"][1]["ref"] == "declined"


def test_the_notice_stands_before_the_gate():
    """People read how answers are used before they are asked to agree to it."""
    refs = [field["ref"] for field in form()["fields"]]
    statement = form()["fields"][refs.index("page_notice")]
    assert refs.index("page_notice") + 1 == refs.index("notice")
    for sentence in questionnaire(BANK, "full", "en", ABOUT).notice:
        assert sentence in statement["properties"]["description"]


def test_without_a_gate_people_still_read_the_notice():
    """A bank that asks for no consent here still tells people how their answers are used, before the questions."""
    ungated = tuple(replace(question, gate=False) for question in BANK.context)
    written = form(bank=replace(BANK, context=ungated))
    assert written["fields"][0]["ref"] == "page_notice"
    assert written["logic"] == []


def test_the_form_says_what_it_was_written_from():
    """Bank and variant come back with the closing screen, and with the link's hidden values where they are kept."""
    written = form("young-person")
    assert list(HIDDEN) == written["hidden"]
    raw = read(ending={"id": "x", "ref": written["thankyou_screens"][0]["ref"]})
    assert raw.hidden == {"bank": "exit-open@1", "variant": "young-person"}


def test_hidden_values_win_over_the_closing_screen():
    """The link is what the coordinator shared last."""
    raw = read(hidden={"variant": "quick", "wave": "w1"}, ending={"ref": "thanks__exit-open__1__full"})
    assert raw.hidden == {"bank": "exit-open@1", "variant": "quick", "wave": "w1"}


@pytest.mark.parametrize("ref", ["default_tys", "declined", "thanks__exit-open__one__full", ""])
def test_other_closing_screens_say_nothing(ref):
    """A screen of the coordinator's own is no statement about the bank."""
    assert read(ending={"ref": ref}).hidden == {}


def test_a_language_without_buttons_of_its_own_gets_english_ones():
    """Typeform's own words come in few languages; the questions come in ours."""
    welsh = replace(BANK, wordings={**BANK.wordings, "cy": replace(BANK.wordings["en"], language="cy")})
    assert "cy" not in LANGUAGES
    assert form(language="cy", bank=welsh)["settings"]["language"] == "en"
    french = replace(BANK, wordings={"fr-CA": replace(BANK.wordings["en"], language="fr-CA")})
    assert form(language="fr-CA", bank=french)["settings"]["language"] == "fr"


def test_one_file_a_language():
    """Typeform's own translations are keyed by ids only a live form has."""
    welsh = replace(BANK, wordings={**BANK.wordings, "cy": replace(BANK.wordings["en"], language="cy")})
    paths = [file.path for file in TOOL.write_form(welsh, "full", ["en", "cy"], ABOUT)]
    assert paths == ["exit-open-1.full.en.json", "exit-open-1.full.cy.json"]


def test_a_label_typeform_would_cut_is_refused():
    """Half a label cannot be matched any more, so the bank's author hears of it before the form is made."""
    words = BANK.wordings["en"]
    long = replace(words, scales={**words.scales, "agree": ("x" * (MAX_LABEL + 1), *words.scales["agree"][1:])})
    with pytest.raises(BankError, match="too long for Typeform"):
        form(bank=replace(BANK, wordings={"en": long}))


def test_help_stands_below_its_question():
    """What helps to choose is part of the question, not of its title."""
    helped = {
        question.id: question.help for question in questionnaire(BANK, "full", "en", ABOUT).questions if question.help
    }
    written = {field["ref"]: field["properties"].get("description") for field in form()["fields"]}
    assert helped
    assert {ref: written[ref] for ref in helped} == helped


def test_a_group_is_not_asked_for_an_address():
    """The reply address is asked of individuals alone, as the questionnaire says."""
    refs = {field["ref"] for field in form(about=About())["fields"]}
    assert "reply_to" not in refs


def test_how_to_import_names_the_file_and_the_share_link():
    """A person can follow it without reading anything else."""
    (file,) = TOOL.write_form(BANK, "quick", ["en"], ABOUT)
    for part in ("--data @exit-open-1.quick.en.json", "switch it on", "#bank=exit-open@1&variant=quick&wave="):
        assert part in file.how_to_import


def test_an_address_is_never_an_answer():
    """Only our own question's address is used, for the reply; no address reaches the answers."""
    raw = read(
        answers=[
            {"email": "one@council.example", "field": {"id": "a", "ref": "their_own"}},
            {"email": "two@council.example", "field": {"id": "b", "ref": "reply_to"}},
        ]
    )
    assert (raw.reply_to, raw.answers) == ("two@council.example", ())


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ({"choice": {"id": "i", "label": "Agree", "ref": "rec01_4"}}, ("rec01_4", "i", "Agree")),
        ({"choice": {"label": "Agree"}}, ("Agree",)),
        ({"choice": {"other": "Somewhat"}}, ("Somewhat",)),
        ({"choices": {"labels": ["Agree"]}}, ("Agree",)),
        ({"choices": {"labels": ["Agree", "Disagree"], "other": "Both"}}, ("Agree; Disagree; Both",)),
        ({"number": 4}, ("4",)),
        ({"number": 4.0}, ("4",)),
        ({"number": 0}, ("0",)),
        ({"boolean": True}, ("yes",)),
        ({"boolean": False}, ("no",)),
        ({"text": "words"}, ("words",)),
        ({"text": ""}, ()),
        ({"url": "https://council.example"}, ()),
    ],
)
def test_every_kind_of_answer_becomes_what_may_name_an_option(answer, values):
    """Refs first, then the tool's ids, then labels; kinds we never ask for are left blank."""
    (found,) = read(answers=[{**answer, "field": {"ref": "rec01", "id": "f"}}]).answers
    assert (("rec01", "f"), values) == (found.keys, found.values)


def test_what_was_asked_comes_from_the_definition():
    """A form with fewer questions is seen as such; without a definition nothing is known."""
    definition = {"fields": [{"id": "f", "ref": "rec01", "title": "R1. Words"}, {"id": "g"}, {}]}
    assert read(definition=definition).asked == (("rec01", "f", "R1. Words"), ("g",))
    assert None is read().asked
