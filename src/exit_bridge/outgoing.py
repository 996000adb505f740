"""From a stored result to what leaves: the report in every format, for one destination."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from exit_bridge import reports
from exit_bridge.bank import load_bank
from exit_bridge.bank.types import Variant
from exit_bridge.bridge import RESPONDENT, Bridge
from exit_bridge.errors import BankError, ExitBridgeError, SendFailed
from exit_bridge.intake import from_document
from exit_bridge.links import LINK
from exit_bridge.outgoing_team import team_page
from exit_bridge.reports.audience import audience_of, link_audience
from exit_bridge.reports.plan import plan_files
from exit_bridge.reports.types import Audience
from exit_bridge.scoring import scores_from_document, without_answers
from exit_bridge.sending import EmailDestination, FolderDestination, Outgoing, TeamsDestination, send
from exit_bridge.settings import TEST_WAVE, Survey
from exit_bridge.store import Job, StoredVersion


def deliver(job: Job, bridge: Bridge) -> str:
    """Do one claimed `send` job and return what its receipt says. Raises SendFailed and UnsafeDestination."""
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
        pdf = isinstance(destination, EmailDestination | FolderDestination) and destination.pdf
        plan = isinstance(destination, EmailDestination) and destination.plan
        made = outgoing(stored, survey, job.destination, pdf=pdf, plan=plan)
        if isinstance(destination, TeamsDestination) and survey.report_link and survey.about.answered_by == "group":
            made = replace(made, link=bridge.links.url(stored.result_id))
        receipt = send(destination, made, bridge.settings.email)
        if isinstance(destination, FolderDestination):
            _take_back_if_gone(stored, destination, bridge)
    else:
        raise SendFailed(
            "This destination is no longer in the settings",
            where=f"{job.survey}, {job.destination}",
            fix="Put it back and run `exit-bridge jobs retry`, or leave the job dead",
            permanent=True,
        )
    return receipt.detail


def _take_back_if_gone(written: StoredVersion, destination: FolderDestination, bridge: Bridge) -> None:
    """What deletes a response looks for its folders before and after; this one may have been written later still."""
    if bridge.store.version(written.submission, written.n) is None:
        from exit_bridge.sending.folder import forget

        forget(destination.directory, written.survey, written.result_id)
        raise SendFailed("The response was deleted meanwhile", where=written.survey, permanent=True)


def by_link(token: str, bridge: Bridge) -> Outgoing | None:
    """What a link shows: its result as it is now. None for every link that does not work, or no longer, alike.

    Raises StoreUnavailable, and SendFailed where the question bank cannot be read.
    """
    now, claim = datetime.now(UTC), bridge.links.read(token)
    stored = bridge.store.result(claim.result_id) if claim else None
    if claim and stored is None:
        return team_page(claim, bridge, now)
    survey = bridge.settings.surveys.get(stored.survey) if stored else None
    if claim is None or stored is None or survey is None or not claim.holds(survey.about.report_link_days, now):
        return None
    if now - stored.received_at > timedelta(days=survey.about.retain_days):  # the worker will delete it
        return None
    revoked = bridge.store.revoked_until(stored.survey, stored.result_id)
    if revoked and claim.given_at <= revoked:
        return None
    try:
        return outgoing(stored, survey, LINK)
    except SendFailed as error:
        if error.permanent:
            return None
        raise


def outgoing(
    stored: StoredVersion, survey: Survey, destination: str, *, pdf: bool = False, plan: bool = False
) -> Outgoing:
    """One stored result as it leaves for one destination: report in every format, subject, idempotency id."""
    submission = from_document(stored.document)
    try:
        bank = survey.bank if survey.bank.ref == submission.bank else load_bank(submission.bank)
    except BankError as error:
        raise SendFailed(f"The question bank cannot be read: {error.what}", where=survey.name) from None
    variant, role = bank.variants[submission.variant], submission.context.get("role")
    audience = _audience(survey, variant, role, destination)
    if audience is None:
        raise SendFailed(
            "Today's settings give this report to nobody", where=f"{survey.name}, {destination}", permanent=True
        )
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
        subject=report.subject,
        text=reports.as_text(report),
        html=reports.as_html(report),
        mail_html=reports.as_mail_html(report),
        summary=reports.as_summary(report),
        pdf=_pdf(report, stored.received_at.date(), survey) if pdf else b"",
        files=plan_files(report, stored.received_at.date()) if plan else {},
        result=stored.result if audience != "recipients" else without_answers(stored.result),
        language=report.language,
        made_at=stored.received_at,
    )


def _pdf(report: reports.Report, made_on: date, survey: Survey) -> bytes:
    try:
        return reports.as_pdf(report, made_on)
    except ExitBridgeError as error:  # it waits until the package is there, or the setting gone
        raise SendFailed(error.what, where=survey.name, fix=error.fix) from None


def _audience(survey: Survey, variant: Variant, role: str | None, destination: str) -> Audience | None:
    if destination == RESPONDENT:
        return "respondent"
    if destination == LINK:
        return link_audience(survey.about, variant, role) if survey.report_link else None
    return audience_of(survey.about, variant, role)
