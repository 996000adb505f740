from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import text

from exit_bridge.errors import SettingsError, StoreUnavailable
from exit_bridge.store import Arrival, open_store
from exit_bridge.store.schema import HEAD, VERSION_TABLE
from exit_bridge.store.store import Store
from exit_bridge.store.tables import metadata


def test_the_migrations_build_the_tables_of_the_code(store: Store) -> None:
    """What Alembic would still change is nothing, indexes and types included."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    with store._reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_migrations_build_what_create_all_would(store: Store, tmp_path: Path) -> None:
    """To the letter of SQLite's own description: keys, cascades, partial indexes and ids that are never reused."""

    def described(store: Store) -> set[str]:
        with store._reading() as connection:
            found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name NOT LIKE '%schema_version%'"))
            return {" ".join(sorted("".join(row.sql.split()).split(","))) for row in found if row.sql}

    (tmp_path / "other.sqlite3").touch()
    with open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}") as other:
        with other._writing() as connection:
            metadata.create_all(connection)
        assert described(other) == described(store)


def test_head_is_the_newest_migration() -> None:
    """The number in the code is Alembic's own, and every id is four digits in one line of descent."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "exit_bridge.store:migrations")
    ids = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert ids[0] == HEAD
    assert [f"{n:04d}" for n in range(len(ids), 0, -1)] == ids


def test_a_new_database_is_empty_then_current(store_url: str) -> None:
    """Upgrading twice is upgrading once."""
    with open_store(store_url) as store:
        assert store.schema_state() == "empty"
        store.upgrade()
        assert store.schema_state() == "current"
        store.upgrade()
        assert store.schema_state() == "current"


@pytest.mark.parametrize(
    ("found", "state"), [("0000", "behind"), (HEAD, "current"), ("9999", "ahead"), (None, "empty")]
)
def test_the_state_tells_which_side_is_older(store: Store, found: str | None, state: str) -> None:
    """Database behind, level or ahead."""
    with store._writing() as connection:
        connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))
        if found is not None:
            connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:found)"), {"found": found})
    assert state == store.schema_state()


def test_a_newer_database_is_left_alone(store: Store) -> None:
    """Upgrading from an older exit-bridge is refused, and says what to do."""
    with store._writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(SettingsError, match=r"newer exit-bridge .*Upgrade exit-bridge"):
        store.upgrade()


def test_two_processes_may_upgrade_at_once(store_url: str, at_once: Callable[..., list[Any]]) -> None:
    """Web and worker start together: one migrates, the others wait and find it done."""

    def upgrade(_: int) -> str:
        with open_store(store_url) as store:
            store.upgrade()
            return store.schema_state()

    assert at_once(upgrade, 4) == ["current"] * 4


def test_the_first_connection_waits_for_a_writer(tmp_path: Path) -> None:
    """The switch to a write-ahead log is not covered by SQLite's own patience: it fails at once in such a case."""
    writer = sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    Timer(0.2, writer.close).start()
    with open_store(f"sqlite:///{tmp_path / 'db'}") as store:
        store.upgrade()
        assert store.schema_state() == "current"


def test_a_failed_migration_leaves_nothing(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables come all or not at all, on SQLite too."""
    from exit_bridge.store import schema

    migrate = schema._migrate

    def fail_late(connection: Any) -> None:
        migrate(connection)
        raise KeyboardInterrupt

    with open_store(store_url) as store:
        with monkeypatch.context() as patch:
            patch.setattr(schema, "_migrate", fail_late)
            with pytest.raises(KeyboardInterrupt):
                store.upgrade()
        assert store.schema_state() == "empty"
        store.upgrade()
        assert store.schema_state() == "current"


def test_a_store_never_upgraded_says_so(store_url: str, arrive: Callable[..., Arrival]) -> None:
    """One line with the command to run, no SQL, and no file made by merely looking."""
    with open_store(store_url) as store:
        for use in (lambda: store.accept(arrive(), [], []), lambda: store.claim("w", 60), store.jobs):
            with pytest.raises(StoreUnavailable, match="exit-bridge db upgrade") as caught:
                use()
            assert "SELECT" not in str(caught.value)
            assert "INSERT" not in str(caught.value)
        if store._is_sqlite:
            assert not store._path.exists()


def test_an_older_schema_says_so(store: Store, arrive: Callable[..., Arrival]) -> None:
    """A column that is not there yet is a missing upgrade, not a riddle."""
    with store._writing() as connection:
        connection.execute(text("ALTER TABLE version DROP COLUMN wave"))
    for use in (lambda: store.accept(arrive(), [], []), lambda: store.current("s", "r")):
        with pytest.raises(StoreUnavailable, match="exit-bridge db upgrade"):
            use()


def test_the_sqlite_file_is_for_its_owner_only(tmp_path: Path, arrive: Callable[..., Arrival]) -> None:
    """Answers are in it, and in the log beside it."""
    with open_store(f"sqlite:///{tmp_path / 'db'}") as store:
        store.upgrade()
        store.accept(arrive(), [], [])
        assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
            "db": 0o600,
            "db-wal": 0o600,
            "db-shm": 0o600,
        }


def test_looking_at_the_schema_does_not_load_alembic(tmp_path: Path) -> None:
    """Start-up checks stay quick; `exit_bridge.store` itself loads neither Alembic nor SQLAlchemy."""
    script = (
        "import sys; from exit_bridge.store import open_store\n"
        "assert not {'sqlalchemy', 'alembic'} & set(sys.modules)\n"
        f"store = open_store('sqlite:///{tmp_path / 'db'}'); store.schema_state(); store.close()\n"
        "assert 'alembic' not in sys.modules; assert 'psycopg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
