"""Limits: so many a day under one key, counted in the transaction of what is counted, over every process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text

from exit_bridge.store.engine import Database
from exit_bridge.store.tables import mailed
from exit_bridge.store.types import Limit

DAY = timedelta(days=1)

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
_DROP_OLD = delete(mailed).where(mailed.c.key == bindparam("of"), mailed.c.at <= bindparam("before"))
_COUNT = select(func.count()).where(mailed.c.key == bindparam("of"))
_ADD = insert(mailed)
_PURGE = delete(mailed).where(mailed.c.at <= bindparam("before"))


def within_limits(connection: Connection, limits: Sequence[Limit], now: datetime) -> bool:
    """Count one more under every key; False, and nothing counted, where one of them has had its number today."""
    for limit in sorted(limits, key=lambda limit: limit.key):  # always in this order, or two could wait for each other
        if connection.dialect.name == "postgresql":
            connection.execute(_ONE_AT_A_TIME, {"key": limit.key})
        connection.execute(_DROP_OLD, {"of": limit.key, "before": now - DAY})
        if (connection.scalar(_COUNT, {"of": limit.key}) or 0) >= limit.most:
            return False
    if limits:
        connection.execute(_ADD, [{"key": limit.key, "at": now} for limit in limits])
    return True


class Limits(Database):
    """Letting go of what was counted."""

    def purge_limits(self, before: datetime) -> int:
        """Delete what was counted until then; how many."""
        with self._writing() as connection:
            return connection.execute(_PURGE, {"before": before}).rowcount
