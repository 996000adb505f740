"""Told to stop, the service ends within what its host allows, and nobody waits for what it had in hand."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest
from tests.cli.cli_calls import SECRET, call, started, until, write_settings

from exit_bridge import worker as worker_module
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import Settings, load_settings
from exit_bridge.store import open_store
from exit_bridge.store.store import Store
from exit_bridge.web.server import GRACE
from exit_bridge.worker import Worker

SETTINGS = """
stop_grace = {grace}
[email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "exit-bridge@council.example"
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
[[surveys.s.send]]
by = "email"
to = ["lead@council.example"]
"""


def settings_for(folder: Path, grace: int = 7, port: int = 1) -> Path:
    return write_settings(folder, SETTINGS.format(grace=grace, port=port))


def accept(settings: Settings, store: Store, response_id: str = "r-1") -> None:
    answers = dict.fromkeys(load_bank().variants["full"].items, 4)
    body = json.dumps({"response_id": response_id, "context": {"notice": "yes"}, "answers": answers}).encode()
    (outcome,) = Bridge(settings, store).receive("s", Delivery(body, {"content-type": "application/json"}, SECRET))
    assert outcome.status == "accepted"


class Slow:
    """A send that takes until it is allowed to end."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.ended = Event(), Event(), Event()

    def __call__(self, *_: object) -> str:
        self.begun.set()
        assert self.may_end.wait(20)
        self.ended.set()
        return "sent"


@pytest.fixture
def slow(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    sending = Slow()
    monkeypatch.setattr(worker_module, "deliver", sending)
    yield sending
    sending.may_end.set()
    for thread in enumerate_threads():  # before the store is closed under them
        if thread.name.endswith("-hands"):
            thread.join(20)


def begun(store: Store, folder: Path, slow: Slow, grace: float) -> tuple[Event, Thread]:
    """A worker with one job in hand."""
    settings = load_settings(settings_for(folder))
    accept(settings, store)
    stop = Event()
    thread = Thread(target=Worker(Bridge(settings, store)).run, args=(stop, grace))
    thread.start()
    assert slow.begun.wait(20)
    return stop, thread


def test_a_job_in_hand_is_finished_within_the_grace(store: Store, tmp_path: Path, slow: Slow) -> None:
    """And nothing else is begun."""
    stop, thread = begun(store, tmp_path, slow, 20)
    accept(load_settings(tmp_path / "exit-bridge.toml"), store, "r-2")
    stop.set()
    slow.may_end.set()
    thread.join(10)
    assert not thread.is_alive()
    assert [job.state for job in store.jobs()] == ["done", "ready"]


def test_a_job_that_takes_longer_is_given_back(store: Store, tmp_path: Path, slow: Slow) -> None:
    """Another worker has it at once, uncounted; what the first one still says of it changes nothing."""
    stop, thread = begun(store, tmp_path, slow, 0.1)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    (job,) = store.jobs()
    assert (job.state, job.attempts, job.leased_by) == ("ready", 0, None)
    again = store.claim("another", 60)
    assert again is not None
    assert [attempt.outcome for attempt in store.attempts(job.id)] == ["released", None]
    slow.may_end.set()
    assert slow.ended.wait(10)
    assert store.done(again)
    until(lambda: [a.outcome for a in store.attempts(job.id)] == ["released", "done"], "the second to be the one")


def test_an_idle_worker_ends_at_once(store: Store, tmp_path: Path) -> None:
    """There is nothing to wait for."""
    settings = load_settings(settings_for(tmp_path))
    stop = Event()
    thread = Thread(target=Worker(Bridge(settings, store)).run, args=(stop, 20))
    thread.start()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_store_that_is_away_does_not_hold_up_the_end(store: Store, tmp_path: Path, slow: Slow, caplog) -> None:
    """The lease runs out by itself then."""
    stop, thread = begun(store, tmp_path, slow, 0.1)
    with store._writing() as connection:
        connection.exec_driver_sql("ALTER TABLE attempt RENAME TO away")
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert "its lease runs out by itself" in caplog.text


@pytest.fixture
def silent() -> Iterator[int]:
    """A mail server that takes connections and never says a word. Its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield listening.getsockname()[1]


@pytest.mark.server
@pytest.mark.parametrize("command", [("worker",), ("serve", "--port", 0)], ids=lambda command: command[0])
def test_a_process_ends_within_its_grace(tmp_path: Path, silent: int, command: tuple) -> None:
    """SIGTERM while the mail server keeps it waiting: exit code 0, and the job is free for whoever comes next."""
    path = settings_for(tmp_path, grace=1, port=silent)
    assert call(path, "db", "upgrade").code == 0
    settings = load_settings(path)
    with open_store(settings.database) as store:
        accept(settings, store)
        with started(path, *command) as process:
            until(lambda: store.jobs("leased"), "the job to be in hand")
            code, seconds = process.end(signal.SIGTERM)
        assert (code, process.out.count("Stopped.")) == (0, 1)
        assert seconds < 5
        (job,) = store.jobs()
        assert (job.state, job.attempts) == ("ready", 0)
        assert "outcome=released" in process.err


def test_the_default_fits_the_shortest_grace_of_a_platform(tmp_path: Path) -> None:
    """Docker kills after ten seconds; saying goodbye to the database takes a moment, too."""
    path = write_settings(tmp_path, SETTINGS.format(grace=0, port=1).replace("stop_grace = 0\n", ""))
    assert max(load_settings(path).stop_grace, GRACE) <= 8
