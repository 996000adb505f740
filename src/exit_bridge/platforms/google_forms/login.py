"""Google's login: what a person allowed once, kept as JSON, and the tokens for an hour that come of it.

src: google-auth 2.63 (`oauth2/credentials.py`, `oauth2/_client.py`): which fields such a file has, how they are sent
and how Google refuses them; it too asks Google's own address, whatever `token_uri` the file names. Nothing is signed,
so no cryptography is needed. docs: a login of an app that is in testing ends after seven days.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Any, Self
from urllib.parse import urlencode

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.api import Access, Call, Reply
from exit_bridge.platforms.rest import REFUSED_PAUSE, Rest

HOST, PATH = "https://oauth2.googleapis.com", "token"

EARLY = 225.0
"""Seconds before its end at which a token is no longer used: google-auth's own margin."""

PAGE = "docs/google-forms-api.md says how"

_AGAIN = f"Log in again and write what that gives as secret ({PAGE})"
_BETWEEN = "Check network, proxy and firewall: it must be reachable from here"
_FORM = "application/x-www-form-urlencoded"
_LONGEST = 86_400.0
_HEADER = re.compile(r"[\x21-\x7e]+")

# src, seen: what stands in `error` of a refusal. Everything else is refused in one sentence.
_ENDED = "invalid_grant"
_NO_APP = {"invalid_client", "unauthorized_client", "deleted_client", "disabled_client"}
_POLICY = {"access_denied", "admin_policy_enforced", "org_internal"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """An `authorized_user` file: of which app, for whom, and the project that requests are counted for, if it says."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    project: str = field(default="", repr=False)

    @classmethod
    def read(cls, text: str, failed: Callable[[str], ApiFailed]) -> Self:
        """The JSON of such a file, in single quotes or not. Raises what `failed` makes of what is wrong with it."""
        try:
            held = json.loads(text.strip().strip("'"))
        except (ValueError, RecursionError):
            held = None
        if not isinstance(held, dict):
            raise failed("The secret is no login of Google's: it is not the JSON of a credentials file on one line")
        if "installed" in held or "web" in held:
            raise failed("The secret is the file of the app, not of a login with it")
        if held.get("type", "authorized_user") != "authorized_user":
            raise failed("The secret is the login of a machine; here a person's is needed, who owns the forms")
        project = held.get("quota_project_id") or ""
        names = ("client_id", "client_secret", "refresh_token")
        kept = {name: held[name] for name in names if isinstance(held.get(name), str) and held[name]}
        if len(kept) < len(names):
            raise failed("The secret lacks client_id, client_secret or refresh_token")
        if not isinstance(project, str) or (project and not _HEADER.fullmatch(project)):
            raise failed("The secret has a quota_project_id that is no name of a project")
        return cls(**kept, project=project)


class Login(Rest):
    """Logs in as the secret says, and again shortly before that ends."""

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__("Google's login", Access(HOST), call, {}, {HTTPStatus.OK: _BETWEEN})
        self._secret = access.secret
        self._token, self._until = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """What a request carries. Raises ApiFailed, and what the call raises."""
        held = Credentials.read(self._secret, lambda what: self.failed(what, _AGAIN, permanent=True))
        if monotonic() >= self._until:
            self._renew(held)
        project = {"x-goog-user-project": held.project} if held.project else {}
        return {"Authorization": f"Bearer {self._token}", **project}

    def _renew(self, held: Credentials) -> None:
        asked = {
            "grant_type": "refresh_token",
            "client_id": held.client_id,
            "client_secret": held.client_secret,
            "refresh_token": held.refresh_token,
        }
        began = monotonic()
        said = self.send("POST", PATH, urlencode(asked).encode(), _FORM)
        token = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not _HEADER.fullmatch(token):
            raise self.unread()
        self._token, self._until = token, began + _seconds(said.get("expires_in")) - EARLY

    def _refused(self, reply: Reply) -> ApiFailed:
        status = reply.status
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super()._refused(reply)
        if status < HTTPStatus.BAD_REQUEST:
            return self.failed("Something between here and Google answers in its place", _BETWEEN)
        error = _error(reply.body)
        what, fix = f"Google refuses the login (status {status})", _AGAIN
        if error == _ENDED:
            what = "The login to Google has ended or was taken back"
            fix = f"{_AGAIN}; while the app is in testing, a login lasts seven days"
        elif error in _NO_APP:
            what = "Google does not know the app that the login was made with"
            fix = f"Make a client for it in the Google Cloud console, and log in again ({PAGE})"
        elif error in _POLICY:
            what, fix = "The organisation does not let this app log in", "Ask who looks after Google Workspace there"
        return self.failed(what, fix, retry_after=REFUSED_PAUSE)


def _error(body: bytes) -> str:
    """Google's own word for a refusal; only ever compared, never shown."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("error")) if isinstance(said, dict) else ""


def _seconds(value: Any) -> float:
    """How long a token works; not at all where that is not said. src: some write the number as text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return seconds if 0 < seconds < _LONGEST else 0.0
