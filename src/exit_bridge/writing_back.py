"""Scores go back into the survey tool, beside the response they belong to."""

from __future__ import annotations

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed, BankError, SettingsError
from exit_bridge.intake import from_document
from exit_bridge.reports.audience import audience_of
from exit_bridge.settings import Survey
from exit_bridge.store import Job, StoredVersion
from exit_bridge.tool_api import open_api


def write_back(job: Job, bridge: Bridge) -> str:
    """Do one claimed `writeback` job and return what its receipt says. Raises SendFailed and UnsafeDestination.

    The current version is written whatever version the job was made for, so jobs may run in any order.
    """
    version = bridge.store.version(job.submission, job.version) if job.submission and job.version else None
    stored = bridge.store.current(version.survey, version.response_id) if version else None
    survey = bridge.settings.surveys.get(job.survey)
    if stored is None or survey is None:
        raise ApiFailed("The submission or its survey is gone", where=job.survey, permanent=True)
    if survey.api is None or not survey.api.write_back:
        fix = "Put write_back back and run `exit-bridge jobs retry`, or leave the job dead"
        raise ApiFailed("Scores are no longer written back", where=job.survey, fix=fix, permanent=True)
    try:
        values = scores_for_tool(stored, survey)
        open_api(survey).write_back(stored.response_id, values)
    except (SettingsError, BankError) as error:
        raise ApiFailed(error.what, where=error.where, fix=error.fix) from None
    return f"{sum(map(bool, values.values()))} of {len(values)} scores written into the tool"


def scores_for_tool(stored: StoredVersion, survey: Survey) -> dict[str, str]:
    """Ingredient -> its score as `62.5` or `50`; empty without one, and where nobody but the respondent may see it.

    A provisional score stays out: the mark it must carry would have no place there.
    """
    submission = from_document(stored.document)
    bank = survey.bank if survey.bank.ref == submission.bank else load_bank(submission.bank)
    variant, role = bank.variants[submission.variant], submission.context.get("role")
    may = variant.scored and audience_of(survey.about, variant, role) is not None
    return {
        each["id"]: f"{each['score']:.1f}".removesuffix(".0") if may and each["status"] == "scored" else ""
        for each in stored.result["ingredients"]
    }
