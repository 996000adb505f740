from __future__ import annotations

import random
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from exit_bridge.errors import StoreUnavailable, UsageError
from exit_bridge.store import Arrival, NewJob, open_store
from exit_bridge.store.store import Store
from exit_bridge.store.tables import metadata
from exit_bridge.traces import holds

Arrive = Callable[..., Arrival]
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def everything(store: Store) -> str:
    """Every row of every table, as text."""
    with store._reading() as connection:
        return repr([connection.execute(table.select()).all() for table in metadata.sorted_tables])


def fill(store: Store, arrive: Arrive, who: str, size: int) -> None:
    """Leave `who` in every table and every state a job can be in."""
    address = {"to": f"{who}@council.example"}
    mail, post = NewJob("send", "mail", address), NewJob("send", "post", {"for": who})
    much_later = arrive().received_at + timedelta(days=10_000)
    arrival = arrive(f"{who} " * size, response_id=who, document={"text": who * size}, result={"id": who})
    store.accept(arrival, [mail, post], [])
    for end in (store.done, lambda job: store.bury(job, f"refused for {who}")):
        claimed = store.claim("w", 60)
        assert claimed is not None
        assert end(claimed)
    store.accept(
        arrive("B", response_id=who, document={"text": who}, result={"id": who}), [], [replace(mail, due_at=much_later)]
    )
    store.enqueue("staying-close", [NewJob("fetch", who, due_at=much_later)])
    store.quarantine("staying-close", f'{{"id": "{who}", "x": "{"q" * size}"}}'.encode(), "application/json", "a", "b")


def test_forget_leaves_no_trace_in_any_table_or_file(store: Store, arrive: Arrive) -> None:
    """Versions, jobs, attempts, envelopes, fetches, quarantine; for SQLite the log and the file, to the last byte."""
    people = [f"marker{i:03d}" for i in range(60)]
    for i, who in enumerate(people):
        fill(store, arrive, who, size=(1, 30, 300, 900)[i % 4])
    gone, kept = people[::2], people[1::2]
    assert [store.forget("staying-close", who, holds(None, who)) for who in gone] == [3] * 30

    rows = everything(store)
    assert [who for who in gone if who in rows] == []
    assert kept == [who for who in kept if who in rows]
    assert len(store.quarantined()) == 30
    if store._is_sqlite:
        file = Path(str(store._engine.url.database))
        assert file.with_name(file.name + "-wal").read_bytes() == b""
        store.close()
        content = file.read_bytes()
        assert [who for who in gone if who.encode() in content] == []
        assert [file] == list(file.parent.iterdir())


def test_forget_leaves_quarantine_alone_unless_told(store: Store, arrive: Arrive) -> None:
    """Bodies are replayable until somebody decides otherwise, and never those of another survey."""
    store.accept(arrive(), [], [])
    store.quarantine("staying-close", b'{"id": "r-1"}', "application/json", "schema", "…")
    store.quarantine("staying-close", b'{"id": "r-10"}', "application/json", "schema", "…")
    store.quarantine("other", b'{"id": "r-1"}', "application/json", "schema", "…")
    assert store.forget("staying-close", "r-1") == 1
    assert len(store.quarantined()) == 3
    assert store.forget("staying-close", "r-1", holds(None, "r-1")) == 1
    assert len(store.quarantined()) == 2
    assert store.forget("staying-close", "r-1", holds(None, "r-1")) == 0


def test_forget_touches_one_response_only(store: Store, arrive: Arrive) -> None:
    """Not the same id in another survey, not another id in this one."""
    for survey, response_id in (("a", "1"), ("a", "2"), ("b", "1")):
        store.accept(arrive(survey=survey, response_id=response_id), [NewJob("send", "mail")], [])
    assert store.forget("a", "1") == 1
    assert [(v.survey, v.response_id) for s in "ab" for v in store.submissions(s)] == [("a", "2"), ("b", "1")]
    assert [job.survey for job in store.jobs()] == ["a", "b"]


def test_a_forgotten_response_that_comes_again_is_new(store: Store, arrive: Arrive) -> None:
    """Nothing remembers it: another result id, version 1."""
    first = store.accept(arrive(), [], [])
    store.forget("staying-close", "r-1")
    again = store.accept(arrive(), [], [])
    assert (again.status, again.version) == ("accepted", 1)
    assert first.result_id != again.result_id


