from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exit_bridge.store import Arrival, Job, NewJob
from exit_bridge.store.store import Store

MAIL, POST = NewJob("send", "mail"), NewJob("send", "post")


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def take(store: Store, worker: str = "w", lease: float = 60, now: datetime | None = None) -> Job:
    claimed = store.claim(worker, lease, now)
    assert claimed is not None
    return claimed


def outcomes(store: Store, job: int) -> list[tuple[int, str | None, str | None]]:
    return [(a.n, a.outcome, a.detail) for a in store.attempts(job)]


def test_a_claim_is_counted_before_the_work_is_done(store: Store, arrive: Callable[..., Arrival]) -> None:
    """Attempt, holder and end of lease are on record as soon as the job is handed out."""
    store.accept(arrive(), [NewJob("send", "mail", {"to": "a@council.example"})], [])
    now = later(1)
    claimed = take(store, "worker-1", 30, now)

    assert (claimed.state, claimed.leased_by, claimed.attempts) == ("leased", "worker-1", 1)
    assert now + timedelta(seconds=30) == claimed.due_at
    assert (claimed.kind, claimed.survey, claimed.destination, claimed.version) == ("send", "staying-close", "mail", 1)
    assert claimed.envelope == {"to": "a@council.example"}
    (listed,) = store.jobs()
    assert replace(claimed, envelope=None) == listed
    (attempt,) = store.attempts(claimed.id)
    assert (1, now, None, None, None) == (
        attempt.n, attempt.started_at, attempt.ended_at, attempt.outcome, attempt.detail
    )  # fmt: skip


def test_jobs_are_claimed_in_order_of_their_due_time(store: Store) -> None:
    """The longest due first, those of the same moment in order of arrival, those of the future not at all."""
    at = later(-60)
    store.enqueue("s", [NewJob("fetch", "b", due_at=at), NewJob("fetch", "c", due_at=at)])
    store.enqueue("s", [NewJob("fetch", "a", due_at=later(-120)), NewJob("fetch", "d", due_at=later(60))])
    assert [take(store).destination for _ in range(3)] == ["a", "b", "c"]
    assert store.claim("w", 60) is None
    assert take(store, now=later(61)).destination == "d"


def test_done_ends_a_job_and_deletes_its_envelope(store: Store) -> None:
    """A reply address does not outlive the sending."""
    store.enqueue("s", [NewJob("send", "mail", {"to": "person@council.example"})])
    claimed = take(store)
    assert store.done(claimed, "250 accepted")
    (job,) = store.jobs("done")
    assert (job.due_at, job.leased_by, job.last_error) == (None, None, None)
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT envelope FROM job WHERE envelope IS NULL").one() == (None,)
    assert store.claim("w", 60, later(10**6)) is None
    assert outcomes(store, job.id) == [(1, "done", "250 accepted")]


def test_retry_comes_back_later_with_its_envelope(store: Store) -> None:
    """A failure is noted and the job waits its turn."""
    store.enqueue("s", [NewJob("send", "mail", {"to": "a@council.example"})])
    assert store.retry(take(store), 300, "timeout")
    (job,) = store.jobs("ready")
    assert (job.last_error, job.attempts, job.leased_by) == ("timeout", 1, None)
    assert store.claim("w", 60, later(290)) is None
    again = take(store, now=later(301))
    assert (again.attempts, again.envelope) == (2, {"to": "a@council.example"})
    assert outcomes(store, job.id) == [(1, "failed", "timeout"), (2, None, None)]


def test_a_buried_job_rests_until_it_is_requeued(store: Store, arrive: Callable[..., Arrival]) -> None:
    """Dead jobs are listed with their reason; re-queued they start afresh, for what is current by then."""
    store.accept(arrive("A"), [NewJob("send", "mail", {"to": "a@council.example"})], [])
    claimed = take(store)
    assert store.bury(claimed, "550 no such mailbox")
    assert store.claim("w", 60, later(10**6)) is None
    (dead,) = store.jobs("dead")
    assert (dead.last_error, dead.version) == ("550 no such mailbox", 1)
    store.accept(arrive("B"), [], [])

    assert store.requeue([dead.id, 10**6]) == 1
    assert store.requeue([dead.id]) == 0  # no longer dead
    assert store.requeue([]) == 0
    again = take(store)
    assert (again.attempts, again.version, again.envelope) == (1, 2, {"to": "a@council.example"})
    assert outcomes(store, dead.id) == [(1, "dead", "550 no such mailbox"), (2, None, None)]
    assert not store.done(claimed)  # attempts are back at 1, but this is another lease


def test_a_job_of_no_submission_can_be_requeued(store: Store) -> None:
    """A fetch has no version to move to."""
    store.enqueue("s", [NewJob("fetch", "17")])
    store.bury(take(store), "404")
    assert store.requeue([job.id for job in store.jobs("dead")]) == 1
    assert take(store).version is None


def test_release_gives_the_job_back_uncounted(store: Store) -> None:
    """A worker that shuts down costs the job no attempt."""
    store.enqueue("s", [MAIL])
    assert store.release(take(store))
    (job,) = store.jobs("ready")
    assert (job.attempts, job.leased_by) == (0, None)
    assert take(store).attempts == 1
    assert outcomes(store, job.id) == [(1, "released", None), (2, None, None)]


