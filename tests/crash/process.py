"""Half a service, or a whole one, as a process of its own that keeps time like a test: no other difference.

python process.py worker | serve FD      (settings by EXIT_BRIDGE_SETTINGS, as for any process)
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from threading import Event

from exit_bridge.bridge import Bridge
from exit_bridge.cli.running import running, stop_on_signal
from exit_bridge.logs import log_to_stderr
from exit_bridge.settings import load_settings, settings_path
from exit_bridge.store import PATIENCE_MS, PauseRule, open_store
from exit_bridge.worker import Pace, Worker

PACE = Pace(
    poll=0.05,
    lease=float(os.environ.get("CRASH_LEASE", "3")),
    backoff=0.1,
    longest_pause=0.5,
    most_attempts=1000,
    upkeep=1.0,
    destination=PauseRule(after=5, first=0.2, longest=1.0),
)
SMTP_TIMEOUT = 1.5


def main() -> None:
    log_to_stderr()
    settings = load_settings(settings_path())
    assert settings.email is not None
    settings = replace(settings, email=replace(settings.email, timeout=SMTP_TIMEOUT))
    stop = Event()
    if sys.argv[1] == "worker":
        stop_on_signal(stop)
        with open_store(settings.database) as store:
            Worker(Bridge(settings, store), PACE).run(stop)
        return
    listening = socket.socket(fileno=int(sys.argv[2]))
    with (
        open_store(settings.database, busy_timeout_ms=PATIENCE_MS) as store,
        running(settings, store, listening, PACE) as stop,
    ):
        stop_on_signal(stop)
        while not stop.wait(0.5):
            pass


if __name__ == "__main__":
    main()
