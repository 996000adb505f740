"""The pipeline: a delivery comes in, a submission is kept and scored, reports go out."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from exit_bridge.bank import load_bank
from exit_bridge.bank.types import Variant
from exit_bridge.bank.wording import words_for
from exit_bridge.deployed import deployed
from exit_bridge.errors import ExitBridgeError, RefusedDelivery, StoreUnavailable, UsageError, trace_of
from exit_bridge.intake import Declined, decode, reply_address
from exit_bridge.links import ReportLinks
from exit_bridge.made_up import settle_wave
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery, Platform, RawResponse
from exit_bridge.replies import limits, may_mail
from exit_bridge.reports.audience import audience_of, link_audience, may_reply
from exit_bridge.scoring import result_document, score
from exit_bridge.settings import TEST_WAVE, Settings, Survey
from exit_bridge.store import Arrival, NewJob, Spool
from exit_bridge.trust import authenticate, check_type, untrusted, without_secret

if TYPE_CHECKING:
    from exit_bridge.store.store import Store

log = logging.getLogger("exit_bridge")

RESPONDENT = "respondent"
"""Destination of a person's own report; the address is in the job's envelope and goes when the job is done."""

WRITE_BACK = "writeback"
"""Kind of the jobs that put scores into the survey tool."""

FETCH = "fetch"
"""Kind of the jobs that ask the survey tool for one response; the destination is its id."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one element of a delivery. `extra`: scores and a link, only where the survey gives them back."""

    status: str
    result_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As the reply body says it."""
        return {"status": self.status, **({"result_id": self.result_id} if self.result_id else {}), **self.extra}


class Bridge:
    """One process's way from delivery to report. Safe to share between threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.spool = Spool(settings.spool)
        self.links = ReportLinks(settings.install_key, settings.public_url)
        self._orphans: set[str] = set()

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
        body = without_secret(delivery)
        try:
            return self.take(survey, tool, body, content_type)
        except StoreUnavailable:
            if tool.sender_retries:
                raise
            self.spool.put(name, body, content_type)
            log.warning("survey=%s outcome=spooled", name)
            return [Outcome("spooled")]

    def take(
        self,
        survey: Survey,
        tool: Platform,
        body: bytes,
        content_type: str,
        received_at: datetime | None = None,
        *,
        again: bool = False,
        fetched: bool = False,
    ) -> list[Outcome]:
        """Take a body whose sender is already trusted; `received_at` when that was earlier than now.

        `again`: it was taken before, so what leaves nothing but a count is not counted twice. `fetched`: it came from
        the tool's API, so that ids in it are not fetched: that might never end. Only StoreUnavailable is raised.
        """
        try:
            payload = tool.payload(body)
            read = tool.read(payload)
        except RefusedDelivery as refused:
            return [self._quarantine(survey, body, content_type, refused.reason, str(refused))]
        except Exception as error:  # noqa: BLE001 (a bug of ours must not lose a submission)
            return [self._quarantine(survey, body, content_type, "bug", trace_of(error))]
        outcomes = [self._ignored(survey, reason, again) for reason in read.ignored]
        outcomes += () if fetched else self._fetch_later(survey, read.fetch)
        unread = {bad.index for bad in read.bad}
        batch = len(read.responses) + len(unread) + len(read.ignored) > 1
        for bad in read.bad:
            alone, element = _alone(payload, body, bad.index if batch else None)
            outcomes.append(self._quarantine(survey, alone, content_type, "unreadable", bad.reason, element))
        places = read.places or (n for n in count() if n not in unread)
        for place, raw in zip(places, read.responses, strict=False):
            try:
                outcomes.append(self.keep(survey, raw, received_at, again=again))
                continue
            except RefusedDelivery as refused:
                reason, detail = refused.reason, str(refused)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 (as above)
                reason, detail = "bug", trace_of(error)
            alone, element = _alone(payload, body, place if batch else None)
            outcomes.append(self._quarantine(survey, alone, content_type, reason, detail, element))
        if not outcomes:
            outcomes.append(self._quarantine(survey, body, content_type, "unreadable", "It holds no response."))
        return outcomes

    def take_fetched(self, survey: Survey, payload: Any, *, again: bool = False) -> list[Outcome]:
        """Take what was asked of the tool's API, in the shape of a delivery. Only StoreUnavailable is raised."""
        body, tool = json.dumps(payload).encode(), platform(survey.platform)
        return self.take(survey, tool, body, "application/json", again=again, fetched=True)

    def keep(
        self, survey: Survey, raw: RawResponse, received_at: datetime | None = None, *, again: bool = False
    ) -> Outcome:
        """Decode, score and store one response, with its jobs, in one transaction. Raises RefusedDelivery."""
        form = deployed(survey, self.settings)
        submission = decode(settle_wave(survey, raw), form)
        if isinstance(submission, Declined):
            if not again:
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
            received_at=received_at or datetime.now(UTC),
            document=submission.document(),
            result=result,
        )
        variant, role = bank.variants[submission.variant], submission.context.get("role")
        jobs = self._jobs(survey, variant, role, reply_address(raw, form))
        resent = jobs if survey.on_edit == "resend" else ()
        # After an edit always: scores that nobody may see any more leave the tool again.
        back = _write_back(survey, variant, submission.wave)
        seen = audience_of(survey.about, variant, role)
        accepted = self.store.accept(arrival, [*jobs, *(back if seen else ())], [*resent, *back])
        if accepted.limited:
            self.store.tally(survey.name, submission.wave, "no_reply")
            log.warning("survey=%s outcome=no_reply reason=limit", survey.name)
        log.info("survey=%s outcome=%s result=%s", survey.name, accepted.status, accepted.result_id)
        said: dict[str, Any] = {}
        if survey.reply_scores:
            said = {f"score_{r.id}": r.score for r in scores.ingredients}
            said |= {f"status_{r.id}": r.status for r in scores.ingredients}
        if link_audience(survey.about, variant, role) and survey.report_link:
            said["report_url"] = self.links.url(accepted.result_id)
        return Outcome(accepted.status, accepted.result_id, said)

    def _jobs(self, survey: Survey, variant: Variant, role: str | None, reply_to: str | None) -> Sequence[NewJob]:
        if audience_of(survey.about, variant, role):
            return [NewJob("send", name) for name in survey.send]
        if reply_to and may_reply(survey.about, variant) and may_mail(survey, reply_to):
            return [NewJob("send", RESPONDENT, {"to": reply_to}, limits=limits(self.settings, survey, reply_to))]
        return ()

    def _fetch_later(self, survey: Survey, ids: Sequence[str]) -> list[Outcome]:
        """One job a response. Whether it can be fetched shows when the job is done: what is missing may come."""
        if ids:
            self.store.enqueue(survey.name, [NewJob(FETCH, each) for each in dict.fromkeys(ids)])
            log.info("survey=%s outcome=fetching ids=%d", survey.name, len(ids))
        return [Outcome("fetching") for _ in ids]

    def _ignored(self, survey: Survey, reason: str, again: bool) -> Outcome:
        if not again:
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
                if name not in self._orphans:
                    log.warning("survey=%s is no longer in the settings; its spooled delivery stays", spooled.survey)
                    self._orphans.add(name)
                continue
            tool = platform(survey.platform)
            try:
                self.take(survey, tool, spooled.body, spooled.content_type, spooled.received_at)
            except StoreUnavailable:
                raise
            except ExitBridgeError as error:
                log.error("survey=%s outcome=set_aside %s", spooled.survey, error)
                self.spool.set_aside(name)
                continue
            self.spool.remove(name)
            taken += 1
        return taken


def _write_back(survey: Survey, variant: Variant, wave: str) -> Sequence[NewJob]:
    """A made-up submission has no response in the tool."""
    wanted = survey.api is not None and survey.api.write_back and variant.scored and wave != TEST_WAVE
    return [NewJob(WRITE_BACK, "write-back")] if wanted else ()


def _alone(payload: Any, body: bytes, place: int | None) -> tuple[bytes, int | None]:
    """One element of a batch as a batch of its own, so that quarantine holds nobody else's answers.

    Where elements cannot be told apart, the whole body and the element's place in it. Taking the result again, as
    `replay` does, gives the same, so that what is still refused is not kept twice.
    """
    if place is not None and isinstance(payload, list):
        return json.dumps([payload[place]]).encode(), None
    return body, place
