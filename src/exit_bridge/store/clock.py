"""What a clock that ran ahead leaves behind once it is set right: times that would not come for hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, func, select, type_coerce, update

from exit_bridge.store.engine import Database
from exit_bridge.store.pauses import end_pause
from exit_bridge.store.tables import Instant, attempt, job, trouble

TOLERANCE = timedelta(minutes=10)
"""Clocks of two machines may be this far apart without anybody's lease being touched."""

_open = job.alias("open")
_written = func.coalesce(
    select(func.coalesce(attempt.c.ended_at, attempt.c.started_at))
    .where(attempt.c.job == _open.c.id, attempt.c.n == _open.c.lease)
    .correlate(_open)
    .scalar_subquery(),
    _open.c.created_at,
)
_AHEAD = (
    select(_open.c.id, (type_coerce(_open.c.due_at, BigInteger) - type_coerce(_written, BigInteger)).label("wait"))
    .where(_open.c.due_at > bindparam("later"), _written > bindparam("later", type_=Instant()))
    .with_for_update(skip_locked=True, of=_open)
)
_SET = update(job).where(job.c.id == bindparam("of")).values(due_at=bindparam("due"))
# The marks it was told by are corrected with it, or it would be found again.
_MARKS = tuple(
    update(mark.table).where(key == bindparam("of"), mark > bindparam("now")).values({mark: bindparam("now")})
    for key, mark in (
        (job.c.id, job.c.created_at),
        (attempt.c.job, attempt.c.started_at),
        (attempt.c.job, attempt.c.ended_at),
    )
)
_PAUSED_AHEAD = select(trouble.c.survey, trouble.c.kind, trouble.c.destination).where(
    trouble.c.paused_until > bindparam("now"), trouble.c.noted_at > bindparam("later")
)


class Clock(Database):
    """Putting right what was written by a clock that was ahead."""

    def mend_times(self, now: datetime) -> int:
        """Let jobs written in what is now the future wait as long as they were meant to, from now on; how many.

        Pauses of that kind end. A lease starts anew, so that whoever holds it keeps it.
        """
        later, mended = now + TOLERANCE, 0
        with self._writing() as connection:
            for destination in connection.execute(_PAUSED_AHEAD, {"now": now, "later": later}).all():
                mended += end_pause(connection, *destination, now=now, probing=True)
            ahead = connection.execute(_AHEAD, {"later": later}).all()
            for row in ahead:
                due = now + timedelta(microseconds=max(row.wait, 0))
                connection.execute(_SET, {"of": row.id, "due": due})
                for marks in _MARKS:
                    connection.execute(marks, {"of": row.id, "now": now})
        return mended + len(ahead)
