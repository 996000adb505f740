"""Every request of every tool's API fails once, in every way: one sentence with what to do, and nothing is lost.

The accounts are the servers that stand for the tools elsewhere in these tests; what comes between them and the client
is a fault at one request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.platforms import google_server as google
from tests.platforms.formbricks import management as formbricks
from tests.platforms.jotform import jotform_api as jotform
from tests.platforms.limesurvey import remote_control as limesurvey
from tests.platforms.surveymonkey import api_server as surveymonkey
from tests.platforms.tally import server as tally
from tests.platforms.typeform import server as typeform

from exit_bridge.bank import load_bank
from exit_bridge.errors import ExitBridgeError, SendFailed
from exit_bridge.http import HttpPolicy, Reply, origin
from exit_bridge.platforms import platform, platforms
from exit_bridge.platforms.api import Access, ToolApi
from exit_bridge.platforms.base import FormFile
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import caller

BANK = load_bank()
TODAY = date(2026, 7, 2)
CANARY = "somebody@council.example said this"
HOOK = ("https://bridge.example/hooks/s", "whsec_bWFkZS11cC1zZWNyZXQ=")


@contextmanager
def served(serving: Callable, account: Any, **access: str) -> Iterator[tuple[Access, Callable]]:
    """An account behind a real server."""
    with serving(account):
        yield Access(account.url, **access), caller(HttpPolicy(internal=origin(account.url)))


ACCOUNTS: dict[str, tuple[Callable[[], Any], str]] = {
    "typeform": (
        lambda: nullcontext((Access("https://api.typeform.com", secret=typeform.TOKEN), typeform.Server())),
        typeform.FORM,
    ),
    "formbricks": (
        lambda: nullcontext(
            (Access(formbricks.URL, user=formbricks.WORKSPACE, secret=formbricks.KEY), formbricks.Formbricks())
        ),
        formbricks.SURVEY,
    ),
    "jotform": (
        lambda: served(jotform.serving, jotform.Jotform(), secret=jotform.KEY, time_zone="Europe/London"),
        jotform.FORM,
    ),
    "surveymonkey": (
        lambda: served(surveymonkey.serving, surveymonkey.SurveyMonkey(), secret=surveymonkey.TOKEN),
        surveymonkey.FORM,
    ),
    "tally": (
        lambda: nullcontext((Access("https://api.tally.so", secret=tally.KEY), tally.Server())),
        tally.FORM,
    ),
    "google-forms": (
        lambda: nullcontext((Access(google.URL, secret=google.SECRET), google.Google())),
        google.FORM,
    ),
    "limesurvey": (
        lambda: served(limesurvey.serving, limesurvey.LimeSurvey(), user=limesurvey.USER, secret=limesurvey.PASSWORD),
        str(limesurvey.SID),
    ),
}
"""Tool -> an empty account with the login to it, and the id that its first form gets."""

STEPS: dict[str, Callable[[ToolApi, str], Any]] = {
    "create_form": lambda api, _: api.create_form(written(NAMES[type(api)])),
    "activate": lambda api, form: api.activate(form),
    "address": lambda api, form: api.address(form),
    "add_hook": lambda api, form: api.add_hook(form, *HOOK),
    "add_own_hook": lambda api, form: api.signs_alone and api.add_own_hook(form, HOOK[0], lambda _: None),
    "questions": lambda api, form: api.questions(form),
    "pull": lambda api, _: list(api.pull(None, TODAY)),
    "check": lambda api, _: list(api.check(())),
}
# Google's server holds everything against its own description, which is a package of the dev extra.
every_tool = pytest.mark.parametrize(
    "tool", [pytest.param(name, marks=pytest.mark.dev) if name == "google-forms" else name for name in ACCOUNTS]
)
NAMES = {tool.api: tool.name for tool in platforms() if tool.api}

MAY_PASS = (404, "another shape")
"""What need be no error: something is not there yet, and an answer that nothing is read of. So is LimeSurvey's last,
which ends the session."""

FAULTS: list[int | str] = [401, 404, 500, "time-out", "half", "page", "another shape"]
MORE_FAULTS: list[int | str] = [302, 400, 403, 409, 422, 429, 503]
"""Other statuses, which the first request of each step stands for: one place reads them all."""


@cache
def written(tool: str) -> list[FormFile]:
    return platform(tool).write_form(BANK, "quick", ["en"], ABOUT)


class Faulty:
    """Carries requests to the account; the one at that place ends as `fault` says."""

    def __init__(self, call: Callable, at: int = -1, fault: int | str = "") -> None:
        self.call, self.at, self.fault, self.count = call, at, fault, 0

    def __call__(self, method: str, url: str, body: bytes, headers: Any) -> Reply:
        place, self.count = self.count, self.count + 1
        if place != self.at:
            return self.call(method, url, body, headers)
        match self.fault:
            case int():
                said = {"message": CANARY, "responseCode": self.fault, "error": {"id": "1", "message": CANARY}}
                return Reply(self.fault, {"retry-after": "7"}, json.dumps(said).encode())
            case "time-out":
                self.call(method, url, body, headers)
                raise SendFailed("No answer came in time", where="tool", fix="Check url, network and firewall")
            case "half":
                whole = self.call(method, url, body, headers)
                return Reply(200, whole.headers, whole.body[: len(whole.body) // 2], truncated=True)
            case "page":
                return Reply(200, {}, f"<html>{CANARY}</html>".encode())
        return Reply(200, {}, json.dumps({"responseCode": 200, "said": CANARY, "content": [CANARY]}).encode())


def run(tool: str, step: str, at: int = -1, fault: int | str = "") -> int:
    """One step on an account that is fine until then; how many requests it takes."""
    open_account, form = ACCOUNTS[tool]
    client = platform(tool).api
    assert client
    with open_account() as (access, call):
        if step != "create_form":
            client(access, call).create_form(written(tool))
            access = Access(access.url, form, access.user, access.secret, access.time_zone)
            if step not in ("activate", "address"):
                client(access, call).activate(form)
        faulty = Faulty(call, at, fault)
        STEPS[step](client(access, faulty), form)
        return faulty.count


def test_every_tool_with_an_api_is_here() -> None:
    assert set(ACCOUNTS) == set(NAMES.values())


@pytest.mark.parametrize("step", STEPS)
@every_tool
def test_a_fault_at_any_request_is_one_sentence(tool: str, step: str) -> None:
    """It says what to do, and never what the tool said; of a form that was made already it tells the id."""
    requests = run(tool, step)
    for at in range(requests):
        for fault in [*FAULTS, *(MORE_FAULTS if at == 0 else ())]:
            about = f"{tool}, {step}, request {at}, {fault}"
            error = failed(tool, step, at, fault)
            if error is None:
                assert fault in MAY_PASS or (tool, at) == ("limesurvey", requests - 1), f"{about} is no error"
                continue
            assert isinstance(error, SendFailed), f"{about}: {error!r}"
            assert error.what, about
            assert error.fix, about
            assert "\n" not in str(error), about
            assert CANARY not in str(error), about
            if step == "create_form" and at > FORM_MADE_AT.get(tool, 0):
                assert ACCOUNTS[tool][1] in str(error), f"{about}: {error}"


def failed(tool: str, step: str, at: int, fault: int | str) -> ExitBridgeError | None:
    """What `run` raises."""
    try:
        run(tool, step, at, fault)
    except ExitBridgeError as error:
        return error
    return None


FORM_MADE_AT = {"limesurvey": 1, "google-forms": 1}
"""Which request of `create_form` makes the form, where it is not the first."""
