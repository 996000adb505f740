"""A delivery that holds ids alone: each response is fetched by a job of its own, and takes the way of a delivery."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.cli_calls import call
from tests.platforms.surveymonkey.api_server import FORM, TOKEN, SurveyMonkey, error, serving

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed, StoreUnavailable, UntrustedDelivery
from exit_bridge.http import origin
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access, ToolApi
from exit_bridge.platforms.base import Delivery
from exit_bridge.pulling import pull
from exit_bridge.settings import load_settings
from exit_bridge.testing import ABOUT
from exit_bridge.web import create_app
from exit_bridge.worker import Pace, Worker

BANK = load_bank()
TOOL = platform("surveymonkey")
FILES = TOOL.write_form(BANK, "full", ["en"], ABOUT)
WORDS = BANK.wordings["en"]
ITEMS = [item for item in BANK.variants["full"].items if BANK.items[item].scale == "agree"]
SAID = {WORDS.context["notice"].text: "Yes, send my answers", **{WORDS.items[item].text: "Agree" for item in ITEMS}}
SECRET = "made-up-client-id&made-up-app-secret-0123456789"
SETTINGS = """
[surveys.s]
platform = "surveymonkey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$SECRET"]
[[surveys.s.send]]
by = "folder"
directory = "out"
"""
API = """
[surveys.s.api]
url = "{url}"
internal = "{inside}"
{form}
secret = "$TOKEN"
"""


@pytest.fixture
def server():
    account = SurveyMonkey(survey={"title": "made up"})
    with serving(account):
        yield account


@pytest.fixture
def opened(server, store, tmp_path):
    """`opened(api)`: a bridge whose survey's API is at the server, or is not set at all."""

    def opened(api=True, form=f'form = "{FORM}"'):
        text = SETTINGS + (API.format(url=server.url, inside=origin(server.url), form=form) if api else "")
        (tmp_path / "exit-bridge.toml").write_text(text, "utf-8")
        return Bridge(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET, "TOKEN": TOKEN}), store)

    return opened


def callback(number, secret=SECRET):
    body = json.dumps({"event_type": "response_completed", "object_type": "response", "object_id": number}).encode()
    headers = {name.lower(): value for name, value in TOOL.scheme("signature").sign(body, secret).items()}
    return Delivery(body, {"content-type": "application/json", **headers})


def told(bridge, number):
    return [outcome.document() for outcome in bridge.receive("s", callback(number))]


def work(bridge, **pace):
    worker = Worker(bridge, Pace(**{"backoff": 0.0} | pace))
    while worker.step():
        pass


def fetches(bridge):
    return [job for job in bridge.store.jobs() if job.kind == "fetch"]


def test_an_id_becomes_a_submission_and_a_report(server, opened, tmp_path):
    """The answer says that it is on its way; the worker fetches, keeps, scores and sends."""
    bridge, number = opened(), server.respond(FILES, SAID)
    assert told(bridge, number) == [{"status": "fetching"}]
    assert server.calls == []
    (job,) = bridge.store.jobs()
    assert (job.kind, job.survey, job.submission, job.destination) == ("fetch", "s", None, number)
    work(bridge)
    assert bridge.store.current("s", number).document["answers"]["rec01"] == 4
    assert [(job.kind, job.state) for job in bridge.store.jobs()] == [("fetch", "done"), ("send", "done")]
    assert bridge.store.attempts(job.id)[0].detail == "accepted"
    assert list((tmp_path / "out" / "s").glob("*/report.txt"))
    assert bridge.store.quarantined() == []


def test_told_twice_it_is_one_submission(server, opened):
    """Before it was fetched one job will do; afterwards it is fetched again, for it may have changed."""
    bridge, number = opened(), server.respond(FILES, SAID)
    for _ in range(3):
        assert told(bridge, number) == [{"status": "fetching"}]
    assert len(fetches(bridge)) == 1
    work(bridge)
    told(bridge, number)
    work(bridge)
    assert [bridge.store.attempts(job.id)[0].detail for job in fetches(bridge)] == ["accepted", "duplicate"]
    assert bridge.store.counts("s") == {"": 1}
    assert len([job for job in bridge.store.jobs() if job.kind == "send"]) == 1


