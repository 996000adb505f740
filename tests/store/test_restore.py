"""A backup is a whole store, taken in use; put back it goes on where it was, and nothing is sent as something new."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.cli.cli_calls import SECRET, call, started, until, write_settings
from tests.crash.mail_server import MailServer

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, SettingsError, StoreUnavailable, UsageError
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import Settings, load_settings
from exit_bridge.store import Arrival, NewJob, open_store
from exit_bridge.store.restore import restore
from exit_bridge.store.store import Store
from exit_bridge.worker import Worker

Arrive = Callable[..., Arrival]


@pytest.fixture
def files(tmp_path: Path, arrive: Arrive) -> tuple[Path, Path]:
    """A database with two submissions, and a backup from when it had one."""
    database, backup = tmp_path / "db.sqlite3", tmp_path / "backup.sqlite3"
    with open_store(f"sqlite:///{database}") as store:
        store.upgrade()
        store.accept(arrive(response_id="old"), [NewJob("send", "mail")], [])
        store.backup(backup)
        store.accept(arrive(response_id="new"), [NewJob("send", "mail")], [])
    return database, backup


def kept_in(database: Path) -> list[str]:
    with open_store(f"sqlite:///{database}") as store:
        return [stored.response_id for stored in store.submissions("staying-close")]


def test_the_backup_takes_the_place_of_the_database(files: tuple[Path, Path]) -> None:
    """The old one stays beside it, whole, for its owner only; the backup is as it was."""
    database, backup = files
    before = backup.read_bytes()
    done = restore(database, backup)
    assert (done.submissions, done.due, done.behind) == (1, 1, False)
    assert done.kept is not None
    assert kept_in(database) == ["old"]
    assert kept_in(done.kept) == ["old", "new"]
    assert re.fullmatch(r"db\.sqlite3\.before-\d{8}T\d{6}Z", done.kept.name)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (database, done.kept)] == [0o600, 0o600]
    assert before == backup.read_bytes()
    assert {path.name for path in database.parent.iterdir()} == {database.name, backup.name, done.kept.name}


def test_a_new_machine_has_nothing_to_keep(files: tuple[Path, Path], tmp_path: Path) -> None:
    """And a log that lies about there is not taken for the new database's own."""
    elsewhere = tmp_path / "elsewhere" / "db.sqlite3"
    elsewhere.parent.mkdir()
    elsewhere.with_name("db.sqlite3-wal").write_bytes(b"left over")
    done = restore(elsewhere, files[1])
    assert (done.kept, kept_in(elsewhere)) == (None, ["old"])
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert elsewhere.with_name("db.sqlite3.left-wal").read_bytes() == b"left over"


def test_a_copy_with_a_log_beside_it_is_read_with_it(files: tuple[Path, Path], tmp_path: Path, arrive: Arrive) -> None:
    """Somebody may have copied the files of a machine that died."""
    database, copy = files[0], tmp_path / "copied" / "db.sqlite3"
    copy.parent.mkdir()
    with open_store(f"sqlite:///{database}") as store:
        store.accept(arrive(response_id="in the log"), [], [])
        for ending in ("", "-wal"):
            shutil.copy(f"{database}{ending}", f"{copy}{ending}")
    restore(tmp_path / "fresh.sqlite3", copy)
    assert kept_in(tmp_path / "fresh.sqlite3") == ["old", "new", "in the log"]


@pytest.mark.parametrize("busy", [False, True])
def test_a_database_in_use_is_left_alone(files: tuple[Path, Path], busy: bool) -> None:
    """Even by a service that is doing nothing at the moment."""
    database, backup = files
    with open_store(f"sqlite:///{database}") as service:
        assert len(service.jobs()) == 2
        if busy:
            with service._writing(), pytest.raises(ExitBridgeError, match="in use"):
                restore(database, backup)
        with pytest.raises(ExitBridgeError, match=r"in use.*Stop web and workers"):
            restore(database, backup)
        assert len(service.jobs()) == 2
    assert kept_in(database) == ["old", "new"]
    assert {path.name for path in database.parent.iterdir()} == {database.name, backup.name}


