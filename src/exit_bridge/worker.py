"""Claims jobs and runs them."""

from __future__ import annotations

import logging
import os
import random
import socket
from dataclasses import dataclass
from threading import Event
from time import monotonic

from exit_bridge.bridge import WRITE_BACK, Bridge
from exit_bridge.errors import ExitBridgeError, SendFailed, StoreUnavailable, UnsafeDestination, trace_of
from exit_bridge.outgoing import deliver
from exit_bridge.pulling import pull_due
from exit_bridge.store import Job
from exit_bridge.upkeep import purge
from exit_bridge.writing_back import write_back

log = logging.getLogger("exit_bridge.worker")


@dataclass(frozen=True, slots=True)
class Pace:
    """How the worker keeps time, in seconds. Tests shorten it."""

    poll: float = 0.5
    lease: float = 120.0
    backoff: float = 5.0
    longest_pause: float = 6 * 3600.0
    most_attempts: int = 14
    """With full jitter about two days pass before a job is given up."""
    upkeep: float = 600.0
    pull: float = 15.0
    """Between two looks at which surveys are to be pulled."""


class Worker:
    """One thread's loop over the queue. Several may run, in one process or in many."""

    def __init__(self, bridge: Bridge, pace: Pace | None = None) -> None:
        self.bridge, self.pace = bridge, pace or Pace()
        self.name = f"{socket.gethostname()}-{os.getpid()}-{id(self):x}"
        self._next_upkeep = self._next_pull = 0.0
        self._stop = Event()

    def run(self, stop: Event) -> None:
        """Work until told to stop; a job in hand is finished first."""
        self._stop = stop
        while not stop.is_set():
            try:
                pause = 0.0 if self.step() else self.pace.poll
            except StoreUnavailable as error:
                log.warning("%s", error)
                pause = self.pace.backoff
            except Exception as error:  # noqa: BLE001 (what one step trips over must not stop every report after it)
                log.error("outcome=bug %s", trace_of(error))
                pause = self.pace.backoff
            if pause:
                stop.wait(pause)

    def step(self) -> bool:
        """Do what is due now: one job, or the spool, or a pull, or the upkeep. False when there was nothing."""
        job = self.bridge.store.claim(self.name, self.pace.lease)
        if job is not None:
            self._do(job)
            return True
        if self.bridge.drain():
            return True
        if monotonic() >= self._next_pull:
            if pull_due(self.bridge, self.name, self._stop.is_set):
                return True
            self._next_pull = monotonic() + self.pace.pull
        if monotonic() >= self._next_upkeep:
            self._next_upkeep = monotonic() + self.pace.upkeep
            purge(self.bridge)
        return False

    def _do(self, job: Job) -> None:
        store, where = self.bridge.store, f"survey={job.survey} job={job.id} destination={job.destination}"
        if job.attempts > self.pace.most_attempts:  # whoever held it before died of it
            store.bury(job, "Given up: its worker was lost every time")
            log.error("%s outcome=dead reason=lost", where)
            return
        try:
            detail = write_back(job, self.bridge) if job.kind == WRITE_BACK else deliver(job, self.bridge)
        except (SendFailed, UnsafeDestination) as error:
            self._failed(job, error, where)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 (a bug of ours must leave a job that can be tried again)
            self._failed(job, SendFailed(trace_of(error)), where)
        else:
            store.done(job, detail)
            log.info("%s outcome=done %s", where, detail)

    def _failed(self, job: Job, error: ExitBridgeError, where: str) -> None:
        store, pace = self.bridge.store, self.pace
        permanent = getattr(error, "permanent", isinstance(error, UnsafeDestination))
        if permanent or job.attempts >= pace.most_attempts:
            store.bury(job, str(error))
            log.error("%s outcome=dead %s", where, error)
            return
        ceiling = min(pace.longest_pause, pace.backoff * 2.0**job.attempts)
        pause = random.uniform(0, ceiling)  # noqa: S311 (full jitter, not a secret)
        pause = max(pause, getattr(error, "retry_after", None) or 0.0)
        store.retry(job, pause, str(error))
        log.warning("%s outcome=retry pause=%.0fs %s", where, pause, error)