def test_a_worker_whose_job_was_forgotten_is_told(store: Store, arrive: Arrive) -> None:
    """The job is gone with its submission: finishing it is False, not an error."""
    store.accept(arrive(), [NewJob("send", "mail")], [])
    claimed = store.claim("w", 60)
    assert claimed is not None
    assert claimed.submission is not None
    store.forget("staying-close", "r-1")
    assert store.version(claimed.submission, 1) is None
    assert not store.done(claimed)
    assert not store.retry(claimed, 1, "…")


def test_purge_goes_by_when_the_current_version_came(store: Store, arrive: Arrive) -> None:
    """An edit renews the time a submission is kept; other surveys have their own."""
    old, new = arrive().received_at, arrive().received_at + timedelta(days=100)
    store.accept(arrive(response_id="old", received_at=old), [NewJob("send", "mail")], [])
    store.accept(arrive(response_id="edited", received_at=old), [], [])
    store.accept(arrive("B", response_id="edited", received_at=new), [], [])
    store.accept(arrive(response_id="late older edit", received_at=old, revision=2), [], [])
    store.accept(arrive("B", response_id="late older edit", received_at=new, revision=1), [], [])
    store.accept(arrive(response_id="new", received_at=new), [], [])
    store.accept(arrive(survey="other", received_at=old), [], [])

    assert store.purge("staying-close", old) == 0  # before, not at
    due = {v.result_id for v in store.submissions("staying-close") if v.response_id in {"old", "late older edit"}}
    assert set(store.expired("staying-close", old + timedelta(days=1))) == due
    assert store.purge("staying-close", old + timedelta(days=1)) == 2
    assert [v.response_id for v in store.submissions("staying-close")] == ["edited", "new"]
    assert store.jobs() == []
    assert len(list(store.submissions("other"))) == 1


def test_purge_takes_finished_fetches_and_leaves_open_ones(store: Store, arrive: Arrive) -> None:
    """Work still to be done is never purged by its age."""
    store.enqueue("staying-close", [NewJob("fetch", "1"), NewJob("fetch", "2"), NewJob("fetch", "3")])
    for end in (store.done, lambda job: store.bury(job, "404")):
        claimed = store.claim("w", 60)
        assert claimed is not None
        end(claimed)
    assert store.purge("staying-close", store.jobs()[-1].created_at + timedelta(seconds=1)) == 0
    assert [job.destination for job in store.jobs()] == ["3"]


@on_sqlite
def test_backup_is_a_whole_store(store: Store, arrive: Arrive, tmp_path: Path) -> None:
    """A copy taken in use opens as a store, is readable by its owner only and never overwrites."""
    store.accept(arrive(), [NewJob("send", "mail", {"to": "a@council.example"})], [])
    target = tmp_path / "copy of 'the store'.sqlite3"
    with store._writing() as connection:  # a transaction under way neither blocks nor enters the copy
        connection.exec_driver_sql("DELETE FROM job")
        store.backup(target)
        connection.rollback()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with open_store(f"sqlite:///{target}") as copy:
        assert copy.schema_state() == "current"
        assert everything(store) == everything(copy)
    with pytest.raises(UsageError, match="there already"):
        store.backup(target)
    with pytest.raises(UsageError, match="another folder"):
        store.backup(tmp_path / "nowhere" / "copy")


