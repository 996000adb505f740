"""`exit-bridge.toml` and the environment, read once into one frozen value.

Secrets stand in the file only as `"$NAME"`: the name of an environment variable, or of a line `NAME=value` in
`exit-bridge.env` beside the file. docs/settings.md is generated from `settings.schema.json`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

from exit_bridge.bank import About, QuestionBank, is_path, load_bank
from exit_bridge.bank.about import AnsweredBy, IndividualReports
from exit_bridge.bank.wording import draft_fault
from exit_bridge.errors import BankError, SettingsError
from exit_bridge.http import HttpPolicy
from exit_bridge.platforms.base import AuthMode
from exit_bridge.scoring.disclosure import ROLE_FLOOR
from exit_bridge.sending.types import (
    Destination,
    EmailWay,
    FolderDestination,
)
from exit_bridge.settings_api import ApiSettings, api_settings, write_back_fault
from exit_bridge.settings_email import email_way
from exit_bridge.settings_faults import faults_in
from exit_bridge.settings_links import refuse_unguarded
from exit_bridge.settings_logo import read_logo
from exit_bridge.settings_send import destination
from exit_bridge.settings_waves import WaveSettings, wave_settings

DEFAULT_FILE = "exit-bridge.toml"
MIN_SECRET_BITS = 128
TEST_WAVE = "send-test"
"""Wave of submissions that `send-test` made up: apart from every real one, and marked as such in the report."""


@dataclass(frozen=True, slots=True)
class Survey:
    """One survey: which tool and bank, who answers, how deliveries prove themselves, where reports go."""

    name: str
    platform: str
    bank_source: str
    wordings: tuple[str, ...]
    variant: str
    languages: tuple[str, ...]
    wave: str
    auth: AuthMode | None
    secrets: tuple[str, ...] = field(repr=False)
    about: About
    send: Mapping[str, Destination]
    on_edit: Literal["update", "resend"]
    reply_scores: bool
    draft_wording: bool = False
    api: ApiSettings | None = None
    waves: Mapping[str, WaveSettings] = field(default_factory=dict)
    role_floor: int = ROLE_FLOOR
    team_link_days: int = 0
    binding: str = ""

    @property
    def report_link(self) -> bool:
        """Is a link to the report given back to the sender?"""
        return self.about.report_link_days > 0

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders its reports are written to."""
        return tuple(send.directory for send in self.send.values() if isinstance(send, FolderDestination))

    @property
    def bank(self) -> QuestionBank:
        """The survey's question bank. Raises BankError."""
        return load_bank(self.bank_source, self.wordings)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know."""

    path: Path
    database: str = field(repr=False)
    spool: Path
    public_url: str
    quarantine_days: int
    email: EmailWay | None
    surveys: Mapping[str, Survey]
    install_key: bytes = field(repr=False, default=b"")
    http: HttpPolicy = field(default_factory=HttpPolicy)
    stop_grace: int = 7
    one_disk: bool = False

    def survey(self, name: str) -> Survey:
        """The survey of that name. Raises SettingsError naming the known ones."""
        if name not in self.surveys:
            known = ", ".join(self.surveys) or "none yet: run `exit-bridge init`"
            raise SettingsError(f"There is no survey {name!r}", where=str(self.path), fix=f"Known surveys: {known}")
        return self.surveys[name]


def settings_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the settings file, with a description of every setting."""
    loaded: dict[str, Any] = json.loads((files("exit_bridge") / "settings.schema.json").read_text("utf-8"))
    return loaded


