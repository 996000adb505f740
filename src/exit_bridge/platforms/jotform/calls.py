"""Calls to Jotform's API, and its answers in plain words.

docs: every answer is `{"responseCode", "message", "content", …}`. seen: a refusal may come with status 200 and say so
only in `responseCode`; too many calls are 429, or 403 with a message that names the limit. Messages are matched, and
never repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply

LIMIT_PAUSE = 3600.0
"""Seconds before another call once the day's calls are used up. docs: they are counted anew at midnight in New York."""

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

_HOSTS = "https://api.jotform.com, https://eu-api.jotform.com or https://hipaa-api.jotform.com"


class Calls:
    """One account, by its key."""

    def __init__(self, access: Access, call: Call) -> None:
        self._access, self._call = access, call
        self.where = urlsplit(access.url).hostname or "url"

    def get(self, path: str, **query: str | int) -> Any:
        """The content of what Jotform has there."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, b"", {})

    def put(self, path: str, document: Any) -> Any:
        """client: JSON is put."""
        return self._ask("PUT", path, json.dumps(document, ensure_ascii=False).encode(), {"Content-Type": JSON})

    def post(self, path: str, fields: Mapping[str, str]) -> Any:
        """client: forms are posted."""
        return self._ask("POST", path, urlencode(fields).encode(), {"Content-Type": FORM})

    def failed(self, what: str, fix: str, *, permanent: bool = False, retry_after: float | None = None) -> ApiFailed:
        """An error of this account's API."""
        return ApiFailed(what, where=self.where, fix=fix, permanent=permanent, retry_after=retry_after)

    def unread(self) -> ApiFailed:
        """What came has the right status and another shape."""
        return self.failed(
            "What Jotform answers is not what we read", f"Check url: {_HOSTS}; if it is right, report this as a bug"
        )

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        # client: the key goes into this header, and so into no address.
        headers = {"APIKEY": self._access.secret, "Accept": JSON, **headers}
        reply = self._call(method, self._access.url.rstrip("/") + path, body, headers)
        if reply.truncated:
            raise self.failed("The answer of Jotform is too long, or broke off", "Try again")
        try:
            said = json.loads(reply.body)
        except (ValueError, RecursionError):
            said = None
        document = said if isinstance(said, dict) else {}
        code = document.get("responseCode")
        status = code if reply.status == 200 and isinstance(code, int) and not isinstance(code, bool) else reply.status
        if status != 200:
            raise self._refused(status, str(document.get("message", "")), reply)
        if "content" not in document:
            raise self.unread()
        return document["content"]

    def _refused(self, status: int, message: str, reply: Reply) -> ApiFailed:
        pause = reply.retry_after(datetime.now(UTC))
        if status == 429 or (status == 403 and "limit" in message.lower()):
            return self.failed(
                "Jotform takes no more calls from this account for now",
                "Wait until midnight in New York, when calls are counted anew, and set a larger pull_minutes",
                retry_after=LIMIT_PAUSE if pause is None else pause,
            )
        if status == 401:
            fix = f"Correct secret, and url, which must be the account's own: {_HOSTS}"
            return self.failed("Jotform does not accept this API key", fix)
        if status == 403:
            fix = "Give the key full access in Jotform: Settings > API; and check that the form is this account's"
            return self.failed("The API key may not do this in Jotform", fix)
        if status == 404:
            return self.failed("Jotform has nothing under this number", "Correct form in the settings", permanent=True)
        if 300 <= status < 400:
            return self.failed("The address leads on to another one", f"Write as url: {_HOSTS}")
        if status >= 500:
            return self.failed(f"Jotform failed with status {status}", "Try again later", retry_after=pause)
        fix = "Look into Jotform, whether the form is as `exit-bridge forms` writes it"
        return self.failed(f"Jotform refused this with status {status}", fix)
