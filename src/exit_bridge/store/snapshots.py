"""Team reports as they stood when their wave was closed. Nothing changes them, and deleting a response leaves them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from exit_bridge.store.engine import Database
from exit_bridge.store.jobs import add_jobs
from exit_bridge.store.tables import INSERT, snapshot
from exit_bridge.store.types import NewJob, Snapshot

_ADD = {
    dialect: into(snapshot).on_conflict_do_nothing(index_elements=["survey", "wave", "n"]).returning(snapshot.c.n)
    for dialect, into in INSERT.items()
}
_ALL = (
    select(
        snapshot.c.survey,
        snapshot.c.wave,
        snapshot.c.n,
        snapshot.c.closed_at,
        snapshot.c.picture,
        snapshot.c.frame,
    )
    .where(snapshot.c.survey == bindparam("of"))
    .order_by(snapshot.c.closed_at, snapshot.c.wave, snapshot.c.n)
)


class Snapshots(Database):
    """Closing a wave, and reading what was closed."""

    def freeze(self, new: Snapshot, jobs: Sequence[NewJob]) -> bool:
        """Keep a report and its sends in one transaction; False where one of that number is there already."""
        row = {
            "survey": new.survey,
            "wave": new.wave,
            "n": new.n,
            "closed_at": new.closed_at,
            "picture": new.picture,
            "frame": new.frame,
        }
        with self._writing() as connection:
            if connection.scalar(_ADD[connection.dialect.name], row) is None:
                return False
            add_jobs(connection, new.survey, jobs)
            return True

    def snapshots(self, survey: str) -> list[Snapshot]:
        """Every report of a survey, in the order they were closed."""
        with self._reading() as connection:
            return [Snapshot(*row) for row in connection.execute(_ALL, {"of": survey})]
