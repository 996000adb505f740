"""Jotform: what is written, what is read, and that the secret a delivery echoes is kept nowhere."""

import importlib.util
import json
import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from exit_bridge import testing
from exit_bridge.bank import HIDDEN, load_bank, questionnaire
from exit_bridge.bridge import Bridge
from exit_bridge.errors import BankError, StoreUnavailable, UnreadableDelivery, UnsupportedDelivery
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.jotform import form as written_form
from exit_bridge.settings import load_settings
from exit_bridge.testing import ABOUT
from exit_bridge.traces import holds
from exit_bridge.web import create_app

HERE = Path(__file__).parent / "jotform"
BANK, TOOL = load_bank(), platform("jotform")
SECRET = "made=up+secret&of-a-hook-0123456789abcdef"

spec = importlib.util.spec_from_file_location("simulate_jotform_here", HERE / "simulate.py")
sim = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sim)

TEXT = {"type": "string", "minLength": 1, "not": {"pattern": "<script"}}


def element(kind, **properties):
    """A question of one kind with exactly these properties besides those that all have."""
    every = {"qid": {"pattern": "^[1-9][0-9]*$"}, "order": {"pattern": "^[1-9][0-9]*$"}, "text": TEXT}
    every |= {"type": {"const": kind}, "name": {"pattern": "^[a-z][A-Za-z0-9_-]*$"}} | properties
    return {"type": "object", "properties": every, "required": list(every), "additionalProperties": False}


YES_NO = {"enum": ["Yes", "No"]}
ASKED = {"required": YES_NO, "labelAlign": {"const": "Top"}}
FORM = {
    "type": "object",
    "required": ["questions", "properties"],
    "additionalProperties": False,
    "properties": {
        "properties": {
            "type": "object",
            "required": ["title", "activeRedirect", "thanktext"],
            "additionalProperties": False,
            "properties": {"title": TEXT, "activeRedirect": {"const": "thanktext"}, "thanktext": TEXT},
        },
        "questions": {
            "type": "object",
            "propertyNames": {"pattern": "^[1-9][0-9]*$"},
            "additionalProperties": {
                "oneOf": [
                    *(element(f"control_{kind}") for kind in ("head", "text", "pagebreak", "button")),
                    element(
                        "control_textbox",
                        hidden={"const": "Yes"},
                        defaultValue={"type": "string", "pattern": "^[^|]*$"},
                    ),
                    element("control_email", validation={"const": "Email"}, confirmation={"const": "No"}, **ASKED),
                    element("control_textarea", cols=TEXT, rows=TEXT, entryLimit={"const": "None-0"}, **ASKED),
                    element(
                        "control_radio",
                        options={"pattern": r"^[^|]+(\|[^|]+)+$"},
                        special={"const": "None"},
                        allowOther={"const": "No"},
                        shuffle={"const": "No"},
                        spreadCols={"const": "1"},
                        **ASKED,
                    ),
                ]
            },
        },
    },
}
"""What a body of `PUT /user/forms` may hold, by the vendor's client and the properties its API gives back."""

every_form = pytest.mark.parametrize(
    ("variant", "language"), [(variant, language) for variant in BANK.variants for language in BANK.wordings]
)


def form(variant="full", language="en", bank=BANK, about=ABOUT):
    (file,) = TOOL.write_form(bank, variant, [language], about)
    return json.loads(file.content)


@every_form
def test_the_form_is_one_the_api_takes(variant, language):
    """Kinds and properties that are documented or were seen; a button to send; numbers in order; names once."""
    written = form(variant, language)
    fault = next(Draft202012Validator(FORM).iter_errors(written), None)
    assert fault is None, f"{fault.json_path}: {fault.message}"
    questions = list(written["questions"].values())
    assert [question["qid"] for question in questions] == list(written["questions"])
    assert [question["order"] for question in questions] == [str(n) for n in range(1, len(questions) + 1)]
    assert [name for name, times in Counter(q["name"] for q in questions).items() if times > 1] == []
    assert [q["type"] for q in questions if q["type"] == "control_button"] == ["control_button"]
    assert questions[-1]["type"] == "control_button"


@every_form
def test_items_are_named_by_our_id_and_show_their_number(variant, language):
    """The name comes back with the answer, the text is the only heading that the export has."""
    asked = questionnaire(BANK, variant, language, ABOUT)
    found = {question["name"]: question for question in form(variant, language)["questions"].values()}
    for question in asked.questions:
        text = f"{question.code}. {question.text}" if question.code else question.text
        own = found[question.id]
        assert (own["text"], own["required"]) == (text, "Yes" if question.required else "No")
        if question.kind == "choice":
            assert own["options"].split("|") == [choice.label for choice in question.choices]


