"""`doctor`: each thing that can be missing or dangerous is found, and nothing is where all is well."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from tests.cli.cli_calls import FIRST, SECRET, Said, call, write_settings

from exit_bridge.bridge import Bridge
from exit_bridge.cli import checks
from exit_bridge.settings import load_settings
from exit_bridge.store import Arrival, NewJob, Spool, open_store

WELL = (
    'public_url = "https://reports.council.example"\n'
    + FIRST
    + '[surveys.first.about]\ncontroller = "Fenmoor"\ncontact = "a@b.example"\nworried_contact = "the duty team"\n'
)
Doctor = Callable[..., dict[str, list[str]]]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """An installation that nothing is wrong with, and that has been used."""
    path = write_settings(tmp_path, WELL)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
        store.tally("first", "", "ping")
    return path


@pytest.fixture(autouse=True)
def _sound_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))


def findings(said: Said) -> dict[str, list[str]]:
    """Status -> lines, with what they are about in front."""
    found: dict[str, list[str]] = {"ok": [], "look": [], "broken": []}
    for row in json.loads(said.out):
        found[row["status"]].append(f"{row['about']}: {row['line']}")
        assert bool(row["fix"]) == (row["status"] != "ok"), "what is not fine comes with what to do"
    return found


def examine(settings: Path, *flags: str) -> dict[str, list[str]]:
    return findings(call(settings, "doctor", "--json", *flags))


def test_where_all_is_well_nothing_is_said_to_be_wrong(settings: Path) -> None:
    """Every line is ok, and the exit code is 0."""
    said = call(settings, "doctor")
    assert (said.code, said.err) == (0, "")
    assert examine(settings)["look"] + examine(settings)["broken"] == []
    lines = said.out.splitlines()
    assert all(line.startswith("ok ") for line in lines[:-2])
    assert lines[-1] == f"0 broken, 0 to look at, {len(lines) - 2} ok."


def test_the_report_is_one_line_and_one_remedy_each(settings: Path) -> None:
    """Broken things end in exit code 1."""
    write_settings(settings.parent, WELL.replace("typeform", "nosuch"))
    said = call(settings, "doctor")
    assert said.code == 1
    assert "broken  survey first: There is no platform 'nosuch'.\n        Use one of: typeform" in said.out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this is no toml", "This is not TOML"),
        ("nosuch = 1\n", "nosuch is no setting"),
        (FIRST.replace("FIRST", "OTHER"), "The secret OTHER_SECRET is not set"),
        (FIRST.replace("FIRST", "SHORT"), "A secret is too short to be safe"),
        ('database = "$URL"\n' + FIRST, "The database URL names a database we do not work with"),
    ],
)
def test_settings_that_cannot_be_used_are_the_first_finding(tmp_path: Path, text: str, line: str) -> None:
    """And the only one: everything else depends on them."""
    found = examine(write_settings(tmp_path, text, SHORT_SECRET="short", URL="oracle://somewhere"))
    assert [line in finding for finding in found["broken"]] == [True]
    assert found["ok"] == []


def test_no_settings_file_is_a_finding_too(tmp_path: Path) -> None:
    """With the command that makes one."""
    said = call(tmp_path / "exit-bridge.toml", "doctor")
    assert said.code == 1
    assert "Run `exit-bridge init`" in said.out


CASES = {
    "no address": (
        lambda text: text.partition("\n")[2],
        "look",
        "public_url: No public_url is set",
    ),
    "local address": (
        lambda text: text.replace("https://reports.council.example", "http://localhost:8000"),
        "look",
        "public_url: public_url leads to this machine only",
    ),
    "plain http": (
        lambda text: text.replace("https://", "http://"),
        "broken",
        "public_url: public_url is not https",
    ),
    "weak key": (
        lambda text: 'install_key = "$WEAK"\n' + text,
        "broken",
        "secrets: The install_key is too short",
    ),
    "shared secret": (
        lambda text: text + FIRST.replace("first", "second"),
        "look",
        "secrets: first and second share a secret",
    ),
    "unknown bank": (
        lambda text: text.replace("exit-open@1", "nosuch@1"),
        "broken",
        "survey first: There is no question bank 'nosuch@1'",
    ),
    "unknown variant": (
        lambda text: text.replace("bank =", 'variant = "nosuch"\nbank ='),
        "broken",
        "survey first: The question bank has no variant 'nosuch'",
    ),
    "unknown language": (
        lambda text: text.replace("bank =", 'languages = ["en", "xx"]\nbank ='),
        "broken",
        "survey first: The question bank has no wording in xx",
    ),
    "auth mode": (
        lambda text: text.replace("bank =", 'auth = "basic"\nbank ='),
        "broken",
        "survey first: Typeform cannot carry auth = 'basic'",
    ),
    "open hook": (
        lambda text: text.replace('secrets = ["$FIRST_SECRET"]', 'auth = "none"'),
        "look",
        "survey first: Anybody on this machine can post to it",
    ),
    "no contact": (
        lambda text: text.replace('contact = "a@b.example"\n', "", 1),
        "look",
        "survey first: The form does not say whom to ask about answers and rights",
    ),
    "no reader": (
        lambda text: text.replace('[[surveys.first.send]]\nby = "folder"\ndirectory = "reports"\n', ""),
        "broken",
        "survey first: Nobody gets its reports",
    ),
    "no domains": (
        lambda text: text.replace('"group"', '"individuals"') + '[email]\nhost = "127.0.0.1"\nfrom = "a@b.example"\n',
        "broken",
        "survey first: Respondents get their own report, but reply_domains allows no address",
    ),
    "no mail server": (
        lambda text: text.replace('by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["a@b.example"]'),
        "broken",
        "mail: Reports go by e-mail, but no mail server is set",
    ),
    "no mail server for replies": (
        lambda text: text.replace('"group"', '"individuals"\nreply_domains = ["b.example"]'),
        "broken",
        "mail: Reports go by e-mail, but no mail server is set",
    ),
    "no password": (
        lambda text: text + '[email]\nhost = "127.0.0.1"\nfrom = "a@b.example"\nusername = "me"\n',
        "broken",
        "mail: The mail server's login has no password",
    ),
    "mail in clear": (
        lambda text: text + '[email]\nhost = "mail.example"\nfrom = "a@b.example"\nsecurity = "none"\n',
        "look",
        "mail: Mail leaves unencrypted",
    ),
    "spool": (
        lambda text: 'spool = "exit-bridge.toml/spool"\n' + text,
        "broken",
        "spool:",
    ),
    "folder": (
        lambda text: text.replace('directory = "reports"', 'directory = "exit-bridge.toml/reports"'),
        "broken",
        "survey first:",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_thing_wrong_is_one_finding(settings: Path, name: str) -> None:
    """Of its own kind, and nothing else with it."""
    change, status, line = CASES[name]
    write_settings(settings.parent, change(WELL), WEAK="weak")
    with open_store(load_settings(settings).database) as store:
        store.tally("second", "", "ping")
    found = examine(settings, "--offline")
    wrong = [
        (kind, said) for kind in ("look", "broken") for said in found[kind] if "survey second: The form" not in said
    ]
    assert [kind for kind, _ in wrong] == [status]
    assert wrong[0][1].startswith(line)


def test_individuals_who_get_nothing_need_no_reader(settings: Path) -> None:
    """With individual_reports = "none" nobody is meant to."""
    text = WELL.replace('"group"', '"individuals"\nindividual_reports = "none"')
    write_settings(settings.parent, text.replace('[[surveys.first.send]]\nby = "folder"\ndirectory = "reports"\n', ""))
    assert examine(settings)["broken"] == []


def test_secrets_that_others_can_read_are_found(settings: Path) -> None:
    """The remedy names the file."""
    settings.with_suffix(".env").chmod(0o644)
    said = call(settings, "doctor")
    assert "exit-bridge.env can be read by others" in said.out
    assert f"chmod 600 {settings.with_suffix('.env')}" in said.out


def test_no_secret_or_address_is_ever_printed(settings: Path) -> None:
    """Nor who gets the reports."""
    text = WELL.replace('by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["lead@council.example"]')
    write_settings(settings.parent, text)
    for said in (call(settings, "doctor"), call(settings, "doctor", "--json")):
        assert SECRET not in said.out
        assert "lead@council.example" not in said.out


def test_one_survey_can_be_looked_at_alone(settings: Path) -> None:
    """Others are left out; one that does not exist is a mistake."""
    write_settings(settings.parent, WELL + FIRST.replace("first", "second"))
    assert not [line for lines in examine(settings, "--survey", "first").values() for line in lines if "second" in line]
    assert [line for line in examine(settings, "--survey", "second")["look"] if "second" in line]
    assert call(settings, "doctor", "--survey", "nosuch").code == 1


# -- database and queue --------------------------------------------------------------------------------------------


def test_a_database_without_tables_is_found(tmp_path: Path) -> None:
    """And so is one that cannot be reached."""
    path = write_settings(tmp_path, WELL)
    assert examine(path)["broken"] == ["database: It has no tables yet"]
    write_settings(tmp_path, 'database = "$URL"\n' + WELL, URL="postgresql://nobody@127.0.0.1:1/nothing")
    pytest.importorskip("psycopg", reason="pip install psycopg[binary]")
    (line,) = examine(path)["broken"]
    assert line.startswith("database: The database server cannot be reached")


@pytest.mark.parametrize(("state", "line"), [("0000", "Its tables are older"), ("9999", "It was written by a newer")])
def test_tables_of_another_version_are_found(settings: Path, state: str, line: str) -> None:
    """Older ones and newer ones."""
    with sqlite3.connect(settings.parent / "exit-bridge.sqlite3") as connection:
        connection.execute("UPDATE schema_version SET version_num = ?", (state,))
    connection.close()
    assert [line in finding for finding in examine(settings)["broken"]] == [True]


@pytest.mark.parametrize(
    ("version", "found"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_sqlite_with_the_wal_reset_bug_is_found(
    settings: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], found: bool
) -> None:
    """From 3.7.0 to 3.51.2."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert any("rare fault" in line for line in examine(settings)["look"]) == found


