"""What a hostile but trusted sender, file or package tries, and what becomes of it."""

from __future__ import annotations

import json
import logging
import time

import pytest
from tests.test_worker import SECRET, bridge, deliver  # noqa: F401 (bridge is a fixture)

from exit_bridge.bank import load_bank
from exit_bridge.bank.wording import fill_terms
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.intake.text import as_words
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery, fault_in, shape
from exit_bridge.replies import PER_ADDRESS, PER_SURVEY
from exit_bridge.traces import mentions
from exit_bridge.worker import Pace, Worker

BANK = load_bank()


def send(bridge, document):  # noqa: F811
    delivery = Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET)
    return bridge.receive("s", delivery)


@pytest.mark.parametrize(
    "value",
    [
        "4-" + " " * 400_000 + "a\nb",
        "a" + "\u0300" * 200_000 + "\u0334" * 200_000,
        "&" * 900_000,
        "<" * 900_000,
        "&#" + "9" * 100_000 + ";",
        "\ufdfa" * 300_000,
    ],
    ids=["spaces", "combining", "entities", "tags", "number", "ligatures"],
)
def test_no_text_takes_long(value):
    """A megabyte in an answer or a heading is no option and no question, and that is known at once."""
    from exit_bridge.intake.mapping import mapping_for

    began = time.process_time()
    assert mapping_for(BANK).option("rec01", [value]) is None
    assert mapping_for(BANK).question([value]) is None
    assert as_words(value)
    assert time.process_time() - began < 2


def test_one_bad_element_costs_its_own_size(bridge):  # noqa: F811
    """A batch of a thousand bad elements is not kept a thousand times."""
    batch = [{"response_id": f"r-{n}", "context": {"notice": "yes"}, "answers": {"rec01": 9}} for n in range(200)]
    outcomes = send(bridge, batch)
    assert {outcome.status for outcome in outcomes} == {"quarantined"}
    kept = [bridge.store.quarantined_body(row.id) for row in bridge.store.quarantined()]
    assert len(kept) == 200
    assert sum(map(len, kept)) < 2 * len(json.dumps(batch))


@pytest.mark.parametrize("fault", [{"rec01": 9}, {"rec01": True}], ids=["undecodable", "unreadable"])
def test_a_no_beside_a_fault_leaves_nothing_in_quarantine(bridge, fault):  # noqa: F811
    """What is kept of a batch is its bad element alone."""
    no = {"response_id": "n", "context": {"notice": "no"}, "answers": {}, "comments": {"adaption": "Zebedee said no"}}
    bad = {"response_id": "b", "context": {"notice": "yes"}, "answers": fault}
    assert sorted(outcome.status for outcome in send(bridge, [no, bad])) == ["declined", "quarantined"]
    (kept,) = bridge.store.quarantined()
    body = bridge.store.quarantined_body(kept.id)
    assert b"Zebedee" not in body
    assert [outcome.status for outcome in bridge.replay(kept.id)] == ["quarantined"]
    assert bridge.store.quarantined() == [kept]


@pytest.mark.parametrize("wave", ["x" * 500, "Jane\0Doe", "a\nb"])
def test_a_no_carries_nothing_out_in_its_wave(bridge, wave):  # noqa: F811
    """The count of those who declined has no room for words of theirs."""
    (outcome,) = send(bridge, {"response_id": "n", "context": {"notice": "no"}, "answers": {"rec01": 1}, "wave": wave})
    assert outcome.status == "declined"
    assert bridge.store.tallies("s") == {"": {"declined": 1}}


@pytest.mark.parametrize("bridge", ['answered_by = "individuals"\nindividual_reports = "recipients"'], indirect=True)
def test_a_young_persons_form_goes_to_nobody_whatever_the_link_says(bridge):  # noqa: F811
    """The variant a delivery names counts, not only the survey's own."""
    answers = dict.fromkeys(BANK.variants["young-person"].items, 2)
    assert deliver(bridge, answers=answers, variant="young-person").status == "accepted"
    assert bridge.store.jobs() == []


@pytest.mark.parametrize(
    "address",
    [
        "\u200bvictim@council.example",
        "victim\0@council.example",
        "victim%elsewhere.example@council.example",
        "elsewhere.example!victim@council.example",
        '"victim"@council.example',
        "victim@council.example.",
        "víctim@council.example",
    ],
)
@pytest.mark.parametrize("bridge", ['answered_by = "individuals"'], indirect=True)
def test_addresses_in_disguise_get_no_mail(bridge, address):  # noqa: F811
    """One mailbox has one spelling."""
    deliver(bridge, reply_to=address)
    assert bridge.store.jobs() == []


