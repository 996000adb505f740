"""The clock jumps by hours, forwards and back: nothing is lost, sent as something new, stuck, or deleted too early."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.cli_calls import SECRET, write_settings

from exit_bridge import worker as worker_module
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import SendFailed
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store import PauseRule
from exit_bridge.store.store import Store
from exit_bridge.wall_clock import ClockWatch
from exit_bridge.worker import Pace, Worker

SETTINGS = """
quarantine_days = 1
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
retain_days = 1
secrets = ["$FIRST_SECRET"]
[[surveys.s.send]]
by = "folder"
directory = "out"
"""
ITEMS = load_bank().variants["full"].items
HOUR = 3600.0


@dataclass
class WallClock:
    """How far, in seconds, the clock of this process is from the true one."""

    ahead: float = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[WallClock]:
    """Every module of ours asks this clock for the time."""
    hand = WallClock()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=hand.ahead)

    moved = 0
    for name, module in list(sys.modules.items()):
        if name.startswith("exit_bridge.") and vars(module).get("datetime") is datetime:
            monkeypatch.setattr(module, "datetime", Moved)
            moved += 1
    assert moved > 5
    return hand


@pytest.fixture
def bridge(store: Store, tmp_path: Path) -> Bridge:
    return Bridge(load_settings(write_settings(tmp_path, SETTINGS)), store)


def deliver(bridge: Bridge, response_id: str) -> None:
    body = json.dumps({"response_id": response_id, "context": {"notice": "yes"}, "answers": dict.fromkeys(ITEMS, 4)})
    (outcome,) = bridge.receive("s", Delivery(body.encode(), {"content-type": "application/json"}, SECRET))
    assert outcome.status == "accepted"


def outcomes(store: Store) -> list[list[str | None]]:
    return [[attempt.outcome for attempt in store.attempts(job.id)] for job in store.jobs()]


def test_forwards_in_the_middle_of_a_send(bridge: Bridge, clock: WallClock) -> None:
    """The lease looks run out, so another worker sends it too; one of the two counts, and the job is done once."""
    deliver(bridge, "r-1")
    first = bridge.store.claim("first", 120)
    assert first is not None
    clock.ahead = 5 * HOUR
    assert Worker(bridge).step()
    assert not bridge.store.done(first)
    assert outcomes(bridge.store) == [["lost", "done"]]
    clock.ahead = 0
    assert not Worker(bridge).step()


def wait(bridge: Bridge, state: str) -> None:
    """Bring one job into a state in which it waits for a time to come."""
    if state == "new":
        return
    claimed = bridge.store.claim("somebody", 120)
    assert claimed is not None
    if state == "tried":
        bridge.store.retry(claimed, 60, "timeout")
    elif state == "given back":
        bridge.store.release(claimed)
    elif state == "paused":
        bridge.store.retry(claimed, 0, "timeout", PauseRule(1, 60, 60))
        assert bridge.store.claim("somebody", 120) is None
    elif state == "lost probe":
        bridge.store.retry(claimed, 0, "timeout", PauseRule(1, 0, 0))
        assert bridge.store.claim("somebody", 120) is not None


@pytest.mark.parametrize("state", ["new", "tried", "given back", "lost", "paused", "lost probe"])
def test_back_again_nothing_waits_for_hours(bridge: Bridge, clock: WallClock, state: str) -> None:
    """What was written while the clock was ahead waits as long as it was meant to, counted from now."""
    clock.ahead = 5 * HOUR
    deliver(bridge, "r-1")
    wait(bridge, state)
    clock.ahead = 0
    work = Worker(bridge)
    work.step()
    left = {job.due_at for job in bridge.store.jobs() if job.due_at}
    assert all(due < datetime.now(UTC) + timedelta(seconds=125) for due in left), state
    clock.ahead = 130  # its pause, back-off or lease is over
    while work.step():
        pass
    assert [job.state for job in bridge.store.jobs()] == ["done"]
    assert outcomes(bridge.store)[0][-1] == "done"


def test_back_while_a_worker_runs(bridge: Bridge, clock: WallClock) -> None:
    """It notices by itself, without a restart."""
    work = Worker(bridge)
    clock.ahead = 5 * HOUR
    work.step()
    deliver(bridge, "r-1")
    clock.ahead = 0
    assert work.step()
    assert [job.state for job in bridge.store.jobs()] == ["done"]


def test_back_a_live_lease_starts_anew(bridge: Bridge, clock: WallClock) -> None:
    """Who is at work on a job keeps it for the whole of its lease."""
    clock.ahead = 5 * HOUR
    deliver(bridge, "r-1")
    held = bridge.store.claim("at work", 120)
    assert held is not None
    clock.ahead = 0
    assert not Worker(bridge).step()
    clock.ahead = 115
    assert not Worker(bridge).step()
    assert bridge.store.done(held)


def test_clocks_of_two_machines_may_differ_a_little(bridge: Bridge, clock: WallClock) -> None:
    """A few minutes change no lease and no back-off."""
    clock.ahead = 300
    deliver(bridge, "r-1")
    held = bridge.store.claim("the other machine", 120)
    assert held is not None
    clock.ahead = 0
    assert bridge.store.mend_times(datetime.now(UTC)) == 0
    assert [held.due_at] == [job.due_at for job in bridge.store.jobs()]


@pytest.mark.parametrize("jump", [5 * HOUR, 40 * HOUR, 24 * 365 * 20 * HOUR], ids=["hours", "days", "years"])
def test_nothing_fresh_is_deleted_after_a_jump(bridge: Bridge, clock: WallClock, jump: float) -> None:
    """Everything here may be kept for a day: a clock that has just leapt past that is not believed at once."""
    deliver(bridge, "r-1")
    bridge.store.quarantine("s", b"x", "text/plain", "unreadable", "…")
    work = Worker(bridge, Pace(upkeep=0.0))
    while work.step():
        pass
    clock.ahead = jump
    for _ in range(5):
        work.step()
    clock.ahead = 0
    for _ in range(5):
        work.step()
    assert bridge.store.current("s", "r-1") is not None
    assert len(bridge.store.quarantined()) == 1


def test_a_clock_that_stays_is_believed_in_the_end(
    bridge: Bridge, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that slept for two days has two days of deleting to do, a day later at most."""
    deliver(bridge, "r-1")
    work = Worker(bridge, Pace(upkeep=0.0))
    while work.step():
        pass
    clock.ahead = 48 * HOUR
    work.step()
    real = worker_module.monotonic
    monkeypatch.setattr(worker_module, "monotonic", lambda: real() + 23 * HOUR)
    work.step()
    assert bridge.store.current("s", "r-1") is not None
    monkeypatch.setattr(worker_module, "monotonic", lambda: real() + 24.1 * HOUR)
    work.step()
    assert bridge.store.current("s", "r-1") is None


