"""Jobs: work that was promised, claimed by lease. An attempt is counted before it is made.

An effect may happen twice (a worker dies after sending and before saying so), never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Update, bindparam, insert, null, select, update

from exit_bridge.store import pauses
from exit_bridge.store.engine import Database
from exit_bridge.store.limits import within_limits
from exit_bridge.store.tables import attempt, job, submission
from exit_bridge.store.types import Attempt, Job, JobState, NewJob, Outcome, PauseRule

_COLUMNS: tuple[Column[Any], ...] = (
    job.c.id,
    job.c.kind,
    job.c.survey,
    job.c.submission,
    job.c.version,
    job.c.destination,
    job.c.state,
    job.c.due_at,
    job.c.leased_by,
    job.c.lease,
    job.c.attempts,
    job.c.last_error,
    job.c.created_at,
)

Note = Callable[[Connection, Job, datetime], None]
"""What an attempt says about its destination, written down with it."""

_ADD = insert(job)
_WAITING = select(job.c.kind, job.c.destination).where(
    job.c.survey == bindparam("of"), job.c.submission.is_(None), job.c.state == "ready"
)

# `due_at` of a leased job is the end of its lease, so one condition finds what is due and what was abandoned.
_first = job.alias("first")
_CLAIM = (
    update(job)
    .where(
        job.c.id
        == select(_first.c.id)
        .where(_first.c.due_at <= bindparam("now"))
        .order_by(_first.c.due_at, _first.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(
        state="leased",
        due_at=bindparam("until"),
        leased_by=bindparam("worker"),
        lease=job.c.lease + 1,
        attempts=job.c.attempts + 1,
    )
    .returning(*_COLUMNS, job.c.envelope, pauses.PAUSED_UNTIL.scalar_subquery())
)
_LOSE = (
    update(attempt)
    .where(attempt.c.job == bindparam("of"), attempt.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), outcome="lost")
)
_BEGIN = insert(attempt)
_END = (
    update(attempt)
    .where(attempt.c.job == bindparam("of"), attempt.c.n == bindparam("lease_n"))
    .values(ended_at=bindparam("at"), outcome=bindparam("came_to"), detail=bindparam("said"))
)

# Only the holder of the lease may say how it went: whoever lost it to another worker is told False.
_held = update(job).where(
    job.c.id == bindparam("of"), job.c.leased_by == bindparam("worker"), job.c.lease == bindparam("lease_n")
)
_DONE = _held.values(state="done", due_at=None, leased_by=None, last_error=None, envelope=null())
_RETRY = _held.values(state="ready", due_at=bindparam("due"), leased_by=None, last_error=bindparam("said"))
_BURY = _held.values(state="dead", due_at=None, leased_by=None, last_error=bindparam("said"))
_RELEASE = _held.values(state="ready", due_at=bindparam("due"), leased_by=None, attempts=job.c.attempts - 1)

_REQUEUE = (
    update(job)
    .where(job.c.id.in_(bindparam("ids", expanding=True)), job.c.state == "dead")
    .values(
        state="ready",
        due_at=bindparam("due"),
        attempts=0,
        version=select(submission.c.current).where(submission.c.id == job.c.submission).scalar_subquery(),
    )
)
_DESTINATIONS = select(job.c.survey, job.c.kind, job.c.destination).where(
    job.c.id.in_(bindparam("ids", expanding=True)), job.c.state == "dead"
)
_ATTEMPTS = (
    select(attempt.c.n, attempt.c.started_at, attempt.c.ended_at, attempt.c.outcome, attempt.c.detail)
    .where(attempt.c.job == bindparam("of"))
    .order_by(attempt.c.n)
)


def add_jobs(
    connection: Connection,
    survey: str,
    new: Sequence[NewJob],
    *,
    submission: int | None = None,
    version: int | None = None,
) -> bool:
    """Insert jobs within the caller's transaction, in one statement. False where one was over a limit of its own."""
    now = datetime.now(UTC)
    allowed = [each for each in new if within_limits(connection, each.limits, now)]
    if not allowed:
        return not new
    shared: dict[str, Any] = {
        "survey": survey,
        "submission": submission,
        "version": version,
        "state": "ready",
        "lease": 0,
        "attempts": 0,
        "created_at": now,
    }
    connection.execute(
        _ADD,
        [
            {
                **shared,
                "kind": each.kind,
                "destination": each.destination,
                "due_at": each.due_at or now,
                "envelope": each.envelope,
            }
            for each in allowed
        ],
    )
    return len(allowed) == len(new)


