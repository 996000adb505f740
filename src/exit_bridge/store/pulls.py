"""Pulling from a survey tool: where to go on, and who is at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, or_, select, update

from exit_bridge.store.clock import TOLERANCE
from exit_bridge.store.engine import Database
from exit_bridge.store.tables import INSERT, pull
from exit_bridge.store.types import PullEnd, PullState

_ADD = {dialect: into(pull).on_conflict_do_nothing(index_elements=["survey"]) for dialect, into in INSERT.items()}
_CLAIM = (
    update(pull)
    .where(
        pull.c.survey == bindparam("of"),
        # What lies too far ahead was written by a clock that was wrong.
        or_(
            pull.c.leased_until.is_(None),
            pull.c.leased_until < bindparam("now"),
            pull.c.leased_until > bindparam("lease_ahead"),
        ),
        or_(
            pull.c.tried_at.is_(None),
            pull.c.tried_at <= bindparam("before"),
            pull.c.tried_at > bindparam("ahead"),
        ),
    )
    .values(leased_by=bindparam("holder"), leased_until=bindparam("until"), tried_at=bindparam("now"))
    .returning(pull.c.survey, pull.c.cursor, pull.c.pulled_at)
)
_held = update(pull).where(pull.c.survey == bindparam("of"), pull.c.leased_by == bindparam("holder"))
_ADVANCE = _held.values(cursor=bindparam("to"), leased_until=bindparam("until"))
_DONE = _held.values(leased_by=None, leased_until=None, pulled_at=bindparam("now"))
_MORE = _held.values(leased_by=None, leased_until=None, tried_at=None)
_FAILED = _held.values(leased_by=None, leased_until=None)
_STATE = select(pull.c.survey, pull.c.cursor, pull.c.pulled_at).where(pull.c.survey == bindparam("of"))


class Pulls(Database):
    """One process at a time pulls a survey; a lease that its holder did not renew is anybody's."""

    def claim_pull(self, survey: str, holder: str, lease_seconds: float, before: datetime) -> PullState | None:
        """Start to pull, unless somebody is at it or a pull was begun after `before`: then None."""
        now = datetime.now(UTC)
        until, ahead = now + timedelta(seconds=lease_seconds), now + TOLERANCE
        values = {"now": now, "before": before, "until": until, "ahead": ahead, "lease_ahead": until + TOLERANCE}
        with self._writing() as connection:
            connection.execute(_ADD[connection.dialect.name], {"survey": survey})
            row = connection.execute(_CLAIM, {"of": survey, "holder": holder, **values}).one_or_none()
        return None if row is None else PullState(*row)

    def advance_pull(self, survey: str, holder: str, cursor: str | None, lease_seconds: float) -> bool:
        """What lies before the cursor is kept; the lease is renewed. False if it was lost meanwhile."""
        until = datetime.now(UTC) + timedelta(seconds=lease_seconds)
        with self._writing() as connection:
            key = {"of": survey, "holder": holder, "to": cursor, "until": until}
            return connection.execute(_ADVANCE, key).rowcount == 1

    def end_pull(self, survey: str, holder: str, how: PullEnd) -> None:
        """Give the lease back. `how`: `done`; `more`, which is due again at once; or `failed`."""
        statement = {"done": _DONE, "more": _MORE, "failed": _FAILED}[how]
        with self._writing() as connection:
            connection.execute(statement, {"of": survey, "holder": holder, "now": datetime.now(UTC)})

    def pull_state(self, survey: str) -> PullState | None:
        """Where pulling stands, or None where nobody ever began."""
        with self._reading() as connection:
            row = connection.execute(_STATE, {"of": survey}).one_or_none()
        return None if row is None else PullState(*row)