@pytest.mark.parametrize("bridge", ['answered_by = "individuals"'], indirect=True)
def test_one_address_cannot_use_up_everybodys_mails(bridge):  # noqa: F811
    """Repeats and refusals are not counted; plus-addresses are one mailbox."""
    for n in range(PER_SURVEY + 10):
        deliver(bridge, "same", reply_to="me@council.example", level=1)
        if n > 5:
            break
    for n in range(6):
        deliver(bridge, f"r-{n}", reply_to=f"me+{n}@council.example")
    assert len(bridge.store.jobs()) == PER_ADDRESS
    deliver(bridge, "honest", reply_to="honest@council.example")
    assert len(bridge.store.jobs()) == PER_ADDRESS + 1
    assert bridge.store.tallies("s") == {"": {"no_reply": 6 - (PER_ADDRESS - 1)}}


def test_no_key_of_the_senders_own_reaches_a_log_or_a_detail(bridge, caplog):  # noqa: F811
    """Where a fault lies is told with the words of the schema only."""
    caplog.set_level(logging.INFO)
    key = "jane.doe@home.example\n2026-01-01 outcome=accepted \x1b[31m\0"
    assert send(bridge, {"response_id": "k", "answers": {key: True}})[0].status == "quarantined"
    (kept,) = bridge.store.quarantined()
    for text in (caplog.text, kept.detail):
        assert "jane.doe" not in text
        assert "\x1b" not in text
    assert (
        fault_in({"a": {"secret": 1}}, shape(a={"additionalProperties": {"type": "string"}})) == "$.a.* breaks 'type'"
    )


def test_a_spooled_body_that_can_never_be_taken_holds_up_no_other(bridge, monkeypatch):  # noqa: F811
    """It is set aside, and those behind it are taken."""
    from exit_bridge.errors import ExitBridgeError

    good = {"response_id": "good", "context": {"notice": "yes"}, "answers": {"rec01": 4}}
    bridge.spool.put("s", b"poison", "application/json")
    bridge.spool.put("s", json.dumps(good).encode(), "application/json")
    take = bridge.take

    def poisoned(survey, tool, body, *rest):
        if body == b"poison":
            raise ExitBridgeError("cannot be kept")
        return take(survey, tool, body, *rest)

    monkeypatch.setattr(bridge, "take", poisoned)
    assert bridge.drain() == 1
    assert bridge.spool.waiting() == []
    assert bridge.store.current("s", "good") is not None


def test_a_job_that_kills_its_workers_is_given_up(bridge):  # noqa: F811
    """Its leases run out one after the other, and then it is dead and says so."""
    deliver(bridge)
    pace = Pace(most_attempts=3)
    for _ in range(pace.most_attempts):
        assert bridge.store.claim("killed", -1) is not None
    assert Worker(bridge, pace).step()
    (job,) = bridge.store.jobs("dead")
    assert "worker was lost" in job.last_error


def test_an_empty_delivery_is_not_taken_for_nothing(bridge, monkeypatch):  # noqa: F811
    """A platform that found no response in a trusted body has not understood it."""
    from exit_bridge.platforms import platform
    from exit_bridge.platforms.base import DeliveryResult

    monkeypatch.setattr(type(platform("generic")), "read_delivery", lambda *_: DeliveryResult())
    assert deliver(bridge).status == "quarantined"


@pytest.mark.parametrize(
    ("body", "response_id", "found"),
    [
        (rb'{"response_id": "ab\u002Bcd"}', "ab+cd", True),
        (rb'{"response_id": "a\u0027b"}', "a'b", True),
        (rb'{"response_id": "xab+cdx"}', "ab+cd", False),
        (b"[" * 5000, "x", False),
    ],
)
def test_forgetting_sees_through_every_escape(body, response_id, found):
    """Whatever encoder the sender used."""
    assert mentions(body, response_id) is found


def test_terms_that_name_each_other_do_not_grow():
    """One pass, whatever a wording file says."""
    terms = {f"t{n}": f"{{t{n + 1}}}" * 9 for n in range(30)}
    assert len(fill_terms("{t0}", terms)) < 200


@pytest.mark.parametrize(
    "payload",
    [
        {"event": "completed", "respondId": 1, "survey": 1, "response": {}},
        {"event": "afterSurveyComplete", "source": "exit-bridge-limesurvey/1", "response_id": 1, "answers": {}},
    ],
)
def test_limesurveys_event_says_which_shape_it_must_have(payload):
    """One plugin's event in the other's shape is unreadable, and no bug of ours."""
    with pytest.raises(UnreadableDelivery):
        platform("limesurvey").read(payload)
