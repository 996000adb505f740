"""Claims jobs and runs them: reports leave here, and what is past its time is deleted here."""

from __future__ import annotations

import logging
import os
import random
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from exit_bridge.bank import load_bank
from exit_bridge.bridge import RESPONDENT, TEST_WAVE, Bridge, trace_of
from exit_bridge.errors import BankError, ExitBridgeError, SendFailed, StoreUnavailable, UnsafeDestination
from exit_bridge.intake import from_document
from exit_bridge.scoring import scores_from_document, without_answers
from exit_bridge.settings import Survey
from exit_bridge.store import Job, StoredVersion

if TYPE_CHECKING:
    from exit_bridge.sending import Outgoing

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


class Worker:
    """One thread's loop over the queue. Several may run, in one process or in many."""

    def __init__(self, bridge: Bridge, pace: Pace | None = None) -> None:
        self.bridge, self.pace = bridge, pace or Pace()
        self.name = f"{socket.gethostname()}-{os.getpid()}-{id(self):x}"
        self._next_upkeep = 0.0

    def run(self, stop: Event) -> None:
        """Work until told to stop; a job in hand is finished first."""
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
        """Do what is due now: one job, or the spool, or the upkeep. False when there was nothing."""
        job = self.bridge.store.claim(self.name, self.pace.lease)
        if job is not None:
            self._do(job)
            return True
        if self.bridge.drain():
            return True
        if monotonic() >= self._next_upkeep:
            self._next_upkeep = monotonic() + self.pace.upkeep
            purge(self.bridge)
        return False

    def _do(self, job: Job) -> None:
        store, where = self.bridge.store, f"survey={job.survey} job={job.id} destination={job.destination}"
        try:
            detail = deliver(job, self.bridge)
        except (SendFailed, UnsafeDestination) as error:
            self._failed(job, error, where)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 (a bug of ours must leave a job that can be tried again)
            self._failed(job, SendFailed(trace_of(error)), where)
        else:
            store.done(job)
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


def purge(bridge: Bridge, now: datetime | None = None) -> None:
    """Delete what is past its time: submissions by `retain_days`; quarantined bodies, and addresses that no mail
    reached, by `quarantine_days`.

    A submission's written reports go before its rows, so that a file that cannot be removed now is found next time.
    """
    from exit_bridge.sending.folder import forget

    now, gone = now or datetime.now(UTC), 0
    for survey in bridge.settings.surveys.values():
        before = now - timedelta(days=survey.about.retain_days)
        try:
            for result_id in bridge.store.expired(survey.name, before):
                for directory in folders(survey):
                    forget(directory, survey.name, result_id)
        except StoreUnavailable:
            raise
        except ExitBridgeError as error:
            log.error("survey=%s outcome=not_purged %s", survey.name, error)
            continue
        if purged := bridge.store.purge(survey.name, before):
            log.info("survey=%s purged=%d", survey.name, purged)
            gone += purged
    stale = now - timedelta(days=bridge.settings.quarantine_days)
    gone += bridge.store.purge_quarantine(stale) + bridge.store.purge_envelopes(stale)
    if gone:
        bridge.store.scrub()


def folders(survey: Survey) -> list[str]:
    """The folders a survey's reports are written to."""
    from exit_bridge.sending import FolderDestination

    return [send.directory for send in survey.send.values() if isinstance(send, FolderDestination)]


def deliver(job: Job, bridge: Bridge) -> str:
    """Do one claimed `send` job and return what its receipt says. Raises SendFailed and UnsafeDestination."""
    from exit_bridge.sending import EmailDestination, send

    stored = bridge.store.version(job.submission, job.version) if job.submission and job.version else None
    survey = bridge.settings.surveys.get(job.survey)
    if stored is None or survey is None:
        raise SendFailed("The submission or its survey is gone", where=job.survey, permanent=True)
    if job.destination == RESPONDENT:
        address = str((job.envelope or {}).get("to", ""))
        if not address:
            raise SendFailed("The respondent's address is no longer kept", where=job.survey, permanent=True)
        receipt = send(EmailDestination((address,)), outgoing(stored, survey, job.destination), bridge.settings.email)
    elif job.destination in survey.send:
        destination = survey.send[job.destination]
        receipt = send(destination, outgoing(stored, survey, job.destination), bridge.settings.email)
    else:
        raise SendFailed(
            "This destination is no longer in the settings",
            where=f"{job.survey}, {job.destination}",
            fix="Put it back and run `exit-bridge jobs retry`, or leave the job dead",
            permanent=True,
        )
    return receipt.detail


def outgoing(stored: StoredVersion, survey: Survey, destination: str) -> Outgoing:
    """One stored result as it leaves for one destination: report in every format, subject, idempotency id."""
    from exit_bridge import reports
    from exit_bridge.sending import Outgoing

    submission = from_document(stored.document)
    try:
        bank = survey.bank if survey.bank.ref == submission.bank else load_bank(submission.bank)
    except BankError as error:
        raise SendFailed(f"The question bank cannot be read: {error.what}", where=survey.name) from None
    group = survey.about.answered_by == "group"
    audience: reports.Audience = "respondent" if destination == RESPONDENT else "group" if group else "recipients"
    report = reports.build(
        bank,
        submission,
        scores_from_document(stored.result, bank),
        replace(survey.about, sample=True) if submission.wave == TEST_WAVE else survey.about,
        audience=audience,
        language=survey.languages[0],
        made_on=stored.received_at.date(),
    )
    return Outgoing(
        key=f"{stored.result_id}-{stored.n}-{destination}",
        survey=survey.name,
        result_id=stored.result_id,
        version=stored.n,
        subject=reports.subject(report),
        text=reports.as_text(report),
        html=reports.as_html(report),
        mail_html=reports.as_mail_html(report),
        result=stored.result if audience != "recipients" else without_answers(stored.result),
        language=report.language,
        made_at=stored.received_at,
    )