def test_nothing_is_deleted_right_after_the_start(bridge: Bridge, clock: WallClock) -> None:
    """A machine without a battery for its clock starts with a wrong one, and has it set a moment later."""
    deliver(bridge, "r-1")
    clock.ahead = 48 * HOUR
    work = Worker(bridge)
    while work.step():
        pass
    clock.ahead = 0
    work.step()
    assert bridge.store.current("s", "r-1") is not None


def test_a_jump_is_told_once_and_a_correction_is_none(clock: WallClock) -> None:
    """What the network's time service does all day is no jump."""
    watch = ClockWatch()
    assert watch.jumped() == 0
    clock.ahead = 30
    assert watch.jumped() == 0
    clock.ahead = 5 * HOUR
    assert round(watch.jumped()) == round(5 * HOUR - 30)
    assert watch.jumped() == 0
    clock.ahead = 0
    assert round(watch.jumped()) == round(-5 * HOUR)
    assert watch.jumped() == 0


@pytest.mark.parametrize("seed", range(2))
def test_jumps_by_chance(bridge: Bridge, clock: WallClock, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Twenty jumps by up to a day while submissions come in and sends fail: each is done once, none is left over."""
    chance = random.Random(seed)
    real: Callable[..., str] = worker_module.deliver

    def moody(*given: Any) -> str:
        if chance.random() < 0.3:
            raise SendFailed("timeout")
        return real(*given)

    monkeypatch.setattr(worker_module, "deliver", moody)
    pace = Pace(backoff=0.0, longest_pause=0.0, most_attempts=1000, destination=PauseRule(3, 0.0, 0.0))
    works = [Worker(bridge, pace) for _ in range(3)]
    for n in range(20):
        clock.ahead = chance.uniform(-24, 24) * HOUR
        deliver(bridge, f"r-{n}")
        if chance.random() < 0.3:
            bridge.store.claim("lost", 0.0)
        for work in chance.sample(works, 2):
            work.step()
    clock.ahead = 0
    tries = 0
    while any(job.state != "done" for job in bridge.store.jobs()):
        tries += 1
        assert tries < 1000
        works[tries % 3].step()
    assert {job.state for job in bridge.store.jobs()} == {"done"}
    assert len(list(bridge.store.submissions("s"))) == 20
    assert [found.count("done") for found in outcomes(bridge.store)] == [1] * 20
