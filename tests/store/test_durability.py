from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from exit_bridge.store.store import Store

ACCEPT_FOR_EVER = """
import sys
from datetime import UTC, datetime
from itertools import count
from exit_bridge.store import Arrival, NewJob, open_store

store = open_store(sys.argv[1])
for i in count():
    arrival = Arrival("s", f"r-{i}", "w", "hash", None, None, datetime.now(UTC), {"x": "y" * 3000}, {})
    store.accept(arrival, [NewJob("send", "mail"), NewJob("send", "post")], [])
    print(f"r-{i}", flush=True)
"""

CLAIM_AND_HANG = """
import sys, time
from exit_bridge.store import open_store

job = open_store(sys.argv[1]).claim("killed", 0.5)
print(job.id, flush=True)
time.sleep(60)
"""


def start(script: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kill it and return what it had still printed in full."""
    assert process.stdout is not None
    process.send_signal(signal.SIGKILL)
    rest = [line.strip() for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait(timeout=10)
    return rest


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_process_loses_no_accepted_submission(store: Store, store_url: str) -> None:
    """Every id that was acknowledged is stored, with both of its jobs; so is no job without its submission."""
    process = start(ACCEPT_FOR_EVER, store_url)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(100)] + kill(process)
    kept = {stored.response_id for stored in store.submissions("s")}
    assert set(acknowledged) <= kept
    assert len(store.jobs()) == 2 * len(kept)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_the_job_of_a_killed_worker_comes_back(store: Store, store_url: str) -> None:
    """Its lease runs out, the next worker gets it, and the lost attempt is counted."""
    from datetime import UTC, datetime, timedelta

    from exit_bridge.store import NewJob

    store.enqueue("s", [NewJob("fetch", "17")])
    process = start(CLAIM_AND_HANG, store_url)
    assert process.stdout is not None
    claimed = int(process.stdout.readline())
    kill(process)
    again = store.claim("next", 60, datetime.now(UTC) + timedelta(seconds=1))
    assert again is not None
    assert (claimed, 2) == (again.id, again.attempts)
    assert [attempt.outcome for attempt in store.attempts(claimed)] == ["lost", None]
