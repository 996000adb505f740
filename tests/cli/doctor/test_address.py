"""public_url: does it lead here? Asked of real servers with a certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import WELL, examine, wrong
from tests.sending.notify_double import CERTS
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web.app import create_app


class Quiet(WSGIRequestHandler):
    """Nothing on stderr, and no date besides the application's own."""

    send_response = WSGIRequestHandler.send_response_only  # type: ignore[assignment]

    def log(self, *_: Any) -> None:
        """Say nothing."""


@dataclass
class Front:
    """A web server as it may stand in front: `app` answers, `seen` are the paths it was asked for."""

    port: int = 0
    app: Callable[..., Any] = field(default=lambda *_: None)
    seen: list[str] = field(default_factory=list)

    def says(self, status: int, body: str, **headers: str) -> None:
        """The same to everything."""
        self.app = Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def public_server() -> Iterator[Front]:
    """A running one, at https://localhost:PORT."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
    front = Front()

    def serve(environ: Any, start_response: Any) -> Any:
        front.seen.append(Request(environ).path)
        return front.app(environ, start_response)

    server = make_server("127.0.0.1", 0, serve, threaded=True, ssl_context=context, request_handler=Quiet)
    front.port = server.port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield front
    server.shutdown()
    thread.join()
    server.server_close()


def lead_to(settings: Path, front: Front, host: str = "localhost", path: str = "", extra: str = "") -> None:
    text = WELL.replace("https://reports.council.example", f"https://{host}:{front.port}{path}")
    write_settings(settings.parent, f'{text}{extra}[http]\nca_bundle = "{CERTS / "authority.pem"}"\n')


def test_our_own_service_is_known_by_its_answer(settings: Path, public_server: Front) -> None:
    """The real one, asked at the path that the settings give, and nothing but its health."""
    lead_to(settings, public_server)
    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        public_server.app = create_app(loaded)
        assert wrong(settings) == []
        assert "public_url: exit-bridge answers at localhost" in examine(settings)["ok"]
        assert set(public_server.seen) == {"/healthz"}
        store.forget("first", "nobody")
    lead_to(settings, public_server, path="/exit")
    examine(settings)
    assert public_server.seen[-1] == "/exit/healthz"


def test_nobody_is_asked_offline(settings: Path, public_server: Front) -> None:
    """--offline connects to nobody but the database."""
    lead_to(settings, public_server)
    public_server.says(500, "")
    assert wrong(settings, "--offline") == []
    assert public_server.seen == []


@pytest.mark.parametrize("state", ["unavailable", "behind"])
def test_a_service_without_its_database_is_found(settings: Path, public_server: Front, state: str) -> None:
    """It may run on another machine than this."""
    lead_to(settings, public_server)
    public_server.says(503, f'{{"status": "failing", "database": "{state}"}}')
    assert wrong(settings) == [("broken", "public_url: exit-bridge answers at localhost, but cannot use its database")]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<h1>nginx</h1>"),
        (200, "<h1>Welcome</h1>"),
        (200, "[]"),
        (200, '{"status": "ok"}'),
        (302, ""),
        (200, "[" * 9_999),
    ],
)
def test_somebody_else_at_the_address_is_found(settings: Path, public_server: Front, status: int, body: str) -> None:
    """Whatever it says, and wherever it sends us."""
    lead_to(settings, public_server)
    public_server.says(status, body, Location="https://elsewhere.example/")
    line = f"public_url: What answers at localhost is not exit-bridge (HTTP {status}), or does not pass /healthz on"
    assert wrong(settings) == [("look", line)]


def test_a_server_that_is_not_there_is_found(settings: Path, public_server: Front) -> None:
    """And one whose certificate cannot be verified: tools will refuse it too."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        gone = Front(free.getsockname()[1])
    lead_to(settings, gone)
    unknown = "so it is not known whether tools reach this service"
    assert wrong(settings) == [("look", f"public_url: The server cannot be reached (localhost), {unknown}")]
    lead_to(settings, public_server)
    settings.write_text(settings.read_text("utf-8").partition("[http]")[0], "utf-8")
    assert wrong(settings) == [("look", f"public_url: No secure connection could be made (localhost), {unknown}")]


@pytest.mark.parametrize(
    ("date", "side"), [("Wed, 25 Nov 2026 10:00:00 GMT", "behind"), ("Wed, 25 Nov 2020 10:00:00 GMT", "ahead of")]
)
def test_a_wrong_clock_shows_at_another_server(
    settings: Path, public_server: Front, date: str, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its date is one that we did not make; on this machine itself it would prove nothing."""
    from exit_bridge.cli.checks import address

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2026, 11, 25, 9, 58, 30, tzinfo=tz)

    monkeypatch.setattr(address, "datetime", Then)
    public_server.says(200, '{"status": "ok", "database": "current"}', Date=date)
    lead_to(settings, public_server)
    assert wrong(settings) == []
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: real("127.0.0.1" if host == "hooks.example" else host, *rest, **more),
    )
    lead_to(settings, public_server, "hooks.example")
    [(status, line)] = wrong(settings)
    assert (status, line.endswith(f"{side} that of hooks.example: signatures will be refused")) == ("broken", True)
    if side == "behind":
        assert line.startswith("clock: This machine's clock is 90 seconds ")