class Jobs(Database):
    """The queue. `detail` is a technical line for people: never an answer, an address or a reply's body."""

    def enqueue(self, survey: str, new: Sequence[NewJob]) -> None:
        """Add work that belongs to no submission, such as fetching a response by its id (the destination).

        One of the same kind and destination that still waits will do: it is not added again.
        """
        with self._writing() as connection:
            waiting = {(row.kind, row.destination) for row in connection.execute(_WAITING, {"of": survey})}
            add_jobs(connection, survey, [each for each in new if (each.kind, each.destination) not in waiting])

    def claim(self, worker: str, lease_seconds: float, now: datetime | None = None) -> Job | None:
        """Take the job that has been due longest, or whose lease ran out, for `lease_seconds`; None if there is none.

        The attempt is counted and recorded before this returns, so a job that kills its worker still runs out of tries.
        """
        now = now or datetime.now(UTC)
        until = now + timedelta(seconds=lease_seconds)
        while True:
            with self._writing() as connection:
                row = connection.execute(_CLAIM, {"now": now, "until": until, "worker": worker}).one_or_none()
                if row is None:
                    return None
                *columns, paused_until = row
                claimed = Job(*columns)
                if paused_until is None or pauses.may_try(connection, claimed, now):
                    if claimed.lease > 1:
                        connection.execute(_LOSE, {"of": claimed.id, "at": now})
                    connection.execute(_BEGIN, {"job": claimed.id, "n": claimed.lease, "started_at": now})
                    return claimed
                connection.rollback()
            with self._writing() as connection:
                pauses.put_off(connection, claimed, now)

    def done(self, claimed: Job, detail: str = "") -> bool:
        """It worked. Its envelope is deleted. False if the lease was lost meanwhile."""
        return self._settle(_DONE, claimed, "done", detail, pauses.note_answer)

    def retry(
        self, claimed: Job, due_in: float, detail: str, pause: PauseRule | None = None, at_least: float = 0.0
    ) -> bool:
        """It failed and may work in `due_in` seconds. False if the lease was lost meanwhile.

        `pause`: the failure is the destination's, which is left alone by this rule, `at_least` for so many seconds.
        """
        due = datetime.now(UTC) + timedelta(seconds=due_in)
        note = _failure(pause, at_least)
        return self._settle(_RETRY, claimed, "failed", detail, note, due=due, said=detail)

    def bury(self, claimed: Job, detail: str, pause: PauseRule | None = None) -> bool:
        """It failed for good: dead until somebody re-queues it. False if the lease was lost meanwhile.

        `pause` as for `retry`; without it the destination did answer, and what waits for it may go.
        """
        note = _failure(pause, 0.0) if pause else pauses.note_answer
        return self._settle(_BURY, claimed, "dead", detail, note, said=detail)

    def release(self, claimed: Job) -> bool:
        """Give it back untried, as at shutdown: due at once and not counted. False if the lease was lost meanwhile."""
        return self._settle(_RELEASE, claimed, "released", "", pauses.give_back, due=datetime.now(UTC))

    def jobs(self, state: JobState | None = None, survey: str | None = None) -> list[Job]:
        """Jobs without their envelopes, oldest first."""
        statement = select(*_COLUMNS).order_by(job.c.id)
        if state is not None:
            statement = statement.where(job.c.state == state)
        if survey is not None:
            statement = statement.where(job.c.survey == survey)
        with self._reading() as connection:
            return [Job(*row) for row in connection.execute(statement)]

    def attempts(self, job_id: int) -> list[Attempt]:
        """Every claim of a job, oldest first."""
        with self._reading() as connection:
            return [Attempt(*row) for row in connection.execute(_ATTEMPTS, {"of": job_id})]

    def requeue(self, ids: Sequence[int]) -> int:
        """Make dead jobs due now with their attempts at 0, for the current version. How many of `ids` were dead.

        Where their destinations are paused, the pause ends: the first of them is the probe.
        """
        now = datetime.now(UTC)
        with self._writing() as connection:
            there = {tuple(row) for row in connection.execute(_DESTINATIONS, {"ids": list(ids)})}
            revived = connection.execute(_REQUEUE, {"ids": list(ids), "due": now}).rowcount
            for survey, kind, destination in sorted(there):
                pauses.end_pause(connection, survey, kind, destination, now)
        return revived

    def _settle(
        self, statement: Update, claimed: Job, outcome: Outcome, detail: str, note: Note | None, **values: object
    ) -> bool:
        holder, now = {"of": claimed.id, "worker": claimed.leased_by, "lease_n": claimed.lease}, datetime.now(UTC)
        with self._writing() as connection:
            if connection.execute(statement, holder | values).rowcount == 0:
                return False
            connection.execute(
                _END,
                {
                    "of": claimed.id,
                    "lease_n": claimed.lease,
                    "at": now,
                    "came_to": outcome,
                    "said": detail or None,
                },
            )
            if note is not None and claimed.submission is not None:  # a job of none names a response, not a destination
                note(connection, claimed, now)
        return True


def _failure(rule: PauseRule | None, at_least: float) -> Note | None:
    if rule is None:
        return None
    return lambda connection, tried, now: pauses.note_failure(connection, tried, now, rule, at_least)
