"""The Procfile as a platform runs it: release once, then web and worker side by side, and SIGTERM to everything."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import pytest
from aiosmtpd.controller import Controller
from tests.cli.cli_calls import FIRST, PATIENCE, SECRET, until, write_settings
from tests.conftest import missing
from tests.web.servers import free_port

from exit_bridge.bank import load_bank
from exit_bridge.cli.made_up import answers
from exit_bridge.errors import SendFailed
from exit_bridge.http import HttpPolicy, post
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

pytestmark = [pytest.mark.server, pytest.mark.dev]

PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"
GRACE = 5.0
"""Seconds that honcho gives before it kills; platforms give ten to thirty."""

SETTINGS = """\
database = "$DATABASE_URL"
[email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "reports@council.example"
"""
MAIL = """
[[surveys.first.send]]
by = "email"
to = ["lead@council.example"]
"""


class Inbox:
    """Keeps the Message-ID of every mail."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.ids.append(str(mail["Message-ID"]))
        return "250 kept"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    kept, port = Inbox(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


class Honcho:
    """Web and worker of the Procfile under honcho, which prints how each of them ended."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int) -> None:
        self._process, self._log, self.port = process, log, port

    @property
    def said(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self._log.read_text("utf-8"))

    def deliver(self, number: int) -> int:
        """Post one signed delivery, as soon as the port answers."""
        tool, bank = platform("typeform"), load_bank()
        body = tool.sample_delivery(bank, "full", answers(bank, "full"), f"r-{number}", "2026-01-15T10:30:00Z")
        headers = {"Content-Type": "application/json", **tool.scheme("signature").sign(body, SECRET)}
        at = f"http://127.0.0.1:{self.port}"
        end = monotonic() + PATIENCE
        while True:
            try:
                return post(f"{at}/hooks/first", body, headers, HttpPolicy(internal=at)).status
            except SendFailed:
                assert self._process.poll() is None, self.said
                assert monotonic() < end, self.said

    def end(self) -> tuple[dict[str, int], float]:
        """SIGTERM to all: the exit code of each process, and seconds until the last one had ended."""
        began = monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        found = re.findall(r"(web|worker)\.1 stopped \(rc=(-?\d+)\)", self.said)
        return {name: int(code) for name, code in found}, monotonic() - began


@contextmanager
def honcho(folder: Path, environ: dict[str, str]) -> Iterator[Honcho]:
    log, port = folder / "honcho.log", free_port()
    command = [sys.executable, "-m", "honcho", "-f", PROCFILE, "-d", folder, "start", "web", "worker"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environ | {"PORT": str(port)}, stdout=output, stderr=output)
    try:
        yield Honcho(process, log, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """As on such a host: its programs on the path, a home, no settings of this machine."""
    for name in ("honcho", "gunicorn"):
        if find_spec(name) is None:
            missing(name, f"pip install {name}")
    clean = {key: value for key, value in os.environ.items() if key not in ("PORT", "EXIT_BRIDGE_SETTINGS")}
    return clean | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1", "EXIT_BRIDGE_NO_PLUGINS": "1",
    }  # fmt: skip


def test_from_release_to_report_and_a_clean_end(tmp_path, store_url, environ, inbox):
    """The report of a signed delivery arrives by mail and in a folder. On SIGTERM both processes end with 0, in time,
    and what was accepted just before is sent once after the next start. PostgreSQL, and SQLite on one machine."""
    box, smtp = inbox
    settings = write_settings(tmp_path, SETTINGS.format(port=smtp) + FIRST + MAIL, DATABASE_URL=store_url)
    lines = dict(line.split(": ", 1) for line in PROCFILE.read_text("utf-8").splitlines())
    assert list(lines) == ["release", "web", "worker"]
    released = subprocess.run(lines["release"], shell=True, cwd=tmp_path, env=environ, capture_output=True, timeout=60)
    assert released.returncode == 0, released.stderr

    with honcho(tmp_path, environ) as running:
        assert running.deliver(1) == 200
        until(lambda: list((tmp_path / "reports" / "first").glob("*/report.html")), "the report in the folder")
        until(lambda: len(box.ids) == 1, "the mail")
        for number in range(2, 12):
            assert running.deliver(number) == 200
        codes, seconds = running.end()
        assert {"web": 0, "worker": 0} == codes, running.said
        assert seconds < GRACE
        assert "Traceback" not in running.said

    with open_store(load_settings(settings).database) as store:
        assert {job.state for job in store.jobs()} <= {"ready", "done"}
    with honcho(tmp_path, environ) as running:
        until(lambda: len(list((tmp_path / "reports" / "first").glob("*/report.html"))) == 11, "all reports")
        until(lambda: len(box.ids) == 11, "all mails")
        codes, _ = running.end()
        assert {"web": 0, "worker": 0} == codes, running.said
    assert len(set(box.ids)) == 11
