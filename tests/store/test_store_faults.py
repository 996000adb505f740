from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from exit_bridge.errors import ExitBridgeError, SettingsError, StoreUnavailable
from exit_bridge.store import Arrival, NewJob, open_store
from exit_bridge.store.faults import explain
from exit_bridge.store.store import Store

Arrive = Callable[..., Arrival]
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def is_one_clear_line(error: ExitBridgeError) -> bool:
    """A line for people: no SQL, no driver's words."""
    line = str(error)
    return "\n" not in line and not any(word in line for word in ("INSERT", "SELECT", "sqlalche", "Error"))


def test_a_lock_held_by_somebody_else_is_waited_for_then_reported(store_url: str, arrive: Arrive) -> None:
    """503 after the busy timeout, nothing half done, and fine again once the lock is gone."""
    with open_store(store_url, busy_timeout_ms=50) as store, open_store(store_url) as other:
        other.upgrade()
        with other._writing() as connection:
            if not store._is_sqlite:
                connection.execute(text("LOCK TABLE submission"))
            with pytest.raises(StoreUnavailable, match="locked") as caught:
                store.accept(arrive(), [], [])
            assert is_one_clear_line(caught.value)
            assert caught.value.http_status == 503
        assert store.accept(arrive(), [], []).status == "accepted"


@on_sqlite
def test_threads_that_wait_too_long_are_told(store_url: str, arrive: Arrive) -> None:
    """The queue of writers within one process has the same patience as SQLite itself."""
    with open_store(store_url, busy_timeout_ms=50) as store:
        store.upgrade()
        with store._writing(), pytest.raises(StoreUnavailable, match="busy"):
            store.accept(arrive(), [], [])
        assert store.accept(arrive(), [], []).status == "accepted"


def test_too_many_connections_at_once_are_told(store_url: str) -> None:
    """An exhausted pool is a busy store, after the same wait."""
    with open_store(store_url) as patient:  # on PostgreSQL one upgrade waits for another, whoever's it is
        patient.upgrade()
    with open_store(store_url, busy_timeout_ms=50) as store, ExitStack() as readers:
        for _ in range(15):
            readers.enter_context(store._reading())
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="busy"):
            store.jobs()
        assert time.monotonic() - began < 5


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder this process may read but not write, even when root runs the tests."""
    folder = Path(tempfile.mkdtemp())
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def give_up_privileges(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
@pytest.mark.parametrize("in_use", [False, True])
def test_a_read_only_file_is_reported(unprivileged: Path, arrive: Arrive, in_use: bool) -> None:
    """Whether or not another process has it open: one line that names permissions."""
    url = f"sqlite:///{unprivileged / 'db'}"
    with open_store(url) as owner:
        owner.upgrade()
        owner.accept(arrive(), [], [])
        if not in_use:
            owner.close()
        give_up_privileges(unprivileged)
        with open_store(url, busy_timeout_ms=50) as store:
            with pytest.raises(StoreUnavailable, match="access to the file and its folder") as caught:
                store.accept(arrive("B"), [], [])
            assert is_one_clear_line(caught.value)


@on_postgresql
def test_a_read_only_server_is_reported(store_url: str, arrive: Arrive) -> None:
    """A standby, or a server set to read only."""
    with open_store(store_url) as store:
        store.upgrade()
    read_only = f"{store_url}%20-cdefault_transaction_read_only%3Don"
    with open_store(read_only) as store, pytest.raises(StoreUnavailable, match="primary server"):
        store.accept(arrive(), [], [])


@on_sqlite
def test_a_full_disk_loses_nothing_that_was_accepted(store_url: str, arrive: Arrive) -> None:
    """The one that does not fit is refused whole; earlier ones stay; with room again it is taken."""
    with open_store(store_url) as store:
        store.upgrade()
        limit = 60
        event.listen(store._engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={limit}").close())
        accepted = 0

        def accept_until_full() -> None:
            nonlocal accepted
            while True:
                arrival = arrive(response_id=str(accepted), document={"x": "y" * 9000})
                store.accept(arrival, [NewJob("send", "mail")], [])
                accepted += 1

        with pytest.raises(StoreUnavailable, match="disk is full") as caught:
            accept_until_full()
        assert is_one_clear_line(caught.value)
        assert accepted > 5
        assert accepted == len(list(store.submissions("staying-close"))) == len(store.jobs())
        limit = 10_000
        assert store.accept(arrive(response_id=str(accepted)), [], []).status == "accepted"
        with store._reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_server_that_is_not_there_is_reported() -> None:
    """Opening does not connect; using does, and names the server but neither user nor password."""
    with open_store("postgres://someone:s3cret@127.0.0.1:1/exit") as store:
        for use in (store.upgrade, store.schema_state, lambda: store.claim("w", 60)):
            with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
                use()
            assert "127.0.0.1:1/exit" in str(caught.value)
            assert "someone" not in str(caught.value)
            assert "s3cret" not in str(caught.value)
            assert is_one_clear_line(caught.value)


@on_postgresql
def test_connections_lost_while_idle_are_replaced(store: Store, store_url: str, arrive: Arrive) -> None:
    """A restart of the server between two deliveries costs no delivery."""
    with store._reading() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    with open_store(store_url) as other, other._writing() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar()
    assert store.accept(arrive(), [], []).status == "accepted"


@on_postgresql
def test_a_connection_lost_midway_is_reported(store: Store, store_url: str, arrive: Arrive) -> None:
    """Nothing of the transaction stays, and the next one works."""

    def cut(*args: Any) -> None:
        if "INTO version" in args[2]:
            pid = args[0].connection.driver_connection.info.backend_pid
            with open_store(store_url) as other, other._writing() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    event.listen(store._engine, "before_cursor_execute", cut)
    with pytest.raises(StoreUnavailable) as caught:
        store.accept(arrive(), [], [])
    assert is_one_clear_line(caught.value)
    event.remove(store._engine, "before_cursor_execute", cut)
    assert store.accept(arrive(), [], []).status == "accepted"


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    """A wrong path, or a file something else wrote over: reported, never repaired by guessing."""
    (tmp_path / "db").write_bytes(b"not a database " * 1000)
    with open_store(f"sqlite:///{tmp_path / 'db'}") as store:
        for use in (store.upgrade, store.jobs):
            with pytest.raises(StoreUnavailable, match="not a SQLite database"):
                use()
    assert (tmp_path / "db").read_bytes() == b"not a database " * 1000


def test_a_damaged_database_is_reported(tmp_path: Path, arrive: Arrive) -> None:
    """Pages overwritten by something else."""
    url = f"sqlite:///{tmp_path / 'db'}"
    with open_store(url) as store:
        store.upgrade()
        for i in range(50):
            store.accept(arrive(response_id=str(i)), [], [])
    size = (tmp_path / "db").stat().st_size
    with (tmp_path / "db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with open_store(url) as store, pytest.raises(StoreUnavailable, match="damaged"):
        list(store.submissions("staying-close"))


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    """The file is made by `db upgrade`, its folder by a person."""
    with open_store(f"sqlite:///{tmp_path / 'no' / 'db'}") as store:
        assert store.schema_state() == "empty"
        with pytest.raises(StoreUnavailable, match="Create its folder"):
            store.upgrade()


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("", "Write sqlite:///"),
        ("s3cret", "Write sqlite:///"),
        ("postgresql://u:s3cret@host:port/db", "Write sqlite:///"),
        ("mysql://u:s3cret@host/db", "Use sqlite:///"),
        ("postgresql+psycopg2://u:s3cret@host/db", "Use sqlite:///"),
        ("sqlite+aiosqlite:///s3cret", "Use sqlite:///"),
        ("sqlite://", "Write sqlite:///"),
        ("sqlite:///", "Write sqlite:///"),
        ("sqlite:///:memory:", "Write sqlite:///"),
        ("sqlite://s3cret/db", "Write sqlite:///"),
        ("sqlite:///db?mode=ro", "Write sqlite:///"),
    ],
)
def test_a_url_that_cannot_work_is_refused_unquoted(url: str, fix: str) -> None:
    """What to write instead; never the URL itself, it may hold a password."""
    with pytest.raises(SettingsError, match=fix) as caught:
        open_store(url)
    assert "s3cret" not in str(caught.value)


def test_without_psycopg_the_command_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is an extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError) as caught:
        open_store("postgresql://127.0.0.1/exit")
    assert 'pip install ".[postgres]"' in str(caught.value)


def test_no_answer_gets_into_a_traceback(store: Store, arrive: Arrive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver's own message quotes the key and SQLAlchemy's the statement: both are cut off, not chained."""
    from exit_bridge.store import submissions

    class Same:
        hex = "0" * 32

    monkeypatch.setattr(submissions, "uuid4", Same)
    first, second = arrive(response_id="marker-1"), arrive("marker-3", response_id="marker-2")
    store.accept(first, [], [])
    with pytest.raises(ExitBridgeError, match="bug") as caught:
        store.accept(second, [], [])
    assert not isinstance(caught.value, StoreUnavailable)  # sending it again would not help
    shown = "".join(traceback.format_exception(caught.value))
    assert "marker" not in shown
    assert Same.hex not in shown


