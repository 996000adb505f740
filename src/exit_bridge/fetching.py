"""One response is fetched from the survey tool by its id, and takes the way of a delivery."""

from __future__ import annotations

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed, SettingsError
from exit_bridge.store import Job
from exit_bridge.tool_api import open_api


def fetch(job: Job, bridge: Bridge) -> str:
    """Do one claimed `fetch` job and return what its receipt says.

    Raises SendFailed and UnsafeDestination, and StoreUnavailable where it could not be kept: then it is fetched again.
    """
    survey = bridge.settings.surveys.get(job.survey)
    if survey is None:
        raise ApiFailed("Its survey is no longer in the settings", where=job.survey, permanent=True)
    try:
        payload = open_api(survey).fetch(job.destination)
    except SettingsError as error:
        fix = f"{error.fix}. Then run `exit-bridge jobs retry --all-dead`"
        raise ApiFailed(error.what, where=error.where, fix=fix, permanent=True) from None
    if payload is None:
        return "the tool no longer has this response"
    return ", ".join(outcome.status for outcome in bridge.take_fetched(survey, payload))
