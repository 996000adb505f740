"""Claims jobs and runs them."""

from __future__ import annotations

import logging
import os
import random
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic

from exit_bridge.bridge import FETCH, WRITE_BACK, Bridge
from exit_bridge.closing import TEAM, close_due
from exit_bridge.errors import ExitBridgeError, SendFailed, StoreUnavailable, UnsafeDestination, trace_of
from exit_bridge.fetching import fetch
from exit_bridge.outgoing import deliver
from exit_bridge.outgoing_team import deliver_team
from exit_bridge.pulling import pull_due
from exit_bridge.store import Job, PauseRule
from exit_bridge.upkeep import purge
from exit_bridge.wall_clock import ClockWatch
from exit_bridge.writing_back import write_back

log = logging.getLogger("exit_bridge.worker")


_DO = {FETCH: fetch, WRITE_BACK: write_back, TEAM: deliver_team}

LONGEST_DOUBT = 86_400.0
"""Seconds after a jump of the clock, at most, in which nothing is deleted."""

LEAVE_ALONE = PauseRule(after=5, first=60.0, longest=1800.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How the worker keeps time, in seconds. Tests shorten it."""

    poll: float = 0.5
    lease: float = 120.0
    backoff: float = 5.0
    longest_pause: float = 6 * 3600.0
    most_attempts: int = 27
    """With full jitter about two days pass before a job is given up."""
    upkeep: float = 600.0
    pull: float = 15.0
    """Between two looks at which surveys are to be pulled."""
    destination: PauseRule = LEAVE_ALONE

    def ceiling(self, attempts: int) -> float:
        """The longest that a job waits after so many failed attempts."""
        return min(self.longest_pause, self.backoff * 2.0**attempts)


class Worker:
    """One thread's loop over the queue. Several may run, in one process or in many."""

    def __init__(self, bridge: Bridge, pace: Pace | None = None) -> None:
        self.bridge, self.pace = bridge, pace or Pace()
        self.name = f"{socket.gethostname()}-{os.getpid()}-{id(self):x}"
        self._in_hand: Job | None = None
        self._clock = ClockWatch()
        self._next_upkeep, self._next_turn, self._next_pull = monotonic() + self.pace.upkeep, 0.0, 0.0
        self._stop = Event()
        self._mended = False

    def run(self, stop: Event, grace: float | None = None) -> None:
        """Work until told to stop; a job in hand then gets `grace` seconds (by default the settings') to finish.

        One that takes longer is given back, so that another worker may take it at once; whoever sent it last, the
        receiver can tell by its id that it is the same. Returns, at the latest, a moment after the grace.
        """
        self._stop = stop
        # In a thread of its own, because nothing can interrupt a send that waits for an answer.
        hands = Thread(target=self._loop, args=(stop,), name=f"{self.name}-hands", daemon=True)
        hands.start()
        while hands.is_alive() and not stop.wait(0.5):
            pass
        hands.join(self.bridge.settings.stop_grace if grace is None else grace)
        held = self._in_hand
        if hands.is_alive() and held is not None:
            try:
                given_back = self.bridge.store.release(held)
            except StoreUnavailable as error:
                log.warning("job=%d outcome=left its lease runs out by itself: %s", held.id, error)
            else:
                log.warning("job=%d outcome=%s", held.id, "released" if given_back else "settled")

    def _loop(self, stop: Event) -> None:
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
        """Do what is due now: upkeep, and one job, or the spool, or a pull. False where nothing was sent or taken.

        Jobs go before spool and pulls, but however many wait, those get their turn too.
        """
        self._watch_clock()
        if monotonic() >= self._next_upkeep:
            self._next_upkeep = monotonic() + self.pace.upkeep
            self.bridge.store.mend_times(datetime.now(UTC))
            close_due(self.bridge)
            purge(self.bridge)
        job_first = monotonic() < self._next_turn
        if job_first and self._next_job():
            return True
        self._next_turn = monotonic() + self.pace.pull
        if self.bridge.drain():
            return True
        if monotonic() >= self._next_pull:
            if pull_due(self.bridge, self.name, self._stop.is_set):
                return True
            self._next_pull = monotonic() + self.pace.pull
        return not job_first and self._next_job()

    def _watch_clock(self) -> None:
        """After a jump of the clock, and at the start: nothing waits for hours, and nothing is deleted for a while.

        The further the clock went forward, the longer somebody gets to set it right before it is believed.
        """
        if jump := self._clock.jumped():
            pause = max(self.pace.upkeep, min(jump, LONGEST_DOUBT))
            log.warning("outcome=clock_jumped seconds=%.0f nothing is deleted for %.0fs", jump, pause)
            self._next_upkeep = monotonic() + pause
            self._mended = False
        if not self._mended:
            self.bridge.store.mend_times(datetime.now(UTC))
            self._mended = True

    def _next_job(self) -> bool:
        job = self.bridge.store.claim(self.name, self.pace.lease)
        if job is None:
            return False
        self._in_hand = job
        try:
            self._do(job)
        finally:
            self._in_hand = None
        return True

    def _do(self, job: Job) -> None:
        store, where = self.bridge.store, f"survey={job.survey} job={job.id} destination={job.destination}"
        if job.attempts > self.pace.most_attempts:  # whoever held it before died of it
            store.bury(job, "Given up: its worker was lost every time", self.pace.destination)
            log.error("%s outcome=dead reason=lost", where)
            return
        try:
            detail = _DO.get(job.kind, deliver)(job, self.bridge)
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
        permanent = isinstance(error, SendFailed) and error.permanent
        if permanent or job.attempts >= pace.most_attempts:
            store.bury(job, str(error), None if permanent else pace.destination)
            log.error("%s outcome=dead %s", where, error)
            return
        asked = getattr(error, "retry_after", None) or 0.0
        pause = max(random.uniform(0, pace.ceiling(job.attempts)), asked)  # noqa: S311 (full jitter, not a secret)
        store.retry(job, pause, str(error), pace.destination, asked)
        log.warning("%s outcome=retry pause=%.0fs %s", where, pause, error)
