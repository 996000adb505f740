"""What is kept: submissions, their jobs, quarantined bodies and counts, in SQLite or PostgreSQL; and the spool folder.

Importing this room costs nothing: SQLAlchemy is loaded by `open_store`, Alembic by `Store.upgrade`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exit_bridge.store.spool import Spool, Spooled
from exit_bridge.store.types import (
    Accepted,
    Arrival,
    Attempt,
    Job,
    JobState,
    Limit,
    NewJob,
    Pause,
    PauseRule,
    PullEnd,
    PullState,
    Quarantined,
    SchemaState,
    Snapshot,
    StoredVersion,
)

if TYPE_CHECKING:
    from exit_bridge.store.store import Store

PATIENCE_MS = 1_500
"""Milliseconds a hook waits for a locked database, at most twice: for this process's writers, then for the file.
The least patient sender gives up after 5 seconds."""

__all__ = [
    "PATIENCE_MS",
    "Accepted",
    "Arrival",
    "Attempt",
    "Job",
    "JobState",
    "Limit",
    "NewJob",
    "Pause",
    "PauseRule",
    "PullEnd",
    "PullState",
    "Quarantined",
    "SchemaState",
    "Snapshot",
    "Spool",
    "Spooled",
    "StoredVersion",
    "open_store",
]


def open_store(url: str, *, busy_timeout_ms: int = 10_000) -> Store:
    """The store behind a database URL, without connecting to it.

    `url`: `sqlite:///relative/path`, `sqlite:////absolute/path`, `postgresql://…` or `postgres://…`.
    `busy_timeout_ms`: how long a statement waits for somebody else's lock. Close the store when done with it, or use
    it as a context manager. Raises SettingsError when the URL cannot be used or psycopg is not installed.
    """
    from exit_bridge.store.engine import make_engine
    from exit_bridge.store.store import Store

    return Store(make_engine(url, busy_timeout_ms), busy_timeout_ms)