def test_fetched_and_pulled_are_one_response(server, opened):
    """Whichever way it comes first."""
    bridge, number = opened(), server.respond(FILES, SAID)
    assert dict(pull(bridge, bridge.settings.surveys["s"], "me")) == {"accepted": 1, "unfinished": 0}
    told(bridge, number)
    work(bridge)
    assert bridge.store.attempts(fetches(bridge)[0].id)[0].detail == "duplicate"


def test_a_deleted_response_ends_the_job(server, opened):
    """With a word on it, and nothing else."""
    bridge = opened()
    told(bridge, "118086000099")
    work(bridge)
    (job,) = bridge.store.jobs()
    assert (job.state, job.last_error) == ("done", None)
    assert bridge.store.attempts(job.id)[0].detail == "the tool no longer has this response"


@pytest.mark.parametrize(("status", "headers"), [(429, {"Retry-After": "90"}), (503, {"Retry-After": "90"})])
def test_too_much_or_in_trouble(server, opened, status, headers):
    """Tried again after the pause that was asked for."""
    bridge, number = opened(), server.respond(FILES, SAID)
    told(bridge, number)
    server.answers = [(status, headers, json.dumps(error("1040")).encode())]
    work(bridge)
    (job,) = fetches(bridge)
    assert (job.state, job.attempts) == ("ready", 1)
    assert job.due_at > datetime.now(UTC) + timedelta(seconds=80)
    assert bridge.store.counts("s") == {}


def test_one_failure_after_the_other(server, opened):
    """It goes on until it works, and one response's trouble does not hold up the others."""
    bridge, numbers = opened(), [server.respond(FILES, SAID) for _ in range(2)]
    for number in numbers:
        told(bridge, number)
    server.answers = [(500, {}, b""), (200, {}, b"<html>"), (502, {}, b"")]
    work(bridge)
    assert {job.state for job in fetches(bridge)} == {"done"}
    assert bridge.store.counts("s") == {"": 2}


def test_without_an_api_the_job_says_what_to_do(server, opened):
    """It is dead, for nothing changes by itself; with the settings mended it can be tried again, and so can the
    delivery."""
    bridge, number = opened(api=False), server.respond(FILES, SAID)
    told(bridge, number)
    work(bridge)
    (job,) = fetches(bridge)
    assert job.state == "dead"
    assert "Add [surveys.s.api]" in job.last_error
    assert "exit-bridge jobs retry" in job.last_error
    assert (server.calls, bridge.store.quarantined()) == ([], [])
    bridge = opened()
    assert bridge.store.requeue([job.id]) == 1
    work(bridge)
    assert bridge.store.counts("s") == {"": 1}
    told(bridge, number)
    work(bridge)
    assert bridge.store.counts("s") == {"": 1}


@pytest.mark.parametrize("form", ['form = "505000099"', ""])
def test_of_the_wrong_survey_nothing_seems_deleted(server, opened, form):
    """The job stays, dead, until the settings are right."""
    bridge, number = opened(form=form), server.respond(FILES, SAID)
    told(bridge, number)
    work(bridge)
    (job,) = fetches(bridge)
    assert job.state == "dead"
    assert "form" in job.last_error


def test_a_survey_that_was_taken_out_of_the_settings(server, opened, tmp_path):
    """Its job is dead and says so."""
    bridge, number = opened(), server.respond(FILES, SAID)
    told(bridge, number)
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.replace("surveys.s", "surveys.other"), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET})
    work(Bridge(settings, bridge.store))
    (job,) = fetches(bridge)
    assert (job.state, "no longer in the settings" in job.last_error) == ("dead", True)


def test_what_was_fetched_and_cannot_be_read_waits_in_quarantine(server, opened):
    """As it would have, delivered; without the address of a machine."""
    bridge, number = opened(), server.respond(FILES, SAID)
    item = server.responses[number]["pages"][-1]["questions"][0]
    item["answers"][0]["simple_text"] = "Maybe"
    told(bridge, number)
    work(bridge)
    assert fetches(bridge)[0].state == "done"
    (kept,) = bridge.store.quarantined()
    assert b"192.0.2.7" not in bridge.store.quarantined_body(kept.id)
    assert [outcome.status for outcome in bridge.replay(kept.id)] == ["quarantined"]


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({"response_status": "partial"}, {"partial": 1}),
        ({"response_status": "disqualified"}, {"disqualified": 1}),
        ({"collection_mode": "preview"}, {"test": 1}),
    ],
)
def test_what_was_fetched_and_is_no_response_is_counted(server, opened, changes, counted):
    """Nothing else is kept of it."""
    bridge, number = opened(), server.respond(FILES, SAID, **changes)
    told(bridge, number)
    work(bridge)
    assert bridge.store.tallies("s") == {"": counted}
    assert bridge.store.counts("s") == {}


