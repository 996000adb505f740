"""`forget` and the end of retention leave nothing: every table, every file and the log are searched for what was said.

Tables and columns come from the database's own catalogue, and files from the disk: what is added later is searched too.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

import pytest
from tests.cli.cli_calls import SECRET, call, write_settings
from tests.crash.mail_server import MailServer

from exit_bridge import logs
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import StoreUnavailable
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store import NewJob, open_store
from exit_bridge.store.store import Store
from exit_bridge.upkeep import purge
from exit_bridge.worker import Worker

SETTINGS = """
database = "$DB"
[email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "exit-bridge@council.example"
"""
SURVEYS = """
[surveys.group]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
on_edit = "resend"
[[surveys.group.send]]
by = "folder"
directory = "out"
[[surveys.group.send]]
by = "email"
to = ["lead@council.example"]

[surveys.each]
platform = "generic"
bank = "exit-open@1"
answered_by = "individuals"
auth = "path"
secrets = ["$FIRST_SECRET"]
reply_domains = ["council.example"]
"""
SURVEYS += """
[surveys.lime]
platform = "limesurvey"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
"""
GONE = """
[surveys.gone]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
"""
ITEMS = load_bank().variants["full"].items
BAD_ITEM = {"zzz99": 3}


class Searched:
    """A service with everything that a response can leave behind, and the search for it."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path, self.store = path, store
        self.settings = load_settings(path)
        self.bridge = Bridge(self.settings, store)
        self.people: list[tuple[str, str]] = []
        """(survey, response id) of everybody who left something."""

    @staticmethod
    def said(who: str) -> dict[str, Any]:
        return {
            "response_id": f"zqid{who}",
            "context": {"notice": "yes"},
            "answers": dict.fromkeys(ITEMS, 4),
            "comments": {"leadership": f"zqcomment{who}"},
            "reply_to": f"zqmail{who}@council.example",
        }

    def deliver(self, survey: str, who: str, bridge: Bridge | None = None, **more: Any) -> str:
        self.people.append((survey, f"zqid{who}"))
        body = json.dumps(self.said(who) | more).encode()
        delivery = Delivery(body, {"content-type": "application/json"}, SECRET)
        return (bridge or self.bridge).receive(survey, delivery)[0].status

    def complete(self, who: str, **more: Any) -> str:
        """What LimeSurvey sends, whose ids of survey and response stand apart."""
        self.people.append(("lime", f"7041-zqid{who}"))
        said = {"bank": "exit-open@1", "variant": "full", "notice": "yes", "commentleadership": f"zqcomment{who}"}
        body = {
            "event": "completed",
            "source": "exit-bridge-limesurvey/1",
            "survey_id": 7041,
            "response_id": f"zqid{who}",
            "answers": said | dict.fromkeys(ITEMS, "4") | more,
        }
        delivery = Delivery(json.dumps(body).encode(), {"content-type": "application/json"}, SECRET)
        return self.bridge.receive("lime", delivery)[0].status

    def plant(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One person for every state that a response, a job or a body can be in."""
        work = Worker(self.bridge)
        assert self.deliver("group", "sent") == "accepted"
        assert self.deliver("each", "ownreport") == "accepted"
        while work.step():
            pass
        for who in ("edited", "resent"):
            assert self.deliver("group", who, revision=1) == "accepted"
            if who == "resent":
                while work.step():
                    pass
            assert self.deliver("group", who, revision=2, answers={}) == "edited"
            assert self.deliver("group", who, revision=1, answers={"rec01": 1}) == "older"
        while work.step():
            pass
        for who, end in (("dead", self.store.bury), ("tried", lambda job, why: self.store.retry(job, 10**6, why))):
            assert self.deliver("each", who) == "accepted"
            claimed = self.store.claim("w", 60)
            assert claimed is not None
            end(claimed, "The mail server refused every address (550)")
        assert self.deliver("each", "leased") == "accepted"
        assert self.store.claim("a worker that died", 10**6) is not None
        assert self.deliver("each", "declined", context={"notice": "no"}) == "declined"
        assert self.deliver("group", "badlabel", answers=BAD_ITEM) == "quarantined"
        batch = json.dumps([self.said("good"), self.said("badelement") | {"answers": BAD_ITEM}]).encode()
        self.people += [("group", "zqidgood"), ("group", "zqidbadelement")]
        assert len(self.bridge.receive("group", Delivery(batch, {"content-type": "application/json"}, SECRET))) == 2
        assert self.complete("limeaccepted") == "accepted"
        assert self.complete("limebad", rec01="zq") == "quarantined"
        for n in range(2):
            assert self.deliver("group", f"waiting{n}") == "accepted"
        self.store.enqueue("group", [NewJob("fetch", "zqidfetched")])
        self.people.append(("group", "zqidfetched"))
        fetched = next(job for job in iter(lambda: self.store.claim("w", 10**6), None) if job.kind == "fetch")
        self.store.done(fetched)
        self.spool(monkeypatch)

    def spool(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Taken while the database was away: one waits, one is damaged, one was never finished, one has no survey."""

        def away(*_: object) -> None:
            raise StoreUnavailable("away")

        with monkeypatch.context() as patch:
            patch.setattr(type(self.store), "accept", away)
            for who in ("damaged", "unfinished", "spooled"):
                assert self.deliver("group", who) == "spooled"
            assert self.complete("limespooled") == "spooled"
            with_more = load_settings_of(self.path, SURVEYS + GONE)
            assert self.deliver("gone", "ownerless", Bridge(with_more, self.store)) == "spooled"
        folder = self.settings.spool
        damaged, unfinished, *_ = sorted(folder.glob("*.spooled"))
        damaged.write_bytes(damaged.read_bytes() + b" ")
        assert self.bridge.spool.read(damaged.name) is None
        unfinished.rename(f"{unfinished}.part")

    def search(self, log: str = "") -> dict[str, set[str]]:
        """Marker -> where it stands."""
        found: dict[str, set[str]] = {}
        for place, content in (*self.rows(), *self.files(), ("log", log)):
            for who in {who.rpartition("zqid")[2] for _, who in self.people}:
                for marker in (f"zqid{who}", f"zqcomment{who}", f"zqmail{who}"):
                    if marker in content.casefold():
                        found.setdefault(marker, set()).add(place)
        return found

    def rows(self) -> Iterator[tuple[str, str]]:
        """Every value of every table that the catalogue knows, by name of the table."""
        every = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if self.store._is_sqlite
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
        with self.store._reading() as connection:
            tables = list(connection.exec_driver_sql(every).scalars())
            assert len(tables) > 8
            for table in tables:
                for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                    yield table, " ".join(map(as_text, row))

    def files(self) -> Iterator[tuple[str, str]]:
        """Every file beside the settings, the database's own too, by its kind."""
        for path in self.path.parent.rglob("*"):
            if path.is_file() and path != self.path:
                content = path.read_bytes().decode("latin-1").replace("=\r\n", "").replace("=\n", "")
                yield path.suffix or path.name, content


def as_text(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("latin-1")
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def load_settings_of(path: Path, surveys: str) -> Any:
    other = path.with_name("other.toml")
    other.write_text(path.read_text("utf-8").partition("[surveys")[0] + surveys.lstrip(), "utf-8")
    other.with_suffix(".env").write_text(path.with_suffix(".env").read_text("utf-8"))
    loaded = load_settings(other)
    for made in (other, other.with_suffix(".env")):
        made.unlink()
    return loaded


@pytest.fixture
def everywhere(store: Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Searched]:
    with MailServer() as mail:
        text = SETTINGS.format(port=mail.port) + SURVEYS
        searched = Searched(write_settings(tmp_path, text, DB=store_url), store)
        searched.plant(monkeypatch)
        yield searched


def log_of(caplog: pytest.LogCaptureFixture) -> str:
    """As it goes to stderr, tracebacks and all."""
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    records = [*caplog.get_records("setup"), *caplog.records]
    return "\n".join(formatter.format(record) for record in records)


@pytest.fixture(autouse=True)
def _all_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    assert logs.log_to_stderr
    caplog.set_level(logging.DEBUG, "exit_bridge")


def test_the_search_finds_what_is_there(everywhere: Searched, caplog: pytest.LogCaptureFixture) -> None:
    """In every place where something may be; of a no, nothing anywhere; in the log never anything."""
    found = everywhere.search(log_of(caplog))
    assert len(log_of(caplog)) > 500
    places = set().union(*found.values())
    assert {
        "submission",
        "version",
        "job",
        "quarantine",
        ".spooled",
        ".bad",
        ".part",
        ".json",
        ".eml",
        ".html",
    } <= places
    assert everywhere.store._is_sqlite == (".sqlite3-wal" in places)
    assert "log" not in places
    assert not places & {"trouble", "mailed", "tally", "attempt"}
    assert {"version", "submission"} <= found["zqidsent"] | found["zqcommentsent"]
    assert "job" in found["zqmaildead"]
    everybody = {who.removeprefix("7041-") for _, who in everywhere.people}
    assert everybody - {"zqiddeclined"} == {name for name in found if "id" in name[:4]}
    assert "zqcommentdeclined" not in found


def test_forget_reaches_everything(everywhere: Searched, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody who asked to be forgotten is left in any table, file or log line; everybody else is."""
    kept = ("group", "zqidwaiting1")
    for survey, response_id in dict.fromkeys(everywhere.people):
        if survey != "gone" and (survey, response_id) not in (kept, ("each", "zqiddeclined")):
            said = call(everywhere.path, "forget", survey, response_id, "--yes")
            assert said.code == 0, said
            assert "zqcomment" not in said.out + said.err
    assert call(everywhere.path, "forget", "gone", "zqidownerless", "--yes").code == 0
    found = everywhere.search(log_of(caplog))
    assert {"zqidwaiting1", "zqcommentwaiting1"} == set(found), found
    everywhere.store.close()
    assert {"zqidwaiting1", "zqcommentwaiting1"} == {
        marker for _, content in everywhere.files() for marker in found if marker in content
    } or not everywhere.store._is_sqlite


def test_what_is_past_its_time_is_gone_everywhere(everywhere: Searched, caplog: pytest.LogCaptureFixture) -> None:
    """After the last date of all, and one round of upkeep, nothing is left but numbers."""
    for unfinished in everywhere.settings.spool.glob("*.part"):
        os.utime(unfinished, (time() - 7200, time() - 7200))
    while everywhere.bridge.drain():
        pass
    purge(everywhere.bridge, datetime.now(UTC) + timedelta(days=366))
    assert everywhere.search(log_of(caplog)) == {}
    everywhere.store.close()
    assert everywhere.search(log_of(caplog)) == {}
    assert everywhere.store.tallies("each") == {"": {"declined": 1}}


def test_nothing_goes_before_its_time(everywhere: Searched) -> None:
    """A day before: all that has a year is there, and what has thirty days is not."""
    purge(everywhere.bridge, datetime.now(UTC) + timedelta(days=364))
    found = everywhere.search()
    assert {"zqidsent", "zqcommentsent", "zqidedited", "zqidresent", "zqiddead"} <= set(found)
    assert not {"zqmaildead", "zqidbadlabel", "zqidbadelement", "zqidownerless"} & set(found)
    assert "zqidspooled" in found, "accepted and not taken yet: it waits however long"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_traces_are_erased_even_after_a_crash_in_between(everywhere: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted, and then the process died before the file was rewritten: the next round of upkeep does it."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    later = datetime.now(UTC) + timedelta(days=366)
    with monkeypatch.context() as patch:
        patch.setattr(type(everywhere.store), "scrub", die)
        with pytest.raises(KeyboardInterrupt):
            purge(everywhere.bridge, later)
    assert everywhere.store.scrub_is_owed()
    everywhere.store.close()
    with open_store(everywhere.settings.database) as store:
        purge(Bridge(replace(everywhere.settings), store), later)
        assert not store.scrub_is_owed()
    database = Path(everywhere.settings.database.removeprefix("sqlite:///"))
    content = database.read_bytes().decode("latin-1")
    assert [who for _, who in everywhere.people if who.removeprefix("7041-") in content] == []
