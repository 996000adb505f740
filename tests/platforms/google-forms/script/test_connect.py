"""What the owner reads on connecting, and what is installed."""

from __future__ import annotations

import pytest
from tests.platforms.apps_script import AWAY, BACK, CONNECTED, SAID, google, log_of, posted, waiting

pytestmark = pytest.mark.node
WAITING = "Sets of answers that wait to be sent: {}"


def test_connect_installs_each_trigger_once_however_often_it_runs():
    """One for submissions, one for every hour."""
    done = google(*CONNECTED, {"run": "connect"}, {"run": "connect"}, {"submit": SAID})
    assert [("onSubmitted", done.forms[0]["id"]), ("resend", None)] == [
        (trigger["handler"], trigger["source"]) for trigger in done.triggers
    ]
    assert 1 == len(posted(done))


def test_triggers_of_another_form_and_doubled_ones_go():
    """Triggers that the owner made for something else stay."""
    code = """world.triggers.push({ id: "a", handler: "onSubmitted", source: "another" },
      { id: "b", handler: "resend", source: null }, { id: "c", handler: "resend", source: null },
      { id: "d", handler: "theirs", source: null },
      { id: "e", handler: "onSubmitted", source: form.id }, { id: "f", handler: "onSubmitted", source: form.id })"""
    done = google(*CONNECTED[:2], {"by_hand": code}, {"run": "connect"})
    assert ["b", "d", "e"] == [trigger["id"] for trigger in done.triggers]
    done = google(*CONNECTED[:2], {"by_hand": code}, {"run": "disconnect"})
    assert ["d"] == [trigger["id"] for trigger in done.triggers]


BAD = {
    "no address": ({"ADDRESS": None}, "ADDRESS is missing"),
    "http": ({"ADDRESS": "http://reports.council.example/hooks/round"}, "must start with https://"),
    "no path": ({"ADDRESS": "https://reports.council.example"}, "name the hook"),
    "a space": ({"ADDRESS": "https://reports.council.example/hooks/a b"}, "hold no spaces"),
    "no secret": ({"SECRET": ""}, "SECRET is missing"),
    "another secret": ({"SECRET": "hunter2-hunter2-hunter2"}, "SECRET must be whsec_"),
    "a short secret": ({"SECRET": "whsec_YWJj"}, "SECRET must be whsec_"),
}


@pytest.mark.parametrize("case", BAD)
def test_connect_checks_address_and_secret_first(case):
    """Nothing is installed and nothing is sent."""
    values, words = BAD[case]
    done = google(*CONNECTED[:2], {"set": values}, {"run": "connect"})
    log = log_of(done.results[-1])
    assert words in log
    assert "Script Properties" in log
    assert "Not connected" in log
    assert [] == done.triggers == done.requests


ANSWERS = {
    401: "does not know this secret or this address",
    404: "nothing at this address",
    413: "too large",
    302: "leads on to another",
    500: "cannot take answers now",
    503: "cannot take answers now",
    "unreachable": "cannot be reached",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_connect_says_what_came_back(answer):
    """In words, and that nothing is lost meanwhile."""
    done = google(*CONNECTED[:2], {"world": {"always": answer}}, {"run": "connect"})
    log = log_of(done.results[-1])
    assert ANSWERS[answer] in log
    assert "tried again every hour" in log
    assert 2 == len(done.triggers)
    assert {"source": "google-forms", "test": True} == posted(done, tests=True)[0]


@pytest.mark.parametrize("text", ["<html>Welcome</html>", '{"status": "accepted"}', "null", "[1]"])
def test_connect_knows_a_server_that_is_something_else(text):
    """A web page answers 200 to anything."""
    done = google(*CONNECTED[:2], {"world": {"always": {"code": 200, "text": text}}}, {"run": "connect"})
    assert "does not answer like exit-bridge" in log_of(done.results[-1])


def test_status_and_disconnect_tell_what_waits():
    """Nothing is thrown away."""
    done = google(*CONNECTED, {"run": "status"}, AWAY, {"submit": SAID}, {"run": "status"}, {"run": "disconnect"},
                  {"run": "status"}, {"submit": SAID}, BACK, {"run": "connect"}, {"hour": 1})  # fmt: skip
    assert "Connected: yes" in log_of(done.results[3])
    assert WAITING.format(0) in log_of(done.results[3])
    assert WAITING.format(1) in log_of(done.results[6])
    assert "next connect: 1" in log_of(done.results[7])
    assert "Connected: no" in log_of(done.results[8])
    assert [] == done.results[9]["runs"]
    assert [] == waiting(done)


def test_a_form_that_is_gone_is_told():
    """And what to do; once a day by mail, if something waits."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, {"wait": 90000}, {"by_hand": "form.deleted = true"}, {"hour": 1},
                  {"run": "connect"}, {"run": "status"}, {"run": "sendAll"}, {"run": "buildForm"})  # fmt: skip
    for result in (done.results[7][0], *done.results[8:12]):
        assert "The form cannot be opened" in log_of(result)
        assert "Run forgetForm" in log_of(result)
    assert "The form cannot be opened" in done.mails[1]["body"]


def test_permissions_that_were_not_given_are_asked_for():
    """Building needs one of them; before the others are there nothing is installed and nothing is sent."""
    scope = "https://www.googleapis.com/auth/{}".format
    without = {"world": {"denied": [scope("script.external_request")]}}
    done = google(without, *CONNECTED)
    assert "Your form is ready" in log_of(done.results[1])
    assert "Authorization is required" in done.results[3]["error"]
    assert [] == done.triggers == done.requests
    done = google({"world": {"denied": [scope("forms")]}}, {"run": "buildForm"})
    assert "Authorization is required" in done.results[1]["error"]
    assert [] == done.forms
    assert {} == done.properties


def test_a_form_that_is_not_finished_is_not_connected():
    """What it lacks would be missing from every answer."""
    broken = {"by_hand": "world.broken.addItem = 9"}
    done = google(broken, CONNECTED[0], {"by_hand": "world.broken = {}"}, *CONNECTED[1:])
    assert "did not finish its form" in log_of(done.results[-1])
    assert [] == done.triggers == done.requests
