"""One request to SurveyMonkey's API, and what its answer means. docs, unless said otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply

Json = Mapping[str, Any]

REFUSED_PAUSE = 900.0
"""Seconds after which a refused token is tried again: somebody may be mending it."""

_LONGEST = 86_400.0
_LEFT, _RESET = "x-ratelimit-app-global-{}-remaining", "x-ratelimit-app-global-{}-reset"


class Calls:
    """Asks and reads answers. Errors name status and error number, and never what was said."""

    def __init__(self, access: Access, call: Call) -> None:
        base = access.url.rstrip("/")
        self._base = base if base.endswith("/v3") else f"{base}/v3"
        self._token, self._call = access.secret, call
        self.where = urlsplit(access.url).hostname or ""
        self.granted: frozenset[str] = frozenset()
        """The scopes that the last answer named; empty where it named none."""

    def __call__(self, method: str, path: str, body: Json | None = None, *, missing_ok: bool = False) -> Any:
        """The answer as JSON; None for what is not there, where that is no error. Raises ApiFailed."""
        headers = {"Authorization": f"bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = b"" if body is None else json.dumps(body).encode()
        reply = self._call(method, f"{self._base}/{path}", content, headers)
        if missing_ok and reply.status == HTTPStatus.NOT_FOUND:
            return None
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refused(reply)
        self.granted = frozenset(reply.headers.get("x-oauth-scopes-granted", "").replace(",", " ").split())
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError):
            answer = None
        if reply.truncated or not isinstance(answer, dict):
            raise self.failed("The answer broke off, or is not what we read", "Check that url is SurveyMonkey's API")
        return answer

    def rows(self, answer: Json) -> list[Json]:
        """What a list of resources holds."""
        rows = answer.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unread()
        return rows

    def text(self, answer: Json, name: str) -> str:
        """An id in an answer."""
        value = answer.get(name)
        if not isinstance(value, str) or not value.isalnum() or not value.isascii():
            raise self._unread()
        return value

    def number(self, answer: Json, name: str) -> int:
        """A count in an answer."""
        value = answer.get(name)
        if not isinstance(value, int):
            raise self._unread()
        return value

    def failed(self, what: str, fix: str, *, permanent: bool = False, retry_after: float | None = None) -> ApiFailed:
        """An error that names the host."""
        return ApiFailed(what, where=self.where, fix=fix, permanent=permanent, retry_after=retry_after)

    def _unread(self) -> ApiFailed:
        return self.failed("What SurveyMonkey answers is not what we read", "Report this as a bug")

    def _refused(self, reply: Reply) -> ApiFailed:
        said = f"HTTP {reply.status}{_number(reply.body)}"
        match reply.status:
            case HTTPStatus.UNAUTHORIZED:
                fix = "Put the app's access token into the settings' secret; one that was revoked must be made anew"
                return self.failed(f"SurveyMonkey refuses the token ({said})", fix, retry_after=REFUSED_PAUSE)
            case HTTPStatus.FORBIDDEN:
                fix = "Check the app's scopes, the account's plan, and url: European accounts have their own"
                return self.failed(f"SurveyMonkey does not allow this ({said})", fix, retry_after=REFUSED_PAUSE)
            case HTTPStatus.NOT_FOUND:
                fix = "Correct form under the survey's api in the settings"
                return self.failed(f"SurveyMonkey has no such survey ({said})", fix, permanent=True)
            case HTTPStatus.TOO_MANY_REQUESTS:
                fix = "It goes on by itself; private apps have 120 requests a minute and 500 a day"
                return self.failed("SurveyMonkey takes no more requests for now", fix, retry_after=_pause(reply))
            case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                fix = "It is tried again by itself"
                return self.failed(f"SurveyMonkey has trouble ({said})", fix, retry_after=_pause(reply))
            case _:
                fix = "Check url in the settings; if it is right, report this as a bug"
                return self.failed(f"SurveyMonkey refuses the request ({said})", fix, permanent=True)


def _number(body: bytes) -> str:
    """SurveyMonkey's own number of an error, which its documentation lists."""
    try:
        number = str(json.loads(body)["error"]["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return f", error {number}" if number.isascii() and number.isdigit() and len(number) < len("10000") else ""


def _pause(reply: Reply) -> float | None:
    """What the answer asks for, else the seconds until the day's or the minute's requests begin anew."""
    if asked := reply.retry_after(datetime.now(UTC)):
        return asked
    for span in ("day", "minute"):
        left, reset = (reply.headers.get(name.format(span), "") for name in (_LEFT, _RESET))
        if left == "0" and reset.isascii() and reset.isdigit():
            return min(float(reset) + 1, _LONGEST)
    return None
