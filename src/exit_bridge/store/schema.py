"""Bringing the tables up to date, and telling whether they are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from exit_bridge.errors import SettingsError, StoreUnavailable
from exit_bridge.store.engine import Database
from exit_bridge.store.types import SchemaState

HEAD = "0005"
"""The newest migration. Their ids are four digits and only ever grow, so two of them compare as text."""

VERSION_TABLE = "schema_version"
_ADVISORY_LOCK = 0x6578_6974  # any fixed number: one upgrade at a time on a PostgreSQL server


class Schema(Database):
    """The state of the tables."""

    def schema_state(self) -> SchemaState:
        """`behind` and `empty` call for an upgrade; `ahead`: a newer exit-bridge wrote it. Raises StoreUnavailable."""
        if self._is_sqlite and not self._path.exists():
            return "empty"
        with self._reading() as connection:
            return _state(connection)

    def upgrade(self) -> None:
        """Create the tables, or migrate them, in one transaction; does nothing where they are current.

        Raises SettingsError where the database is ahead of this exit-bridge.
        """
        if self._is_sqlite:
            self._create_file()
        with self._writing() as connection:
            if not self._is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            state = _state(connection)
            if state == "ahead":
                raise SettingsError(
                    "The database was written by a newer exit-bridge", where=self.where, fix="Upgrade exit-bridge"
                )
            if state != "current":
                _migrate(connection)

    def server_time(self) -> datetime | None:
        """What the database server's clock says; None for SQLite, which has this machine's. Raises StoreUnavailable."""
        if self._is_sqlite:
            return None
        with self._reading() as connection:
            found: datetime = connection.scalar(text("SELECT clock_timestamp()"))
            return found

    def vacuums_itself(self) -> bool | None:
        """Does the server clean up after updates and deletions? None for SQLite, which we clean up after ourselves.

        Raises StoreUnavailable.
        """
        if self._is_sqlite:
            return None
        with self._reading() as connection:
            return bool(connection.scalar(text("SHOW autovacuum")) == "on")

    @property
    def _path(self) -> Path:
        return Path(str(self._engine.url.database))

    def _create_file(self) -> None:
        # Answers are for this user's eyes only; the log and index files beside it take over these permissions.
        # An existing file must not even be opened here: closing it again would drop SQLite's locks on it.
        try:
            self._path.touch(0o600, exist_ok=False)
        except FileExistsError:
            return
        except OSError:
            raise StoreUnavailable(
                "The database file cannot be created", where=self.where, fix="Create its folder and make it writable"
            ) from None


def _state(connection: Connection) -> SchemaState:
    if not inspect(connection).has_table(VERSION_TABLE):
        return "empty"
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    if found is None:
        return "empty"
    if found == HEAD:
        return "current"
    return "behind" if found < HEAD else "ahead"


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "exit_bridge.store:migrations")
    command.upgrade(config, "head")
