"""RemoteControl 2, LimeSurvey's JSON-RPC: one session, and its answers in plain words.

src and run (6.14.0, 5.6.8, 3.25.12): nearly everything that goes wrong is answered with status 200 and
`{"status": text}` as the result, some of it with the bare text. The texts are matched and never repeated: they may
quote what was sent.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from exit_bridge.errors import ApiFailed, SendFailed, UnsafeDestination
from exit_bridge.platforms.api import Access, Call, Reply

LOCKED_OUT = 900.0
"""Seconds before another login once one was refused. src: after three, an address is shut out for 10 minutes."""

_NO_PERMISSION = "Give it the role or the survey permissions that docs/tool-api.md names"
_SAID = (
    ("invalid session key", "LimeSurvey ended the session", "Try again", False),
    ("no permission", "The LimeSurvey user may not do this", _NO_PERMISSION, True),
    ("not allowed", "The LimeSurvey user may not do this", _NO_PERMISSION, True),
    ("invalid survey", "LimeSurvey has no survey with this number", "Correct `form` in the settings", True),
    (
        "table does not exist",
        "The survey is not active in LimeSurvey",
        "Activate it there, or run `exit-bridge provision`",
        True,
    ),
    ("not active", "The survey is not active in LimeSurvey", "Activate it there, or run `exit-bridge provision`", True),
    (
        "edit after completion",
        "The survey does not let answers be changed once they are complete",
        'In LimeSurvey, switch on "Allow editing responses after completion" under Participant settings',
        True,
    ),
    ("no matching response", "LimeSurvey no longer has this response", "If it was deleted there, forget it here", True),
    (
        "invalid column names",
        "The survey has no hidden questions for the scores",
        "Import the form that `exit-bridge forms` writes",
        True,
    ),
    ("consistency check", "LimeSurvey finds the survey incomplete", "Look at its list of questions there", True),
)
"""Part of what LimeSurvey says, in lower case -> what it means, what to do, and whether trying again is useless."""


class Session:
    """A login for as long as the block lasts; the key is given back at its end."""

    def __init__(self, access: Access, call: Call) -> None:
        self._access, self._call, self._key = access, call, ""
        self.where = urlsplit(access.url).hostname or "url"

    def __enter__(self) -> Self:
        key = self._ask("get_session_key", self._access.user, self._access.secret)
        if isinstance(key, str) and key:
            self._key = key
            return self
        if refused(key) == "Invalid user name or password":
            raise self.failed(
                "LimeSurvey does not accept this user and password",
                "Correct user and secret, then wait 10 minutes: every wrong login counts",
                retry_after=LOCKED_OUT,
            )
        raise self.failed(
            "LimeSurvey lets nobody in from here, after too many wrong logins, or takes no password of this user",
            "Correct user and secret, and wait 10 minutes",
            retry_after=LOCKED_OUT,
        )

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with contextlib.suppress(SendFailed, UnsafeDestination):  # it ends by itself
            self._ask("release_session_key", self._key)

    def __call__(self, method: str, *arguments: Any) -> Any:
        """The result, or `{"status": …}` where LimeSurvey has something else to say: see `refused`."""
        return self._ask(method, self._key, *arguments)

    def must(self, method: str, *arguments: Any) -> Any:
        """The result; whatever else LimeSurvey says is an error."""
        result = self(method, *arguments)
        if (said := refused(result)) is not None:
            raise self.error(method, said)
        return result

    def error(self, method: str, said: str) -> ApiFailed:
        """What LimeSurvey said in answer to a method, as our error."""
        for part, what, fix, permanent in _SAID:
            if part in said.lower():
                return self.failed(what, fix, permanent=permanent)
        return self.failed(f"LimeSurvey refused {method} for a reason we do not know", "Look into LimeSurvey's own log")

    def failed(self, what: str, fix: str, *, permanent: bool = False, retry_after: float | None = None) -> ApiFailed:
        """An error of this server."""
        return ApiFailed(what, where=self.where, fix=fix, permanent=permanent, retry_after=retry_after)

    def _ask(self, method: str, *arguments: Any) -> Any:
        body = json.dumps({"method": method, "params": arguments, "id": 1}).encode()
        headers = {"Content-Type": "application/json"}  # src: version 3 takes exactly this, without a charset
        reply = self._call("POST", self._access.url, body, headers)
        return self._result(method, reply)

    def _result(self, method: str, reply: Reply) -> Any:
        if reply.truncated:
            raise self.failed("The answer of LimeSurvey is too long, or broke off", "Try again")
        if reply.status != 200:
            raise self._status(method, reply)
        try:
            said = json.loads(reply.body)
            result, error = said["result"], said["error"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._no_rpc(reply.body) from None
        if error is not None:
            raise self.error(method, str(error))
        return result

    def _status(self, method: str, reply: Reply) -> ApiFailed:
        if 300 <= reply.status < 400:
            return self.failed("The address leads on to another one", "Write the final https address as url")
        if reply.status in (429, 500, 502, 503, 504):
            what = f"LimeSurvey failed at {method} with status {reply.status}"
            fix = "Try again; look into LimeSurvey's own log"
            return self.failed(what, fix, retry_after=reply.retry_after(datetime.now(UTC)))
        return self.failed(
            f"There is no RemoteControl at this address (status {reply.status})",
            "Use the address that LimeSurvey shows under Configuration > Global > Interfaces",
        )

    def _no_rpc(self, body: bytes) -> ApiFailed:
        fix = "Set it to JSON-RPC in LimeSurvey: Configuration > Global > Interfaces"
        if not body.strip():  # run
            return self.failed("LimeSurvey's RemoteControl interface is switched off", fix)
        if body.lstrip().startswith(b"<?xml"):
            return self.failed("LimeSurvey's RemoteControl speaks XML-RPC", fix)
        return self.failed(
            "What answers at this address is not RemoteControl",
            "Use the address that LimeSurvey shows under Configuration > Global > Interfaces",
        )


def refused(result: Any) -> str | None:
    """What LimeSurvey says in place of a result, or None."""
    return result["status"] if isinstance(result, dict) and isinstance(result.get("status"), str) else None


def said_by(result: Any) -> str | None:
    """The same for methods whose result is no text: version 3 then answers with the bare text."""
    return result if isinstance(result, str) else refused(result)