@pytest.fixture
def bridge(settings: Path) -> Iterator[Bridge]:
    """A pipeline over the same database."""
    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        yield Bridge(loaded, store)


def test_what_waits_too_long_is_found(settings: Path, bridge: Bridge) -> None:
    """A send due for more than ten minutes has no worker; one that is fresh, or put off, may have."""
    now = datetime.now(UTC)
    bridge.store.enqueue("first", [NewJob("send", "a"), NewJob("send", "b", due_at=now + timedelta(hours=1))])
    assert examine(settings)["look"] == []
    bridge.store.enqueue("first", [NewJob("send", "c", due_at=now - timedelta(minutes=11))])
    assert examine(settings)["look"] == ["queue: 1 send(s) have been due for more than ten minutes"]


def test_what_was_given_up_or_refused_is_counted(settings: Path, bridge: Bridge) -> None:
    """Dead, quarantined and spooled, each with the command that shows more."""
    bridge.store.enqueue("first", [NewJob("send", "a")])
    claimed = bridge.store.claim("test", 60)
    assert claimed is not None
    bridge.store.bury(claimed, "…")
    bridge.store.quarantine("first", b"{}", "application/json", "unreadable", "…")
    Spool(bridge.settings.spool).put("first", b"{}", "application/json")
    assert examine(settings)["look"] == [
        "queue: 1 send(s) were given up",
        "quarantine: 1 delivery(ies) could not be read",
        "spool: 1 delivery(ies) wait for the database",
    ]


