"""`doctor`: each thing that can be missing or dangerous is found, and nothing is where all is well."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, SECRET, call, write_settings
from tests.cli.doctor.looking import KEY, TO_LEAD, WELL, examine, wrong
from tests.sending.notify_double import KEY as NOTIFY_KEY

from exit_bridge.bridge import Bridge
from exit_bridge.cli.checks import clock
from exit_bridge.platforms.base import Platform
from exit_bridge.reports import pdf
from exit_bridge.settings import load_settings
from exit_bridge.store import Arrival, NewJob, PauseRule, Spool, open_store


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


MAIL = '[email]\nhost = "127.0.0.1"\nfrom = "Team reports <reports@council.example>"\n'


def individuals(text: str) -> str:
    """The same survey, answered by each person alone."""
    return 'install_key = "$INSTALL_KEY"\n' + text.replace('"group"', '"individuals"\nreply_domains = ["b.example"]')


def mail(**changes: str) -> Callable[[str], str]:
    """The settings with a mail server, some of its settings changed."""
    values = {"host": "mail.council.example", "from": "reports@council.example", **changes}
    lines = "".join(f"{name} = {value if value.isdigit() else repr(value)}\n" for name, value in values.items())
    return lambda text: text + f"[email]\n{lines}"


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
    "binding that is not there": (
        lambda text: text.replace("bank =", 'binding = "nosuch.toml"\nbank ='),
        "broken",
        "survey first: The survey's binding cannot be used.",
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
    "no key": (
        lambda text: text.replace('"group"', '"individuals"\nindividual_reports = "none"'),
        "look",
        "secrets: No install_key is set",
    ),
    "no domains": (
        lambda text: individuals(text).replace('reply_domains = ["b.example"]\n', "") + MAIL,
        "broken",
        "survey first: Respondents get their own report, but reply_domains allows no address",
    ),
    "no mail server": (
        lambda _: TO_LEAD,
        "broken",
        "mail: Reports go by e-mail, but no way for mail is set",
    ),
    "no mail server for replies": (
        lambda text: individuals(text),
        "broken",
        "mail: Reports go by e-mail, but no way for mail is set",
    ),
    "no password": (
        mail(username="me"),
        "broken",
        "mail: The mail server's login has no password",
    ),
    "mail in clear": (
        mail(security="none"),
        "look",
        "mail: Mail leaves unencrypted",
    ),
    "login in clear": (
        mail(security="none", host="localhost", username="me", password="$WEAK"),
        "broken",
        "mail: The login would cross the network in clear text",
    ),
    "password at Microsoft": (
        mail(host="smtp.office365.com", username="reports@council.example", password="$WEAK"),
        "look",
        "mail: Microsoft ends logins by password at smtp.office365.com",
    ),
    "port of Microsoft": (
        mail(host="council-example.mail.protection.outlook.com"),
        "broken",
        "mail: Microsoft 365 takes mail at council-example.mail.protection.outlook.com on port 25 only",
    ),
    "away from Microsoft": (
        lambda text: mail(host="x.mail.protection.outlook.com", port="25")(text).replace(
            'by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["a@council.example", "b@trust.example"]'
        ),
        "look",
        "mail: Without a connector Microsoft 365 takes no mail for trust.example from this machine",
    ),
    "replies away from Microsoft": (
        lambda text: mail(host="x.mail.protection.outlook.com", port="25")(individuals(text)),
        "look",
        "mail: Without a connector Microsoft 365 takes no mail for b.example from this machine",
    ),
    "sender known nowhere": (
        mail(**{"from": "reports@intranet"}),
        "look",
        "sender: The sender's domain intranet is known to nobody outside this network",
    ),
    "sender of this network": (
        mail(**{"from": "Reports <reports@mail.council.local>"}),
        "look",
        "sender: The sender's domain mail.council.local is known to nobody outside this network",
    ),
    "sender of a provider": (
        mail(**{"from": "council@gmail.com"}),
        "look",
        "sender: Mail from gmail.com by another server fails the checks (SPF, DKIM, DMARC)",
    ),
    "sender of a provider without servers for others": (
        mail(**{"from": "council@proton.me"}),
        "look",
        "sender: Mail from proton.me by another server fails the checks",
    ),
    "personal mailbox": (
        mail(**{"host": "smtp.gmail.com", "from": "council@gmail.com"}),
        "look",
        "sender: Reports leave from a personal mailbox at gmail.com",
    ),
    "login at another domain": (
        mail(username="me@trust.example", password="$WEAK"),
        "look",
        "sender: Mail from council.example leaves by a login at trust.example",
    ),
    "authorities missing": (
        lambda text: text + '[http]\nca_bundle = "gone.pem"\n',
        "broken",
        "ca_bundle: ",
    ),
    "authorities of another kind": (
        mail(ca_bundle="exit-bridge.toml"),
        "broken",
        "ca_bundle: exit-bridge.toml holds no certificates",
    ),
    "reply_to at Notify": (
        lambda text: (
            text.replace(
                'by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["a@b.example"]\nreply_to = "c@b.example"'
            )
            + '[email]\nby = "notify"\nkey = "$NOTIFY"\ntemplate = "f33517ff-2a88-4f6e-b855-c550268ce08a"\n'
        ),
        "look",
        "survey first: reply_to cannot be followed",
    ),
    "PDF at Notify": (
        lambda text: (
            text.replace('by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["a@b.example"]\npdf = true')
            + '[email]\nby = "notify"\nkey = "$NOTIFY"\ntemplate = "f33517ff-2a88-4f6e-b855-c550268ce08a"\n'
        ),
        "look",
        "survey first: GOV.UK Notify sends no PDF",
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
    write_settings(settings.parent, change(WELL), WEAK="weak", INSTALL_KEY=KEY, NOTIFY=NOTIFY_KEY)
    with open_store(load_settings(settings).database) as store:
        store.tally("second", "", "ping")
    found = examine(settings, "--offline")
    faults = [
        (kind, said) for kind in ("look", "broken") for said in found[kind] if "survey second: The form" not in said
    ]
    assert [(kind, said.startswith(line)) for kind, said in faults] == [(status, True)]


def test_a_pdf_without_the_package_is_found(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sends would all wait."""
    write_settings(settings.parent, WELL.replace('directory = "reports"', 'directory = "reports"\npdf = true'))
    assert examine(settings)["broken"] == []
    monkeypatch.setitem(sys.modules, "typst", None)
    pdf.compiler.cache_clear()
    (line,) = examine(settings)["broken"]
    assert line == "survey first: A PDF needs the package typst, which is not installed"


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


