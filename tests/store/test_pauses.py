"""A destination that keeps failing is left alone for a while; nothing of it is lost, and nobody else waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exit_bridge.store import Arrival, Job, NewJob, PauseRule
from exit_bridge.store.store import Store

RULE = PauseRule(after=3, first=60.0, longest=600.0)


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def fill(store: Store, arrive: Callable[..., Arrival]) -> Callable[..., None]:
    """Accept so many submissions with one job for each destination."""

    def fill(n: int, *destinations: str, survey: str = "s") -> None:
        for i in range(n):
            arrival = arrive(survey=survey, response_id=f"{destinations}-{i}-{os.urandom(4).hex()}")
            store.accept(arrival, [NewJob("send", destination) for destination in destinations], [])

    return fill


def take(store: Store, now: datetime | None = None, lease: float = 30) -> Job:
    claimed = store.claim("w", lease, now)
    assert claimed is not None
    return claimed


def fail(store: Store, times: int, due_in: float = 0.0, **more: Any) -> None:
    for _ in range(times):
        assert store.retry(take(store), due_in, "timeout", RULE, **more)


def test_a_destination_that_keeps_failing_is_left_alone(store: Store, fill: Callable[..., None]) -> None:
    """After so many failures in a row none of its jobs is tried, counted or moved anywhere but to the pause's end."""
    fill(10, "mail")
    fail(store, 2)
    assert store.pauses(later(0)) == []
    fail(store, 1)
    (pause,) = store.pauses(later(0))
    assert ("s", "send", "mail", 3, False) == (
        pause.survey, pause.kind, pause.destination, pause.failures, pause.probing
    )  # fmt: skip
    assert later(0.8 * 60 - 5) < pause.until < later(1.2 * 60)
    assert store.claim("w", 30) is None
    jobs = store.jobs()
    assert [job.state for job in jobs] == ["ready"] * 10
    assert sum(job.attempts for job in jobs) == 3
    assert {job.due_at for job in jobs} == {pause.until}


def test_what_arrives_during_a_pause_waits_too(store: Store, fill: Callable[..., None]) -> None:
    """And is there when it ends."""
    fill(3, "mail")
    fail(store, 3)
    fill(2, "mail")
    assert store.claim("w", 30) is None
    assert [job.attempts for job in store.jobs()][-2:] == [0, 0]


def test_nobody_else_waits(store: Store, fill: Callable[..., None]) -> None:
    """Neither another destination of the survey, nor one of the same name elsewhere, nor a fetch of that name."""
    fill(50, "mail")
    fail(store, 3)
    fill(1, "mail", "post")
    fill(1, "mail", survey="other")
    store.enqueue("s", [NewJob("fetch", "mail")])
    found = [take(store) for _ in range(3)]
    assert {("send", "s", "post"), ("send", "other", "mail"), ("fetch", "s", "mail")} == {
        (job.kind, job.survey, job.destination) for job in found
    }
    assert store.claim("w", 30) is None


def test_one_probe_goes_first_and_the_others_follow(store: Store, fill: Callable[..., None]) -> None:
    """While it is out everybody else waits; when it worked they are all due at once."""
    fill(5, "mail")
    fail(store, 3)
    (pause,) = store.pauses(later(0))
    over = pause.until + timedelta(seconds=1)
    probe = take(store, over)
    assert store.claim("other", 30, over) is None
    (pause,) = store.pauses(over)
    assert (True, probe.due_at) == (pause.probing, pause.until)
    assert store.done(probe)
    assert store.pauses(over) == []
    assert len({take(store).id for _ in range(4)}) == 4


def test_a_probe_that_fails_makes_the_pause_longer(store: Store, fill: Callable[..., None]) -> None:
    """Twice as long each time, up to the longest."""
    fill(5, "mail")
    fail(store, 3)
    for expected in (120, 240, 480, 600, 600):
        (pause,) = store.pauses(later(0))
        probe = take(store, pause.until, lease=3000)
        assert store.claim("other", 30, pause.until) is None
        assert store.retry(probe, 0, "timeout", RULE)
        (pause,) = store.pauses(later(0))
        assert later(0.8 * expected - 5) < pause.until < later(1.2 * expected)
        assert {job.due_at for job in store.jobs() if job.id != probe.id} == {pause.until}
    assert {job.state for job in store.jobs()} == {"ready"}


def test_the_next_probe_goes_when_the_first_is_lost(store: Store, fill: Callable[..., None]) -> None:
    """A worker that dies with it holds nobody up for longer than its lease; what it says later is no second opinion."""
    fill(5, "mail")
    fail(store, 3)
    (pause,) = store.pauses(later(0))
    lost = take(store, pause.until, lease=30)
    assert store.claim("w", 30, pause.until + timedelta(seconds=29)) is None
    second = store.claim("w", 30, pause.until + timedelta(seconds=31))
    assert second is not None
    if second.id != lost.id:
        assert store.retry(lost, 0, "timeout", RULE)
        (now,) = store.pauses(pause.until)
        assert (now.probing, now.until) == (True, second.due_at)
    assert store.done(second)


def test_a_probe_given_back_leaves_its_place_to_the_next(store: Store, fill: Callable[..., None]) -> None:
    """A worker that shuts down with it costs nobody a pause."""
    fill(3, "mail")
    fail(store, 3)
    (pause,) = store.pauses(later(0))
    probe = take(store, pause.until, lease=3000)
    assert store.claim("other", 30, pause.until) is None
    assert store.release(probe)
    assert store.claim("other", 30) is not None
    assert store.claim("other", 30) is None


