"""A full disk, files that cannot be written, a database server that restarts: the same promise."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import missing
from tests.crash.mail_server import MailServer
from tests.crash.service import (
    BANK,
    ITEMS,
    SECRET,
    SURVEYS,
    Sender,
    Service,
    everything_arrived,
    message_id,
    running_service,
    settings_text,
    wait_until,
)

from exit_bridge.bridge import Bridge
from exit_bridge.errors import StoreUnavailable
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web import create_app
from exit_bridge.worker import Worker

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="needs mounts, permissions and inherited sockets of Linux"),
]
SUBMISSIONS = 30
PATIENCE = 60.0


# -- full ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        missing("A small file system", "run as root where mounting is allowed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave not one byte."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(1))
    assert os.statvfs(disk).f_bavail == 0
    return ballast


def rest(service: Service, sender: Sender, mail: MailServer, submissions: int) -> None:
    """The trouble is over: all of it comes to its end, and the service stops as it should."""
    wait_until(lambda: len(set(mail.mails)) == submissions, PATIENCE, "every mail")
    wait_until(lambda: set(service.states()) == {"done"}, PATIENCE, "every job to be done")
    assert set(service.stop().values()) == {0}
    everything_arrived(service, sender, mail)


@pytest.mark.parametrize("spool", ["on it too", "elsewhere"])
def test_a_disk_that_is_full_for_a_while(small_disk: Path, tmp_path: Path, spool: str) -> None:
    """What cannot be kept is not acknowledged, or is spooled where there is room; with room again all of it arrives."""
    database = f"sqlite:///{small_disk / 'db.sqlite3'}"
    folder = small_disk if spool == "on it too" else tmp_path / "service"
    folder.mkdir(exist_ok=True)
    with MailServer() as mail, running_service(folder, database, mail, workers=1, web_processes=0) as service:
        sender = Sender(service, 1)
        sender.send_all(SUBMISSIONS // 3, PATIENCE)
        wait_until(lambda: set(service.states()) == {"done"}, PATIENCE, "the first mails")
        ballast = fill(small_disk)
        refused, spooled = 0, 0
        for n in range(SUBMISSIONS // 3, SUBMISSIONS):
            survey = ("retries", "never-retries")[n % 2]
            status, said = sender.post(survey, sender.make(survey, f"r-{n}"))
            if status == 200:
                sender.answered[survey, f"r-{n}"] = [said]
                spooled += said["status"] == "spooled"
            else:
                assert (status, said) == (503, {"status": "try_again"})
                refused += 1
        assert refused > 0
        assert (spooled > 0) == (spool == "elsewhere")
        ballast.unlink()
        again = [key for key in sender.sent if key not in sender.answered]
        for survey, response_id in again:
            sender.deliver(survey, response_id, sender.make(survey, response_id), time.monotonic() + PATIENCE)
        rest(service, sender, mail, SUBMISSIONS)


def test_a_disk_that_fills_up_during_a_send(small_disk: Path, tmp_path: Path) -> None:
    """Whether or not it can still say that a mail has gone: with room again each job is done, once, under one id."""
    folder = tmp_path / "service"
    folder.mkdir()
    ballast: list[Path] = []

    def behave() -> str:
        if not ballast:
            ballast.append(fill(small_disk))
        return "accept"

    database = f"sqlite:///{small_disk / 'db.sqlite3'}"
    with MailServer(behave) as mail, running_service(folder, database, mail, workers=1, web_processes=0) as service:
        sender = Sender(service, 2)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(sender.send_all, 10, 2 * PATIENCE)
            wait_until(lambda: ballast, PATIENCE, "the first mail")
            wait_until(lambda: "disk is full" in service.logs(), PATIENCE, "somebody to meet the trouble")
            ballast[0].unlink()
            sending.result()
        rest(service, sender, mail, 10)


# -- read-only -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that another user can look into; at the end this process is itself again."""
    folder = Path(tempfile.mkdtemp())
    me = os.geteuid()
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        os.seteuid(me)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)


