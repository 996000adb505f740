"""Pauses: a destination whose newest attempts all failed is left alone for a while, then tried with one job first.

`trouble` holds one row for each destination whose newest attempt failed, so asking costs the same however many jobs
have ended. A job of a paused destination that comes up is put off to the end of the pause, neither tried nor counted.
Then the first to come up is the probe; while it is out the others wait on, and when it worked they are due at once.

Locks are always taken in this order: the job's row, then its destination's row here. What touches further jobs after
that passes over those that somebody else holds: one being claimed or settled gets a time of its own, and one whose
submission is being edited at that very moment waits, at worst, for the end of the pause that was.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from exit_bridge.store.engine import Database
from exit_bridge.store.tables import INSERT, job, trouble
from exit_bridge.store.types import Job, Pause, PauseRule

_HERE = (
    trouble.c.survey == bindparam("of"),
    trouble.c.kind == bindparam("doing"),
    trouble.c.destination == bindparam("there"),
)
_waiting = job.alias("waiting")
_THERE = (
    select(_waiting.c.id)
    .where(
        _waiting.c.survey == bindparam("of"),
        _waiting.c.kind == bindparam("doing"),
        _waiting.c.destination == bindparam("there"),
    )
    .with_for_update(skip_locked=True)
)

PAUSED_UNTIL: Select[*tuple[Any, ...]] = select(trouble.c.paused_until).where(
    trouble.c.survey == job.c.survey, trouble.c.kind == job.c.kind, trouble.c.destination == job.c.destination
)
"""For a statement on `job`: the end of the pause its destination is in; null where it is in none."""

_HOLD = select(trouble.c.paused_until).where(*_HERE).with_for_update()
_PROBE = (
    update(trouble)
    .where(*_HERE, trouble.c.paused_until <= bindparam("now"))
    .values(paused_until=bindparam("until"), probe=bindparam("job"), noted_at=bindparam("now"))
)
_NOTE = {
    dialect: into(trouble)
    .on_conflict_do_update(index_elements=["survey", "kind", "destination"], set_={"failures": trouble.c.failures})
    .returning(trouble.c.failures, trouble.c.paused_until, trouble.c.probe)
    for dialect, into in INSERT.items()
}
_COUNT = (
    update(trouble)
    .where(*_HERE)
    .values(failures=bindparam("count"), paused_until=bindparam("until"), probe=None, noted_at=bindparam("now"))
)
_CLEAR = delete(trouble).where(*_HERE).returning(trouble.c.paused_until)
_PUT_OFF = (
    update(job)
    .where(job.c.id.in_(_THERE.where(_waiting.c.due_at <= bindparam("now"))))
    .values(due_at=bindparam("until"))
)
_MOVE = (
    update(job)
    .where(job.c.id.in_(_THERE.where(_waiting.c.due_at == bindparam("put_off_to"))))
    .values(due_at=bindparam("due"))
)
_PAUSED = (
    select(trouble)
    .where(trouble.c.paused_until.is_not(None))
    .order_by(trouble.c.survey, trouble.c.destination, trouble.c.kind)
)
_END = update(trouble).where(*_HERE).values(paused_until=bindparam("now"), probe=None, noted_at=bindparam("now"))


def _key(survey: str, kind: str, destination: str) -> dict[str, Any]:
    return {"of": survey, "doing": kind, "there": destination}


def _key_of(work: Job) -> dict[str, Any]:
    return _key(work.survey, work.kind, work.destination)


def may_try(connection: Connection, claimed: Job, now: datetime) -> bool:
    """May a job just claimed be tried, although its destination was paused a moment ago? If so it is the probe."""
    key = _key_of(claimed)
    if connection.execute(_PROBE, key | {"now": now, "until": claimed.due_at, "job": claimed.id}).rowcount:
        return True
    return connection.scalar(select(trouble.c.paused_until).where(*_HERE), key) is None  # it works again


def put_off(connection: Connection, looked_at: Job, now: datetime) -> None:
    """Let every due job of a paused destination wait for the end of the pause."""
    key = _key_of(looked_at)
    # Holding the row: a pause that ends meanwhile must find, and bring forward, what is put off here.
    until = connection.scalar(_HOLD, key)
    if until is not None and until > now:
        connection.execute(_PUT_OFF, key | {"now": now, "until": until})


def note_failure(connection: Connection, tried: Job, now: datetime, rule: PauseRule, at_least: float = 0.0) -> None:
    """One more failure in a row: maybe a pause begins, or, where `tried` was the probe, a longer one.

    `at_least`: seconds the receiver asked to be left alone.
    """
    key = _key_of(tried)
    row = {"survey": tried.survey, "kind": tried.kind, "destination": tried.destination}
    failures, until, probe = connection.execute(
        _NOTE[connection.dialect.name], row | {"failures": 0, "noted_at": now}
    ).one()
    if until is not None and probe != tried.id:
        return  # it was under way when the pause began, and says nothing new
    put_off_to, failures = until, failures + 1
    if failures >= rule.after:
        pause = min(rule.longest, rule.first * 2.0 ** min(failures - rule.after, 64))
        pause = max(pause * random.uniform(0.8, 1.2), at_least)  # noqa: S311 (spreads probes, not a secret)
        until = now + timedelta(seconds=pause)
    connection.execute(_COUNT, key | {"count": failures, "until": until, "now": now})
    if put_off_to is not None:
        connection.execute(_MOVE, key | {"put_off_to": put_off_to, "due": until})


def note_answer(connection: Connection, tried: Job, now: datetime) -> None:
    """The destination answered: what was put off because of it is due now."""
    key = _key_of(tried)
    until = connection.scalar(_CLEAR, key)
    if until is not None and until > now:
        connection.execute(_MOVE, key | {"put_off_to": until, "due": now})


def give_back(connection: Connection, untried: Job, now: datetime) -> None:
    """A job that was claimed and not tried is no probe any more: the next one may be."""
    key = _key_of(untried)
    _end(connection, key, connection.scalar(_HOLD.where(trouble.c.probe == untried.id), key), now)


def end_pause(
    connection: Connection, survey: str, kind: str, destination: str, now: datetime, *, probing: bool = False
) -> bool:
    """Let the probe go now. False where there is no pause, or the probe is out already and `probing` is not set."""
    key = _key(survey, kind, destination)
    held = _HOLD if probing else _HOLD.where(trouble.c.probe.is_(None))
    return _end(connection, key, connection.scalar(held, key), now)


def _end(connection: Connection, key: dict[str, Any], until: datetime | None, now: datetime) -> bool:
    if until is None or until <= now:
        return False
    connection.execute(_END, key | {"now": now})
    connection.execute(_MOVE, key | {"put_off_to": until, "due": now})
    return True


class Pauses(Database):
    """Looking at pauses and ending them."""

    def pauses(self, now: datetime) -> list[Pause]:
        """Destinations that are left alone now, by survey."""
        with self._reading() as connection:
            found = connection.execute(_PAUSED).all()
        return [
            Pause(row.survey, row.kind, row.destination, row.failures, row.paused_until, row.probe is not None)
            for row in found
            if row.paused_until > now
        ]

    def end_pauses(self, now: datetime) -> int:
        """Let one job go to every paused destination now, and the others after it when it works; how many pauses."""
        ended = 0
        for pause in self.pauses(now):
            with self._writing() as connection:
                ended += end_pause(connection, pause.survey, pause.kind, pause.destination, now)
        return ended