def settings_path(given: str | None = None) -> Path:
    """The file in force: the one given, `$EXIT_BRIDGE_SETTINGS`, or `exit-bridge.toml` here."""
    return Path(given or os.environ.get("EXIT_BRIDGE_SETTINGS") or DEFAULT_FILE).absolute()


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings. Raises SettingsError with one line for each thing to mend."""
    if not path.is_file():
        raise SettingsError(
            "There is no settings file", where=str(path), fix="Run `exit-bridge init`, or name it with --settings"
        )
    try:
        raw = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"This is not TOML: {error}", where=str(path), fix="Mend that line") from None
    except RecursionError:
        raise SettingsError("This is nested too deeply", where=str(path), fix="Take brackets out") from None
    _check(raw, path)
    secret = _secrets(path, environ if environ is not None else os.environ)
    http = HttpPolicy(
        **{key: _beside(path, value) if key == "ca_bundle" else value for key, value in raw.get("http", {}).items()}
    )
    settings = Settings(
        path=path,
        database=_database(raw, path, secret),
        spool=path.parent / raw.get("spool", "exit-bridge-spool"),
        public_url=raw.get("public_url", "").rstrip("/"),
        quarantine_days=raw.get("quarantine_days", 30),
        email=email_way(raw["email"], path.parent, secret, http) if "email" in raw else None,
        surveys={name: _survey(name, row, path, secret, http) for name, row in raw.get("surveys", {}).items()},
        install_key=secret(raw["install_key"], "install_key").encode() if "install_key" in raw else b"",
        http=http,
        stop_grace=raw.get("stop_grace", 7),
        one_disk=raw.get("one_disk", False),
    )
    strong = secret_bits(settings.install_key.decode()) >= MIN_SECRET_BITS
    for survey in settings.surveys.values():
        chosen = survey.bank.variants.get(survey.variant) if survey.report_link else None
        where, address = f"surveys.{survey.name}", bool(settings.public_url)
        refuse_unguarded(survey.about, chosen, survey.team_link_days, where, address=address, strong_key=strong)
    return settings


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        fix = "Give the user that runs exit-bridge the right to read it"
        raise SettingsError(f"This file cannot be read: {error.strerror}", where=str(path), fix=fix) from None
    except UnicodeDecodeError:
        raise SettingsError("This file is not UTF-8", where=str(path), fix="Save it as UTF-8") from None


Secret = Callable[[str, str], str]


def _check(raw: Mapping[str, Any], path: Path) -> None:
    if found := faults_in(raw, settings_schema(), path.with_suffix(".env").name):
        raise SettingsError(f"{len(found)} setting(s) to mend: {'; '.join(found)}", where=str(path))


def _secrets(path: Path, environ: Mapping[str, str]) -> Secret:
    beside = path.with_suffix(".env")
    kept = {}
    if beside.is_file():
        lines = (line.partition("=") for line in _text(beside).splitlines() if not line.startswith("#"))
        kept = {name.strip(): value.strip().strip("\"'") for name, mark, value in lines if mark}

    def look_up(reference: str, where: str) -> str:
        name = reference.removeprefix("$")
        value = environ.get(name) or kept.get(name)
        if not value:
            fix = f"Set it in the environment, or as a line {name}=… in {beside.name}"
            raise SettingsError(f"The secret {name} is not set", where=where, fix=fix)
        return value

    return look_up


def _database(raw: Mapping[str, Any], path: Path, secret: Secret) -> str:
    url = raw.get("database", "exit-bridge.sqlite3")
    url = secret(url, "database") if url.startswith("$") else url
    return url if "://" in url else f"sqlite:///{path.parent / url}"


def _beside(path: Path, name: str) -> str:
    return str(path.parent / name) if name else ""


def _survey(name: str, row: Mapping[str, Any], path: Path, secret: Secret, http: HttpPolicy) -> Survey:
    where = f"surveys.{name}"
    secrets = tuple(secret(reference, f"{where}.secrets") for reference in row.get("secrets", ()))
    auth = cast("AuthMode | None", row.get("auth"))
    if not secrets and auth != "none":
        raise SettingsError("No secret is set", where=where, fix='Run `exit-bridge init`, or add secrets = ["$NAME"]')
    for value in secrets:
        if secret_bits(value) < MIN_SECRET_BITS:
            raise SettingsError("A secret is too short to be safe", where=where, fix="Use one that `init` makes")
    if row.get("wave", "").casefold().startswith(TEST_WAVE):
        raise SettingsError(f"A wave called {TEST_WAVE} holds made-up answers", where=f"{where}.wave", fix="Rename it")
    facts: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.get("about", {}).items()
    }
    if "logo" in facts:
        facts["logo"] = read_logo(path.parent / facts["logo"], f"{where}.about.logo")
    api = api_settings(row["api"], f"{where}.api", secret, http) if "api" in row else None
    about = About(
        **facts,
        answered_by=cast("AnsweredBy", row["answered_by"]),
        individual_reports=cast("IndividualReports", row.get("individual_reports", "respondent")),
        retain_days=row.get("retain_days", 365),
        reply_domains=tuple(domain.casefold() for domain in row.get("reply_domains", ())),
        report_link_days=row.get("report_link_days", 30) if row.get("report_link") else 0,
        scores_in_tool=api is not None and api.write_back,
    )
    bank = row["bank"]
    survey = Survey(
        name=name,
        platform=row["platform"],
        bank_source=str(path.parent / bank) if is_path(bank) else bank,
        wordings=tuple(str(path.parent / wording) for wording in row.get("wordings", ())),
        variant=row.get("variant", "full"),
        languages=tuple(row.get("languages", ("en",))),
        draft_wording=row.get("draft_wording", False),
        wave=row.get("wave", ""),
        auth=auth,
        secrets=secrets,
        about=about,
        send=dict(
            destination(n, way, f"{where}.send no. {n}", path.parent, secret, http)
            for n, way in enumerate(row.get("send", ()), 1)
        ),
        on_edit=row.get("on_edit", "update"),
        reply_scores=row.get("reply_scores", False),
        api=api,
        waves=wave_settings(row.get("waves", ()), f"{where}.waves"),
        role_floor=row.get("role_floor", ROLE_FLOOR),
        team_link_days=row.get("team_link_days", 0),
        binding=_beside(path, row.get("binding", "")),
    )
    if not survey.draft_wording and (draft := _draft_fault(survey)):
        fix = "Have it reviewed first, or add draft_wording = true; docs/languages.md says how"
        raise SettingsError(draft, where=f"{where}.languages", fix=fix)
    if about.scores_in_tool and (fault := write_back_fault(about, survey.bank.variants.get(survey.variant))):
        raise SettingsError(fault[0], where=f"{where}.api.write_back", fix=fault[1])
    if about.answered_by == "individuals" and about.individual_reports == "recipients":
        _refuse_private_form(survey, where)
    return survey


def _draft_fault(survey: Survey) -> str:
    try:
        return draft_fault(survey.bank, survey.languages)
    except BankError:  # said by whatever uses the bank, and by `doctor`
        return ""


def _refuse_private_form(survey: Survey, where: str) -> None:
    """A form that promises a report to nobody, not even to the respondent, cannot give one to others."""
    chosen = survey.bank.variants.get(survey.variant)
    if chosen and not chosen.reply:
        raise SettingsError(
            f"The form {survey.variant!r} gives no report on one person's answers to anybody",
            where=where,
            fix='Use individual_reports = "respondent" or "none"',
        )


def secret_bits(secret: str) -> int:
    """A ceiling on the strength of a secret: bits its characters can carry; `whsec_` secrets are decoded first."""
    if secret.startswith("whsec_"):
        try:
            return 8 * len(base64.b64decode(secret[6:], validate=True))
        except (binascii.Error, ValueError):
            return 0
    if len(set(secret)) < 8:
        return 0
    return (4 if all(c in "0123456789abcdefABCDEF-" for c in secret) else 6) * len(secret)
