"""The pipeline: a delivery comes in, a submission is kept and scored, reports go out."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from time import monotonic
from typing import Any

from exit_bridge.bank import load_bank
from exit_bridge.bank.wording import words_for
from exit_bridge.errors import (
    ExitBridgeError,
    RefusedDelivery,
    StoreUnavailable,
    UnsupportedDelivery,
    UntrustedDelivery,
    UsageError,
)
from exit_bridge.intake import Declined, DeployedForm, decode, parse_json
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import AuthMode, Delivery, Platform, RawResponse
from exit_bridge.scoring import result_document, score
from exit_bridge.settings import Settings, Survey
from exit_bridge.store import Arrival, NewJob, Spool
from exit_bridge.store.store import Store

log = logging.getLogger("exit_bridge")

RESPONDENT = "respondent"
"""Destination of a person's own report; the address is in the job's envelope and goes when the job is done."""

TEST_WAVE = "send-test"
"""Wave of submissions that `send-test` made up: apart from every real one, and marked as such in the report."""

REPLIES_PER_ADDRESS = 3
REPLIES_PER_SURVEY = 500
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one element of a delivery. `scores` only where the survey lets the sender have them."""

    status: str
    result_id: str | None = None
    scores: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As the reply body says it."""
        return {"status": self.status, **({"result_id": self.result_id} if self.result_id else {}), **self.scores}


class Bridge:
    """One process's way from delivery to report. Safe to share between threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.spool = Spool(settings.spool)
        self._replies: dict[str, deque[float]] = {}

    # -- in ------------------------------------------------------------------------------------------------------

    def receive(self, name: str, delivery: Delivery) -> list[Outcome]:
        """Take one HTTP delivery for the survey called `name`.

        Raises UntrustedDelivery for bad credentials and for a survey that does not exist, UnsupportedDelivery for a
        body we do not read, StoreUnavailable when the sender should try again. Everything else that is wrong with a
        trusted delivery ends in quarantine.
        """
        survey = self.settings.surveys.get(name)
        if survey is None:
            raise untrusted()
        tool = platform(survey.platform)
        authenticate(survey, tool, delivery)
        check_type(tool, delivery)
        content_type = delivery.headers.get("content-type", "")
        try:
            return self.take(survey, tool, delivery.body, content_type)
        except StoreUnavailable:
            if tool.sender_retries:
                raise
            self.spool.put(name, delivery.body, content_type)
            log.warning("survey=%s outcome=spooled", name)
            return [Outcome("spooled")]

    def take(self, survey: Survey, tool: Platform, body: bytes, content_type: str) -> list[Outcome]:
        """Take a body whose sender is already trusted. Only StoreUnavailable is raised."""
        try:
            read = tool.read(parse_json(body))
        except RefusedDelivery as refused:
            return [self._quarantine(survey, body, content_type, refused.reason, str(refused))]
        except Exception as error:  # noqa: BLE001 (a bug of ours must not lose a submission)
            return [self._quarantine(survey, body, content_type, "bug", trace_of(error))]
        outcomes = [self._ignored(survey, reason) for reason in read.ignored]
        outcomes += [self._quarantine(survey, body, content_type, "unreadable", b.reason, b.index) for b in read.bad]
        unread = {bad.index for bad in read.bad}
        places = (n for n in count() if n not in unread)
        for index, raw in zip(places, read.responses, strict=False):
            try:
                outcomes.append(self.keep(survey, raw))
            except RefusedDelivery as refused:
                element = index if unread or len(read.responses) > 1 else None
                outcomes.append(self._quarantine(survey, body, content_type, refused.reason, str(refused), element))
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 (as above)
                outcomes.append(self._quarantine(survey, body, content_type, "bug", trace_of(error), index))
        return outcomes

    def keep(self, survey: Survey, raw: RawResponse) -> Outcome:
        """Decode, score and store one response, with its jobs, in one transaction. Raises RefusedDelivery."""
        submission = decode(raw, deployed(survey, self.settings))
        if isinstance(submission, Declined):
            self.store.tally(survey.name, submission.wave, "declined")
            return Outcome("declined")
        bank = survey.bank if survey.bank.ref == submission.bank else load_bank(submission.bank)
        scores = score(submission, bank, survey.about)
        words = words_for(bank, survey.languages[0])
        result = result_document(submission, scores, bank, words.fingerprint)
        arrival = Arrival(
            survey=survey.name,
            response_id=submission.response_id,
            wave=submission.wave,
            content_hash=submission.content_hash(),
            revision=submission.revision,
            submitted_at=submission.submitted_at,
            received_at=datetime.now(UTC),
            document=submission.document(),
            result=result,
        )
        reply_to = raw.reply_to if bank.variants[submission.variant].reply else None
        jobs = self._jobs(survey, submission.context.get("role"), reply_to)
        accepted = self.store.accept(arrival, jobs, jobs if survey.on_edit == "resend" else ())
        log.info("survey=%s outcome=%s result=%s", survey.name, accepted.status, accepted.result_id)
        back: dict[str, Any] = {}
        if survey.reply_scores:
            back = {f"score_{r.id}": r.score for r in scores.ingredients}
            back |= {f"status_{r.id}": r.status for r in scores.ingredients}
        return Outcome(accepted.status, accepted.result_id, back)

    def _jobs(self, survey: Survey, role: str | None, reply_to: str | None) -> Sequence[NewJob]:
        about = survey.about
        everyone = [NewJob("send", name) for name in survey.send]
        if about.answered_by == "group":
            return everyone
        if about.individual_reports == "recipients":
            return everyone if role != "young" else ()
        if about.individual_reports == "respondent" and reply_to and self._may_reply(survey, reply_to):
            return [NewJob("send", RESPONDENT, {"to": reply_to})]
        return ()

    def _may_reply(self, survey: Survey, address: str) -> bool:
        """An address in a submission is whatever somebody typed: listed domains only, and not too often."""
        mailbox, at, domain = address.strip().rpartition("@")
        if not (at and mailbox and domain.casefold() in survey.reply_domains and len(address) < 255):
            return False
        if any(character in address for character in '\r\n,;<> \t"'):
            return False
        return self._under(f"{survey.name}", REPLIES_PER_SURVEY) and self._under(
            f"{survey.name} {address.casefold()}", REPLIES_PER_ADDRESS
        )

    def _under(self, key: str, most: int) -> bool:
        sent, now = self._replies.setdefault(key, deque()), monotonic()
        while sent and now - sent[0] > _DAY:
            sent.popleft()
        if len(sent) >= most:
            return False
        sent.append(now)
        return True

    def _ignored(self, survey: Survey, reason: str) -> Outcome:
        self.store.tally(survey.name, survey.wave, reason)
        log.info("survey=%s outcome=ignored reason=%s", survey.name, reason)
        return Outcome("ignored")

    def _quarantine(
        self,
        survey: Survey,
        body: bytes,
        content_type: str,
        reason: str,
        detail: str,
        element: int | None = None,
    ) -> Outcome:
        self.store.quarantine(survey.name, body, content_type, reason, detail, element)
        log.warning("survey=%s outcome=quarantined reason=%s detail=%s", survey.name, reason, detail)
        return Outcome("quarantined")

    def replay(self, quarantined: int) -> list[Outcome]:
        """Send a quarantined body down the normal path again, with today's settings and bank.

        The body leaves quarantine once nothing of it is refused any more; what was already accepted counts as a
        duplicate. Raises UsageError for an unknown id, SettingsError when its survey is gone, StoreUnavailable.
        """
        kept = next((row for row in self.store.quarantined() if row.id == quarantined), None)
        body = self.store.quarantined_body(quarantined)
        if kept is None or body is None:
            raise UsageError(
                f"Nothing in quarantine has the id {quarantined}", fix="`exit-bridge quarantine` lists them"
            )
        survey = self.settings.survey(kept.survey)
        outcomes = self.take(survey, platform(survey.platform), body, kept.content_type)
        if not any(outcome.status == "quarantined" for outcome in outcomes):
            self.store.drop_quarantined(quarantined)
        return outcomes

    def drain(self) -> int:
        """Take what was spooled while the store was away. Returns how many; raises StoreUnavailable to stop."""
        taken = 0
        for name in self.spool.waiting():
            spooled = self.spool.read(name)
            if spooled is None:
                continue
            survey = self.settings.surveys.get(spooled.survey)
            if survey is None:
                log.warning("survey=%s is no longer in the settings; its spooled delivery stays", spooled.survey)
                continue
            self.take(survey, platform(survey.platform), spooled.body, spooled.content_type)
            self.spool.remove(name)
            taken += 1
        return taken