def test_no_answer_gets_into_the_log(store_url: str, arrive: Arrive, caplog: pytest.LogCaptureFixture) -> None:
    """Not even with SQLAlchemy's own logging of statements turned on."""
    with caplog.at_level(logging.INFO, "sqlalchemy.engine"), open_store(store_url) as store:
        store.upgrade()
        store.accept(arrive("marker", response_id="marker"), [NewJob("send", "mail", {"to": "marker"})], [])
    assert "INSERT INTO version" in caplog.text
    assert "marker" not in caplog.text


class PostgresError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("person@council.example")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("53100", "disk of the database server is full"),
        ("53300", "no more connections"),
        ("53200", "out of resources"),
        ("28P01", "refused the login"),
        ("3D000", "no such database"),
        ("42501", "may not do this"),
        ("40P01", "gave way"),
        ("57P01", "starting or stopping"),
        ("08006", "connection to the database was lost"),
        ("58030", "failed to read or write"),
        ("XX001", "damaged"),
    ],
)
def test_what_postgresql_reports_is_put_in_our_words(code: str, says: str) -> None:
    """Faults that no test can bring about here, by their published codes."""
    error = explain(PostgresError(code), "here")
    assert isinstance(error, StoreUnavailable)
    assert says in str(error)
    assert "person@" not in str(error)


@pytest.mark.parametrize(
    "error", [PostgresError("22003"), PostgresError("23505"), ValueError("person@council.example")]
)
def test_a_refused_value_is_no_outage(error: Exception) -> None:
    """Told apart from an outage, or the sender would send it for ever."""
    explained = explain(error, "here")
    assert not isinstance(explained, StoreUnavailable)
    assert "person@" not in str(explained)


def test_an_io_error_is_put_in_our_words() -> None:
    """Extended codes say more about the same fault."""
    error = sqlite3.OperationalError("person@council.example")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    assert str(explain(error, "here")) == "The disk failed to read or write (here). Check the disk."
