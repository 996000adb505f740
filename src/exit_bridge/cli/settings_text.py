"""exit-bridge.toml and exit-bridge.env as text: adding to them without touching what is there.

Comments and order of an existing file stay as they are: settings that stand before every table go to its top, tables to
its end. Both files are replaced together or not at all, once `load_settings` has read the result.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exit_bridge.errors import SettingsError, UsageError
from exit_bridge.platforms.signatures import Scheme, StandardWebhooks
from exit_bridge.settings import Settings, load_settings

INSTALL_KEY = "EXIT_BRIDGE_INSTALL_KEY"
MAIL_PASSWORD = "EXIT_BRIDGE_MAIL_PASSWORD"  # noqa: S105 (the name of a variable)
NOTIFY_KEY = "EXIT_BRIDGE_NOTIFY_KEY"
_HEAD = "# Settings of exit-bridge. Secrets are not here but in {}, which belongs in no version control.\n"

Table = Mapping[str, object]
"""Settings by name; None leaves one out."""


@dataclass(slots=True)
class Draft:
    """What is to be added: `top` before every table, then `tables` by heading, and `secrets` for the other file.

    `within`: settings for tables that are there already, under the heading as it stands in the file.
    """

    top: dict[str, object] = field(default_factory=dict)
    within: list[tuple[str, Table]] = field(default_factory=list)
    tables: list[tuple[str, Table]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def read_raw(path: Path) -> dict[str, Any]:
    """What an existing settings file says, unchecked; nothing where there is none. Raises SettingsError."""
    if not path.exists():
        return {}
    load_settings(path)  # one that is broken already must be mended before anything is added
    return tomllib.loads(path.read_text("utf-8"))


def new_secret(scheme: Scheme | None = None) -> str:
    """256 random bits, written as the scheme wants them."""
    if isinstance(scheme, StandardWebhooks):
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def is_set(name: str, path: Path) -> bool:
    """Does the environment, or the file of secrets beside the settings, hold this variable already?"""
    return name in os.environ or name in _held(path)


def secret_name(survey: str, path: Path) -> str:
    """A variable for the survey's secret that is not set yet."""
    stem = re.sub(r"[^A-Z0-9]", "_", survey.upper())
    stem = f"{stem}_SECRET" if stem[0].isalpha() else f"SURVEY_{stem}_SECRET"
    names = (stem, *(f"{stem}_{number}" for number in range(2, 100)))
    return next(name for name in names if not is_set(name, path))


def _held(path: Path) -> set[str]:
    lines = (line.partition("=") for line in _read(path.with_suffix(".env")).splitlines())
    return {name.strip() for name, mark, value in lines if mark and value.strip()}


@contextmanager
def adding(path: Path, draft: Draft) -> Iterator[Settings]:
    """The settings as they would be with the draft; both files are written once the block ends without an error.

    Raises SettingsError where the result could not be used and UsageError where it cannot be written. After any error,
    and after Ctrl-C, both files are as they were.
    """
    beside = path.with_suffix(".env")
    text = _with(_ended(_read(path)) or _HEAD.format(beside.name), draft)
    hidden = _ended(_read(beside)) + "".join(f"{name}={value}\n" for name, value in draft.secrets.items())
    try:
        with _trial(path, text, hidden) as (trial, trial_secrets):
            try:
                settings = load_settings(trial)
            except SettingsError as error:
                where = error.where.replace(str(trial), str(path))
                raise SettingsError(f"The settings would not work: {error.what}", where=where, fix=error.fix) from None
            yield settings
            _replace_both(path.resolve(), trial, beside.resolve(), trial_secrets)
    except OSError as error:
        raise UsageError(
            f"The settings cannot be written: {error.strerror}", where=str(path), fix="Choose a folder you may write to"
        ) from None


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _with(text: str, draft: Draft) -> str:
    if draft.top:
        lines = text.splitlines(keepends=True)
        # Below the comment a file may start with, and above every setting: valid there whatever follows.
        place = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        text = "".join([*lines[:place], *_lines(draft.top), *lines[place:]])
    for heading, table in draft.within:
        lines = text.splitlines(keepends=True)
        if heading not in [line.strip() for line in lines]:
            raise UsageError("The settings have no such heading on a line of its own", where=heading, fix="Add it")
        place = [line.strip() for line in lines].index(heading) + 1
        text = "".join([*lines[:place], *_lines(table), *lines[place:]])
    for heading, table in draft.tables:
        text = text.rstrip("\n") + f"\n\n{heading}\n" + "".join(_lines(table))
    return text


def _lines(table: Table) -> Iterator[str]:
    for name, value in table.items():
        if value is not None:
            yield f"{name} = {_toml(value)}\n"


def _toml(value: object) -> str:
    if isinstance(value, str):
        # Backslashes and quotes are all that is left to escape in printable text.
        printable = "".join(character if character.isprintable() else " " for character in value)
        return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise SettingsError("This file cannot be read", where=str(path), fix="Check who may read it") from None


@contextmanager
def _trial(path: Path, text: str, hidden: str) -> Iterator[tuple[Path, Path]]:
    """Both files under other names in the same folder, so that what they refer to is found; gone at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".exit-bridge-", suffix=".toml")
    trial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            shutil.copymode(path, trial)
        else:
            trial.chmod(0o644)
        private = os.open(trial.with_suffix(".env"), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        # A password typed where the locale knows ASCII only holds surrogates: written like this it is what was typed.
        with os.fdopen(private, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write(hidden)
        if (beside := path.with_suffix(".env")).exists():
            shutil.copymode(beside, trial.with_suffix(".env"))
        yield trial, trial.with_suffix(".env")
    finally:
        trial.unlink(missing_ok=True)
        trial.with_suffix(".env").unlink(missing_ok=True)


def _replace_both(path: Path, trial: Path, beside: Path, trial_secrets: Path) -> None:
    before = beside.read_bytes() if beside.exists() else None
    try:
        trial_secrets.replace(beside)  # first: settings that name a secret nobody has would stop the service
        trial.replace(path)
    except BaseException:
        if before is None:
            beside.unlink(missing_ok=True)
        else:
            beside.write_bytes(before)
        raise
