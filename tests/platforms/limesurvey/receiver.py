"""A receiver as exit-bridge is one: verifies by the `standardwebhooks` library, and misbehaves when told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + "c2VjcmV0LWZvci10aGUtdGVzdHMtb25seQ=="


@dataclass
class Receiver:
    """What arrived, and what to answer: `mode` is a status, or `ok`, `stall`, `trickle`, `huge`, `page`."""

    url: str = ""
    port: int = 0
    mode: str = "ok"
    report_url: str | None = None
    secret: str = SECRET
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of requests that were verified and answered as delivered."""
    requests: list[dict[str, str]] = field(default_factory=list)
    """Headers of all requests, in lower case."""
    raw: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Ends all stalling."""

    def answers(self) -> list[Any]:
        """The answers of all that was delivered."""
        return [body["answers"] for body in self.bodies]

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Verify a request and keep it; raises WebhookVerificationError."""
        self.requests.append(headers)
        self.raw.append(body)
        Webhook(self.secret).verify(body, headers)
        if self.mode == "ok":
            self.bodies.append(json.loads(body))


class _Handler(BaseHTTPRequestHandler):
    receiver: ClassVar[Receiver]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        mode = self.receiver.mode
        if mode == "stall":
            self.receiver.requests.append({})
            self.receiver.released.wait(60)
            self.close_connection = True
            return
        self.receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
        result: dict[str, Any] = {"status": "accepted", "result_id": "0f0e"}
        if self.receiver.report_url:
            result["report_url"] = self.receiver.report_url
        if mode == "ok":
            self._answer(200, json.dumps(result).encode())
        elif mode == "page":
            self._answer(200, b"<!doctype html><title>Sign in</title>", "text/html")
        elif mode == "huge":
            self._answer(200, json.dumps({**result, "more": "x" * 200_000}).encode())
        elif mode == "trickle":
            self._trickle()
        elif mode == "302":
            self._answer(302, b"", location=self.receiver.url + "/elsewhere")
        else:
            self._answer(int(mode), b'{"status": "no"}')

    def do_GET(self) -> None:
        self.receiver.requests.append({"method": "GET"})
        self._answer(200, b'{"status": "accepted"}')

    def _answer(self, status: int, body: bytes, kind: str = "application/json", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        """A byte now and then, so that no single read is long."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.receiver.released.wait(0.2):
            self.wfile.write(b" ")
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Tests read what arrived, not a log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Senders that hang up are what is tested here."""


@contextmanager
def receiving(certificate: Path | None = None, port: int = 0, receiver: Receiver | None = None) -> Iterator[Receiver]:
    """Serve on loopback, with a certificate by https. `receiver` and its `port` again: it comes back after a stop."""
    receiver = receiver or Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", port), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_address[1]
    receiver.url = f"{'https' if certificate else 'http'}://localhost:{receiver.port}/hooks/staying-close"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
