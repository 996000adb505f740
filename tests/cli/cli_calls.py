"""Running the command line: in this process where logic is tested, as a process of its own where it serves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from click.testing import CliRunner

from exit_bridge.cli import cli
from exit_bridge.errors import ExitBridgeError

SECRET = "made-up-secret-of-the-first-survey-0123456789"
PATIENCE = 20.0


@dataclass(frozen=True)
class Said:
    """What a call printed and ended with."""

    code: int
    out: str
    err: str


def call(settings: Path | None, *arguments: object, answers: str | None = None) -> Said:
    """Run one command as `main` would, with `answers` typed at its questions."""
    line = [*(["--settings", str(settings)] if settings else []), *map(str, arguments)]
    result = CliRunner().invoke(cli, line, input=answers, prog_name="exit-bridge")
    match result.exception:
        case ExitBridgeError() as error:
            return Said(error.exit_code, result.stdout, f"{result.stderr}exit-bridge: {error}\n")
        case None | SystemExit():
            return Said(result.exit_code, result.stdout, result.stderr)
        case error:
            raise error


def write_settings(folder: Path, text: str = "", **secrets: str) -> Path:
    """A settings file, by default of one Typeform survey `first` whose reports go to the folder `reports`."""
    path = folder / "exit-bridge.toml"
    path.write_text(text or FIRST, "utf-8")
    beside = path.with_suffix(".env")
    beside.write_text("".join(f"{name}={value}\n" for name, value in ({"FIRST_SECRET": SECRET} | secrets).items()))
    beside.chmod(0o600)
    return path


FIRST = """\
[surveys.first]
platform = "typeform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$FIRST_SECRET"]

[[surveys.first.send]]
by = "folder"
directory = "reports"
"""


class Running:
    """A command in a process of its own; what it prints goes to files, so that no pipe can fill up."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.process, self._out, self._err = process, out, err

    @property
    def out(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match in what it printed. Fails when it ends or takes too long."""

        def found() -> re.Match[str] | None:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.out}\n{self.err}"
            return re.search(pattern, self.out)

        return until(found, f"{pattern!r} in {self.out!r}")

    def end(self, signal: int) -> tuple[int, float]:
        """Send the signal; exit code, and seconds until then."""
        began = monotonic()
        self.process.send_signal(signal)
        return self.process.wait(PATIENCE), monotonic() - began


@contextmanager
def started(settings: Path, *arguments: object, **environ: str) -> Iterator[Running]:
    """Start a command beside the settings; it is killed at the end if it still runs."""
    out, err = settings.parent / f"{arguments[0]}.out", settings.parent / f"{arguments[0]}.err"
    line = [sys.executable, "-W", "error", "-m", "exit_bridge", "--settings", str(settings), *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name != "PORT"}
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            line, stdout=to_out, stderr=to_err, stdin=subprocess.DEVNULL, cwd=settings.parent, env=clean | environ
        )
    try:
        yield Running(process, out, err)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(found, what):
    """Wait until `found` gives something true, and return it."""
    end = monotonic() + PATIENCE
    while not (value := found()):
        assert monotonic() < end, f"waited in vain for {what}"
        sleep(0.02)
    return value
