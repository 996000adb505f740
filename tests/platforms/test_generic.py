import json

import pytest

from exit_bridge.bank import load_bank
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms import platform
from exit_bridge.platforms.generic import MAX_BATCH
from exit_bridge.testing import ABOUT, form_of, outcome

BANK = load_bank()
TOOL = platform("generic")


def submission(**parts):
    """What becomes of a response made of these parts."""
    (found,) = outcome(TOOL, {"response_id": "r", **parts}, form_of(TOOL, BANK))["responses"]
    return found


def files(variant="full"):
    return {file.path: file.content for file in TOOL.write_form(BANK, variant, ["en"], ABOUT)}


def test_nested_and_flat_say_the_same():
    """A relay that flattens what it sends changes nothing."""
    nested = submission(
        answers={"rec01": 4}, context={"notice": "yes", "role": "front"}, comments={"adaption": "Words."}
    )
    flat = submission(rec01=4, notice="yes", role="front", comment_adaption="Words.")
    assert nested["answers"] == {"rec01": 4}
    assert nested == flat


@pytest.mark.parametrize("four", [4, 4.0, "4", " 4 ", "4.0", "Agree", "agree ", "rec01_4"])
def test_one_answer_in_many_dresses(four):
    """Numbers, numbers as text, labels and aliases."""
    assert submission(notice="yes", rec01=four)["answers"] == {"rec01": 4}


@pytest.mark.parametrize("blank", [None, "", " "])
def test_blank_is_skipped(blank):
    """A blank is no answer, and no zero."""
    assert submission(notice="yes", rec01=blank)["answers"] == {}


@pytest.mark.parametrize("wrong", [0, 6, 4.5, "4,5", "yes", -4, 10**30, float("inf")])
def test_what_is_no_option_is_refused(wrong):
    """Never rounded, never guessed."""
    assert submission(notice="yes", rec01=wrong) == {"error": "UnknownLabel"}


@pytest.mark.parametrize("wrong", [True, [4], {"value": 4}])
@pytest.mark.parametrize("where", ["answers", "context", "top"])
def test_what_is_no_value_is_unreadable(wrong, where):
    """True is not 1."""
    payload = {"response_id": "r", **({"rec01": wrong} if where == "top" else {where: {"rec01": wrong}})}
    assert outcome(TOOL, payload, form_of(TOOL, BANK)) == {"error": "UnreadableDelivery"}


def test_other_fields_are_dropped():
    """What a relay adds is not kept, whatever its shape; only what looks like one of our items is asked about."""
    assert submission(notice="yes", rec01=4, name="A. Person", extra={"a": [1]}, flag=True)["answers"] == {"rec01": 4}
    assert submission(notice="yes", rec01=4, rec77=1) == {"error": "UnknownItem"}


def test_a_list_keeps_the_good_ones():
    """Bad elements are told by index and reason; the others go on."""
    read = TOOL.read([{"response_id": "a"}, 5, {"response_id": "b"}, {"answers": {}}])
    assert [raw.response_id for raw in read.responses] == ["a", "b"]
    assert [bad.index for bad in read.bad] == [1, 3]
    assert "$ breaks 'required'" in read.bad[1].reason


@pytest.mark.parametrize("length", [0, MAX_BATCH + 1])
def test_lists_have_bounds(length):
    """Nothing, and more than a thousand, is refused as a whole."""
    with pytest.raises(UnreadableDelivery):
        TOOL.read([{"response_id": "a"}] * length)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(4471, "4471"), (4471.0, "4471"), (" 4471 ", "4471"), (2**53 - 1, "9007199254740991"), ("4471.0",) * 2],
)
def test_ids_and_revisions_may_be_numbers_or_text(given, kept):
    """Some relays number their responses, some write numbers as text; text stays as it is."""
    (raw,) = TOOL.read({"response_id": given, "revision": "3", "wave": "", "respondent": None}).responses
    assert (raw.response_id, raw.revision, raw.hidden) == (kept, 3, {})


@pytest.mark.parametrize("number", [2**53, 12345678901234567890, 6.29522345043e18, -(2**53)])
def test_an_id_that_may_have_been_rounded_is_refused(number):
    """Two people whose ids were rounded to one would overwrite each other; in quarantine nothing is lost."""
    with pytest.raises(UnreadableDelivery, match="Send the id as text"):
        TOOL.read({"response_id": number, "rec01": 4})
    batch = TOOL.read([{"response_id": number, "rec01": 4}, {"response_id": str(number), "rec01": 4}])
    assert ([0], 1) == ([bad.index for bad in batch.bad], len(batch.responses))


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_example_is_a_delivery_we_accept(variant):
    """The file we publish goes through as it is, and answers every item of the variant."""
    example = json.loads(files(variant)[f"exit-open-1.{variant}.en.example.json"])
    (found,) = outcome(TOOL, example, form_of(TOOL, BANK))["responses"]
    assert set(BANK.variants[variant].items) == set(found["answers"])


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_template_has_a_heading_for_everything(variant):
    """Only headings: a made-up row would one day be scored. It is one file, for there is no word in it."""
    rows = files(variant)[f"exit-open-1.{variant}.template.csv"].decode().splitlines()
    chosen = BANK.variants[variant]
    expected = {"response_id", "submitted_at", "language", "wave", "bank", "variant", *chosen.items, *chosen.context}
    assert len(rows) == 1
    assert expected <= set(rows[0].split(","))
    assert "reply_to" not in rows[0]


def test_a_bank_without_words_still_has_a_table():
    """Codes-only banks, whose words live in the tool, can be scored from the template."""
    paths = [file.path for file in TOOL.write_form(BANK, "full", [], ABOUT)]
    assert paths == ["exit-open-1.full.template.csv"]