def test_one_that_was_under_way_changes_no_pause(store: Store, fill: Callable[..., None]) -> None:
    """Its failure is no news; its success ends the pause, and what waited is due."""
    fill(6, "mail")
    first, second = take(store), take(store)
    fail(store, 3)
    (pause,) = store.pauses(later(0))
    assert store.claim("w", 30) is None
    assert store.retry(first, 0, "timeout", RULE)
    assert [pause] == store.pauses(later(0))
    assert store.done(second)
    assert store.pauses(later(0)) == []
    assert take(store).destination == "mail"


def test_a_success_in_between_starts_the_count_again(store: Store, fill: Callable[..., None]) -> None:
    """Only the newest attempts count; a refusal of one mail is an answer too."""
    fill(8, "mail")
    fail(store, 2, due_in=100)
    store.done(take(store))
    fail(store, 2, due_in=100)
    store.bury(take(store), "550 no such mailbox")
    fail(store, 2, due_in=100)
    assert store.pauses(later(0)) == []
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT failures FROM trouble").all() == [(2,)]


def test_a_job_that_is_given_up_counts_as_a_failure(store: Store, fill: Callable[..., None]) -> None:
    """It never got an answer."""
    fill(4, "mail")
    fail(store, 2, due_in=100)
    store.bury(take(store), "timeout", RULE)
    assert len(store.pauses(later(0))) == 1


def test_a_receiver_may_ask_for_a_longer_pause(store: Store, fill: Callable[..., None]) -> None:
    """Retry-After holds for the destination once it is paused."""
    fill(4, "mail")
    fail(store, 3, at_least=3000.0)
    (pause,) = store.pauses(later(0))
    assert later(2990) < pause.until < later(3000)


def test_a_pause_can_be_ended_by_hand(store: Store, fill: Callable[..., None]) -> None:
    """One job goes at once, and the others after it; a probe that is out already is left to it."""
    fill(4, "mail")
    fail(store, 3)
    assert store.claim("w", 30) is None
    assert store.end_pauses(later(0)) == 1
    probe = take(store)
    assert store.claim("w", 30) is None
    assert store.end_pauses(later(0)) == 0
    store.done(probe)
    assert [store.done(take(store)) for _ in range(3)] == [True] * 3


def test_requeueing_ends_the_pause_of_that_destination(store: Store, fill: Callable[..., None]) -> None:
    """Who asks for another try means now."""
    fill(4, "mail", "post")
    while (job := store.claim("w", 30)) is not None:
        if job.destination == "mail" and job.attempts == 1:
            store.bury(job, "timeout", RULE)
        else:
            store.done(job)
    assert [pause.destination for pause in store.pauses(later(0))] == ["mail"]
    assert store.requeue([job.id for job in store.jobs("dead")]) == 3
    assert take(store).destination == "mail"
    assert store.claim("w", 30) is None


def test_work_of_no_submission_pauses_nothing(store: Store) -> None:
    """Its destination is a response id, which must not end up in a table that `forget` does not know."""
    store.enqueue("s", [NewJob("fetch", str(i)) for i in range(5)])
    fail(store, 5, due_in=100)
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM trouble").all() == []


def test_eight_workers_send_one_probe(store: Store, fill: Callable[..., None], at_once: Callable[..., Any]) -> None:
    """However many ask at the moment the pause ends."""
    for n in range(8):
        fill(8, f"mail-{n}")
        for _ in range(3):
            job = take(store)
            assert store.retry(job, 0, "timeout", RULE)
        (pause,) = (p for p in store.pauses(later(0)) if p.destination == f"mail-{n}")
        claims = at_once(lambda i, until=pause.until: store.claim(f"w{i}", 3000, until))
        assert len([claim for claim in claims if claim is not None and claim.destination == f"mail-{n}"]) == 1
        for claim in filter(None, claims):
            store.done(claim)
        while (job := store.claim("w", 30)) is not None:
            store.done(job)


def test_workers_and_faults_by_chance(store: Store, fill: Callable[..., None], at_once: Callable[..., Any]) -> None:
    """Whatever happens in whatever order: every job is done once, none is stuck, none lost, and no two lock each other.

    Attempts fail by the hundred, workers give back, take over and finish late; the clock of each is its own.
    """
    import random

    rule = PauseRule(after=2, first=0.02, longest=0.05)
    fill(30, "mail", "post")
    deadline = later(60)

    def work(i: int) -> int:
        chance, done = random.Random(i), 0
        while (jobs := [job for job in store.jobs() if job.state != "done"]) and later(0) < deadline:
            claimed = store.claim(f"w{i}", chance.choice([0.01, 5.0]))
            if claimed is None:
                continue
            what = chance.random()
            if what < 0.4:
                store.retry(claimed, chance.uniform(0, 0.02), "timeout", rule)
            elif what < 0.5:
                store.release(claimed)
            elif what < 0.55 and len(jobs) > 5:
                continue  # lost: its lease runs out
            else:
                done += store.done(claimed)
        return done

    assert sum(at_once(work, 6)) == 60
    assert {job.state for job in store.jobs()} == {"done"}
    for job in store.jobs():
        assert [attempt.outcome for attempt in store.attempts(job.id)].count("done") == 1


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_claim_reads_no_more_for_thousands_of_paused_jobs(store: Store, fill: Callable[..., None]) -> None:
    """They are put off once, in one statement, and then out of everybody's way."""
    fill(3, "mail")
    fail(store, 3)
    fill(2000, "mail")
    fill(1, "post")
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    assert take(store).destination == "post"
    fill(1, "post")
    with store._raw() as connection:
        connection.set_progress_handler(count, 100)
    assert take(store).destination == "post"
    assert steps < 50, "hundreds of instructions of SQLite's machine"
