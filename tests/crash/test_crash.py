"""Nothing accepted is ever lost: web and workers are killed at any moment, and the mail server is no better.

EXIT_BRIDGE_CRASH_SUBMISSIONS, EXIT_BRIDGE_CRASH_KILLS and EXIT_BRIDGE_CRASH_SEED set the size and the seed of the short
run; the long one, of .ci/long, is 5,000 submissions and 100 kills unless they say otherwise.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest
from tests.crash.mail_server import FAULTS, MailServer
from tests.crash.service import Killer, Sender, everything_arrived, running_service, wait_until

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="needs SIGKILL, inherited sockets and /proc"),
]
SHARE_OF_FAULTS = 0.4
SIZES = {"sqlite": {"workers": 1, "web_processes": 0}, "postgresql": {"workers": 3, "web_processes": 2}}
"""On SQLite one process that is both, and a worker beside it; on PostgreSQL two web processes and three workers."""


def size(name: str, usual: int) -> int:
    return int(os.environ.get(f"EXIT_BRIDGE_CRASH_{name}", usual))


def survive(folder: Path, database: str, submissions: int, kills: int, seed: int, seconds: float) -> None:
    chance = random.Random(seed)

    def behave() -> str:
        return chance.choice(FAULTS) if chance.random() < SHARE_OF_FAULTS else "accept"

    began = time.monotonic()
    with (
        MailServer(behave) as mail,
        running_service(folder, database, mail, **SIZES[database.partition(":")[0]]) as service,
    ):
        sender = Sender(service, seed)
        killer = Killer(service, sender, submissions, kills, seed)
        killer.start()
        try:
            sender.send_all(submissions, seconds)
            wait_until(lambda: len(set(mail.mails)) == submissions, seconds, "every mail")
        finally:
            killer.given_up = True
            killer.join(60)
        assert killer.failure is None
        assert kills == len(killer.killed)
        wait_until(lambda: set(service.states()) == {"done"}, 60, "every job to be done")
        spool = folder / "exit-bridge-spool"
        wait_until(lambda: not list(spool.glob("*.spooled")), 60, "the spool to be empty")
        assert set(service.stop().values()) == {0}
        everything_arrived(service, sender, mail)
        assert set(FAULTS) <= set(mail.met)
        assert sender.troubles > 0
        spooled = sum(said["status"] == "spooled" for told in sender.answered.values() for said in told)
        assert spooled > 0
    print(
        f"\n{database.partition(':')[0]}, seed {seed}: {submissions} submissions, {kills} kills "
        f"({killer.killed.count('web')} of web), {sender.troubles} troubles met by the sender, {spooled} spooled, "
        f"{len(mail.met)} mail "
        f"connections, {len(mail.mails)} mails, {time.monotonic() - began:.0f} s"
    )


def test_nothing_accepted_is_lost(store_url: str, tmp_path: Path) -> None:
    """Every submission answered 200 has its result, every job is done once, repeats carry the same Message-ID."""
    survive(tmp_path, store_url, size("SUBMISSIONS", 200), size("KILLS", 20), size("SEED", 2026), seconds=200)


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_nothing_accepted_is_lost_in_a_long_time(store_url: str, tmp_path: Path) -> None:
    """The same, for as long as a small survey lasts."""
    survive(tmp_path, store_url, size("SUBMISSIONS", 5000), size("KILLS", 100), size("SEED", 2026), seconds=2500)
