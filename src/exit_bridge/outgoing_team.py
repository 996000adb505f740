"""From a closed wave to what leaves: the team's report in every format, for one destination."""

from __future__ import annotations

from exit_bridge import reports
from exit_bridge.bridge import Bridge
from exit_bridge.closing import document_of, file_name, report_on
from exit_bridge.errors import ExitBridgeError, SendFailed, UsageError
from exit_bridge.reports.bundle import bundle
from exit_bridge.sending import EmailDestination, FolderDestination, Outgoing, send
from exit_bridge.store import Job

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
    destination = survey.send[job.destination]
    pdf = isinstance(destination, EmailDestination | FolderDestination) and destination.pdf
    try:
        made, shown = report_on(bridge, survey, str(envelope["wave"]), int(envelope["n"]))
        files = bundle(made, shown.closed_at.date(), pdf=pdf)
    except UsageError as error:
        raise SendFailed(error.what, where=job.survey, fix=error.fix, permanent=True) from None
    except ExitBridgeError as error:
        raise SendFailed(error.what, where=job.survey, fix=error.fix) from None
    name = file_name(shown.wave)
    return send(
        destination,
        Outgoing(
            key=f"{survey.name}-{name}-{shown.n}-{job.destination}",
            survey=survey.name,
            result_id=name,
            version=shown.n,
            subject=made.subject,
            text=reports.as_text(made),
            html=reports.as_html(made),
            mail_html=reports.as_mail_html(made),
            summary=reports.as_summary(made),
            pdf=files.pop("report.pdf", b""),
            files={each: what for each, what in files.items() if each not in ("report.html", "report.txt")},
            result=document_of(shown),
            event=EVENT,
            language=made.language,
            made_at=shown.closed_at,
        ),
        bridge.settings.email,
    ).detail