def test_an_expired_lease_is_claimed_by_another(store: Store) -> None:
    """A worker that died loses its job at the end of the lease, not before; the attempt counts and shows as lost."""
    store.enqueue("s", [MAIL])
    now = later(1)
    lost = take(store, "dead worker", 30, now)
    assert store.claim("b", 30, now + timedelta(seconds=29)) is None
    expired = now + timedelta(seconds=30)
    again = take(store, "b", 30, expired)
    assert (lost.id, 2, "b") == (again.id, again.attempts, again.leased_by)
    first, second = store.attempts(lost.id)
    assert ("lost", expired, None) == (first.outcome, first.ended_at, second.outcome)


@pytest.mark.parametrize("ending", ["done", "retry", "bury", "release"])
@pytest.mark.parametrize("next_worker", ["b", "a"])
def test_only_the_holder_of_the_lease_may_end_it(store: Store, ending: str, next_worker: str) -> None:
    """Who lost the lease, even to a later self of the same name, is told so and changes nothing."""
    store.enqueue("s", [MAIL])
    lost = take(store, "a", 10)
    held = take(store, next_worker, 10, later(11))
    end: dict[str, Callable[[Job], bool]] = {
        "done": store.done,
        "retry": lambda job: store.retry(job, 0, "…"),
        "bury": lambda job: store.bury(job, "…"),
        "release": store.release,
    }
    assert end[ending](lost) is False
    assert [replace(held, envelope=None)] == store.jobs()
    assert end[ending](held) is True
    assert end[ending](held) is False  # once only


def test_a_late_finish_counts_while_nobody_else_took_over(store: Store) -> None:
    """A lease that ran out is still the worker's until somebody claims it: work done late is done."""
    store.enqueue("s", [MAIL])
    assert store.done(take(store, lease=0))


def test_every_job_is_claimed_once(store: Store, at_once: Callable[..., list[Any]]) -> None:
    """Eight workers empty a queue: each job handed out exactly once, none left."""
    store.enqueue("s", [NewJob("fetch", str(i)) for i in range(200)])

    def work(i: int) -> list[str]:
        found = []
        while (job := store.claim(f"w{i}", 60)) is not None:
            found.append(job.destination)
            assert store.done(job)
        return found

    claimed = Counter(destination for found in at_once(work) for destination in found)
    assert {str(i): 1 for i in range(200)} == claimed
    assert len(store.jobs("done")) == 200


def test_eight_workers_and_one_job(store: Store, at_once: Callable[..., list[Any]]) -> None:
    """One claim wins, the others find nothing and do not wait."""
    for i in range(10):
        store.enqueue("s", [NewJob("fetch", str(i))])
        claims = at_once(lambda i: store.claim(f"w{i}", 60))
        assert len([job for job in claims if job is not None]) == 1


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_job_that_another_transaction_holds_is_passed_over(store: Store) -> None:
    """A worker takes the next job instead of waiting for a row that somebody else is looking at."""
    store.enqueue("s", [NewJob("fetch", "held"), NewJob("fetch", "next")])
    with store._writing() as connection:
        connection.exec_driver_sql("SELECT id FROM job WHERE destination = 'held' FOR UPDATE")
        assert take(store).destination == "next"
        assert store.claim("w", 60) is None
    assert take(store).destination == "held"


def test_a_fetch_that_still_waits_is_not_queued_twice(store: Store) -> None:
    """One fetch will see every change made before it runs; one under way may not."""
    store.enqueue("s", [NewJob("fetch", "17")])
    store.enqueue("s", [NewJob("fetch", "17"), NewJob("fetch", "18")])
    store.enqueue("other", [NewJob("fetch", "17")])
    assert [job.destination for job in store.jobs(survey="s")] == ["17", "18"]
    take(store)
    store.enqueue("s", [NewJob("fetch", "17")])
    assert [job.destination for job in store.jobs(survey="s")] == ["17", "18", "17"]


def test_work_for_a_submission_does_not_stand_in_for_work_of_its_own(
    store: Store, arrive: Callable[..., Arrival]
) -> None:
    """Only work without a submission is compared."""
    store.accept(arrive(), [NewJob("snapshot", "2026-spring")], [])
    store.enqueue("staying-close", [NewJob("snapshot", "2026-spring")])
    assert [job.version for job in store.jobs()] == [1, None]


def test_jobs_are_listed_by_state_and_survey(store: Store) -> None:
    """Either filter, both or none; envelopes are not shown."""
    store.enqueue("s", [NewJob("send", "mail", {"to": "a@council.example"}), POST])
    store.enqueue("other", [MAIL])
    store.bury(take(store), "no")
    assert [job.destination for job in store.jobs()] == ["mail", "post", "mail"]
    assert [job.destination for job in store.jobs("dead", "s")] == ["mail"]
    assert store.jobs("dead", "other") == []
    assert [job.destination for job in store.jobs(survey="other")] == ["mail"]
    assert [job.envelope for job in store.jobs()] == [None] * 3


def test_ids_are_never_given_twice(store: Store, arrive: Callable[..., Arrival]) -> None:
    """A receiver that remembers a job's id must not take a later job for a repeat."""
    store.accept(arrive(), [MAIL], [])
    kept = store.quarantine("s", b"x", "text/plain", "unreadable", "…")
    (gone,) = store.jobs()
    store.forget("staying-close", "r-1")
    store.drop_quarantined(kept)
    store.accept(arrive(), [MAIL], [])
    (new,) = store.jobs()
    assert new.id > gone.id
    assert new.submission is not None
    assert gone.submission is not None
    assert new.submission > gone.submission
    assert store.quarantine("s", b"y", "text/plain", "unreadable", "…") > kept
