"""Submissions: accepted in one transaction together with their jobs, kept as append-only versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from exit_bridge.store.engine import Database
from exit_bridge.store.jobs import add_jobs
from exit_bridge.store.limits import within_limits
from exit_bridge.store.order import is_newer
from exit_bridge.store.tables import INSERT, job, submission, tally, version
from exit_bridge.store.types import Accepted, Arrival, NewJob, StoredVersion

_PAGE = 500

_ADD = {
    dialect: into(submission)
    .on_conflict_do_nothing(index_elements=["survey", "response_id"])
    .returning(submission.c.id)
    for dialect, into in INSERT.items()
}
_HOLD = (
    select(submission.c.id, submission.c.result_id, submission.c.current)
    .where(submission.c.survey == bindparam("survey"), submission.c.response_id == bindparam("response_id"))
    .with_for_update()
)
_HISTORY = (
    select(version.c.n, version.c.content_hash, version.c.revision, version.c.submitted_at)
    .where(version.c.submission == bindparam("id"))
    .order_by(version.c.n)
)
_ADD_VERSION = insert(version)
_MAKE_CURRENT = update(submission).where(submission.c.id == bindparam("held")).values(current=bindparam("n"))
_REMARK = (
    update(version)
    .where(version.c.submission == bindparam("held"), version.c.n == bindparam("current"))
    .values(revision=bindparam("newer_revision"), submitted_at=bindparam("newer_time"))
)
# Jobs nobody has begun go to the newest version; one that was tried may have arrived and keeps its own.
_RETARGET = (
    update(job)
    .where(job.c.submission == bindparam("held"), job.c.attempts == 0)
    .values(version=bindparam("n"))
    .returning(job.c.id, job.c.kind, job.c.destination)
)
_NEW_ENVELOPE = update(job).where(job.c.id == bindparam("job")).values(envelope=bindparam("contents"))

_STORED: Select[*tuple[Any, ...]] = select(
    version.c.submission,
    submission.c.survey,
    submission.c.response_id,
    submission.c.result_id,
    version.c.n,
    version.c.wave,
    version.c.content_hash,
    version.c.revision,
    version.c.submitted_at,
    version.c.received_at,
    version.c.document,
    version.c.result,
).join_from(version, submission, version.c.submission == submission.c.id)
_CURRENT = _STORED.where(version.c.n == submission.c.current)
_BY_RESPONSE = _CURRENT.where(
    submission.c.survey == bindparam("survey"), submission.c.response_id == bindparam("response_id")
)
_BY_RESULT = _CURRENT.where(submission.c.result_id == bindparam("result_id"))
_ONE = _STORED.where(version.c.submission == bindparam("submission"), version.c.n == bindparam("n"))
_BY_SURVEY = (
    _CURRENT.where(submission.c.survey == bindparam("survey"), submission.c.id > bindparam("after"))
    .order_by(submission.c.id)
    .limit(_PAGE)
)
_BY_WAVE = _BY_SURVEY.where(version.c.wave == bindparam("wave"))
_SURVEYS = select(submission.c.survey).distinct().order_by(submission.c.survey)
_COUNTS = (
    select(version.c.wave, func.count().label("n"))
    .join_from(version, submission, (version.c.submission == submission.c.id) & (version.c.n == submission.c.current))
    .where(submission.c.survey == bindparam("survey"))
    .group_by(version.c.wave)
)

_TALLY = {
    dialect: into(tally).on_conflict_do_update(index_elements=["survey", "wave", "kind"], set_={"n": tally.c.n + 1})
    for dialect, into in INSERT.items()
}
_TALLIES = select(tally.c.wave, tally.c.kind, tally.c.n).where(tally.c.survey == bindparam("survey"))


class Submissions(Database):
    """Accepting submissions, reading them back, and counting what never became one."""

    def accept(self, arrival: Arrival, on_new: Sequence[NewJob], on_edit: Sequence[NewJob]) -> Accepted:
        """Keep a submission and its jobs in one transaction; it is durable once this returns.

        Unknown response: stored with the jobs `on_new`. Same content as the current version: a duplicate; at most its
        newer revision and time are noted, so that what is older than those cannot replace it. Otherwise a new version:
        a newer one (by revision, else time submitted, else arrival) becomes current, jobs not yet begun move to it, and
        each job of `on_edit` is added unless one for its destination just moved; that one takes its envelope instead.
        An older one is filed once and changes nothing.
        Raises StoreUnavailable.
        """
        with self._writing() as connection:
            return _keep(connection, arrival, on_new, on_edit)

    def current(self, survey: str, response_id: str) -> StoredVersion | None:
        """The current version of a response, or None."""
        return self._one(_BY_RESPONSE, survey=survey, response_id=response_id)

    def version(self, submission_id: int, n: int) -> StoredVersion | None:
        """One version of a submission, or None once it is forgotten."""
        return self._one(_ONE, submission=submission_id, n=n)

    def result(self, result_id: str) -> StoredVersion | None:
        """The current version of the response with that result id, or None."""
        return self._one(_BY_RESULT, result_id=result_id)

    def submissions(self, survey: str, wave: str | None = None) -> Iterator[StoredVersion]:
        """The current version of every submission of a survey, or of one wave of it, in order of first arrival.

        Read in pages, so memory stays flat and nothing is locked in between; each submission comes once.
        """
        statement = _BY_SURVEY if wave is None else _BY_WAVE
        last = 0
        while True:
            with self._reading() as connection:
                key = {"survey": survey, "after": last} | ({} if wave is None else {"wave": wave})
                page = connection.execute(statement, key).all()
            yield from (StoredVersion(*row) for row in page)
            if len(page) < _PAGE:
                return
            last = page[-1].submission

    def surveys(self) -> list[str]:
        """Names of the surveys that submissions are kept of."""
        with self._reading() as connection:
            return list(connection.scalars(_SURVEYS))

    def counts(self, survey: str) -> dict[str, int]:
        """Number of submissions by the wave of their current version."""
        with self._reading() as connection:
            return {row.wave: row.n for row in connection.execute(_COUNTS, {"survey": survey})}

    def tally(self, survey: str, wave: str, kind: str) -> None:
        """Count one more of what leaves nothing but a count: declined, ping, partial, …"""
        with self._writing() as connection:
            connection.execute(_TALLY[connection.dialect.name], {"survey": survey, "wave": wave, "kind": kind, "n": 1})

    def tallies(self, survey: str) -> dict[str, dict[str, int]]:
        """The counts of a survey: wave -> kind -> number."""
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        with self._reading() as connection:
            for wave, kind, n in connection.execute(_TALLIES, {"survey": survey}):
                found[wave][kind] = n
        return dict(found)

    def _one(self, statement: Select[*tuple[Any, ...]], **key: object) -> StoredVersion | None:
        with self._reading() as connection:
            row = connection.execute(statement, key).one_or_none()
        return None if row is None else StoredVersion(*row)


def _keep(connection: Connection, arrival: Arrival, on_new: Sequence[NewJob], on_edit: Sequence[NewJob]) -> Accepted:
    key = {"survey": arrival.survey, "response_id": arrival.response_id}
    while True:
        result_id = uuid4().hex
        # Insert first, look afterwards: the unique key decides between deliveries that race.
        added = connection.scalar(_ADD[connection.dialect.name], {**key, "result_id": result_id, "current": 1})
        if added is not None:
            _add_version(connection, added, 1, arrival)
            whole = add_jobs(connection, arrival.survey, on_new, submission=added, version=1)
            return Accepted("accepted", result_id, 1, limited=not whole)
        held = connection.execute(_HOLD, key).one_or_none()
        if held is not None:  # else it was forgotten between the two statements: it is new after all
            return _edit(connection, held, arrival, on_edit)


def _edit(connection: Connection, held: Row[int, str, int], arrival: Arrival, on_edit: Sequence[NewJob]) -> Accepted:
    submission_id, result_id, current = held
    history = connection.execute(_HISTORY, {"id": submission_id}).all()
    now = next(v for v in history if v.n == current)
    newer = is_newer(arrival.revision, arrival.submitted_at, now.revision, now.submitted_at)
    if now.content_hash == arrival.content_hash:
        marks = {
            "newer_revision": now.revision if arrival.revision is None else arrival.revision,
            "newer_time": now.submitted_at if arrival.submitted_at is None else arrival.submitted_at,
        }
        if newer and (now.revision, now.submitted_at) != tuple(marks.values()):
            connection.execute(_REMARK, {"held": submission_id, "current": current} | marks)
        return Accepted("duplicate", result_id, current)
    n = history[-1].n + 1
    if not newer:
        filed = next((v.n for v in history if v.content_hash == arrival.content_hash), None)
        if filed is None:
            _add_version(connection, submission_id, n, arrival)
        return Accepted("older", result_id, n if filed is None else filed)
    _add_version(connection, submission_id, n, arrival)
    connection.execute(_MAKE_CURRENT, {"held": submission_id, "n": n})
    moved = {
        (row.kind, row.destination): row.id for row in connection.execute(_RETARGET, {"held": submission_id, "n": n})
    }
    limited = False
    for new in on_edit:
        pending = moved.get((new.kind, new.destination))
        if pending is not None and new.envelope is not None:
            if within_limits(connection, new.limits, datetime.now(UTC)):
                connection.execute(_NEW_ENVELOPE, {"job": pending, "contents": new.envelope})
            else:
                limited = True
    fresh = [new for new in on_edit if (new.kind, new.destination) not in moved]
    whole = add_jobs(connection, arrival.survey, fresh, submission=submission_id, version=n)
    return Accepted("edited", result_id, n, limited=limited or not whole)


def _add_version(connection: Connection, submission_id: int, n: int, arrival: Arrival) -> None:
    connection.execute(
        _ADD_VERSION,
        {
            "submission": submission_id,
            "n": n,
            "wave": arrival.wave,
            "content_hash": arrival.content_hash,
            "revision": arrival.revision,
            "submitted_at": arrival.submitted_at,
            "received_at": arrival.received_at,
            "document": arrival.document,
            "result": arrival.result,
        },
    )
