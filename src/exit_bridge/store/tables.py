"""The tables. `migrations/` builds them; a test holds the two equal on both engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970 UTC: sorts and compares alike on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Microseconds; a datetime without timezone is a TypeError."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The datetime, in UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


# SQLite numbers rows by itself only where the key is an INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# `sqlite_autoincrement`: ids are shown to people and sent to receivers, so one that was deleted is never given again.

submission = Table(
    "submission",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("survey", Text, nullable=False),
    Column("response_id", Text, nullable=False),
    Column("result_id", Text, nullable=False, unique=True),
    Column("current", Integer, nullable=False),
    UniqueConstraint("survey", "response_id"),
    sqlite_autoincrement=True,
)

# The documents come last: SQLite then reads the other columns without touching the pages they spill over to.
version = Table(
    "version",
    metadata,
    Column("submission", _Id, ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("wave", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("revision", BigInteger),
    Column("submitted_at", Text),
    Column("received_at", Instant, nullable=False),
    Column("document", JSON, nullable=False),
    Column("result", JSON, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("survey", Text, nullable=False),
    Column("submission", _Id, ForeignKey("submission.id", ondelete="CASCADE"), index=True),
    Column("version", Integer),
    Column("destination", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant),
    Column("leased_by", Text),
    Column("lease", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("created_at", Instant, nullable=False),
    Column("envelope", JSON(none_as_null=True)),
    sqlite_autoincrement=True,
)

# `due_at` is null once a job has ended, so this index holds open jobs only and the claim is one short range scan.
Index(
    None,
    job.c.due_at,
    job.c.id,
    postgresql_where=job.c.due_at.is_not(None),
    sqlite_where=job.c.due_at.is_not(None),
)

attempt = Table(
    "attempt",
    metadata,
    Column("job", _Id, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("detail", Text),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("survey", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("element", Integer),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("survey", "digest"),
    sqlite_autoincrement=True,
)

tally = Table(
    "tally",
    metadata,
    Column("survey", Text, primary_key=True),
    Column("wave", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# A destination whose newest attempts all failed; no row where the newest one worked. `noted_at`: when it was written.
trouble = Table(
    "trouble",
    metadata,
    Column("survey", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("paused_until", Instant),
    Column("probe", BigInteger),
    Column("noted_at", Instant, nullable=False),
)

# One row a mail to an address that a respondent typed, for a day; `key` is a keyed hash.
mailed = Table(
    "mailed",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index(None, mailed.c.key, mailed.c.at)

pull = Table(
    "pull",
    metadata,
    Column("survey", Text, primary_key=True),
    Column("cursor", Text),
    Column("pulled_at", Instant),
    Column("tried_at", Instant),
    Column("leased_by", Text),
    Column("leased_until", Instant),
)

# A team's report as it stood when its wave was closed: what may be printed, and what it was made over.
snapshot = Table(
    "snapshot",
    metadata,
    Column("survey", Text, primary_key=True),
    Column("wave", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("closed_at", Instant, nullable=False),
    Column("picture", JSON, nullable=False),
    Column("frame", JSON, nullable=False),
)

# Links given until then open nothing; `result_id` is empty where that holds for every report of the survey.
revoked = Table(
    "revoked",
    metadata,
    Column("survey", Text, primary_key=True),
    Column("result_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
"""By dialect: the INSERT that knows ON CONFLICT."""
