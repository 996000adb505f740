"""A secret that a survey tool makes takes the place of the survey's own in the file of secrets."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from exit_bridge.cli.files import whole
from exit_bridge.errors import ExitBridgeError
from exit_bridge.settings import Survey


def secret_keeper(path: Path, survey: Survey, kept: list[str]) -> Callable[[str], None] | None:
    """What puts a secret in the place of the survey's first one, and the name of its variable into `kept`.

    None where another setting uses that variable too, or where it is not in the file beside the settings alone.
    Raises ExitBridgeError where the file cannot be written; it is as it was then.
    """
    text, beside = path.read_text("utf-8"), path.with_suffix(".env")
    name = str(tomllib.loads(text)["surveys"][survey.name]["secrets"][0]).removeprefix("$")
    if name in os.environ or len(re.findall(rf"[$]{name}(?![A-Za-z0-9_])", text)) != 1:
        return None
    if len(_lines_of(beside, name)) != 1:
        return None

    def keep(secret: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_+/=-]+", secret):
            raise ExitBridgeError("The tool's secret has characters that have no place in the file", where=beside.name)
        (place,) = _lines_of(beside, name)
        lines = beside.read_text("utf-8").splitlines(keepends=True)
        lines[place] = f"{name}={secret}\n"
        about = beside.stat()
        with whole(beside.resolve(), 0o600) as file:
            file.write("".join(lines).encode())
            if hasattr(os, "fchown"):  # not on Windows
                with suppress(PermissionError):
                    os.fchown(file.fileno(), about.st_uid, about.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(about.st_mode))
        kept.append(name)

    return keep


def _lines_of(beside: Path, name: str) -> list[int]:
    """Numbers of the lines that set a variable, as the settings read them."""
    lines = beside.read_text("utf-8").splitlines() if beside.is_file() else []
    return [n for n, line in enumerate(lines) if not line.startswith("#") and line.partition("=")[0].strip() == name]
