from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exit_bridge.store import NewJob, open_store
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


def test_sqlite_is_set_to_keep_and_to_forget_for_good(tmp_path: Path) -> None:
    """Every connection syncs each commit to the disk, enforces cascades and overwrites what it deletes."""
    with open_store(f"sqlite:///{tmp_path / 'db'}", busy_timeout_ms=1234) as store:
        store.upgrade()
        with store._reading() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
            }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 1234,
    }


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
    store.enqueue("s", [NewJob("fetch", "17")])
    process = start(CLAIM_AND_HANG, store_url)
    assert process.stdout is not None
    claimed = int(process.stdout.readline())
    kill(process)
    again = store.claim("next", 60, datetime.now(UTC) + timedelta(seconds=1))
    assert again is not None
    assert (claimed, 2) == (again.id, again.attempts)
    assert [attempt.outcome for attempt in store.attempts(claimed)] == ["lost", None]
