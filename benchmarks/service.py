"""The service as it is deployed: gunicorn, workers, a mail server to send to, on SQLite or PostgreSQL."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from deliveries import SECRET, SURVEY
from load import wait_for

STORES = ("sqlite", "postgresql")
POSTGRES = os.environ.get("EXIT_BRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
GRACE = 30.0
"""Seconds a process gets to end."""


@contextmanager
def new_store(kind: str, folder: Path, name: str = "exit-bridge") -> Iterator[str]:
    """The URL of a new, empty database: a SQLite file, or a schema of its own that is dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    import psycopg

    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        raise SystemExit("No PostgreSQL: name one in EXIT_BRIDGE_TEST_POSTGRES, or --stores sqlite") from None
    schema = f"exit_bridge_bench_{uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options={quote(f'-csearch_path={schema}')}"
        finally:
            server.execute(f"DROP SCHEMA {schema} CASCADE")


class Probe:
    """Looks into the database from outside, while it is in use."""

    def __init__(self, url: str) -> None:
        from exit_bridge.store.engine import make_engine

        self._engine = make_engine(url, 10_000)

    def number(self, statement: str) -> int:
        """The one number that a statement gives."""
        with self._engine.begin() as connection:
            return int(connection.exec_driver_sql(statement).scalar_one())

    def backlog(self) -> int:
        """Jobs that are not done: waiting or in hand."""
        return self.number("SELECT count(*) FROM job WHERE due_at IS NOT NULL")

    def close(self) -> None:
        """Close its connection."""
        self._engine.dispose()


@dataclass
class Service:
    """A running service. `web` and `workers` are process ids of what does the work, without gunicorn's master."""

    port: int
    url: str
    probe: Probe
    web: list[int]
    workers: list[int]
    sink: subprocess.Popen[str]

    def drained(self, patience: float) -> float | None:
        """Seconds until no job is left, or None when patience ended first."""
        began = time.monotonic()
        while self.probe.backlog():
            if time.monotonic() - began > patience:
                return None
            time.sleep(0.25)
        return time.monotonic() - began

    def mails(self) -> dict[str, int]:
        """How many mails the sink took and how many different ones. Ends it."""
        self.sink.terminate()
        assert self.sink.stdout is not None
        counted: dict[str, int] = json.loads(self.sink.stdout.readline())
        return counted


@contextmanager
def running(kind: str, web: int, workers: int) -> Iterator[Service]:
    """A whole service over a new database; everything it started ends with it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(new_store(kind, folder))
        sink = started(stack, [str(Path(__file__).parent / "sink.py")], os.environ, stdout=subprocess.PIPE)
        assert sink.stdout is not None
        mail = f'[email]\nhost = "127.0.0.1"\nport = {sink.stdout.readline().strip()}\nsecurity = "none"\n'
        mail += 'from = "bench@council.example"\n'
        settings = folder / "exit-bridge.toml"
        send = 'by = "email"\nto = ["lead@council.example"]\n'
        settings.write_text(f'database = "$BENCH_DATABASE"\n{mail}{SURVEY}{send}', "utf-8")
        environment = {
            **os.environ, "BENCH_SECRET": SECRET, "BENCH_DATABASE": url, "EXIT_BRIDGE_SETTINGS": str(settings),
            "EXIT_BRIDGE_NO_PLUGINS": "1",
        }  # fmt: skip
        upgrade = [sys.executable, "-m", "exit_bridge", "db", "upgrade"]
        subprocess.run(upgrade, env=environment, check=True, stdout=subprocess.DEVNULL)
        port, server = gunicorn(stack, "exit_bridge.web:create_app()", environment, web, threads=8)
        sending = [started(stack, ["-m", "exit_bridge", "worker"], environment) for _ in range(workers)]
        probe = Probe(url)
        stack.callback(probe.close)
        yield Service(port, url, probe, children(server.pid), [worker.pid for worker in sending], sink)


def gunicorn(
    stack: ExitStack, application: str, environment: dict[str, str], processes: int, threads: int
) -> tuple[int, subprocess.Popen[str]]:
    """The Procfile's server on a free port; returns once it answers."""
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=256))
    command = ["-m", "gunicorn", "--worker-class", "gthread", "--workers", str(processes), "--threads", str(threads)]
    command += [
        "--forwarded-allow-ips",
        "",
        "--keep-alive",
        "60",
        "--log-level",
        "error",
        "--bind",
        f"fd://{listening.fileno()}",
        application,
    ]
    process = started(stack, command, environment, pass_fds=(listening.fileno(),))
    port = listening.getsockname()[1]
    wait_for(port)
    deadline = time.monotonic() + GRACE
    while len(children(process.pid)) < processes and time.monotonic() < deadline:
        time.sleep(0.1)
    return port, process


def started(stack: ExitStack, command: list[str], environment: Any, **how: Any) -> subprocess.Popen[str]:
    """A Python process that is told to end with the stack, and must end well."""
    said = stack.enter_context(TemporaryFile())  # noqa: SIM115 (the stack closes it)
    usual = {"stdout": subprocess.DEVNULL, "stderr": said, "text": True}
    process = subprocess.Popen([sys.executable, *command], env=environment, **(usual | how))

    def end() -> None:
        if process.poll() is None:
            process.terminate()
        try:
            code = process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code:
            said.seek(0)
            raise SystemExit(f"{' '.join(command[:3])} ended with {code}:\n{said.read()[-2000:].decode()}")

    stack.callback(end)
    return process


def children(pid: int) -> list[int]:
    """Processes that this one started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