def test_a_hook_that_was_never_called_is_found(tmp_path: Path) -> None:
    """With the command that calls it."""
    path = write_settings(tmp_path, WELL)
    call(path, "db", "upgrade")
    assert examine(path)["look"] == ["survey first: Nothing has come in yet"]


def test_a_clock_that_is_years_off_is_found(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures with a time stamp would all be refused."""

    class Past(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Past:
            return cls(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(checks, "datetime", Past)
    assert "clock: This machine believes that it is 2001" in examine(settings)["broken"]


# -- mail ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def smtp() -> Iterator[int]:
    """The port of a mail server without STARTTLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


def mail(port: int, security: str) -> str:
    return f'[email]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "{security}"\nfrom = "a@b.example"\n'


def test_the_mail_server_is_called_and_gets_no_mail(settings: Path, smtp: int) -> None:
    """It must offer what the settings ask for."""
    write_settings(settings.parent, WELL + mail(smtp, "none"))
    found = examine(settings)
    assert found["broken"] == []
    assert f"mail: 127.0.0.1:{smtp} answers (none)" in found["ok"]
    write_settings(settings.parent, WELL + mail(smtp, "starttls"))
    (line,) = examine(settings)["broken"]
    assert "does not offer STARTTLS" in line
    assert examine(settings, "--offline")["broken"] == []


def test_a_mail_server_that_is_not_there_is_found(settings: Path) -> None:
    """One line, and no long wait."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_settings(settings.parent, WELL + mail(port, "none"))
    (line,) = examine(settings)["broken"]
    assert line == f"mail: The mail server cannot be reached (127.0.0.1:{port})"


# -- db ------------------------------------------------------------------------------------------------------------


def test_db_upgrade_may_run_at_every_release(tmp_path: Path) -> None:
    """The second time does nothing."""
    path = write_settings(tmp_path)
    for _ in range(2):
        said = call(path, "db", "upgrade")
        assert said.code == 0
        assert "up to date (SQLite" in said.out


def test_db_backup_is_a_database_of_its_own(settings: Path, tmp_path: Path) -> None:
    """Readable by its owner alone, and never over another file."""
    copy = tmp_path / "copy.sqlite3"
    assert call(settings, "db", "backup", copy).code == 0
    assert copy.stat().st_mode & 0o077 == 0
    with open_store(f"sqlite:///{copy}") as store:
        assert store.tallies("first") == {"": {"ping": 1}}
    said = call(settings, "db", "backup", copy)
    assert said.code == 2
    assert "is there already" in said.err


# -- forms and retention -------------------------------------------------------------------------------------------


def test_a_form_older_than_the_settings_is_found(settings: Path) -> None:
    """With the command that writes it again; after that all is well."""
    assert call(settings, "forms", "--survey", "first").code == 0
    assert examine(settings)["look"] == []
    write_settings(settings.parent, WELL.replace("the duty team", "another team"))
    said = call(settings, "doctor")
    assert "look    survey first: forms-first is older than the settings.\n" in said.out
    assert "Run: exit-bridge forms --survey first, and import it again." in said.out
    assert call(settings, "forms", "--survey", "first").code == 0
    assert examine(settings)["look"] == []
    (form,) = (settings.parent / "forms-first").glob("*.json")
    form.unlink()
    assert examine(settings)["look"] == ["survey first: forms-first is older than the settings"]


def test_a_survey_that_left_the_settings_is_found(settings: Path) -> None:
    """Nobody says any more when its answers are to be deleted."""
    with open_store(load_settings(settings).database) as store:
        store.accept(Arrival("gone", "r", "", "h", None, None, datetime.now(UTC), {}, {}), [], [])
    (line,) = examine(settings)["look"]
    assert line.startswith("survey gone: The database holds 1 submission(s) of it")
    assert line.endswith("nothing deletes them")
    assert examine(settings, "--survey", "first")["look"] == []


def test_the_domains_of_respondents_are_said(settings: Path) -> None:
    """In plain words, for whoever checks them."""
    text = WELL.replace('"group"', '"individuals"\nreply_domains = ["b.example", "c.example"]')
    write_settings(settings.parent, text)
    line = "survey first: A respondent's own report is mailed to addresses at b.example, c.example and to no other"
    assert line in examine(settings)["ok"]


def test_a_bank_the_settings_need_and_cannot_read_is_a_finding(settings: Path) -> None:
    """One line, no traceback."""
    text = WELL.replace('"group"', '"individuals"\nindividual_reports = "recipients"').replace("exit-open@1", "no.toml")
    write_settings(settings.parent, text)
    (line,) = examine(settings)["broken"]
    assert "It cannot be read" in line