def spoil(kind: str, backup: Path) -> None:
    if kind == "gone":
        backup.unlink()
    elif kind == "no database":
        backup.write_bytes(b"a letter to the council, and long enough to be sure of it" * 100)
    elif kind == "empty":
        backup.write_bytes(b"")
    elif kind == "cut short":
        os.truncate(backup, backup.stat().st_size // 2)
    elif kind == "page of zeros":
        with backup.open("r+b") as file:
            file.seek(4096 * 5)
            file.write(bytes(4096))
    else:
        with closing(sqlite3.connect(backup)) as connection:
            connection.executescript(
                {
                    "somebody else's": "DROP TABLE version; DROP TABLE attempt;",
                    "newer": "UPDATE schema_version SET version_num = '9999'",
                    "no version": "DELETE FROM schema_version",
                    "orphans": "DELETE FROM submission",
                }[kind]
            )


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("gone", UsageError, "no such file"),
        ("no database", UsageError, "no whole SQLite database"),
        ("empty", UsageError, "no database of exit-bridge"),
        ("cut short", UsageError, "no whole|damaged"),
        ("page of zeros", UsageError, "damaged"),
        ("somebody else's", UsageError, "no database of exit-bridge"),
        ("newer", SettingsError, "newer exit-bridge.*Upgrade"),
        ("no version", SettingsError, "newer"),
        ("orphans", UsageError, "damaged"),
    ],
)
def test_what_is_no_good_backup_changes_nothing(files: tuple[Path, Path], kind: str, error: type, words: str) -> None:
    """One line, the database as it was, and nothing left lying about."""
    database, backup = files
    spoil(kind, backup)
    with pytest.raises(error, match=words) as caught:
        restore(database, backup)
    assert "\n" not in str(caught.value)
    assert kept_in(database) == ["old", "new"]
    assert {path.name for path in database.parent.iterdir()} <= {database.name, backup.name}


def test_the_database_itself_is_no_backup(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Under whatever name."""
    (tmp_path / "link").symlink_to(files[0])
    with pytest.raises(UsageError, match="the database itself"):
        restore(files[0], tmp_path / "link")


def test_an_older_backup_is_taken_and_says_so(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Its tables, as the very first version made them, are brought up to date by the next start, or `db upgrade`."""
    from alembic import command
    from alembic.config import Config

    database, backup = files[0], tmp_path / "old.sqlite3"
    backup.touch()
    with open_store(f"sqlite:///{backup}") as old, old._writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "exit_bridge.store:migrations")
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO submission VALUES (1, 's', 'r-1', 'result', 1)")
    assert restore(database, backup).behind
    with open_store(f"sqlite:///{database}") as store:
        assert store.schema_state() == "behind"
        store.upgrade()
        assert store.schema_state() == "current"
        assert store.jobs() == []
        assert store.surveys() == ["s"]


