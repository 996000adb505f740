"""Jobs: work that was promised, claimed by lease. An attempt is counted before it is made.

An effect may happen twice (a worker dies after sending and before saying so), never not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Update, bindparam, insert, null, select, update

from exit_bridge.store.engine import Database
from exit_bridge.store.tables import attempt, job, submission
from exit_bridge.store.types import Attempt, Job, JobState, NewJob, Outcome

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
    .returning(*_COLUMNS, job.c.envelope)
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
) -> None:
    """Insert jobs within the caller's transaction, in one statement."""
    if not new:
        return
    now = datetime.now(UTC)
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
            for each in new
        ],
    )


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
        with self._writing() as connection:
            row = connection.execute(_CLAIM, {"now": now, "until": until, "worker": worker}).one_or_none()
            if row is None:
                return None
            claimed = Job(*row)
            if claimed.lease > 1:
                connection.execute(_LOSE, {"of": claimed.id, "at": now})
            connection.execute(_BEGIN, {"job": claimed.id, "n": claimed.lease, "started_at": now})
        return claimed

    def done(self, claimed: Job, detail: str = "") -> bool:
        """It worked. Its envelope is deleted. False if the lease was lost meanwhile."""
        return self._settle(_DONE, claimed, "done", detail)

    def retry(self, claimed: Job, due_in: float, detail: str) -> bool:
        """It failed and may work in `due_in` seconds. False if the lease was lost meanwhile."""
        due = datetime.now(UTC) + timedelta(seconds=due_in)
        return self._settle(_RETRY, claimed, "failed", detail, due=due, said=detail)

    def bury(self, claimed: Job, detail: str) -> bool:
        """It failed for good: dead until somebody re-queues it. False if the lease was lost meanwhile."""
        return self._settle(_BURY, claimed, "dead", detail, said=detail)

    def release(self, claimed: Job) -> bool:
        """Give it back untried, as at shutdown: due at once and not counted. False if the lease was lost meanwhile."""
        return self._settle(_RELEASE, claimed, "released", "", due=datetime.now(UTC))

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
        """Make dead jobs due now with their attempts at 0, for the current version. How many of `ids` were dead."""
        with self._writing() as connection:
            return connection.execute(_REQUEUE, {"ids": list(ids), "due": datetime.now(UTC)}).rowcount

    def _settle(self, statement: Update, claimed: Job, outcome: Outcome, detail: str, **values: object) -> bool:
        holder = {"of": claimed.id, "worker": claimed.leased_by, "lease_n": claimed.lease}
        with self._writing() as connection:
            if connection.execute(statement, holder | values).rowcount == 0:
                return False
            connection.execute(
                _END,
                {
                    "of": claimed.id,
                    "lease_n": claimed.lease,
                    "at": datetime.now(UTC),
                    "came_to": outcome,
                    "said": detail or None,
                },
            )
        return True
