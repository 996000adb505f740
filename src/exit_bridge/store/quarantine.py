"""Quarantine: authenticated bodies that could not become a submission, kept with the reason so they can be replayed."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, bindparam, delete, literal_column, select

from exit_bridge.store.engine import Database
from exit_bridge.store.tables import INSERT, quarantine
from exit_bridge.store.types import Quarantined

# The same body again says why it failed this time; it keeps its place and its first date.
_NEWS: dict[str, ColumnElement[str]] = {
    "reason": literal_column("excluded.reason"),
    "detail": literal_column("excluded.detail"),
}
_KEEP = {
    dialect: into(quarantine)
    .on_conflict_do_update(index_elements=["survey", "digest"], set_=_NEWS)
    .returning(quarantine.c.id)
    for dialect, into in INSERT.items()
}
_BODY = select(quarantine.c.body).where(quarantine.c.id == bindparam("of"))
_DROP = delete(quarantine).where(quarantine.c.id == bindparam("of"))


class Quarantine(Database):
    """Keeping, listing and dropping what could not be read."""

    def quarantine(
        self, survey: str, body: bytes, content_type: str, reason: str, detail: str, element: int | None = None
    ) -> int:
        """Keep a body, or one element of a batch, and return its id. The same one again is the same row.

        `reason` is the code of the error, `detail` its message: neither ever quotes the body.
        """
        row = {
            "survey": survey,
            "received_at": datetime.now(UTC),
            "content_type": content_type.replace("\0", ""),
            "element": element,
            "reason": reason,
            "detail": detail.replace("\0", ""),  # PostgreSQL holds no NUL in text
            "digest": sha256(f"{element}\n".encode() + body).hexdigest(),
            "body": body,
        }
        with self._writing() as connection:
            kept: int = connection.execute(_KEEP[connection.dialect.name], row).scalar_one()
        return kept

    def quarantined(self, survey: str | None = None) -> list[Quarantined]:
        """What is in quarantine, oldest first, without the bodies."""
        statement = select(
            quarantine.c.id,
            quarantine.c.survey,
            quarantine.c.received_at,
            quarantine.c.content_type,
            quarantine.c.element,
            quarantine.c.reason,
            quarantine.c.detail,
        ).order_by(quarantine.c.id)
        if survey is not None:
            statement = statement.where(quarantine.c.survey == survey)
        with self._reading() as connection:
            return [Quarantined(*row) for row in connection.execute(statement)]

    def quarantined_body(self, quarantine_id: int) -> bytes | None:
        """The body exactly as received, or None once it is released, dropped or purged."""
        with self._reading() as connection:
            return connection.scalar(_BODY, {"of": quarantine_id})

    def drop_quarantined(self, quarantine_id: int) -> bool:
        """Delete one body; False if there was none."""
        with self._writing() as connection:
            return connection.execute(_DROP, {"of": quarantine_id}).rowcount == 1