@contextlib.contextmanager
def not_writable(folder: Path, what: str) -> Iterator[None]:
    """The database's file, or its folder and everything in it, as a user sees it who has no right to write there."""
    database = folder / "db.sqlite3"
    paths = [database] if what == "file" else [*folder.rglob("*"), folder]
    before = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if what == "file":
        folder.chmod(0o777)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)
        for path, mode in before.items():
            path.chmod(mode)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_files_that_cannot_be_written_for_a_while(shared_folder: Path, what: str) -> None:
    """Put right again, everything that was taken arrives; what was not was never acknowledged."""
    with MailServer() as mail:
        (shared_folder / "exit-bridge.toml").write_text(settings_text(mail.port), "utf-8")
        database = f"sqlite:///{shared_folder / 'db.sqlite3'}"
        settings = load_settings(
            shared_folder / "exit-bridge.toml", {"CRASH_DATABASE": database, "CRASH_SECRET": SECRET}
        )
        with open_store(database, busy_timeout_ms=200) as store:
            store.upgrade()
            bridge = Bridge(settings, store)
            client, work = create_app(settings, bridge).test_client(), Worker(bridge)

            def send(n: int) -> tuple[int, str]:
                survey = ("retries", "never-retries")[n % 2]
                tool = platform(SURVEYS[survey])
                said = {"notice": "yes", **dict.fromkeys(ITEMS, "4")}
                body = tool.sample_delivery(BANK, "full", said, f"r-{n}", "2026-01-15T10:30:00Z")
                proof = tool.scheme("signature").sign(body, SECRET)
                reply = client.post(f"/hooks/{survey}", data=body, content_type="application/json", headers=proof)
                return reply.status_code, reply.get_json()["status"]

            assert [send(n) for n in range(2)] == [(200, "accepted")] * 2
            assert [work.step() for _ in range(2)] == [True] * 2
            assert [send(n) for n in range(2, 4)] == [(200, "accepted")] * 2
            store.close()  # a file that is open stays writable: it is the next one to open it who meets the trouble
            with not_writable(shared_folder, what):
                told = [send(n) for n in range(4, 8)]
                with pytest.raises(StoreUnavailable, match="access to the file and its folder"):
                    work.step()
                store.close()
            spooled = (200, "spooled") if what == "file" else (503, "try_again")
            assert [(503, "try_again"), spooled] * 2 == told
            again = [n for n, answer in enumerate(told, start=4) if answer[0] == 503]
            assert {send(n) for n in again} == {(200, "accepted")}
            while work.step():
                pass
            assert [job.state for job in store.jobs()] == ["done"] * 8
            kept = [*store.submissions("retries"), *store.submissions("never-retries")]
            assert sorted(message_id(version.result_id) for version in kept) == sorted(mail.mails)
            assert len(kept) == 8


# -- PostgreSQL ----------------------------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL server of our own, on a port of its own, gone with its folder."""

    def __init__(self, binaries: Path, folder: Path, port: int) -> None:
        self.binaries, self.folder, self.port = binaries, folder, port
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*as_postgres, str(self.binaries / program), "-D", str(self.folder / "data"), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=False,
            timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, program

    def make(self) -> None:
        self.run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str) -> None:
        self.run("pg_ctl", "-w", "-m", mode, "stop")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Never the machine's own server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    if not found:
        missing("PostgreSQL's own programs", "install Debian's package postgresql")
    try:
        import psycopg  # noqa: F401
    except ImportError:
        missing("PostgreSQL's driver", "pip install psycopg[binary]")
    folder = Path(tempfile.mkdtemp(prefix="exit-bridge-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    own = Cluster(found[-1].parent, folder, port)
    try:
        own.make()
        own.start()
        try:
            yield own
        finally:
            own.stop("immediate")
    finally:
        shutil.rmtree(folder)


@pytest.mark.postgres
def test_postgresql_restarts_in_the_middle(cluster: Cluster, tmp_path: Path) -> None:
    """Three times, twice as if the power had failed, while submissions come in and mails go out."""
    chance = random.Random(4)
    submissions = 60
    with MailServer() as mail, running_service(tmp_path, cluster.url, mail, workers=2, web_processes=2) as service:
        sender = Sender(service, 4)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(sender.send_all, submissions, 2 * PATIENCE)
            for n, mode in enumerate(("immediate", "fast", "immediate"), start=1):
                wait_until(lambda n=n: len(sender.answered) >= n * submissions // 5, PATIENCE, "some more of them")
                cluster.stop(mode)
                time.sleep(chance.uniform(0.2, 1.0))
                cluster.start()
            sending.result()
        assert sender.troubles > 0
        rest(service, sender, mail, submissions)
