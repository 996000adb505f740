"""What the script does when the server is away, and what the owner is told."""

from __future__ import annotations

import json

import pytest
from tests.platforms.apps_script import (
    ADDRESS,
    AWAY,
    BACK,
    CONNECTED,
    PLAN,
    SAID,
    TITLES,
    google,
    log_of,
    posted,
    posted_of,
    waiting,
    written,
)

from exit_bridge.testing import SECRET

pytestmark = pytest.mark.node
NOW = 1_768_472_981.123


@pytest.mark.parametrize("code", [503, 500, 429, "unreachable"])
def test_what_did_not_arrive_is_kept_told_and_sent_within_the_hour(code):
    """Nothing is lost, and nothing is sent again once it has arrived."""
    done = google(
        *CONNECTED, {"world": {"always": code}}, {"submit": SAID}, {"state": 1}, {"hour": 1}, {"state": 1},
        BACK, {"hour": 1}, {"state": 1}, {"hour": 1},
    )  # fmt: skip
    first, second, third = (done.results[place] for place in (5, 7, 10))
    assert [3, 4, 5, 5] == [len(posted_of(state)) for state in (first, second, third, vars(done))]
    assert 1 == len({request["body"] for request in done.requests[1:]})
    assert [] == waiting(done)
    (mail,) = done.mails
    assert "owner@council.example" == mail["to"]
    assert done.results[4]["runs"][0]["error"] is None


def test_only_ids_are_kept():
    """No answer is left in a property, and none of a person's words goes into a mail or a log."""
    said = SAID | {TITLES["comment_receptivity"]: "My own words", TITLES["reply_to"]: "me@council.example"}
    done = google(*CONNECTED, AWAY, {"submit": said}, {"run": "resend"}, {"run": "status"}, {"run": "connect"})
    whole = json.dumps([done.properties, done.mails, done.results])
    for private in ("My own words", "me@council", "Strongly"):
        assert private not in whole
    assert [done.results[4]["id"]] == waiting(done)


def test_secret_and_address_are_in_no_log_and_no_mail():
    """Whatever goes wrong."""
    steps = [*CONNECTED]
    for answer in ("unreachable", 401, 404, 413, 301, 503, {"code": 200, "text": f"{SECRET} {ADDRESS}"}):
        steps += [{"world": {"always": answer}}, {"submit": SAID}, {"hour": 1}, {"wait": 90000}]
        steps += [{"run": name} for name in ("connect", "status", "resend", "sendAll")]
    for values in ({"ADDRESS": ADDRESS.replace("https", "http")}, {"ADDRESS": ADDRESS, "SECRET": SECRET[6:]}):
        steps += [{"set": values}, {"run": "connect"}, {"hour": 1}]
    done = google(*steps, {"run": "disconnect"}, {"run": "forgetForm"})
    whole = json.dumps([done.results, done.mails])
    assert len(done.mails) > 5
    for private in (SECRET[6:], "reports.council.example", "hooks/round"):
        assert private not in whole


def test_one_mail_a_day():
    """However much fails."""
    hours = [{"hour": 1}] * 30
    done = google(*CONNECTED, AWAY, *[{"submit": SAID}] * 3, *hours)
    first, second = done.mails
    assert 24 * 3600 * 1000 <= second["at"] - first["at"] < 25.5 * 3600 * 1000
    assert "tries again every hour" in first["body"]
    assert PLAN["title"] in first["subject"]


def test_a_mail_that_cannot_be_sent_stops_nothing():
    """The next try writes it."""
    mute, heard = ({"world": {"mute": mute}} for mute in (True, False))
    done = google(*CONNECTED, AWAY, mute, {"submit": SAID}, heard, {"hour": 1})
    assert 1 == len(done.mails)
    assert "The mail about answers that wait could not be sent" in log_of(done.results[5]["runs"][0])


@pytest.mark.parametrize(("code", "words"), [(400, "does not take this"), (413, "too large"), (422, "does not take")])
def test_one_that_is_refused_holds_up_no_other(code, words):
    """It is kept and told of, and those behind it are sent."""
    done = google(
        *CONNECTED, AWAY, {"submit": SAID}, {"submit": SAID}, BACK, {"world": {"answers": [code]}}, {"hour": 1},
    )  # fmt: skip
    (left,) = waiting(done)
    assert done.results[4]["id"] == left
    assert words in log_of(done.results[-1][0])
    assert 8 == len(done.requests) - 1


@pytest.mark.parametrize("code", [401, 403, 404, 301])
def test_what_no_try_can_mend_is_tried_once(code):
    """A wrong secret or address is told at once, without pauses, and the answers are kept."""
    done = google(*CONNECTED, {"world": {"always": code}}, {"submit": SAID}, {"submit": SAID}, {"hour": 1})
    assert [] == done.slept
    assert 2 == len(waiting(done))
    assert 3 == len(posted(done)), "one each, and of two that wait one tells enough"
    assert 1 == len(done.mails)


def test_a_run_that_google_stops_loses_nothing():
    """The id is noted before the first try."""
    done = google(*CONNECTED, {"world": {"answers": ["killed"]}}, {"submit": SAID}, {"state": 1}, {"hour": 1})
    assert done.results[4]["runs"][0]["error"] == "Exceeded maximum execution time"
    assert [done.results[4]["id"]] == waiting(type(done)(**done.results[5]))
    assert [] == waiting(done)
    assert 2 == len(posted(done))


