"""Runs our LimeSurvey plugin by PHP, without LimeSurvey: `harness.php` makes up what it uses, over a SQLite file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import missing

import exit_bridge.platforms.limesurvey as package

PLUGIN = Path(package.__file__).parent / "plugin"
HARNESS = Path(__file__).with_name("harness.php")
NEW_YORK = "America/New_York"


def php() -> str:
    """PHP's command, or skip."""
    if not shutil.which("php"):
        missing("PHP", "install Debian's php-cli, php-curl, php-mbstring and php-sqlite3")
    return "php"


@dataclass
class World:
    """One made-up LimeSurvey. It outlives the processes run in it."""

    path: Path

    def __post_init__(self) -> None:
        with self.database() as made:
            made.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)")
            made.execute("CREATE TABLE surveys (sid INTEGER, active TEXT, autonumber_start INTEGER)")

    def database(self) -> sqlite3.Connection:
        """The database as of now."""
        opened = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        opened.row_factory = sqlite3.Row
        return opened

    def survey(self, sid: int, **settings: str) -> None:
        """A survey with a response table; `settings` are those of the plugin."""
        columns = "token, ipaddr, q1, q2rec01, q3, q4, q5, q6a1"
        with self.database() as made:
            made.execute("INSERT INTO surveys VALUES (?, 'Y', 0)", (sid,))
            made.execute(f"CREATE TABLE survey_{sid} (id INTEGER, submitdate, startlanguage, {columns})")
            for name, value in settings.items():
                stored = value[::-1] if name == "secret" else value  # how the harness encrypts
                made.execute("INSERT INTO settings VALUES (?, ?)", (f"Survey.{sid}.{name}", json.dumps(stored)))

    def response(self, sid: int, rid: int, at: str | None = "2026-11-25 05:30:00", comment: str = "Da iawn") -> None:
        """A completed response, as stored."""
        row = (rid, at, "en", "tok3n", "192.0.2.7", "yes", None, comment[::-1], "4.5000000000", "[{}]", "")
        with self.database() as made:
            made.execute(f"INSERT INTO survey_{sid} VALUES ({', '.join('?' * len(row))})", row)

    def queue(self) -> list[dict[str, Any]]:
        """What waits."""
        return [dict(row) for row in self.database().execute("SELECT * FROM exitbridge_queue ORDER BY id")]

    def start(self, *steps: tuple[Any, ...], shift: str = "", **ini: str) -> subprocess.Popen[str]:
        """Start a request to LimeSurvey that takes these steps."""
        settings = [part for name, value in ini.items() for part in ("-d", f"{name.replace('__', '.')}={value}")]
        process = subprocess.Popen(
            [php(), *settings, HARNESS, PLUGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdin
        process.stdin.write(json.dumps({"database": str(self.path), "zone": NEW_YORK, "shift": shift, "steps": steps}))
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, *steps: tuple[Any, ...], shift: str = "", **ini: str) -> Done:
        """Take these steps in one request."""
        return finish(self.start(*steps, shift=shift, **ini))


@dataclass(frozen=True)
class Done:
    """What a request did."""

    results: list[dict[str, Any]]
    log: list[str]
    flashes: list[list[str]]
    subscribed: list[str]

    @property
    def result(self) -> Any:
        """What the last step gave back."""
        return self.results[-1]["result"]


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for a request; a fault that reached LimeSurvey fails the test."""
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return Done(**json.loads(printed))


def completed(survey: int, response: int) -> tuple[str, dict[str, int]]:
    """The step of a respondent who has just finished."""
    return ("afterSurveyComplete", {"surveyId": survey, "responseId": response})