def test_settings_that_others_can_change_are_found(settings: Path) -> None:
    """Reading them is one thing; writing them would send reports elsewhere."""
    settings.chmod(0o644)
    assert wrong(settings) == []
    settings.chmod(0o664)
    line = "settings: exit-bridge.toml can be changed by others, who could send the reports elsewhere"
    assert wrong(settings) == [("look", line)]


def test_a_database_that_others_can_read_is_found(settings: Path) -> None:
    """It is made for one user alone; a copy may not be."""
    database = settings.parent / "exit-bridge.sqlite3"
    assert database.stat().st_mode & 0o077 == 0
    database.chmod(0o640)
    line = "database: exit-bridge.sqlite3 can be read by others, and it holds every answer"
    assert wrong(settings) == [("look", line)]


@pytest.mark.parametrize(("left", "status"), [(1024, "ok"), (1023, "look"), (100, "look"), (99, "broken")])
def test_a_disk_that_is_nearly_full_is_found(
    settings: Path, disk_with: Callable[[int], None], left: int, status: str
) -> None:
    """Before it is: a full one keeps nothing. One line for each disk, however many folders are on it."""
    disk_with(left)
    found = examine(settings)
    (line,) = [line for line in found[status] if line.startswith("disk: ")]
    assert line.startswith(f"disk: {left:,} MiB are left on the disk of {settings.parent}")
    assert len([line for lines in found.values() for line in lines if line.startswith("disk: ")]) == 1


def test_no_secret_or_address_is_ever_printed(settings: Path) -> None:
    """Nor who gets the reports."""
    write_settings(settings.parent, TO_LEAD)
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


def test_a_destination_in_trouble_is_found(settings: Path, bridge: Bridge) -> None:
    """It is left alone for a while, which somebody can end."""
    arrival = Arrival("first", "r", "", "h", None, None, datetime.now(UTC), {}, {})
    bridge.store.accept(arrival, [NewJob("send", "folder-1")], [])
    claimed = bridge.store.claim("test", 60)
    assert claimed is not None
    bridge.store.retry(claimed, 3600, "…", PauseRule(after=1, first=600.0, longest=600.0))
    assert examine(settings)["look"] == ["survey first: folder-1 failed 1 times in a row and is left alone for a while"]
    assert examine(settings, "--survey", "first")["look"]


