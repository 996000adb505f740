"""What `doctor` looks at. Every check is a function that yields findings; none changes anything."""

from __future__ import annotations

import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from exit_bridge.cli.hook import is_loopback
from exit_bridge.cli.survey_forms import survey_forms
from exit_bridge.errors import ExitBridgeError, SendFailed, StoreUnavailable
from exit_bridge.platforms import platform
from exit_bridge.sending import EmailDestination, FolderDestination
from exit_bridge.settings import MIN_SECRET_BITS, Settings, Survey, secret_bits
from exit_bridge.store import Spool
from exit_bridge.store.store import Store
from exit_bridge.trust import auth_mode

Status = Literal["ok", "look", "broken"]

WAITING_TOO_LONG = timedelta(minutes=10)
MAIL_TIMEOUT = 5.0
"""Seconds."""

# https://www.sqlite.org/wal.html: two connections that write and checkpoint at one instant could damage the file.
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))

NOTICE = {
    "controller": "who is responsible for the answers",
    "contact": "whom to ask about answers and rights",
    "worried_contact": "whom to tell when worried about someone",
}
"""Facts the form's notice needs: setting -> what the notice does not say without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and what to do unless it is fine."""

    status: Status
    about: str
    line: str
    fix: str = ""


# -- the installation ----------------------------------------------------------------------------------------------


def secrets(settings: Settings) -> Iterator[Finding]:
    """Strength of each survey's secrets is held by the settings themselves; here is what they cannot see."""
    beside = settings.path.with_suffix(".env")
    # Windows has no such bits: what Python shows there says nothing about who may read the file.
    if sys.platform != "win32" and beside.is_file() and beside.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("look", "secrets", f"{beside.name} can be read by others", f"Run: chmod 600 {beside}")
    owners: dict[str, str] = {}
    for survey in settings.surveys.values():
        for secret in survey.secrets:
            other = owners.setdefault(secret, survey.name)
            if other != survey.name:
                fix = "Give each survey its own"
                yield Finding("look", "secrets", f"{other} and {survey.name} share a secret", fix)
    if settings.install_key and secret_bits(settings.install_key.decode()) < MIN_SECRET_BITS:
        yield Finding("broken", "secrets", "The install_key is too short to be safe", "Use 32 random bytes")
    held = sum(len(survey.secrets) for survey in settings.surveys.values())
    yield Finding("ok", "secrets", f"{held} secret(s) set, each long enough")


def address(settings: Settings) -> Iterator[Finding]:
    """Where tools reach this service."""
    if not settings.public_url:
        fix = 'Set public_url = "https://…" to the address tools reach this service under'
        yield Finding("look", "public_url", "No public_url is set: tools on the internet cannot post here", fix)
        return
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https":
        yield Finding("ok", "public_url", settings.public_url)
    elif is_loopback(parts.hostname or ""):
        yield Finding("look", "public_url", "public_url leads to this machine only", "Set it to a public https address")
    else:
        line = "public_url is not https: answers would cross the network in clear"
        yield Finding("broken", "public_url", line, "Put a server with a certificate in front, and write https://")


def database(settings: Settings, store: Store) -> Iterator[Finding]:
    """Is it there, is it up to date, is it safe?"""
    own = settings.database.startswith("sqlite")
    try:
        state = store.schema_state()
    except StoreUnavailable as error:
        yield Finding("broken", "database", f"{error.what} ({error.where})", error.fix)
        return
    match state:
        case "current":
            beside = "; web and worker must run on this machine" if own else ""
            yield Finding("ok", "database", f"{store.where}, up to date{beside}")
        case "ahead":
            yield Finding("broken", "database", "It was written by a newer exit-bridge", "Upgrade exit-bridge")
        case _:
            what = "It has no tables yet" if state == "empty" else "Its tables are older than this exit-bridge"
            yield Finding("broken", "database", what, "Run: exit-bridge db upgrade")
    if own and WAL_RESET_BUG[0] <= sqlite3.sqlite_version_info <= WAL_RESET_BUG[1]:
        yield Finding(
            "look",
            "database",
            f"SQLite {sqlite3.sqlite_version} has a rare fault that can damage a database two processes write to",
            "Prefer `exit-bridge serve` to web and worker apart, back up (exit-bridge db backup), or use SQLite 3.51.3",
        )