def deployed(survey: Survey, settings: Settings) -> DeployedForm:
    """The survey's form as the codebook wants it."""
    return DeployedForm(
        survey=survey.name,
        platform=survey.platform,
        bank=survey.bank,
        variant=survey.variant,
        wave=survey.wave,
        install_key=settings.install_key,
    )


def authenticate(survey: Survey, tool: Platform, delivery: Delivery) -> None:
    """Hold a delivery against the one way in that the survey allows. Raises UntrustedDelivery and never says why."""
    mode = auth_mode(survey, tool)
    if bool(delivery.token) != (mode == "path"):
        raise untrusted()
    tool.scheme(mode).verify(delivery, survey.secrets)


def auth_mode(survey: Survey, tool: Platform) -> AuthMode:
    """The one mode in force: the survey's own, or the best the tool has."""
    return next(iter(tool.schemes)) if survey.auth is None else survey.auth


def check_type(tool: Platform, delivery: Delivery) -> None:
    """Refuse compressed bodies and foreign content types. Raises UnsupportedDelivery."""
    if delivery.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedDelivery("The body is compressed", fix="Send it without Content-Encoding")
    given = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in tool.content_types and not (given.endswith("+json") and "application/json" in tool.content_types):
        raise UnsupportedDelivery("This content type is not read here", fix=f"Send {' or '.join(tool.content_types)}")


def untrusted() -> UntrustedDelivery:
    """The one answer to every kind of missing or wrong credential."""
    return UntrustedDelivery("This delivery could not be trusted", fix="Check the survey's name, auth and secrets")


def trace_of(error: BaseException) -> str:
    """Where a bug struck, without what it struck on: exception messages may quote answers."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    named = str(error) if isinstance(error, ExitBridgeError) else ""
    return f"{type(error).__name__} in {places} {named}".strip()