def test_what_travels_unseen():
    """Bank and variant are filled in, the rest by the link; scores have a place only where there are any."""
    hidden = {q["name"]: q["defaultValue"] for q in form()["questions"].values() if q.get("hidden") == "Yes"}
    scores = [f"score{ingredient.id}" for ingredient in BANK.ingredients]
    assert list(hidden) == [*HIDDEN, *scores]
    assert {name for name, value in hidden.items() if value} == {"bank", "variant"}
    assert (hidden["bank"], hidden["variant"]) == ("exit-open@1", "full")
    names = {q["name"] for q in form("quick")["questions"].values()}
    assert (BANK.variants["quick"].scored, names & set(scores)) == (False, set())


def test_the_mark_between_options_is_in_no_option():
    """It would make two of one."""
    asked = questionnaire(BANK, "full", "en", ABOUT)
    page = asked.pages[0]
    (gate,) = page.questions
    bad = replace(gate, choices=(replace(gate.choices[0], label="Yes | no"), *gate.choices[1:]))
    with pytest.raises(BankError, match="'notice' holds the mark"):
        written_form.form(replace(asked, pages=(replace(page, questions=(bad,)),)), ())


def test_words_that_are_only_read_are_no_markup():
    """A less-than sign stays one."""
    asked = questionnaire(BANK, "full", "en", ABOUT)
    written = written_form.form(replace(asked, intro=("a < b & <b>c</b>",)), ())
    assert written["questions"]["2"]["text"] == "<p>a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;</p>"


# -- deliveries ------------------------------------------------------------------------------------------------------

LABELS = BANK.wordings["en"].option_labels(BANK.items["rec01"], "full")
AGREED = BANK.wordings["en"].context_words("notice", "full").described("yes")
ANSWERS = {"q5_notice": AGREED, "q20_rec01": LABELS["4"]}


def posted(raw=(), **fields):
    return sim.multipart(sim.fields(ANSWERS | dict(raw), **fields))


def read(body):
    return TOOL.read(TOOL.payload(body))


def test_only_what_is_read_leaves_the_body():
    """Account, network address, our own address and the lossy copy of the answers go no further."""
    payload = TOOL.payload(posted(ip="192.0.2.7"))
    assert set(payload) == {"formID", "submissionID", "rawRequest"}


def test_a_large_delivery_is_read():
    """Half a megabyte in one field, which some web frameworks refuse: the body is parsed from its bytes."""
    words = "made up é &amp; " * 40_000
    body = posted({"q40_comment_receptivity": words}, pretty=words)
    assert 1_500_000 < len(body) < TOOL.max_body
    (raw,) = read(body).responses
    assert {answer.values for answer in raw.answers if answer.keys[0] == "comment_receptivity"} == {
        (("made up é & " * 40_000).strip(),)
    }


@pytest.mark.parametrize("value", ["true", "TRUE", " true ", True, 1, "1"])
def test_the_preview_is_a_test(value):
    """Whoever builds the form tries it out."""
    assert read(posted({"preview": value})).ignored == ("test",)


@pytest.mark.parametrize("value", ["false", "", "0", None, [], {}])
def test_anything_else_is_no_preview(value):
    """Nothing is thrown away for a key that says no."""
    assert len(read(posted({"preview": value})).responses) == 1


@pytest.mark.parametrize("when", ["", "soon", "1768472981", "17684729810000", None, [], "١٧٦٨٤٧٢٩٨١٠٠٠"])
def test_a_time_that_is_none(when):
    """The response is kept without one."""
    assert read(posted({"submitDate": when})).responses[0].submitted_at is None


def test_an_entity_that_is_no_character():
    """It stays what it is."""
    (raw,) = read(posted({"q40_comment_receptivity": f"&#{'9' * 5000};"})).responses
    assert raw.answers[-1].values == (f"&#{'9' * 5000};",)


def test_entities_are_undone_twice_and_no_more():
    """What somebody wrote three deep was meant."""
    (raw,) = read(posted({"q40_comment_receptivity": "&amp;amp;quot;"})).responses
    assert raw.answers[-1].values == ("&quot;",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"--B\r\n",
        b"submissionID=1&rawRequest=%7B%7D",
        b"{}",
        b'{"submissionID": 6295223450430000000, "rawRequest": {}}',
        b'{"submissionID": "", "rawRequest": {}}',
        posted(rawRequest=""),
        posted(rawRequest="{"),
        posted(rawRequest="[]"),
        posted(rawRequest='{"a": NaN}'),
        posted(rawRequest='{"a": 1, "a": 2}'),
        posted(rawRequest="[" * 1000 + "]" * 1000),
        posted(submissionID=""),
        posted().replace(b'"submissionID"', b'"formID"'),
        posted()[:-20],
    ],
)
def test_what_cannot_be_read(body):
    """One clear error, and no other."""
    with pytest.raises(UnreadableDelivery):
        read(body)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["q1_rec01", "q2_", "q3_wave", "q_x", "preview", "submitDate", "q4_reply_to"]) | st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    )
)
def test_any_answers(raw):
    """Whatever stands in `rawRequest` ends in a submission, a count or one of our errors."""
    payload = TOOL.payload(sim.multipart(sim.fields({}, rawRequest=json.dumps(raw))))
    testing.outcome(TOOL, payload, testing.form_of(TOOL, BANK))


