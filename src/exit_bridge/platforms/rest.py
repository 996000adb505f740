"""JSON over HTTPS: one request to a tool's API, and what its answer means, for every tool that has such an API.

Addresses are put together from the settings and ids; none that an API answers with is ever called. Errors name the
tool, its host and the status, and never what was said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply

REFUSED_PAUSE = 900.0
"""Seconds after which a refused token is tried again: somebody may be mending it."""

JSON = "application/json"

_LONGEST_ID = 100


class Rest:
    """Asks `tool` and reads its answers.

    `headers`: what carries the login, which the tool calls `login`. `fixes`: status -> what to do about it, where the
    tool calls things by names of its own; 200: about an answer that cannot be read.
    """

    def __init__(
        self,
        tool: str,
        access: Access,
        call: Call,
        headers: Mapping[str, str],
        fixes: Mapping[int, str] | None = None,
        *,
        login: str = "token",
    ) -> None:
        self.tool, self.where, self.login = tool, urlsplit(access.url).hostname or "url", login
        self._base, self._call = access.url.rstrip("/"), call
        self._headers, self._fixes = headers, fixes or {}

    def ask(self, method: str, path: str, document: Any = None, *, missing_ok: bool = False) -> Any:
        """The answer as JSON, None where it is empty; also for what is not there, where that is no error.

        Raises ApiFailed, and what `call` raises.
        """
        if document is None:
            return self.send(method, path, missing_ok=missing_ok)
        return self.send(method, path, json.dumps(document, ensure_ascii=False).encode(), JSON, missing_ok=missing_ok)

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "", *, missing_ok: bool = False) -> Any:
        """As `ask`, with a body of another kind."""
        headers = {**self._headers, "Accept": JSON} | ({"Content-Type": kind} if kind else {})
        reply = self._call(method, f"{self._base}/{path}", body, headers)
        if missing_ok and reply.status == HTTPStatus.NOT_FOUND:
            return None
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refused(reply)
        if reply.truncated:
            raise self.failed(f"The answer of {self.tool} is too long, or broke off", "Try again")
        if not reply.body.strip():
            return None
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise self.unread() from None

    def id_in(self, answer: Any, name: str = "id") -> str:
        """An id that the tool gave something, fit to stand in an address. Raises ApiFailed."""
        value = answer.get(name) if isinstance(answer, dict) else None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID or quote(value, safe="") != value:
            raise self.unread()
        return value

    def rows(self, answer: Any, name: str) -> list[Mapping[str, Any]]:
        """A list of objects in an answer. Raises ApiFailed."""
        rows = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unread()
        return rows

    def failed(self, what: str, fix: str, *, permanent: bool = False, retry_after: float | None = None) -> ApiFailed:
        """An error that names the host."""
        return ApiFailed(what, where=self.where, fix=fix, permanent=permanent, retry_after=retry_after)

    def unread(self) -> ApiFailed:
        """For an answer that is none of this API."""
        fix = self._fixes.get(HTTPStatus.OK, "Correct url in the settings")
        return self.failed(f"What answers at this address is not the API of {self.tool}", fix)

    def _refused(self, reply: Reply) -> ApiFailed:
        tool, status = self.tool, reply.status
        pause = reply.retry_after(datetime.now(UTC))
        match status:
            case HTTPStatus.UNAUTHORIZED:
                fix = self._fixes.get(status, f"Make a {self.login} and write it as secret")
                return self.failed(f"{tool} does not accept the {self.login}", fix, retry_after=REFUSED_PAUSE)
            case HTTPStatus.FORBIDDEN:
                fix = self._fixes.get(status, f"Check what the {self.login} may do, the account's plan, and url")
                return self.failed(f"{tool} does not allow this", fix, retry_after=REFUSED_PAUSE)
            case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
                fix = self._fixes.get(404, "Correct url and form in the settings")
                return self.failed(f"{tool} has no such form", fix, permanent=True)
            case HTTPStatus.CONFLICT:
                fix = self._fixes.get(status, "Look at what is there already, and take away what is not needed")
                return self.failed(f"{tool} has something of that name already", fix, permanent=True)
            case HTTPStatus.TOO_MANY_REQUESTS:
                fix = self._fixes.get(status, "It goes on by itself")
                return self.failed(f"{tool} takes no more requests for now", fix, retry_after=pause)
            case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return self.failed(f"{tool} has trouble (status {status})", "It is tried again", retry_after=pause)
            case _ if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
                return self.failed("The address leads on to another one", "Write the final https address as url")
            case _:
                fix = self._fixes.get(400, "Check url in the settings; if it is right, report this as a bug")
                return self.failed(f"{tool} refuses the request (status {status})", fix, permanent=True)
