"""GOV.UK Notify as its public documentation and source describe it, on loopback over TLS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from exit_bridge.http import HttpPolicy
from exit_bridge.sending import Notify

CERTS = Path(__file__).parent / "certs"
SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"made-up-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
TRIAL = "Can\u2019t send to this recipient when service is in trial mode \u2013 see https://notify.example/trial-mode"

Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Account:
    """One service's account. `answers` maps a method, or a recipient, to what is answered instead, every time."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    placeholders: tuple[str, ...] = ("subject", "summary", "report")
    kind: str = "email"
    ahead: float = 0.0
    """Seconds that this server's clock is ahead of ours."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def way(self, **changes: Any) -> Notify:
        """Settings that reach this account."""
        policy = HttpPolicy(internal=self.url, ca_bundle=str(CERTS / "authority.pem"))
        values: dict[str, Any] = {"key": KEY, "template": TEMPLATE, "url": self.url, "policy": policy}
        return Notify(**{**values, **changes})


def error(status: int, kind: str, message: str, **headers: str) -> Answer:
    """An error as Notify words it."""
    return status, {"status_code": status, "errors": [{"error": kind, "message": message}]}, headers


class Handler(BaseHTTPRequestHandler):
    """Checks the token, then answers as the account says."""

    def _serve(self) -> None:
        account: Account = self.server.account  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        account.requests.append(f"{self.command} {urlsplit(self.path).path}")
        status, answer, headers = self._answer(account, body)
        content = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
        self.send_response_only(status)
        self.send_header("Date", formatdate(time.time() + account.ahead, usegmt=True))
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815

    def _answer(self, account: Account, body: dict[str, Any]) -> Answer:
        if self.command in account.answers:
            return account.answers[self.command]
        if fault := self._untrusted(account):
            return error(403, "AuthError", fault)
        parts = urlsplit(self.path)
        if parts.path == f"/v2/template/{TEMPLATE}":
            names = {name: {"required": True} for name in account.placeholders}
            return 200, {"id": TEMPLATE, "type": account.kind, "personalisation": names}, {}
        if parts.path == "/v2/notifications":
            wanted = parse_qs(parts.query)["reference"][0]
            return 200, {"notifications": [m for m in account.mails if m["reference"] == wanted], "links": {}}, {}
        if parts.path == "/v2/notifications/email":
            return self._mail(account, body)
        return error(404, "NoResultFound", "No result found")

    def _mail(self, account: Account, body: dict[str, Any]) -> Answer:
        known = {"email_address", "template_id", "personalisation", "reference", "email_reply_to_id"}
        if set(body) - known - {"sanitise_content_for"} or body["template_id"] != TEMPLATE:
            return error(400, "ValidationError", "Additional properties are not allowed")
        if body["email_address"] in account.answers:
            return account.answers[body["email_address"]]
        if missing := set(account.placeholders) - set(body["personalisation"]):
            return error(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        account.mails.append(body)
        return 201, {"id": "201b576e-c09b-467b-9dfa-9c3b689ee730", "reference": body["reference"]}, {}

    def _untrusted(self, account: Account) -> str:
        scheme, _, token = self.headers["Authorization"].partition(" ")
        head, claims, signature = token.split(".")
        good = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        signed = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        if scheme != "Bearer" or decoded["iss"] != SERVICE or signed != good:
            return "Invalid token: API key not found"
        if abs(decoded["iat"] - time.time() - account.ahead) > 30:
            return "Error: Your system clock must be accurate to within 30 seconds"
        return ""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def notify_account() -> Iterator[Account]:
    """A running double; it ends with the block."""
    account = Account()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.account = account  # type: ignore[attr-defined]
        account.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield account
        finally:
            server.shutdown()
            thread.join()
