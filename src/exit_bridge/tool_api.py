"""The API of a survey's tool, ready to be called: the settings' login, within the bounds of outgoing HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from exit_bridge.errors import BankError, SendFailed, SettingsError, UnsafeDestination
from exit_bridge.http import HttpPolicy, Reply, request
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Call, Remark, ToolApi
from exit_bridge.settings import Survey
from exit_bridge.settings_api import ApiSettings

REPLY_LIMIT = 32 * 1024 * 1024
"""Bytes of one answer. A list of numbers takes about 80 a response, a hundred whole responses well under a megabyte."""

DEADLINE = 120.0
"""Seconds for one request: a tool says nothing until it has put a whole list together."""


def settings_of(survey: Survey) -> ApiSettings:
    """How the survey's tool is reached. Raises SettingsError where it is not said or the tool has no such face."""
    tool = platform(survey.platform)
    if tool.api is None:
        raise SettingsError(
            f"{tool.title} has no API that is used here",
            where=f"surveys.{survey.name}",
            fix="`exit-bridge platforms` lists what each tool can do",
        )
    if survey.api is None:
        raise SettingsError(
            f"The settings do not say how to reach the API of {tool.title}",
            where=f"surveys.{survey.name}",
            fix=f"Add [surveys.{survey.name}.api], as docs/platforms/{tool.name}.md says",
        )
    return survey.api


def open_api(survey: Survey, *, form: bool = True) -> ToolApi:
    """The client; nothing is connected yet. `form`: is one needed that exists already? Raises SettingsError."""
    settings, tool = settings_of(survey), platform(survey.platform)
    if form and not settings.access.form:
        raise SettingsError(
            "The settings do not say which form of the tool is meant",
            where=f"surveys.{survey.name}.api.form",
            fix=f"Run `exit-bridge provision {survey.name}`, or write the id of the form there",
        )
    assert tool.api is not None  # `settings_of` has looked
    return tool.api(settings.access, caller(settings.policy))


def caller(policy: HttpPolicy) -> Call:
    """What carries a tool's requests, within the policy."""

    def call(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        return request(
            method, url, body, headers, policy, timeout=(5, DEADLINE), deadline=DEADLINE, reply_limit=REPLY_LIMIT
        )

    return call


def check_api(survey: Survey) -> list[Remark]:
    """What `doctor` says about the API of a survey's tool; nothing where none is set. Connects, and changes nothing."""
    if survey.api is None:
        return []
    remarks: list[Remark] = []
    try:
        scores = [each.id for each in survey.bank.ingredients] if survey.api.write_back else []
        remarks.extend(open_api(survey, form=False).check(scores))
    except (SettingsError, SendFailed, UnsafeDestination, BankError) as error:
        where = f" ({error.where})" if error.where else ""
        remarks.append(Remark("broken", f"{error.what}{where}", error.fix or "Check url, network and firewall"))
    return remarks
