"""Putting a backup of a SQLite database in the place of the one in use: checked first, then in one step."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exit_bridge.errors import ExitBridgeError, SettingsError, StoreUnavailable, UsageError
from exit_bridge.store.faults import explain
from exit_bridge.store.schema import HEAD, VERSION_TABLE

_OURS = frozenset({"submission", "version", "job", "attempt", VERSION_TABLE})
_BESIDE = ("-wal", "-shm", "-journal")
_NOT_A_BACKUP = "Name a file that `exit-bridge db backup` made"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place. `due`: jobs still to do; `kept`: where the database that was there before is now."""

    submissions: int
    due: int
    behind: bool
    kept: Path | None


def restore(database: Path, backup: Path) -> Restored:
    """Replace a SQLite database by a backup of one. The backup itself is only read.

    Nothing is changed unless the backup is a whole database of ours, not newer than this exit-bridge, and no process
    on this machine has the present one open. Raises ExitBridgeError, or the kind of it that fits.
    """
    if not backup.is_file():
        raise UsageError("There is no such file", where=str(backup), fix=_NOT_A_BACKUP)
    if database.exists() and backup.samefile(database):
        raise UsageError("This is the database itself", where=str(backup), fix=_NOT_A_BACKUP)
    arriving = database.with_name(f"{database.name}.restoring")
    try:
        _copy(backup, arriving)
        submissions, due, behind = _check(arriving, backup)
        kept = _put_in_place(arriving, database)
    except OSError as error:
        raise StoreUnavailable(
            f"The backup cannot be put in place: {error.strerror}",
            where=str(database),
            fix="Make room, and give this user write access to the folder",
        ) from None
    finally:
        arriving.unlink(missing_ok=True)
    return Restored(submissions, due, behind, kept)


def _copy(backup: Path, arriving: Path) -> None:
    """A copy beside the database, on disk once this returns; with what a log beside the backup still holds."""
    arriving.unlink(missing_ok=True)
    arriving.touch(0o600)
    try:
        with (
            closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(arriving)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StoreUnavailable(
                "The disk is full", where=str(arriving.parent), fix="Make room for a second copy of the database"
            ) from None
        raise UsageError("This file is no whole SQLite database", where=str(backup), fix=_NOT_A_BACKUP) from None
    with arriving.open("rb") as copy:
        os.fsync(copy.fileno())


def _check(arriving: Path, backup: Path) -> tuple[int, int, bool]:
    where = str(backup)
    try:
        with closing(sqlite3.connect(arriving)) as connection:
            sound = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]
            if not sound or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise UsageError("The backup is damaged", where=where, fix="Use an older one")
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables >= _OURS:
                raise UsageError("This is no database of exit-bridge", where=where, fix=_NOT_A_BACKUP)
            (version,) = connection.execute(f"SELECT max(version_num) FROM {VERSION_TABLE}").fetchone()  # noqa: S608
            if version is None or version > HEAD:
                raise SettingsError(
                    "The backup was written by a newer exit-bridge", where=where, fix="Upgrade exit-bridge first"
                )
            (submissions,) = connection.execute("SELECT count(*) FROM submission").fetchone()
            (due,) = connection.execute("SELECT count(*) FROM job WHERE state IN ('ready', 'leased')").fetchone()
    except sqlite3.Error:
        raise UsageError("The backup is damaged", where=where, fix="Use an older one") from None
    return submissions, due, version < HEAD


def _put_in_place(arriving: Path, database: Path) -> Path | None:
    """Write one over the other as a single transaction of SQLite, and keep what was there beside it."""
    if not database.exists():
        _swap(arriving, database, None)
        return None
    kept = database.with_name(f"{database.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    if not _looks_like_sqlite(database):  # opening it would have SQLite clear away what lies beside it
        _swap(arriving, database, kept)
        return kept
    kept.touch(0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(database, timeout=1.0, isolation_level=None)) as present,
            closing(sqlite3.connect(kept)) as copy,
            closing(sqlite3.connect(arriving)) as source,
        ):
            # Leaving the log takes a lock that any other open connection, busy or not, stands in the way of; from
            # then on it is held. Replacing the file itself would leave one who opens it just now with the old one.
            for statement in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=DELETE",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                present.execute(statement).close()
            present.backup(copy)
            source.backup(present)
    except sqlite3.Error as error:
        match getattr(error, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:  # nobody can be at work on it
                _swap(arriving, database, kept)
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                kept.unlink()
                raise ExitBridgeError(
                    "The database is in use", where=str(database), fix="Stop web and workers, then restore again"
                ) from None
            case _:
                kept.unlink()
                raise explain(error, str(database)) from None
    _sync(database.parent)
    return kept


def _looks_like_sqlite(database: Path) -> bool:
    with database.open("rb") as file:
        return file.read(16) in (b"SQLite format 3\0", b"")


def _swap(arriving: Path, database: Path, kept: Path | None) -> None:
    """File for file, with what lies beside the old one: the new one must not take it for its own."""
    away = kept or database.with_name(f"{database.name}.left")
    for ending in ("", *_BESIDE):
        left = database.with_name(database.name + ending)
        if left.exists():
            left.replace(away.with_name(away.name + ending))
    arriving.replace(database)
    _sync(database.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
