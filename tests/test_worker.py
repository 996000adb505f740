"""What the worker promises: tried again when it may help, dead when it cannot, deleted when its time is over."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exit_bridge import outgoing as outgoing_module
from exit_bridge import worker as worker_module
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import SendFailed, StoreUnavailable, UnsafeDestination
from exit_bridge.platforms.base import Delivery
from exit_bridge.reports import pdf
from exit_bridge.settings import load_settings
from exit_bridge.store import PauseRule
from exit_bridge.upkeep import purge
from exit_bridge.worker import Pace, Worker

BANK = load_bank()
SECRET = "whsec_d29ya2VyLXdvcmtlci13b3JrZXItd29ya2VyLXdvcms="
SETTINGS = """
[surveys.s]
platform = "generic"
bank = "exit-open@1"
auth = "path"
secrets = ["$SECRET"]
retain_days = 30
reply_domains = ["council.example"]
{survey}
[[surveys.s.send]]
by = "folder"
directory = "out"
"""


@pytest.fixture
def bridge(store, tmp_path, request):
    """A bridge over both engines; `request.param` adds lines to the survey."""
    survey = getattr(request, "param", 'answered_by = "group"')
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.format(survey=survey), "utf-8")
    return Bridge(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET}), store)


def deliver(bridge, response_id="r-1", level=1, **more):
    document = {
        "response_id": response_id,
        "context": {"notice": "yes"},
        "answers": dict.fromkeys(BANK.variants["full"].items, level),
        **more,
    }
    delivery = Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET)
    return bridge.receive("s", delivery)[0]


def failing(error):
    def deliver(*_):
        raise error

    return deliver


def test_a_passing_fault_is_tried_again_later(bridge, monkeypatch):
    """The pause has full jitter, and is never shorter than the receiver asked for."""
    deliver(bridge)
    monkeypatch.setattr(worker_module, "deliver", failing(SendFailed("busy", retry_after=90)))
    assert Worker(bridge).step()
    (job,) = bridge.store.jobs()
    assert (job.state, job.attempts, job.last_error) == ("ready", 1, "busy.")
    assert job.due_at >= datetime.now(UTC) + timedelta(seconds=80)


def test_a_name_that_leads_inside_for_a_moment_buries_nothing(bridge, monkeypatch):
    """A fault of DNS or of the settings is mended some day: the destination is paused, and what waits for it waits."""
    monkeypatch.setattr(worker_module, "deliver", failing(UnsafeDestination("This address is not on the internet")))
    for n in range(7):
        deliver(bridge, f"r-{n}")
    work = Worker(bridge)
    while work.step():
        pass
    assert [job.state for job in bridge.store.jobs()] == ["ready"] * 7
    (pause,) = bridge.store.pauses(datetime.now(UTC))
    assert (pause.destination, pause.failures) == ("folder-1", work.pace.destination.after)
    monkeypatch.undo()
    bridge.store.end_pauses(datetime.now(UTC))
    while work.step():
        pass
    assert [job.state for job in bridge.store.jobs()].count("done") >= 2


def test_what_cannot_work_is_dead_at_once(bridge, monkeypatch):
    """Listed, explained, and tried again only when somebody says so."""
    error = SendFailed("no such user", permanent=True)
    deliver(bridge)
    monkeypatch.setattr(worker_module, "deliver", failing(error))
    assert Worker(bridge).step()
    (job,) = bridge.store.jobs("dead")
    assert job.last_error == str(error)
    monkeypatch.undo()
    bridge.store.requeue([job.id])
    assert Worker(bridge).step()
    assert [job.state for job in bridge.store.jobs()] == ["done"]


def test_after_enough_attempts_a_job_is_dead(bridge, monkeypatch):
    """Nothing is tried for ever."""
    deliver(bridge)
    monkeypatch.setattr(worker_module, "deliver", failing(SendFailed("busy")))
    tired = Worker(bridge, Pace(backoff=0.0, most_attempts=3))
    assert [tired.step() for _ in range(3)] == [True] * 3
    (job,) = bridge.store.jobs("dead")
    assert job.attempts == 3


def test_a_bug_leaves_a_job_that_can_be_tried_again(bridge, monkeypatch):
    """And says where it struck, without what it struck on."""
    deliver(bridge)
    monkeypatch.setattr(worker_module, "deliver", failing(ZeroDivisionError("Zebedee's answer")))
    assert Worker(bridge).step()
    (job,) = bridge.store.jobs("ready")
    assert "ZeroDivisionError in deliver" in job.last_error
    assert "Zebedee" not in job.last_error


def test_a_store_that_is_away_stops_the_step(bridge, monkeypatch):
    """The lease runs out, and somebody takes the job up again."""
    deliver(bridge)
    monkeypatch.setattr(worker_module, "deliver", failing(StoreUnavailable("away")))
    with pytest.raises(StoreUnavailable):
        Worker(bridge).step()


def test_an_edit_updates_what_waits_and_sends_no_second_report(bridge, tmp_path):
    """The report nobody has got yet shows the newest answers."""
    deliver(bridge, level=1, revision=1)
    result_id = deliver(bridge, level=5, revision=2).result_id
    assert Worker(bridge).step()
    kept = json.loads((tmp_path / "out/s" / result_id / "result.json").read_text("utf-8"))
    assert {row["score"] for row in kept["ingredients"]} == {100.0}
    assert deliver(bridge, level=3, revision=3).status == "edited"
    assert [job.state for job in bridge.store.jobs()] == ["done"]


@pytest.mark.parametrize("bridge", ['answered_by = "group"\non_edit = "resend"'], indirect=True)
def test_an_edit_is_sent_again_where_the_survey_says_so(bridge, tmp_path):
    """Under an id of its own, so that the receiver can tell."""
    result_id = deliver(bridge, level=1, revision=1).result_id
    assert Worker(bridge).step()
    deliver(bridge, level=5, revision=2)
    assert Worker(bridge).step()
    assert [(job.state, job.version) for job in bridge.store.jobs()] == [("done", 1), ("done", 2)]
    kept = json.loads((tmp_path / "out/s" / result_id / "result.json").read_text("utf-8"))
    assert {row["score"] for row in kept["ingredients"]} == {100.0}


@pytest.mark.parametrize("bridge", ['answered_by = "individuals"\nindividual_reports = "recipients"'], indirect=True)
def test_recipients_get_no_single_answer(bridge, tmp_path):
    """Neither in words nor in the data, and nothing at all about a young person."""
    told = deliver(bridge, level=5, answers={**dict.fromkeys(BANK.variants["full"].items, 5), "lea04": 1},
                   comments={"adaption": "Zebedee wrote this"})  # fmt: skip
    young = deliver(bridge, "r-2", context={"notice": "yes", "role": "young"})
    assert (told.status, young.status) == ("accepted", "accepted")
    while Worker(bridge).step():
        pass
    assert len(bridge.store.jobs()) == 1
    folder = tmp_path / "out/s" / told.result_id
    kept = json.loads((folder / "result.json").read_text("utf-8"))
    assert [note["rule"] for note in kept["notes"]] == ["one-person"]
    assert kept["notes"][0]["trigger"]["facts"] == []
    for path in folder.glob("report.*"):
        text = path.read_text("utf-8")
        assert "It would stop" not in text
        assert "Zebedee" not in text


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("me@council.example", True),
        ("me@COUNCIL.example", True),
        ("me@elsewhere.example", False),
        ("me@council.example.evil.example", False),
        ("me@council.example, other@council.example", False),
        ("a\r\nBcc: x@council.example", False),
        ("@council.example", False),
        ("", False),
        (None, False),
    ],
)
@pytest.mark.parametrize("bridge", ['answered_by = "individuals"'], indirect=True)
def test_own_reports_go_to_listed_domains_only(bridge, address, sent):
    """An address in a submission is whatever somebody typed; the coordinator gets nothing either way."""
    assert deliver(bridge, reply_to=address).status == "accepted"
    assert [job.destination for job in bridge.store.jobs()] == (["respondent"] if sent else [])


@pytest.mark.parametrize("bridge", ['answered_by = "individuals"'], indirect=True)
def test_nobody_can_be_flooded_with_reports(bridge):
    """At most three a day to one address."""
    for n in range(5):
        deliver(bridge, f"r-{n}", reply_to="me@council.example")
    assert len(bridge.store.jobs()) == 3


def test_what_is_past_its_time_is_deleted_everywhere(bridge, tmp_path):
    """Rows and written reports go together."""
    result_id = deliver(bridge).result_id
    assert Worker(bridge).step()
    folder = tmp_path / "out/s" / result_id
    purge(bridge, datetime.now(UTC) + timedelta(days=29))
    assert folder.exists()
    purge(bridge, datetime.now(UTC) + timedelta(days=31))
    assert not folder.exists()
    assert bridge.store.current("s", "r-1") is None
    assert bridge.store.jobs() == []


def test_a_queue_that_never_empties_keeps_nothing_from_its_time(bridge, monkeypatch):
    """A job is due at every step, yet what is too old goes, and what was spooled is taken."""
    deliver(bridge, "old")
    work = Worker(bridge, Pace(upkeep=0.0, pull=0.0, backoff=0.0, destination=PauseRule(10**6, 1.0, 1.0)))
    monkeypatch.setattr(worker_module, "deliver", failing(SendFailed("busy")))
    assert work.step()
    monkeypatch.setattr(type(bridge.store), "accept", failing(StoreUnavailable("away")))
    assert deliver(bridge, "spooled").status == "spooled"
    monkeypatch.undo()
    monkeypatch.setattr(worker_module, "deliver", failing(SendFailed("busy")))
    bridge.settings = replace(bridge.settings, quarantine_days=7)
    monkeypatch.setattr(worker_module, "purge", lambda it: purge(it, datetime.now(UTC) + timedelta(days=8)))
    bridge.store.quarantine("s", b"x", "text/plain", "unreadable", "…")
    assert work.step()
    assert bridge.store.quarantined() == []
    assert bridge.store.current("s", "spooled") is not None
    assert [job.state for job in bridge.store.jobs()] == ["ready", "ready"]


def test_a_report_written_while_its_response_is_forgotten_goes_again(bridge, tmp_path, monkeypatch):
    """Whoever deletes looked for it a moment too early: the worker takes it back."""
    deliver(bridge)
    real = outgoing_module.send

    def send(*given):
        receipt = real(*given)
        assert list((tmp_path / "out/s").glob("*/report.html"))
        assert bridge.store.forget("s", "r-1") == 1
        return receipt

    monkeypatch.setattr(outgoing_module, "send", send)
    assert Worker(bridge).step()
    assert [path.name for path in (tmp_path / "out/s").iterdir()] == [".lock"]
    assert bridge.store.jobs() == []


def test_a_report_written_while_its_response_is_purged_goes_again(bridge, tmp_path, monkeypatch):
    """It was written after the first look at the folders, and stood there before the rows were gone."""
    deliver(bridge)
    real = type(bridge.store).purge

    def purge_late(store, *given):
        assert Worker(bridge).step()
        assert list((tmp_path / "out/s").glob("*/report.html"))
        return real(store, *given)

    monkeypatch.setattr(type(bridge.store), "purge", purge_late)
    purge(bridge, datetime.now(UTC) + timedelta(days=31))
    assert [path.name for path in (tmp_path / "out/s").iterdir()] == [".lock"]


def test_a_report_goes_out_as_pdf_where_it_is_wanted(bridge, tmp_path, monkeypatch):
    """Without the package it waits for it, with the other formats, and says what to install."""
    settings = tmp_path / "exit-bridge.toml"
    settings.write_text(settings.read_text("utf-8").replace('"out"', '"out"\npdf = true'), "utf-8")
    printing = Bridge(load_settings(settings, {"SECRET": SECRET}), bridge.store)
    result_id = deliver(printing).result_id
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "typst", None)
        pdf.compiler.cache_clear()
        assert Worker(printing).step()
    (job,) = printing.store.jobs("ready")
    assert "needs the package typst" in job.last_error
    assert not (tmp_path / "out").exists()
    printing.store.retry(printing.store.claim("w", 60, job.due_at), 0.0, "again")
    assert Worker(printing).step()
    assert (tmp_path / "out/s" / result_id / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_destination_that_left_the_settings_is_dead_with_a_reason(bridge, tmp_path):
    """It is neither guessed nor forgotten."""
    deliver(bridge)
    text = (tmp_path / "exit-bridge.toml").read_text("utf-8").split("[[surveys")[0]
    (tmp_path / "exit-bridge.toml").write_text(text, "utf-8")
    changed = Bridge(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET}), bridge.store)
    assert Worker(changed).step()
    (job,) = bridge.store.jobs("dead")
    assert "no longer in the settings" in job.last_error


def test_replay_takes_the_normal_path_with_todays_bank(bridge):
    """Refused again it stays; mended it leaves quarantine, and what was in already counts as a duplicate."""
    assert deliver(bridge, bank="exit-open@2").status == "quarantined"
    (kept,) = bridge.store.quarantined()
    assert [outcome.status for outcome in bridge.replay(kept.id)] == ["quarantined"]
    assert len(bridge.store.quarantined()) == 1
    bridge.store.drop_quarantined(kept.id)
    body = json.dumps({"response_id": "q", "context": {"notice": "yes"}, "answers": {"rec01": 4}}).encode()
    mended = bridge.store.quarantine("s", body, "application/json", "bug", "a bug that is mended now")
    assert [outcome.status for outcome in bridge.replay(mended)] == ["accepted"]
    assert bridge.store.quarantined() == []


def test_a_send_is_tried_for_about_two_days():
    """As the documents say: the mean of all its pauses, without what a pause of its destination adds."""
    pace = Pace()
    hours = sum(pace.ceiling(n) / 2 for n in range(1, pace.most_attempts)) / 3600
    assert 44 < hours < 52
