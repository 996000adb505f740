"""Letting go: one response on request, old ones by date, and a copy of everything before either."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Delete, Update, bindparam, delete, exists, func, null, select, update

from exit_bridge.errors import StoreUnavailable, UsageError
from exit_bridge.store.engine import Database
from exit_bridge.store.tables import job, quarantine, submission, version

# Versions, jobs and attempts go with their submission (ON DELETE CASCADE), in the same order of locks as a worker's.
_FORGET = delete(submission).where(
    submission.c.survey == bindparam("of"), submission.c.response_id == bindparam("response")
)
_FORGET_FETCH = delete(job).where(
    job.c.survey == bindparam("of"), job.c.submission.is_(None), job.c.destination == bindparam("response")
)
_BODY_IDS = select(quarantine.c.id).where(quarantine.c.survey == bindparam("of"))
_BODY = select(quarantine.c.body).where(quarantine.c.id == bindparam("kept"))
_DROP = delete(quarantine).where(quarantine.c.id == bindparam("kept"))

_PAST = (
    submission.c.survey == bindparam("of"),
    exists().where(
        version.c.submission == submission.c.id,
        version.c.n == submission.c.current,
        version.c.received_at < bindparam("before"),
    ),
)
_EXPIRED = select(submission.c.result_id).where(*_PAST)
_PURGE = delete(submission).where(*_PAST)
_PURGE_JOBS = delete(job).where(
    job.c.survey == bindparam("of"),
    job.c.submission.is_(None),
    job.c.due_at.is_(None),
    job.c.created_at < bindparam("before"),
)
_PURGE_ENVELOPES = (
    update(job)
    .where(job.c.state.in_(("dead", "ready")), job.c.created_at < bindparam("before"), job.c.envelope.is_not(None))
    .values(
        state="dead",
        due_at=None,
        envelope=null(),
        last_error=func.coalesce(job.c.last_error, "Given up: the time its address may be kept is over"),
    )
)
_PURGE_QUARANTINE = delete(quarantine).where(quarantine.c.received_at < bindparam("before"))


class Retention(Database):
    """Deleting for good, and backing up.

    `forget` leaves nothing in the files of a SQLite database. After a purge, or once an envelope has been deleted,
    copies of single rows may stay in unused parts of its file until the next `scrub`. In PostgreSQL deleted content is
    gone for every query at once; when it leaves the server's files is up to its VACUUM, and to its backups.
    """

    def forget(self, survey: str, response_id: str, quarantined: Callable[[bytes], bool] | None = None) -> int:
        """Delete a response with its versions, jobs and attempts; the number of records that held it (0: unknown).

        Deletes too every quarantined body of the survey of which `quarantined` says that it holds the response. Ends
        with a `scrub`; where that fails the response is gone from every table already, and calling again finishes the
        work.
        """
        with self._writing() as connection:
            self._owe_scrub(connection)
            key = {"of": survey, "response": response_id}
            gone = connection.execute(_FORGET, key).rowcount + connection.execute(_FORGET_FETCH, key).rowcount
            if quarantined is not None:
                for kept in connection.scalars(_BODY_IDS, {"of": survey}).all():
                    body: bytes = connection.execute(_BODY, {"kept": kept}).scalar_one()
                    if quarantined(body):
                        gone += connection.execute(_DROP, {"kept": kept}).rowcount
        self.scrub()
        return gone

    def expired(self, survey: str, before: datetime) -> list[str]:
        """Result ids of submissions whose current version was received before then: what `purge` would delete."""
        with self._reading() as connection:
            return list(connection.scalars(_EXPIRED, {"of": survey, "before": before}))

    def purge(self, survey: str, before: datetime) -> int:
        """Delete submissions whose current version was received before then; how many. Finished fetches go too."""
        with self._writing() as connection:
            gone = connection.execute(_PURGE, {"of": survey, "before": before}).rowcount
            if gone:
                self._owe_scrub(connection)
            connection.execute(_PURGE_JOBS, {"of": survey, "before": before})
        return gone

    def purge_quarantine(self, before: datetime) -> int:
        """Delete bodies of every survey received before then; how many."""
        return self._purge(_PURGE_QUARANTINE, before)

    def purge_envelopes(self, before: datetime) -> int:
        """Delete the envelopes of jobs made before then, and give up those that still wait; how many."""
        return self._purge(_PURGE_ENVELOPES, before)

    def _purge(self, statement: Delete | Update, before: datetime) -> int:
        with self._writing() as connection:
            gone = connection.execute(statement, {"before": before}).rowcount
            if gone:
                self._owe_scrub(connection)
        return gone

    def backup(self, path: Path) -> None:
        """A consistent copy of a SQLite database while it is in use, on disk once this returns.

        Raises UsageError for PostgreSQL and for a path that cannot be used, StoreUnavailable where the copy fails.
        """
        if not self._is_sqlite:
            raise UsageError(
                "PostgreSQL is backed up by its own tool",
                where=self.where,
                fix="Run: pg_dump --format=custom --file=FILE URL. It too gives a consistent copy while in use",
            )
        try:
            path.touch(0o600, exist_ok=False)
        except FileExistsError:
            raise UsageError("The backup file is there already", where=str(path), fix="Choose another name") from None
        except OSError:
            raise UsageError("The backup file cannot be made", where=str(path), fix="Choose another folder") from None
        try:
            with self._raw() as connection:
                connection.execute("VACUUM INTO ?", (str(path),)).close()
            with path.open("rb") as copy:
                os.fsync(copy.fileno())
        except BaseException:
            path.unlink()
            raise

    def _owe_scrub(self, connection: Connection) -> None:
        # Counted in the file itself, with the deletion: no crash and no busy file makes it forget what is left to do.
        if self._is_sqlite:
            owed = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            connection.exec_driver_sql(f"PRAGMA user_version={owed + 1:d}")

    def scrub_is_owed(self) -> bool:
        """Was something deleted whose traces no scrub has erased yet?"""
        if not self._is_sqlite:
            return False
        with self._reading() as connection:
            return bool(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def scrub(self) -> None:
        """Rewrite a SQLite database so that its files hold nothing deleted; takes about a second per 100 MB.

        Nothing to do for PostgreSQL. Raises StoreUnavailable, and may be called again, where the disk is too full for
        a second copy or another process reads all the while.
        """
        if not self._is_sqlite:
            return
        with self._one_writer(), self._raw() as connection:
            ((owed,),) = connection.execute("PRAGMA user_version").fetchall()
            # `secure_delete` alone is not enough: rows that moved between pages leave copies behind.
            connection.execute("VACUUM").close()
            kept = _empty_log(connection)
            if owed and not kept:
                connection.execute("BEGIN IMMEDIATE").close()
                ((now_owed,),) = connection.execute("PRAGMA user_version").fetchall()
                connection.execute(f"PRAGMA user_version={now_owed - owed:d}").close()
                connection.execute("COMMIT").close()
                _empty_log(connection)
        if kept:
            raise StoreUnavailable(
                "The write-ahead log still holds deleted content", where=self.where, fix="Try again when nobody reads"
            )


def _empty_log(connection: sqlite3.Connection) -> bool:
    """Move the log into the file and cut it to nothing. True where a reader kept it from that."""
    ((kept, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return bool(kept)
