"""A whole service of real processes, a tool that sends to it, and somebody who kills it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from tests.crash.mail_server import MailServer

from exit_bridge.bank import load_bank
from exit_bridge.platforms import platform
from exit_bridge.store import open_store

HERE = Path(__file__).parent
SECRET = "whsec_Y3Jhc2gtY3Jhc2gtY3Jhc2gtY3Jhc2gtY3Jhc2gtY3Jhc2g="
SURVEYS = {"retries": "typeform", "never-retries": "generic"}
"""What the sender sends to by turns, and the tool of each; `updates` is the one that sends no edit again."""
SETTINGS = """
database = "$CRASH_DATABASE"
stop_grace = 3
[email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "exit-bridge@council.example"
"""
SURVEY = """
[surveys.{name}]
platform = "{tool}"
bank = "exit-open@1"
answered_by = "group"
on_edit = "{on_edit}"
secrets = ["$CRASH_SECRET"]
[[surveys.{name}.send]]
by = "email"
to = ["lead@council.example"]
"""
BANK = load_bank()
ITEMS = BANK.variants["full"].items


def settings_text(mail_port: int) -> str:
    """One survey of a tool that sends again, and one of a tool that never does."""
    surveys = "".join(SURVEY.format(name=name, tool=tool, on_edit="resend") for name, tool in SURVEYS.items())
    surveys += SURVEY.format(name="updates", tool="generic", on_edit="update")
    return SETTINGS.format(port=mail_port) + surveys


def wait_until(happened: Callable[[], Any], seconds: float, what: str) -> None:
    """Until it is true; AssertionError once the deadline has passed."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.05)


def message_id(result_id: str, version: int = 1) -> str:
    """What every mail of this result is known by, worked out apart from the code that sends it."""
    digest = hashlib.sha256(f"{result_id}-{version}-email-1".encode()).hexdigest()[:32]
    return f"<{digest}@council.example>"


@dataclass
class Part:
    """One process and how to start it again; of `web` the whole group is one."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] = field(init=False)


class Service:
    """Web and workers over one folder and one database."""

    def __init__(self, folder: Path, database: str, mail_port: int, *, workers: int, web_processes: int) -> None:
        self.folder, self.database = folder, database
        (folder / "exit-bridge.toml").write_text(settings_text(mail_port), "utf-8")
        # Ours for the whole test, so that nobody else takes the port while the service is dead.
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.listening.set_inheritable(True)
        self.port: int = self.listening.getsockname()[1]
        own = [sys.executable, "-W", "error", str(HERE / "process.py")]
        web = (
            [*own, "serve", str(self.listening.fileno())]
            if web_processes == 0
            else [
                sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4",
                "--workers", str(web_processes), "--bind", f"fd://{self.listening.fileno()}",
                "--graceful-timeout", "5", "exit_bridge.web:create_app()",
            ]
        )  # fmt: skip
        self.parts = [Part("web", web), *(Part(f"worker-{n}", [*own, "worker"]) for n in range(workers))]

    def start(self, part: Part) -> None:
        environment = {
            **os.environ,
            "CRASH_DATABASE": self.database,
            "CRASH_SECRET": SECRET,
            "EXIT_BRIDGE_SETTINGS": str(self.folder / "exit-bridge.toml"),
            "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        with (self.folder / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self.listening.fileno()],
                start_new_session=True,
            )

    def kill(self, part: Part, chance: random.Random) -> None:
        """SIGKILL; of several web processes sometimes one alone, which its master replaces by itself."""
        children = Path(f"/proc/{part.process.pid}/task/{part.process.pid}/children")
        if (
            part.name == "web"
            and chance.random() < 0.4
            and children.exists()
            and (some := children.read_text().split())
        ):
            os.kill(int(chance.choice(some)), signal.SIGKILL)
            return
        os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait(20)
        time.sleep(chance.uniform(0, 0.3))
        self.start(part)

    def keep_the_store_busy(self, seconds: float) -> None:
        """Hold a lock that nobody can write past."""
        with open_store(self.database) as store, store._writing() as connection:
            if not store._is_sqlite:
                connection.exec_driver_sql("LOCK TABLE submission, job")
            time.sleep(seconds)
            connection.rollback()

    def is_up(self) -> bool:
        """Does the web answer?"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; exit codes by name."""
        for part in self.parts:
            part.process.send_signal(signal.SIGTERM)
        return {part.name: part.process.wait(30) for part in self.parts}

    def logs(self) -> str:
        return "\n".join(f"== {part.name}\n{self.log_of(part)}" for part in self.parts)

    def log_of(self, part: Part) -> str:
        return (self.folder / f"{part.name}.log").read_text("utf-8", errors="replace")

    def states(self) -> list[str]:
        with open_store(self.database) as store:
            return [job.state for job in store.jobs()]


@contextmanager
def running_service(folder: Path, database: str, mail: MailServer, **size: int) -> Iterator[Service]:
    """Started, and every process of it killed at the end whatever happens; its log is shown when a check fails."""
    service = Service(folder, database, mail.port, **size)
    with open_store(database) as store:
        store.upgrade()
    try:
        for part in service.parts:
            service.start(part)
        yield service
    except BaseException:
        print(service.logs()[-20_000:])
        raise
    finally:
        for part in service.parts:
            if hasattr(part, "process"):
                with suppress(ProcessLookupError):
                    os.killpg(part.process.pid, signal.SIGKILL)
                part.process.wait(20)
        service.listening.close()


class Sender:
    """A survey tool with many respondents: sends each response until it is told 200."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.chance = service, random.Random(seed)
        self.answered: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """(survey, response id) -> every 200 it got."""
        self.sent: dict[tuple[str, str], dict[str, Any]] = {}
        self.troubles = 0
        self.patience = 10.0
        """Seconds it waits for an answer."""
        self.may_send: Callable[[int], bool] = lambda _: True
        """May so many have been sent by now? Respondents do not all come at once."""

    def make(self, survey: str, response_id: str) -> bytes:
        """The body of one response with answers of its own; the same id again gives other answers."""
        tool = platform(SURVEYS[survey])
        said = {item: self.chance.choice(["1", "2", "3", "4", "5"]) for item in ITEMS}
        self.sent[survey, response_id] = {item: int(code) for item, code in said.items()}
        gate = {name: "yes" if BANK.context_by_id[name].gate else BANK.context_by_id[name].codes[0]
                for name in BANK.variants["full"].context}  # fmt: skip
        return tool.sample_delivery(BANK, "full", gate | said, response_id, "2026-01-15T10:30:00Z")

    def deliver(self, survey: str, response_id: str, body: bytes, deadline: float) -> None:
        while True:
            assert time.monotonic() < deadline, f"{response_id} was never taken"
            try:
                status, said = self.post(survey, body)
            except (OSError, http.client.HTTPException, ValueError):
                self.troubles += 1
                time.sleep(0.1)
                continue
            if status == 200:
                self.answered.setdefault((survey, response_id), []).append(said)
                return
            assert status == 503, f"{status} {said}"
            self.troubles += 1
            time.sleep(0.1)

    def post(self, survey: str, body: bytes) -> tuple[int, dict[str, Any]]:
        tool = platform(SURVEYS.get(survey, "generic"))
        headers = {"Content-Type": "application/json", **tool.scheme("signature").sign(body, SECRET)}
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=self.patience)
        try:
            connection.request("POST", f"/hooks/{survey}", body, headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            connection.close()

    def send_all(self, submissions: int, seconds: float, threads: int = 4) -> None:
        """Every response once, in threads; raises where one of them failed."""
        deadline = time.monotonic() + seconds
        names = list(SURVEYS)
        work = [(names[n % len(names)], f"r-{n}") for n in range(submissions)]
        bodies = [(*who, self.make(*who)) for who in work]

        def one(n: int) -> None:
            wait_until(lambda: self.may_send(n), deadline - time.monotonic(), "the time to send this one")
            self.deliver(*bodies[n], deadline)

        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(one, n) for n in range(submissions)]:
                done.result()


class Killer(Thread):
    """Kills parts of a service at seeded moments, spread over everything that a sender sends.

    The sender is held back so that it never gets far ahead of the next kill.
    """

    def __init__(self, service: Service, sender: Sender, submissions: int, kills: int, seed: int) -> None:
        super().__init__(name="killer")
        self.service, self.sender, self.chance = service, sender, random.Random(seed)
        self.moments = [submissions * (n + self.chance.random()) / kills for n in range(kills)]
        self.killed: list[str] = []
        self.failure: BaseException | None = None
        self.given_up = False
        ahead = max(5, submissions // kills)
        sender.may_send = lambda n: len(self.killed) == kills or n < self.moments[len(self.killed)] + ahead

    def run(self) -> None:
        try:
            for n, moment in enumerate(self.moments):
                while len(self.sender.answered) < moment - 4 and not self.given_up:  # four are on their way
                    time.sleep(0.005)
                time.sleep(self.chance.uniform(0, 0.1))
                if n % 5 == 1:
                    self.service.keep_the_store_busy(
                        3.0
                    )  # longer than a hook waits: what comes in is put off or spooled
                part = self.chance.choice([self.service.parts[0], *self.service.parts])
                self.service.kill(part, self.chance)
                self.killed.append(part.name)
        except BaseException as error:
            self.failure = error


def everything_arrived(service: Service, sender: Sender, mail: MailServer) -> None:
    """Every submission answered 200 is stored with its result, its job done once, its mail sent under one id."""
    expected = set()
    with open_store(service.database) as store:
        for (survey, response_id), answers in sender.answered.items():
            kept = store.current(survey, response_id)
            assert kept is not None, f"{response_id} of {survey} was answered {answers} and is not there"
            assert sender.sent[survey, response_id] == kept.document["answers"]
            assert [row["id"] for row in kept.result["ingredients"]] == [row.id for row in BANK.ingredients]
            assert {answer["status"] for answer in answers} <= {"accepted", "duplicate", "spooled"}
            told = {answer["result_id"] for answer in answers if "result_id" in answer}
            assert told <= {kept.result_id}
            expected.add(message_id(kept.result_id))
        jobs = store.jobs()
        assert len(jobs) == len(sender.sent) == len(sender.answered) == len(expected)
        assert {"done"} == {job.state for job in jobs}
        for job in jobs:
            outcomes = [attempt.outcome for attempt in store.attempts(job.id)]
            assert outcomes.count("done") == 1, outcomes
            assert outcomes[-1] == "done", outcomes
            assert set(outcomes) <= {"done", "failed", "lost", "released"}
        assert store.quarantined() == []
    # A killed process may leave one that it had not finished, and so never acknowledged.
    spool = (service.folder / "exit-bridge-spool").glob("*.spooled*")
    assert [path.name for path in spool if path.suffix != ".part"] == []
    assert expected == set(mail.mails)
    logs = service.logs()
    assert "outcome=bug" not in logs
    assert "Traceback" not in logs