@on_postgresql
def test_postgresql_has_its_own_backup(store: Store, tmp_path: Path) -> None:
    """The error names the tool, and no file is left behind."""
    with pytest.raises(UsageError, match="pg_dump"):
        store.backup(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@on_postgresql
def test_postgresql_has_nothing_to_scrub(store: Store) -> None:
    """Callers need not ask which engine it is."""
    assert store.scrub() is None


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    """Half a backup is worse than none."""
    (tmp_path / "db").write_bytes(b"this is no database, and long enough to be sure of it" * 100)
    with open_store(f"sqlite:///{tmp_path / 'db'}") as store, pytest.raises(StoreUnavailable, match="not a SQLite"):
        store.backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@on_sqlite
def test_scrub_erases_what_purging_left_behind(store: Store, arrive: Arrive) -> None:
    """Rows of many sizes leave copies in unused parts of the file as SQLite moves them about: none survives."""
    chance = random.Random(1)
    old, new = arrive().received_at, arrive().received_at + timedelta(days=100)
    gone = []
    for i in range(300):
        who = f"marker{i:04d}" + "y" * chance.choice([0, 0, 20, 80])
        size = chance.choice([10, 10, 100, 900, 3000])
        received_at = chance.choice([old, new])
        gone += [who] if received_at == old else []
        arrival = arrive(
            response_id=f"{chance.random()}{who}",
            received_at=received_at,
            document={"id": who, "x": "z" * size},
            result={"id": who},
        )
        store.accept(arrival, [NewJob("send", "mail", {"to": who})], [])
        if i % 3 == 0 and (claimed := store.claim("w", 60)):
            store.done(claimed)
    assert store.purge("staying-close", new) == len(gone)
    store.scrub()
    store.close()
    content = Path(str(store._engine.url.database)).read_bytes()
    assert [who for who in gone if who.encode() in content] == []


@on_sqlite
def test_scrub_says_when_a_reader_kept_it_from_finishing(store_url: str, arrive: Arrive) -> None:
    """Erasure that did not reach the log is no success; once the reader is gone it is finished by calling again."""
    with open_store(store_url, busy_timeout_ms=50) as store, open_store(store_url) as other:
        store.upgrade()
        store.accept(arrive(), [], [])
        with other._reading() as reader:
            reader.exec_driver_sql("SELECT * FROM submission").all()
            with pytest.raises(StoreUnavailable, match="write-ahead log"):
                store.forget("staying-close", "r-1")
        assert store.current("staying-close", "r-1") is None
        assert store.forget("staying-close", "r-1") == 0


def test_deleting_reads_few_bodies_at_a_time(store: Store) -> None:
    """Quarantined bodies may be large: they are looked at one by one."""
    for i in range(5):
        store.quarantine("s", f"r-1 {i}".encode(), "text/plain", "unreadable", "…")
    fetched: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *args: fetched.append(args[2]))
    assert store.forget("s", "r-1", holds(None, "r-1")) == 5
    assert len([statement for statement in fetched if "quarantine.body" in statement]) == 5


def test_addresses_of_dead_jobs_do_not_outlive_their_time(store: Store, arrive: Arrive) -> None:
    """What could not be delivered keeps its address for a while, to be tried again, and then no longer."""
    store.accept(arrive(), [NewJob("send", "respondent", {"to": "somebody@council.example"})], [])
    claimed = store.claim("w", 60)
    assert claimed is not None
    store.bury(claimed, "550")
    (dead,) = store.jobs()
    assert store.purge_envelopes(dead.created_at) == 0
    assert store.purge_envelopes(dead.created_at + timedelta(seconds=1)) == 1
    assert store.requeue([dead.id])
    again = store.claim("w", 60)
    assert again is not None
    assert again.envelope is None


def test_addresses_of_jobs_that_wait_on_do_not_outlive_their_time(store: Store, arrive: Arrive) -> None:
    """A destination may be paused for weeks: what waits for it is given up when its address must go."""
    store.accept(arrive(), [NewJob("send", "respondent", {"to": "somebody@council.example"}), NewJob("send", "b")], [])
    claimed = store.claim("w", 60)
    assert claimed is not None
    late = claimed.created_at + timedelta(seconds=1)
    assert store.purge_envelopes(late) == 0, "somebody is at it"
    assert store.retry(claimed, 10**6, "The mail server is away")
    assert store.purge_envelopes(claimed.created_at) == 0
    assert store.purge_envelopes(late) == 1
    assert [(job.destination, job.state, job.last_error) for job in store.jobs()] == [
        ("respondent", "dead", "The mail server is away"),
        ("b", "ready", None),
    ]
    assert "council.example" not in everything(store)


def test_what_was_never_tried_is_given_up_with_a_reason(store: Store, arrive: Arrive) -> None:
    """As `jobs` shows it."""
    store.accept(arrive(), [NewJob("send", "respondent", {"to": "somebody@council.example"})], [])
    (waiting,) = store.jobs("ready")
    assert store.purge_envelopes(waiting.created_at + timedelta(seconds=1)) == 1
    (dead,) = store.jobs("dead")
    assert (dead.due_at, dead.last_error) == (None, "Given up: the time its address may be kept is over")