def test_a_database_too_damaged_to_open_is_replaced(files: tuple[Path, Path]) -> None:
    """It is what backups are for; what is left of it is kept, with its log."""
    database, backup = files
    database.write_bytes(b"nothing that SQLite could read, for many bytes" * 100)
    database.with_name(f"{database.name}-wal").write_bytes(b"nor this")
    done = restore(database, backup)
    assert done.kept is not None
    assert done.kept.read_bytes().startswith(b"nothing that SQLite")
    assert Path(f"{done.kept}-wal").read_bytes() == b"nor this"
    assert kept_in(database) == ["old"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_written_is_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Before anything is touched."""
    folder = tmp_path / "nowhere"
    with pytest.raises((StoreUnavailable, UsageError)):
        restore(folder / "db", files[1])


# -- in use, and the whole way -------------------------------------------------------------------------------------

WRITE_FOR_EVER = """
import sys
from datetime import UTC, datetime
from itertools import count
from exit_bridge.store import Arrival, NewJob, open_store

store = open_store(sys.argv[1])
for i in count():
    arrival = Arrival("s", f"{sys.argv[2]}-{i}", "w", "hash", None, None, datetime.now(UTC), {"x": "y" * 3000}, {})
    store.accept(arrival, [NewJob("send", "mail"), NewJob("send", "post")], [])
    if (job := store.claim(sys.argv[2], 60)) is not None:
        store.done(job)
    print(f"{sys.argv[2]}-{i}", flush=True)
"""


def acknowledged(lines: Path) -> set[str]:
    return set(lines.read_text().split("\n")[:-1])


def test_a_backup_under_load_is_consistent(tmp_path: Path) -> None:
    """Two processes write all the while: each copy holds all that was acknowledged before, and nothing by halves."""
    url = f"sqlite:///{tmp_path / 'db'}"
    with open_store(url) as store:
        store.upgrade()
        outs = [tmp_path / "a.out", tmp_path / "b.out"]
        writers = []
        for out in outs:
            with out.open("wb") as to:
                writers.append(subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, url, out.stem], stdout=to))
        try:
            for n in range(4):
                until(lambda n=n: all(len(acknowledged(out)) > 30 * (n + 1) for out in outs), "work from both")
                before = set().union(*map(acknowledged, outs))
                store.backup(tmp_path / f"copy-{n}")
                with closing(sqlite3.connect(tmp_path / f"copy-{n}")) as copy:
                    assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                    assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
                    held = {row[0] for row in copy.execute("SELECT response_id FROM submission")}
                    assert before <= held
                    (jobs,) = copy.execute("SELECT count(*) FROM job").fetchone()
                    assert 2 * len(held) == jobs
                assert all(writer.poll() is None for writer in writers)
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
    assert restore(tmp_path / "restored", tmp_path / "copy-3").submissions == len(held)


SETTINGS = """
[email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "exit-bridge@council.example"
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
[[surveys.s.send]]
by = "email"
to = ["lead@council.example"]
"""


def deliver(settings: Settings, store: Store, response_id: str) -> None:
    answers = dict.fromkeys(load_bank().variants["full"].items, 4)
    body = json.dumps({"response_id": response_id, "context": {"notice": "yes"}, "answers": answers}).encode()
    Bridge(settings, store).receive("s", Delivery(body, {"content-type": "application/json"}, SECRET))


def test_a_restored_store_sends_what_was_due_under_the_same_id(tmp_path: Path) -> None:
    """What had gone out before the backup is not sent again; what went out after it is, recognisably."""
    with MailServer() as inbox:
        path = write_settings(tmp_path, SETTINGS.format(port=inbox.port))
        assert call(path, "db", "upgrade").code == 0
        settings = load_settings(path)
        with open_store(settings.database) as store:
            work = Worker(Bridge(settings, store))
            deliver(settings, store, "r-1")
            assert work.step()
            deliver(settings, store, "r-2")
            deliver(settings, store, "r-3")
            assert call(path, "db", "backup", tmp_path / "copy").code == 0
            assert [work.step(), work.step()] == [True, True]
            first = list(inbox.mails)
            assert len(set(first)) == 3
            deliver(settings, store, "r-4")
            said = call(path, "db", "restore", tmp_path / "copy", "--yes")
            assert (said.code, said.out) == (1, "")
            assert "in use" in said.err
        said = call(path, "db", "restore", tmp_path / "copy", answers="y\n")
        assert said.code == 0
        assert "3 submission(s), 2 job(s) still to do" in said.out
        assert "forget it again" in said.out
        with started(path, "worker") as worker:
            until(lambda: len(inbox.mails) >= 5, "the two mails")
            assert worker.end(15)[0] == 0
        assert sorted(inbox.mails[3:]) == sorted(first[1:])


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_restoring_asks_first(files: tuple[Path, Path], tmp_path: Path, answer: str) -> None:
    """Unless told not to."""
    path = write_settings(tmp_path, 'database = "db.sqlite3"\n' + SETTINGS.format(port=1))
    assert call(path, "db", "restore", files[1], answers=answer).code != 0
    assert kept_in(files[0]) == ["old", "new"]
    assert call(path, "db", "restore", files[1], "--yes").code == 0
    assert kept_in(files[0]) == ["old"]


def test_postgresql_has_its_own_way_back(tmp_path: Path, files: tuple[Path, Path]) -> None:
    """One line that names the commands."""
    text = 'database = "$DB"\n' + SETTINGS.format(port=1)
    said = call(write_settings(tmp_path, text, DB="postgresql://nobody@127.0.0.1:1/none"), "db", "restore", files[1])
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "pg_restore --clean" in said.err


def test_a_service_started_in_the_middle_waits_or_finds_the_new_one(files: tuple[Path, Path]) -> None:
    """However the two meet, it never works on a file that is nobody's any more."""
    database, backup = files
    for _ in range(5):
        go, seen = Event(), list[str]()

        def look(go: Event = go, seen: list[str] = seen) -> None:
            go.wait(10)
            seen.extend(",".join(kept_in(database)) for _ in range(20))

        thread = Thread(target=look)
        thread.start()
        go.set()
        restored = False
        with suppress(ExitBridgeError):  # it is in use
            restored = restore(database, backup).kept is not None
        thread.join(30)
        assert set(seen) <= {"old", "old,new"}
        seen.append(",".join(kept_in(database)))
        assert seen[-1] == ("old" if restored or seen[0] == "old" else "old,new")
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
