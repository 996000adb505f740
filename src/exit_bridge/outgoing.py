"""From a stored result to what leaves: the report in every format, for one destination."""

from __future__ import annotations

from dataclasses import replace

from exit_bridge import reports
from exit_bridge.bank import load_bank
from exit_bridge.bridge import RESPONDENT, TEST_WAVE, Bridge
from exit_bridge.errors import BankError, SendFailed
from exit_bridge.intake import from_document
from exit_bridge.reports.audience import audience_of
from exit_bridge.scoring import scores_from_document, without_answers
from exit_bridge.sending import EmailDestination, Outgoing, send
from exit_bridge.settings import Survey
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
    submission = from_document(stored.document)
    try:
        bank = survey.bank if survey.bank.ref == submission.bank else load_bank(submission.bank)
    except BankError as error:
        raise SendFailed(f"The question bank cannot be read: {error.what}", where=survey.name) from None
    variant, role = bank.variants[submission.variant], submission.context.get("role")
    audience = "respondent" if destination == RESPONDENT else audience_of(survey.about, variant, role)
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
        result=stored.result if audience != "recipients" else without_answers(stored.result),
        language=report.language,
        made_at=stored.received_at,
    )
