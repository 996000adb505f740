"""One request to SurveyMonkey's API, and what its answer means. docs, unless said otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply
from exit_bridge.platforms.rest import Rest

Json = Mapping[str, Any]

_LONGEST = 86_400.0
_LEFT, _RESET = "x-ratelimit-app-global-{}-remaining", "x-ratelimit-app-global-{}-reset"
_FIXES: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Put the app's access token into secret; one that was revoked must be made anew",
    HTTPStatus.FORBIDDEN: "Check the app's scopes, the account's plan, and url: European accounts have their own",
    HTTPStatus.TOO_MANY_REQUESTS: "It goes on by itself; private apps have 120 requests a minute and 500 a day",
}


class Calls(Rest):
    """Asks and reads answers, which are objects. `granted`: the scopes that the last one named, if it named any."""

    def __init__(self, access: Access, call: Call) -> None:
        self.granted: frozenset[str] = frozenset()
        self._status = 0

        def noting(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            reply = call(method, url, body, headers)
            self._status = reply.status
            self.granted = frozenset(reply.headers.get("x-oauth-scopes-granted", "").replace(",", " ").split())
            return reply

        base = access.url.rstrip("/")
        access = replace(access, url=base if base.endswith("/v3") else f"{base}/v3")
        super().__init__("SurveyMonkey", access, noting, {"Authorization": f"bearer {access.secret}"}, _FIXES)

    def __call__(self, method: str, path: str, body: Json | None = None, *, missing_ok: bool = False) -> Any:
        """The answer; None for what is not there, where that is no error. Raises ApiFailed, and what `call` raises."""
        answer = self.ask(method, path, body, missing_ok=missing_ok)
        if answer is None and self._status == HTTPStatus.NOT_FOUND:
            return None
        if not isinstance(answer, dict):
            raise self.unread()
        return answer

    def number(self, answer: Json, name: str) -> int:
        """A count in an answer."""
        value = answer.get(name)
        if not isinstance(value, int):
            raise self.unread()
        return value

    def _refused(self, reply: Reply) -> ApiFailed:
        error = super()._refused(reply)
        pause = error.retry_after or _until_more(reply)
        what = f"{error.what}{_number(reply.body)}"
        return self.failed(what, error.fix, permanent=error.permanent, retry_after=pause)


def _number(body: bytes) -> str:
    """SurveyMonkey's own number of an error, which its documentation lists."""
    try:
        number = str(json.loads(body)["error"]["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return f", error {number}" if number.isascii() and number.isdigit() and len(number) < len("10000") else ""


def _until_more(reply: Reply) -> float | None:
    """Seconds until the day's or the minute's requests begin anew, where they are used up."""
    for span in ("day", "minute"):
        left, reset = (reply.headers.get(name.format(span), "") for name in (_LEFT, _RESET))
        if left == "0" and reset.isascii() and reset.isdigit():
            return min(float(reset) + 1, _LONGEST)
    return None
