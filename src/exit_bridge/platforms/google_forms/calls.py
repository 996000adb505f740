"""Requests to the Forms API and, for who may answer, to Drive's; and what their refusals mean.

seen: errors are `{"error": {"code", "status", "details": [{"reason"}]}}`, and Drive's have `errors: [{"reason"}]`. A
reason is matched and never repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply
from exit_bridge.platforms.google_forms.login import PAGE, Login
from exit_bridge.platforms.rest import REFUSED_PAUSE, Rest

DRIVE = "https://www.googleapis.com/drive/v3"
"""docs: who may answer a form is a matter of Google Drive since 2025."""

# seen, in public reports of these very errors.
_NARROW = {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}
_OFF = {"SERVICE_DISABLED", "accessNotConfigured"}
_BUSY = {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"}

_FIXES: dict[int, str] = {
    HTTPStatus.OK: "Write https://forms.googleapis.com as url",
    HTTPStatus.UNAUTHORIZED: f"Log in again and write what that gives as secret ({PAGE})",
    HTTPStatus.FORBIDDEN: "Log in as somebody who may edit the form; a Google Workspace may also forbid it",
    HTTPStatus.NOT_FOUND: "Write as form what stands between /d/ and /edit in its address; with the scope drive.file "
    "only forms that `exit-bridge provision` made are seen",
    HTTPStatus.TOO_MANY_REQUESTS: "It goes on by itself; set a larger pull_minutes where this happens often",
}


_DRIVE_FIXES: dict[int, str] = {
    HTTPStatus.OK: "Check network, proxy and firewall: www.googleapis.com must be reachable from here",
    HTTPStatus.FORBIDDEN: "Choose in Google Forms, under Published, who may answer: the organisation may set limits",
}


class Calls(Rest):
    """Asks one of Google's APIs with the login's token."""

    def __init__(self, tool: str, access: Access, call: Call, login: Login, fixes: Mapping[int, str]) -> None:
        def signed(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            return call(method, url, body, {**headers, **login.headers()})

        super().__init__(tool, access, signed, {}, fixes, login="login")
        self.log_in = login.headers

    @classmethod
    def both(cls, access: Access, call: Call) -> tuple[Calls, Calls]:
        """The Forms API and Drive's, with one login."""
        login = Login(access, call)
        drive = cls("Google Drive", replace(access, url=DRIVE), call, login, _FIXES | _DRIVE_FIXES)
        return cls("Google Forms", access, call, login, _FIXES), drive

    def _refused(self, reply: Reply) -> ApiFailed:
        reasons = set(_reasons(reply.body)) if reply.status == HTTPStatus.FORBIDDEN else set()
        if reasons & _BUSY:
            what, fix = f"{self.tool} takes no more requests for now", _FIXES[HTTPStatus.TOO_MANY_REQUESTS]
            return self.failed(what, fix, retry_after=reply.retry_after(datetime.now(UTC)))
        if reasons & _NARROW:
            what, fix = f"The login may not do this in {self.tool}", f"Log in again with the scope drive.file ({PAGE})"
        elif reasons & _OFF:
            what = f"The API of {self.tool} is switched off in the login's Google Cloud project"
            fix = "Switch it on there, under APIs & Services > Library, and wait a few minutes"
        else:
            return super()._refused(reply)
        return self.failed(what, fix, retry_after=REFUSED_PAUSE)


def _reasons(body: bytes) -> Iterator[str]:
    try:
        error = json.loads(body)["error"]
        rows = [*error.get("details", ()), *error.get("errors", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return
    yield from (str(row["reason"]) for row in rows if isinstance(row, dict) and "reason" in row)
