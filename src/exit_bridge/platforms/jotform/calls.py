"""Calls to Jotform's API.

docs: every answer is `{"responseCode", "message", "content", …}`. seen: a refusal may come with status 200 and say so
only in `responseCode`; too many calls are 429, or 403 with a message that names the limit. Messages are matched, and
never repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from exit_bridge.platforms.api import Access, Call, Reply
from exit_bridge.platforms.rest import Rest

LIMIT_PAUSE = 3600.0
"""Seconds before another call once the day's calls are used up. docs: they are counted anew at midnight in New York."""

FORM = "application/x-www-form-urlencoded"

_HOSTS = "https://api.jotform.com, https://eu-api.jotform.com or https://hipaa-api.jotform.com"
_FIXES: Mapping[int, str] = {
    HTTPStatus.OK: f"Check url: {_HOSTS}; if it is right, report this as a bug",
    HTTPStatus.BAD_REQUEST: "Look into Jotform, whether the form is as `exit-bridge forms` writes it",
    HTTPStatus.UNAUTHORIZED: f"Correct secret, and url, which must be the account's own: {_HOSTS}",
    HTTPStatus.FORBIDDEN: "Give the key full access in Jotform: Settings > API; the form must be this account's",
    HTTPStatus.NOT_FOUND: "Correct form in the settings, or leave it: what was deleted in Jotform is gone",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait until midnight in New York, when calls are counted anew; pull less often",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A reply whose status is the one that its body names."""

    reply: Reply
    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        return self.reply.headers

    @property
    def body(self) -> bytes:
        return self.reply.body

    @property
    def truncated(self) -> bool:
        return self.reply.truncated

    def retry_after(self, now: datetime) -> float | None:
        pause = self.reply.retry_after(now)
        return LIMIT_PAUSE if pause is None and self.status == HTTPStatus.TOO_MANY_REQUESTS else pause


class Calls(Rest):
    """One account, by its key."""

    def __init__(self, access: Access, call: Call) -> None:
        def reading(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            reply = call(method, url, body, headers)
            return _Said(reply, _status(reply))

        # client: the key goes into this header, and so into no address.
        super().__init__("Jotform", access, reading, {"APIKEY": access.secret}, _FIXES, login="key")

    def get(self, path: str, **query: str | int) -> Any:
        """The content of what Jotform has there."""
        return self._content(self.ask("GET", f"{path}?{urlencode(query)}" if query else path))

    def put(self, path: str, document: Any) -> Any:
        """client: JSON is put."""
        return self._content(self.ask("PUT", path, document))

    def post(self, path: str, fields: Mapping[str, str]) -> Any:
        """client: forms are posted."""
        return self._content(self.send("POST", path, urlencode(fields).encode(), FORM))

    def _content(self, answer: Any) -> Any:
        if not isinstance(answer, dict) or "content" not in answer:
            raise self.unread()
        return answer["content"]


def _status(reply: Reply) -> int:
    """What Jotform means: its own code where the reply itself is fine, and one code for every limit."""
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        said = None
    document = said if isinstance(said, dict) else {}
    code, status = document.get("responseCode"), reply.status
    if status == HTTPStatus.OK and isinstance(code, int) and not isinstance(code, bool):
        status = code
    if status == HTTPStatus.FORBIDDEN and "limit" in str(document.get("message", "")).lower():
        return HTTPStatus.TOO_MANY_REQUESTS
    return status