@pytest.mark.parametrize(("mark", "status"), [("DYNO", "broken"), ("FLY_MACHINE_ID", "look")])
def test_a_host_where_a_file_does_not_last_is_found(
    settings: Path, monkeypatch: pytest.MonkeyPatch, mark: str, status: str
) -> None:
    """Or where web and worker, apart, would each have a file of their own."""
    monkeypatch.setenv(mark, "made-up")
    (line,) = examine(settings)[status]
    assert line.startswith("database: ")
    assert f"it sets {mark}" in line


def test_links_reach_those_whom_no_mail_reaches(settings: Path) -> None:
    """With links nobody has to be named, and no mail server is needed."""
    linked = 'install_key = "$INSTALL_KEY"\n' + WELL.replace('"group"', '"individuals"\nreport_link = true')
    write_settings(settings.parent, linked, INSTALL_KEY=KEY)
    found = examine(settings, "--offline")
    assert found["broken"] == []
    assert "survey first: Whoever completes the form is given a link to the report, for 30 days" in found["ok"]


def test_a_hook_that_was_never_called_is_found(tmp_path: Path) -> None:
    """With the command that calls it."""
    path = write_settings(tmp_path, WELL)
    call(path, "db", "upgrade")
    assert examine(path)["look"] == ["survey first: Nothing has come in yet"]
    with open_store(load_settings(path).database) as store:
        for kind in ("declined", "no_reply", "declined"):
            store.tally("first", "autumn", kind)
    assert "survey first: 0 submission(s) kept; counted besides: declined 2, no reply 1" in examine(path)["ok"]


def test_a_clock_that_is_years_off_is_found(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures with a time stamp would all be refused."""

    class Past(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Past:
            return cls(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(clock, "datetime", Past)
    assert "clock: This machine believes that it is 2001" in examine(settings)["broken"]


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


def test_a_form_left_over_from_another_language_is_found(settings: Path) -> None:
    """It would ask people what the settings no longer say; a form in a language that is asked for is compared too."""
    words = (Path(str(files("exit_bridge.bank"))) / "data/exit-open-1/wording.en.toml").read_text("utf-8")
    (settings.parent / "cy.toml").write_text(
        words.replace('language = "en"', 'language = "cy"\ndraft = false'), "utf-8"
    )
    both = WELL.replace("bank =", 'languages = ["en", "cy"]\nwordings = ["cy.toml"]\nbank =')
    write_settings(settings.parent, both)
    assert call(settings, "forms", "--survey", "first").code == 0
    assert wrong(settings) == []
    write_settings(settings.parent, WELL)
    forms = sorted(path.name for path in (settings.parent / "forms-first").glob("*.json"))
    assert len(forms) == 2
    [(status, line)] = wrong(settings)
    assert (status, line.partition(": ")[2]) == (
        "look",
        f"forms-first holds what the settings do not ask for: {forms[0]}",
    )
    write_settings(settings.parent, both)
    (settings.parent / "forms-first" / forms[0]).write_bytes(b"{}")
    assert wrong(settings) == [("look", "survey first: forms-first is older than the settings")]


def test_a_wording_that_is_a_draft_is_found(settings: Path) -> None:
    """Where the settings allow one: people should not be asked to answer in it yet."""
    write_settings(settings.parent, WELL.replace("bank =", 'languages = ["en", "cy"]\ndraft_wording = true\nbank ='))
    line = "survey first: The wording of exit-open@1 in 'cy' is a draft"
    assert wrong(settings) == [("look", line)]


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


def test_a_tool_that_cannot_post_is_found(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exports can be scored all the same."""
    monkeypatch.setattr(Platform, "faces", ("form", "export"))
    assert ("broken", "survey first: Typeform cannot post to a hook") in wrong(settings)


def test_settings_without_a_survey_are_a_beginning(tmp_path: Path) -> None:
    """With the command that goes on from there."""
    path = write_settings(tmp_path, 'public_url = "https://reports.council.example"\n')
    assert ("look", "settings: There is no survey yet") in wrong(path)


def test_a_bank_the_settings_need_and_cannot_read_is_a_finding(settings: Path) -> None:
    """One line, no traceback."""
    text = WELL.replace('"group"', '"individuals"\nindividual_reports = "recipients"').replace("exit-open@1", "no.toml")
    write_settings(settings.parent, text)
    (line,) = examine(settings)["broken"]
    assert "It cannot be read" in line