def folders(settings: Settings) -> Iterator[Finding]:
    """Can the spool and the report folders be written?"""
    yield _writable("spool", settings.spool)
    for survey in settings.surveys.values():
        for destination in survey.send.values():
            if isinstance(destination, FolderDestination):
                yield _writable(f"survey {survey.name}", Path(destination.directory))


def mail(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Does the mail server offer what the settings demand? Nothing is sent."""
    if settings.email is None:
        if any(_needs_mail(survey) for survey in settings.surveys.values()):
            fix = "Add [email] with host and from to the settings"
            yield Finding("broken", "mail", "Reports go by e-mail, but no mail server is set", fix)
        return
    server = settings.email
    if server.security == "none" and not is_loopback(server.host):
        yield Finding("look", "mail", "Mail leaves unencrypted", 'Use security = "starttls" or "tls"')
    if server.username and not server.password:
        fix = 'Add password = "$NAME" under [email], and the password as NAME=… in the file of secrets'
        yield Finding("broken", "mail", "The mail server's login has no password", fix)
        return
    if offline:
        return
    from exit_bridge.sending.mail import check_server

    try:
        check_server(replace(server, timeout=MAIL_TIMEOUT))
    except SendFailed as error:
        yield Finding("broken", "mail", f"{error.what} ({error.where})", error.fix or "Check host, port and firewall")
    else:
        login = ", login accepted" if server.username else ""
        yield Finding("ok", "mail", f"{server.host}:{server.port} answers ({server.security}{login})")


def clock() -> Iterator[Finding]:
    """Signatures with a time stamp, retention and the order of edits rest on it."""
    year = datetime.now(UTC).year
    if not 2026 <= year < 2100:
        yield Finding("broken", "clock", f"This machine believes that it is {year}", "Set its clock")


def queue(settings: Settings, store: Store, survey: str | None) -> Iterator[Finding]:
    """What waits, what was given up, what was refused."""
    now = datetime.now(UTC)
    jobs = store.jobs("ready", survey)
    late = [job for job in jobs if job.due_at and now - job.due_at > WAITING_TOO_LONG]
    if late:
        line = f"{len(late)} send(s) have been due for more than ten minutes"
        yield Finding("look", "queue", line, "Start `exit-bridge serve`, or `exit-bridge worker`")
    if dead := len(store.jobs("dead", survey)):
        yield Finding("look", "queue", f"{dead} send(s) were given up", "See: exit-bridge jobs --state dead")
    if kept := len(store.quarantined(survey)):
        yield Finding("look", "quarantine", f"{kept} delivery(ies) could not be read", "See: exit-bridge quarantine")
    spooled = len(Spool(settings.spool).waiting())
    if spooled:
        fix = "They are taken once worker and database run"
        yield Finding("look", "spool", f"{spooled} delivery(ies) wait for the database", fix)
    if not (late or dead or kept or spooled):
        yield Finding("ok", "queue", f"{len(jobs)} send(s) waiting, none given up, nothing in quarantine or spool")


# -- one survey ----------------------------------------------------------------------------------------------------


def survey_works(survey: Survey) -> Iterator[Finding]:
    """Do tool, auth mode, bank, variant and languages exist and fit each other?"""
    about = f"survey {survey.name}"
    try:
        tool = platform(survey.platform)
        if "delivery" not in tool.faces:
            fix = "Score its exports with `exit-bridge score` instead"
            yield Finding("broken", about, f"{tool.title} cannot post to a hook", fix)
            return
        mode = auth_mode(survey, tool)
        tool.scheme(mode)
        bank = survey.bank
    except ExitBridgeError as error:
        yield Finding("broken", about, error.what, error.fix)
        return
    if survey.variant not in bank.variants:
        fix = f"Use one of: {', '.join(bank.variants)}"
        yield Finding("broken", about, f"The question bank has no variant {survey.variant!r}", fix)
    missing = [language for language in survey.languages if bank.wordings and language not in bank.wordings]
    if missing:
        fix = f"Use some of: {', '.join(bank.wordings)}"
        yield Finding("broken", about, f"The question bank has no wording in {', '.join(missing)}", fix)
    if mode == "none":
        yield Finding("look", about, "Anybody on this machine can post to it", 'Take the line auth = "none" out')
    yield Finding("ok", about, f"{tool.title}, auth by {mode}, {bank.ref}, {survey.variant}")


def survey_reports(survey: Survey) -> Iterator[Finding]:
    """Would anybody get a report, as the settings stand?"""
    name, about = f"survey {survey.name}", survey.about
    if _replies(survey):
        if not survey.about.reply_domains:
            line = "Respondents get their own report, but reply_domains allows no address: nobody would get one"
            yield Finding("broken", name, line, 'Add reply_domains = ["council.example"], or set individual_reports')
        else:
            domains = ", ".join(survey.about.reply_domains)
            yield Finding("ok", name, f"A respondent's own report is mailed to addresses at {domains} and to no other")
    elif not survey.send and (about.answered_by == "group" or about.individual_reports == "recipients"):
        yield Finding("broken", name, "Nobody gets its reports", f"Add [[surveys.{survey.name}.send]] to the settings")


def survey_notice(survey: Survey) -> Iterator[Finding]:
    """Does the form's notice say what people need to know before they answer?"""
    missing = {key: what for key, what in NOTICE.items() if not getattr(survey.about, key)}
    if missing:
        fix = (
            f"Add {', '.join(missing)} under [surveys.{survey.name}.about], "
            f"then run exit-bridge forms --survey {survey.name} and import the form again"
        )
        yield Finding("look", f"survey {survey.name}", f"The form does not say {'; '.join(missing.values())}", fix)


def survey_form(survey: Survey, folder: Path) -> Iterator[Finding]:
    """Does the form in the survey's own folder still say what the settings say? Nothing where there is no folder."""
    if not folder.is_dir():
        return
    try:
        wanted = survey_forms(survey)
    except (ExitBridgeError, KeyError):  # found by `survey_works`
        return
    if all(_holds(folder / form.path, form.content) for form in wanted):
        return
    fix = f"Run: exit-bridge forms --survey {survey.name}, and import it again"
    yield Finding("look", f"survey {survey.name}", f"{folder.name} is older than the settings", fix)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def left_over(settings: Settings, store: Store) -> Iterator[Finding]:
    """Surveys of which submissions are kept, but no settings to say when these end."""
    for name in sorted(set(store.surveys()) - set(settings.surveys)):
        kept = sum(store.counts(name).values())
        line = f"The database holds {kept} submission(s) of it, but it is not in the settings: nothing deletes them"
        yield Finding("look", f"survey {name}", line, "Put it back, or run exit-bridge forget for each response")


def survey_used(survey: Survey, store: Store) -> Iterator[Finding]:
    """Has anything ever come in?"""
    counts, other = store.counts(survey.name), store.tallies(survey.name)
    if counts or other:
        yield Finding("ok", f"survey {survey.name}", f"{sum(counts.values())} submission(s) kept")
        return
    fix = f"Run: exit-bridge send-test {survey.name}"
    yield Finding("look", f"survey {survey.name}", "Nothing has come in yet", fix)


def _needs_mail(survey: Survey) -> bool:
    return _replies(survey) or any(isinstance(destination, EmailDestination) for destination in survey.send.values())


def _replies(survey: Survey) -> bool:
    """Do respondents get their own report, at the address they give?"""
    if survey.about.answered_by == "group" or survey.about.individual_reports != "respondent":
        return False
    try:
        return survey.bank.variants[survey.variant].reply
    except (ExitBridgeError, KeyError):  # found by `survey_works`
        return False


def _writable(about: str, directory: Path) -> Finding:
    nearest = next(folder for folder in (directory, *directory.parents) if folder.exists())
    try:
        # A file that never has a name: what the permissions say is not all that can be wrong with a disk.
        with tempfile.TemporaryFile(dir=nearest) as probe:
            probe.write(b"\0")
    except OSError as error:
        fix = "Give this user the right to, and check the disk"
        return Finding("broken", about, f"{directory} cannot be written: {error.strerror}", fix)
    return Finding("ok", about, f"{directory} can be written")
