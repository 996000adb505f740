"""Connections, transactions and locks: the same two units of work, reading and writing, on both engines."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url

from exit_bridge.errors import SettingsError, StoreUnavailable
from exit_bridge.store.faults import explain

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.pool import ConnectionPoolEntry

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

# A webhook sender waits seconds, not the minutes a silent network would otherwise cost. (seconds; milliseconds)
_POSTGRESQL_CONNECT = {"connect_timeout": 5, "tcp_user_timeout": 15_000}


def make_engine(url: str, busy_timeout_ms: int) -> Engine:
    """The engine for a database URL; opens no connection. Raises SettingsError."""
    parsed = _checked(url)
    # Error messages of the driver must never carry the parameters: they are answers.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": _compact,
        "pool_timeout": busy_timeout_ms / 1000,
    }
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, **options)
        _prepare_sqlite(engine, busy_timeout_ms)
        return engine
    connect = {name: value for name, value in _POSTGRESQL_CONNECT.items() if name not in parsed.query}
    try:
        engine = create_engine(
            parsed, **options, connect_args=connect, isolation_level="READ COMMITTED", pool_pre_ping=True
        )
    except ImportError:
        raise SettingsError(
            "PostgreSQL needs the package psycopg",
            fix='In the repository of exit-bridge run pip install ".[postgres]"',
        ) from None
    _prepare_postgresql(engine, busy_timeout_ms)
    return engine


def _checked(url: str) -> URL:
    # The URL itself is never quoted: it may hold a password.
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise SettingsError(
            "The database URL cannot be read",
            fix="Write sqlite:///exit-bridge.sqlite3 or postgresql://user@host/database",
        ) from None
    if parsed.drivername not in _DRIVERS:
        raise SettingsError(
            "The database URL names a database we do not work with", fix="Use sqlite:///… or postgresql://…"
        )
    parsed = parsed.set(drivername=_DRIVERS[parsed.drivername])
    if parsed.get_backend_name() == "sqlite" and (parsed.host or parsed.query):
        raise SettingsError("A SQLite URL holds a path and nothing else", fix="Write sqlite:///exit-bridge.sqlite3")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise SettingsError("SQLite needs a file", fix="Write sqlite:///exit-bridge.sqlite3")
    return parsed


def _compact(document: object) -> str:
    return dumps(document, separators=(",", ":"), allow_nan=False)


def _prepare_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    path = Path(str(engine.url.database))

    @event.listens_for(engine, "do_connect")
    def must_exist(*_: object) -> None:
        # SQLite would make an empty, world-readable file wherever a mistyped path leads.
        if not path.exists():
            raise StoreUnavailable(
                "There is no database", where=describe(engine.url), fix="Run: exit-bridge db upgrade"
            )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(path)
        connection.isolation_level = None  # transactions begin where `begin` below says, not where the driver guesses
        connection.execute(f"PRAGMA busy_timeout={busy_timeout_ms:d}").close()
        _use_wal(connection, busy_timeout_ms / 1000)
        for pragma in (
            "synchronous=FULL",  # what was acknowledged survives a power cut
            "foreign_keys=ON",
            "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "checkout")
    def same_file(_: sqlite3.Connection, record: ConnectionPoolEntry, __: object) -> None:
        # A file that is deleted or replaced under an open connection would swallow whatever is written from then on.
        if record.info["file"] != _identity(path):
            raise exc.DisconnectionError("the database file is another one now")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another one wrote in between,
        # whatever the busy timeout: so those that may write take the write lock before they look.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    # Only the very first connection to a file switches it, and SQLite's busy timeout does not cover the switch.
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare_postgresql(engine: Engine, busy_timeout_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: psycopg.Connection, _: object) -> None:
        connection.execute(f"SET lock_timeout = {busy_timeout_ms:d}").close()
        connection.commit()


def describe(url: URL) -> str:
    """A database in words fit for a log: no user, no password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {url.database}"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL, {url.host or 'local socket'}{port}/{url.database or ''}"


class Database:
    """One database and its two units of work. Every failure leaves as an error of `exit_bridge.errors`."""

    def __init__(self, engine: Engine, busy_timeout_ms: int) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._write_lock = threading.Lock()
        self._busy_timeout_ms = busy_timeout_ms
        self.where = describe(engine.url)

    def close(self) -> None:
        """Close every connection. Using the store again opens new ones."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._explained(), self._one_writer(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """A SQLite connection outside any transaction, for the few statements that must not be in one."""
        with self._explained():
            borrowed = self._engine.raw_connection()
            try:
                connection = borrowed.driver_connection
                assert isinstance(connection, sqlite3.Connection)
                yield connection
            finally:
                borrowed.close()

    def _one_writer(self) -> AbstractContextManager[object]:
        return self._locked() if self._is_sqlite else nullcontext()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # SQLite lets waiting connections sleep in steps of up to 100 ms; threads of one process queue here instead.
        if not self._write_lock.acquire(timeout=self._busy_timeout_ms / 1000):
            raise StoreUnavailable("The database is busy", where=self.where, fix="Try again")
        try:
            yield
        finally:
            self._write_lock.release()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except exc.TimeoutError:
            raise StoreUnavailable("The database is busy", where=self.where, fix="Try again") from None
        except exc.DBAPIError as error:
            raise explain(error.orig or error, self.where) from None
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
            raise explain(error, self.where) from None