def test_a_deleted_response_is_dropped():
    """Whoever deletes it in the form does not want it sent."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, {"submit": SAID}, BACK,
                  {"by_hand": "form.responses.shift()"}, {"hour": 1})  # fmt: skip
    assert [] == waiting(done)
    assert done.results[5]["id"] == posted(done)[-1]["response_id"]
    assert 7 == len(posted(done))


def test_trouble_at_google_drops_nothing():
    """A response that cannot be fetched now is not taken for one that was deleted."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"world": {"away": True}}, {"hour": 1}, {"state": 1},
                  {"world": {"away": False}}, {"hour": 1})  # fmt: skip
    assert "Service error" in done.results[7][0]["error"]
    assert 1 == len(waiting(type(done)(**done.results[8])))
    assert [] == waiting(done)


def test_an_edit_that_failed_is_not_forgotten_when_the_older_one_arrives():
    """Only what was submitted by then is taken off the list."""
    the_id = "2_ABaOnu" + "d" * 90 + "1"
    # While the hourly run is posting the first version, the second one is noted by a run beside it.
    meanwhile = f"""
      const real = world.answers.shift.bind(world.answers);
      world.answers = {{ length: 1, shift() {{
        const list = JSON.parse(world.properties.get("WAITING_1"));
        world.properties.set("WAITING_1", JSON.stringify([["{the_id}", list[0][1] + 60000]]));
        world.answers = [];
        return 200;
      }} }};
    """
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"by_hand": meanwhile}, {"hour": 1})
    assert [the_id] == waiting(done)


def test_times_without_fractions_are_taken_off_all_the_same():
    """A response that is fetched may tell its time in whole seconds."""
    code = "form.responses[0].at -= form.responses[0].at % 1000"
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"by_hand": code}, {"hour": 1}, now=NOW)
    assert [] == waiting(done)


def test_a_lock_that_is_never_free_stops_nothing():
    """To note something twice is better than to note it never."""
    done = google(*CONNECTED, AWAY, {"world": {"locked": True}}, {"submit": SAID}, BACK, {"hour": 1})
    assert [] == waiting(done)
    assert 4 == len(posted(done))


def test_where_nothing_can_be_noted_google_tells_the_owner():
    """The run fails, and Google writes about that by itself."""
    done = google(*CONNECTED, AWAY, {"world": {"full": True}}, {"submit": SAID}, BACK, {"submit": SAID})
    assert "Run sendAll" in done.results[5]["runs"][0]["error"]
    assert 4 == len(posted(done)), "what can be sent is sent"


def test_more_than_can_be_noted_is_sent_from_the_form_itself():
    """Ids are kept in twenty properties; after that the time of the first one is enough."""
    many = [{"submit": SAID}] * 520
    done = google(*CONNECTED, {"world": {"always": 404}}, *many, {"state": 1}, BACK, *[{"hour": 1}] * 3)
    full = type(done)(**done.results[3 + 1 + 520])
    assert 400 < len(waiting(full)) < 520
    assert len(full.properties) < 45
    assert "ALL_FROM" in full.properties
    arrived = {json.loads(request["body"])["response_id"] for request in done.requests[521:]}
    assert arrived == {done.results[4 + place]["id"] for place in range(520)}
    assert [] == waiting(done)
    assert {"WAITING", "WAITING_1"} == {name for name in done.properties if name.startswith(("WAITING", "ALL_"))}


def test_without_room_the_mark_always_moves():
    """A run that sends everything may be at it, and ends in the belief that there is nothing more."""
    code = written()[1].replace("LONGEST_LIST = 20 * PIECE", "LONGEST_LIST = 0")
    done = google(*CONNECTED, AWAY, *[{"submit": SAID}, {"state": 1}] * 3, BACK, {"hour": 1}, code=code)
    marks = [int(done.results[place]["properties"]["ALL_FROM"]) for place in (5, 7, 9)]
    assert marks[0] > marks[1] > marks[2]
    assert {done.results[place]["id"] for place in (4, 6, 8)} == {b["response_id"] for b in posted(done)[-3:]}
    assert "ALL_FROM" not in done.properties


def test_a_list_that_cannot_be_read_means_everything_is_sent_again():
    """Somebody may have changed a property by hand."""
    broken = {"set": {"WAITING_1": "[["}}
    done = google(*CONNECTED, {"submit": SAID}, AWAY, {"submit": SAID}, BACK, broken, {"hour": 1})
    assert {done.results[3]["id"], done.results[5]["id"]} == {body["response_id"] for body in posted(done)[-2:]}
    assert [] == waiting(done)


def test_a_submission_that_is_told_twice_and_empty_is_not_sent():
    """seen: Google has been known to do that."""
    done = google(*CONNECTED, {"ghost": 1})
    assert [] == posted(done) == waiting(done) == done.mails


def test_what_waits_is_sent_in_bounded_time():
    """Google ends a run after six minutes, and would call that a failure."""
    slow = {"world": {"slow": 50_000}}
    done = google(*CONNECTED, {"world": {"always": 404}}, *[{"submit": SAID}] * 8, BACK, slow, {"hour": 1}, {"hour": 1})
    first, second = done.results[-2:]
    assert [None, None] == [first[0]["error"], second[0]["error"]]
    assert first[0]["took"] < 6 * 60 * 1000
    assert [] == waiting(done)
    assert 16 == len(posted(done))


def test_an_older_version_that_comes_late_does_not_hide_a_newer_one():
    """Google may run things in another order than people submitted."""
    the_id = "2_ABaOnu" + "d" * 90 + "1"
    newer = {"set": {"WAITING": "1", "WAITING_1": json.dumps([[the_id, 4_000_000_000_000]])}}
    done = google(*CONNECTED, newer, {"submit": SAID})
    assert 1 == len(posted(done))
    assert [the_id] == waiting(done)