def test_what_forget_looks_for_is_found_in_a_kept_body():
    """Without the headers that came with it, and in a body that cannot be read any more."""
    held = holds(TOOL, "6295223450430000000")
    assert [held(posted()), held(posted(submissionID="1")), held(posted()[:-10])] == [True, False, True]


# -- through the service ---------------------------------------------------------------------------------------------

SETTINGS = """
[surveys.s]
platform = "jotform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$SECRET"]
"""
TYPE = f"multipart/form-data; boundary={sim.BOUNDARY}"


@pytest.fixture
def bridge(store, tmp_path):
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS, "utf-8")
    return Bridge(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET}), store)


ECHOES = [
    SECRET,
    "made%3Dup%2Bsecret%26of-a-hook-0123456789abcdef",
    "made%3dup%2bsecret%26of-a-hook-0123456789abcdef",
    "made=up+secret&amp;of-a-hook-0123456789abcdef",
]


def echoing(raw=(), **fields):
    """A delivery that repeats our address in every way of writing it."""
    return posted(raw, webhookURL=" ".join(f"https://h.example/hooks/s/{echo}" for echo in ECHOES), **fields)


def no_secret_in(content):
    folded = content.lower()
    return [echo for echo in ECHOES if echo.encode().lower() in folded or b"-a-hook-0123456789abcdef" in folded]


def test_the_secret_that_a_body_echoes_is_not_kept(bridge, caplog):
    """Not in quarantine, not in the log; the body keeps its length, is read again and accepted once it can be."""
    caplog.set_level(logging.DEBUG)
    body = echoing({"q20_rec01": "no such option"})
    assert bridge.receive("s", Delivery(body, {"content-type": TYPE}, SECRET))[0].status == "quarantined"
    (kept,) = bridge.store.quarantined()
    held = bridge.store.quarantined_body(kept.id)
    assert (kept.reason, len(held), no_secret_in(held)) == ("unknown_label", len(body), [])
    assert no_secret_in(caplog.text.encode()) == []
    assert bridge.replay(kept.id)[0].status == "quarantined"
    assert TOOL.payload(held) == TOOL.payload(body)


def test_nor_while_the_database_is_away(bridge, monkeypatch):
    """The spooled file is taken later."""
    with monkeypatch.context() as patch:

        def away(*_):
            raise StoreUnavailable("away")

        patch.setattr(type(bridge.store), "accept", away)
        assert bridge.receive("s", Delivery(echoing(), {"content-type": TYPE}, SECRET))[0].status == "spooled"
    (spooled,) = bridge.settings.spool.glob("*.spooled")
    assert no_secret_in(spooled.read_bytes()) == []
    assert bridge.drain() == 1
    assert bridge.store.current("s", "6295223450430000000") is not None


def test_other_types_are_not_read(bridge):
    """Jotform documents one."""
    for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain", ""):
        with pytest.raises(UnsupportedDelivery):
            bridge.receive("s", Delivery(posted(), {"content-type": kind}, SECRET))


def test_over_http(bridge):
    """A large delivery, and one twice, by the long address; by the short one nothing."""
    client = create_app(bridge.settings, bridge).test_client()
    body = echoing({"q40_comment_receptivity": "made up é &amp; " * 40_000}, pretty="x")
    path = "/hooks/s/" + ECHOES[1]
    large = client.post(path, data=body, content_type=TYPE)
    # A comment has a bound, which is said and not cut; the form itself was read.
    assert (large.status_code, large.json["status"]) == (200, "quarantined")
    assert [kept.reason for kept in bridge.store.quarantined()] == ["schema"]
    small = client.post(path, data=echoing(), content_type=TYPE)
    again = client.post(path, data=echoing(), content_type=TYPE)
    assert [small.json["status"], again.json["status"]] == ["accepted", "duplicate"]
    assert client.post("/hooks/s", data=posted(), content_type=TYPE).status_code == 401
    assert client.post(path, data=b"x" * (TOOL.max_body + 1), content_type=TYPE).status_code == 413
