"""Taking back links to reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select

from exit_bridge.store.engine import Database
from exit_bridge.store.tables import INSERT, revoked

_REVOKE = {
    dialect: (added := into(revoked)).on_conflict_do_update(
        index_elements=["survey", "result_id"], set_={"at": added.excluded.at}
    )
    for dialect, into in INSERT.items()
}
_UNTIL = select(func.max(revoked.c.at)).where(
    revoked.c.survey == bindparam("of"), revoked.c.result_id.in_(("", bindparam("result")))
)


class Revoking(Database):
    """A link is a signature and stored nowhere, so what is kept is until when given ones count no more."""

    def revoke_links(self, survey: str, result_id: str, at: datetime) -> None:
        """Links to this result, or without one to every result of the survey, given until then open nothing."""
        with self._writing() as connection:
            row = {"survey": survey, "result_id": result_id, "at": at}
            connection.execute(_REVOKE[connection.dialect.name], row)

    def revoked_until(self, survey: str, result_id: str) -> datetime | None:
        """Until when links to this result were taken back, or None."""
        with self._reading() as connection:
            found: datetime | None = connection.scalar(_UNTIL, {"of": survey, "result": result_id})
            return found