def test_a_decline_leaves_a_count(server, opened):
    """Not even a body in quarantine."""
    bridge = opened()
    number = server.respond(FILES, SAID | {WORDS.context["notice"].text: "No, keep none of my answers"})
    told(bridge, number)
    work(bridge)
    assert (bridge.store.tallies("s"), bridge.store.quarantined()) == ({"": {"declined": 1}}, [])


def test_an_id_in_what_was_fetched_is_not_fetched(server, opened):
    """That might go on for ever."""
    bridge = opened()
    outcomes = bridge.take_fetched(bridge.settings.surveys["s"], json.loads(callback("118086000001").body))
    assert [outcome.status for outcome in outcomes] == ["quarantined"]
    assert bridge.store.jobs() == []


def test_a_store_that_goes_away_loses_nothing(server, opened, monkeypatch):
    """The delivery waits on disk, and its job is made once the store is back."""
    bridge, number = opened(), server.respond(FILES, SAID)
    with monkeypatch.context() as patched:
        patched.setattr(bridge.store, "enqueue", lambda *_: (_ for _ in ()).throw(StoreUnavailable("away")))
        assert told(bridge, number) == [{"status": "spooled"}]
    work(bridge)
    assert bridge.store.counts("s") == {"": 1}


def test_forgotten_before_it_was_fetched(server, opened):
    """The job goes too."""
    bridge, number = opened(), server.respond(FILES, SAID)
    told(bridge, number)
    assert bridge.store.forget("s", number) == 1
    work(bridge)
    assert server.calls == []


def test_only_who_knows_the_secret_makes_us_fetch(server, opened):
    """Each request counts against the account's limit."""
    with pytest.raises(UntrustedDelivery):
        opened().receive("s", callback("118086000001", secret="made-up-client-id&another-secret-0123456789"))


def test_over_http(server, opened):
    """HEAD is answered with 200, which SurveyMonkey asks for before it makes a webhook."""
    bridge, number = opened(), server.respond(FILES, SAID)
    client, delivery = create_app(bridge.settings, bridge).test_client(), callback(number)
    assert client.head("/hooks/s").status_code == 200
    assert client.head("/hooks/no-such-survey").status_code == 200
    answer = client.post("/hooks/s", data=delivery.body, headers=delivery.headers)
    assert (answer.status_code, answer.json) == (200, {"status": "fetching"})


def test_jobs_and_replay_say_what_is_fetched(server, opened, tmp_path):
    """An id alone would look like a destination; a delivery that waited in quarantine is on its way once replayed."""
    bridge, number = opened(), server.respond(FILES, SAID)
    (tmp_path / "exit-bridge.env").write_text(f'SECRET="{SECRET}"\nTOKEN={TOKEN}\n', "utf-8")
    kept = bridge.store.quarantine("s", callback(number).body, "application/json", "unreadable", "nothing fetched it")
    database = tmp_path / "exit-bridge.sqlite3"
    if not database.exists():  # the command line of this test knows SQLite alone
        assert [outcome.status for outcome in bridge.replay(kept)] == ["fetching"]
        return
    path = bridge.settings.path
    assert "would be fetching" in call(path, "replay", kept, "--dry-run").out
    assert call(path, "replay", kept).out == f"{kept}: fetching\n"
    assert bridge.store.quarantined() == []
    assert f"fetch {number}" in call(path, "jobs").out


class Bare(ToolApi):
    """A tool that has what it must, and no more."""

    def create_form(self, files):
        return ""

    def activate(self, form):
        return True

    def address(self, form):
        return ""

    def pull(self, cursor, today, *, afresh=False):
        yield from ()

    def check(self, scores):
        yield from ()


def test_what_a_tool_may_leave_out():
    """It says so for good."""
    bare = Bare(Access("https://api.example"), None)
    for asked in (lambda: bare.fetch("1"), lambda: bare.write_back("1", {})):
        with pytest.raises(ApiFailed) as caught:
            asked()
        assert caught.value.permanent
