"""From a closed wave to what leaves: the team's report in every format, for one destination."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from exit_bridge import reports
from exit_bridge.bridge import Bridge
from exit_bridge.closing import document_of, file_name, report_on
from exit_bridge.errors import BankError, ExitBridgeError, SendFailed, UsageError
from exit_bridge.links import LINK, Claim
from exit_bridge.reports.bundle import bundle
from exit_bridge.sending import EmailDestination, FolderDestination, Outgoing, TeamsDestination, send
from exit_bridge.settings import Survey
from exit_bridge.store import Job, Snapshot

EVENT = "exit.team.created"
"""What a receiver of signed POSTs is told; its data fits `team.schema.json`."""


def deliver_team(job: Job, bridge: Bridge) -> str:
    """Do one claimed job of kind `team` and return what its receipt says. Raises SendFailed and UnsafeDestination."""
    survey, envelope = bridge.settings.surveys.get(job.survey), job.envelope or {}
    if survey is None or job.destination not in survey.send or "wave" not in envelope:
        raise SendFailed(
            "The survey, this destination or what was to be sent is gone",
            where=f"{job.survey}, {job.destination}",
            fix="Write the report with `exit-bridge team`, or put the settings back and run `exit-bridge jobs retry`",
            permanent=True,
        )
    destination, wave, n = survey.send[job.destination], str(envelope["wave"]), int(envelope["n"])
    pdf = isinstance(destination, EmailDestination | FolderDestination) and destination.pdf
    try:
        made, shown = report_on(bridge, survey, wave, n)
        files = bundle(made, shown.closed_at.date(), pdf=pdf)
    except UsageError as error:
        raise SendFailed(error.what, where=job.survey, fix=error.fix, permanent=True) from None
    except ExitBridgeError as error:
        raise SendFailed(error.what, where=job.survey, fix=error.fix) from None
    ready = _outgoing(survey, made, shown, job.destination)
    ready = replace(
        ready,
        pdf=files.pop("report.pdf", b""),
        files={each: what for each, what in files.items() if each not in ("report.html", "report.txt")},
    )
    if isinstance(destination, TeamsDestination) and survey.team_link_days:
        ready = replace(ready, link=bridge.links.url(page_id(shown)))
    return send(destination, ready, bridge.settings.email).detail


def page_id(shown: Snapshot) -> str:
    """What a link to this report is made for: an id as results have one, and equal to none of theirs."""
    return sha256(f"{shown.survey}\0{shown.wave}\0{shown.n}".encode()).hexdigest()[:32]


def team_page(claim: Claim, bridge: Bridge, now: datetime) -> Outgoing | None:
    """The team's report that a link names, while it is within its days and not taken back.

    Raises StoreUnavailable, and SendFailed where the question bank cannot be read.
    """
    for survey in bridge.settings.surveys.values():
        if not claim.holds(survey.team_link_days, now):
            continue
        for shown in bridge.store.snapshots(survey.name):
            if page_id(shown) == claim.result_id:
                revoked = bridge.store.revoked_until(survey.name, claim.result_id)
                if revoked and claim.given_at <= revoked:
                    return None
                try:
                    made, _ = report_on(bridge, survey, shown.wave, shown.n)
                except BankError as error:
                    raise SendFailed(f"The question bank cannot be read: {error.what}", where=survey.name) from None
                return _outgoing(survey, made, shown, LINK)
    return None


def _outgoing(survey: Survey, made: reports.Report, shown: Snapshot, destination: str) -> Outgoing:
    name = file_name(shown.wave)
    return Outgoing(
        key=f"{survey.name}-{name}-{shown.n}-{destination}",
        survey=survey.name,
        result_id=name,
        version=shown.n,
        subject=made.subject,
        text=reports.as_text(made),
        html=reports.as_html(made),
        mail_html=reports.as_mail_html(made),
        summary=reports.as_summary(made),
        result=document_of(shown),
        event=EVENT,
        language=made.language,
        made_at=shown.closed_at,
    )
