"""The mail server: asked for everything a mail needs, and sent none."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import TO_LEAD, WELL, examine, wrong
from tests.sending.notify_double import CERTS

PASSWORD = "made-up-right-word"


class Post:
    """Takes nothing; answers MAIL and RCPT as told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.replies: dict[str, str] = {}

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == PASSWORD.encode(), handled=False)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.said.append(f"MAIL {address}")
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.said.append(f"RCPT {address}")
        envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.said.append("DATA")
        return "250 OK"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def smtp(post: Post) -> Iterator[Callable[..., int]]:
    """Start a real mail server that offers STARTTLS and a login, TLS from the start, or nothing; its port."""
    running: list[Controller] = []

    def start(offers: str = "none") -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
        options: dict[str, Any] = {"authenticator": post.authenticate}
        if offers == "tls":
            options |= {"ssl_context": context, "auth_require_tls": False}
        if offers == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        controller = Controller(post, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


def leave_by(settings: Path, port: int, security: str, extra: str = "", text: str = WELL) -> None:
    host = "127.0.0.1" if security == "none" else "localhost"
    table = f'[email]\nhost = "{host}"\nport = {port}\nsecurity = "{security}"\nfrom = "reports@council.example"\n'
    authority = "" if security == "none" else f'ca_bundle = "{CERTS / "authority.pem"}"\n'
    write_settings(settings.parent, text + table + authority + extra, PASSWORD=PASSWORD, WRONG="made-up-wrong-word")


LOGIN = 'username = "reports@council.example"\npassword = "$PASSWORD"\n'


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_with_login_is_asked_and_sent_nothing(
    settings: Path, smtp: Callable[..., int], post: Post, security: str
) -> None:
    """Login, sender and one of those who get reports; a mail is never begun."""
    port = smtp(security)
    leave_by(settings, port, security, LOGIN, TO_LEAD)
    assert wrong(settings) == []
    assert f"mail: localhost:{port} answers ({security}), login and sender accepted" in examine(settings)["ok"]
    assert set(post.said) == {"MAIL reports@council.example", "RCPT lead@council.example"}


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_a_relay_is_asked_without_a_login(settings: Path, smtp: Callable[..., int], post: Post, security: str) -> None:
    """Whether it knows this machine shows at the sender already."""
    port = smtp(security)
    leave_by(settings, port, security)
    assert wrong(settings) == []
    (line,) = [line for line in examine(settings)["ok"] if line.startswith("mail: ")]
    assert line.endswith(f":{port} answers ({security}), sender accepted without a login")
    assert set(post.said) == {"MAIL reports@council.example"}


@pytest.mark.parametrize(
    ("replies", "status", "said"),
    [
        ({"MAIL": "530 5.7.1 log in first"}, "broken", "The mail server does not relay for this machine (530)"),
        ({"RCPT": "550 5.7.64 relay access denied"}, "broken", "The mail server does not relay for this machine (550)"),
        ({"RCPT": "550 5.1.1 lead@council.example unknown"}, "broken", "The mail server answered 550"),
        ({"RCPT": "450 4.2.0 greylisted"}, "look", "wants to be asked again later (450)"),
    ],
)
def test_what_the_server_refuses_is_found(
    settings: Path, smtp: Callable[..., int], post: Post, replies: dict[str, str], status: str, said: str
) -> None:
    """Before the first report does; what passes by itself is only to be looked at."""
    post.replies = replies
    leave_by(settings, smtp(), "none", text=TO_LEAD)
    [(found, line)] = wrong(settings)
    assert (found, said in line) == (status, True)
    assert "lead@" not in line
    assert wrong(settings, "--offline") == []


def test_a_login_that_is_refused_is_found(settings: Path, smtp: Callable[..., int], post: Post) -> None:
    """The password itself is in no line."""
    port = smtp("starttls")
    leave_by(settings, port, "starttls", LOGIN.replace("$PASSWORD", "$WRONG"))
    assert wrong(settings) == [("broken", f"mail: The mail server refused the login (localhost:{port})")]
    assert post.said == []


def test_a_server_that_offers_less_than_demanded_is_found(settings: Path, smtp: Callable[..., int]) -> None:
    """Mail would not leave in clear text instead."""
    port = smtp()
    leave_by(settings, port, "starttls")
    assert wrong(settings) == [("broken", f"mail: The mail server does not offer STARTTLS (localhost:{port})")]


def test_a_mail_server_that_is_not_there_is_found(settings: Path) -> None:
    """One line, and no long wait."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    leave_by(settings, port, "none")
    assert wrong(settings) == [("broken", f"mail: The mail server cannot be reached (127.0.0.1:{port})")]
    assert wrong(settings, "--offline") == []


def test_a_good_sender_is_told_with_what_was_not_asked(settings: Path) -> None:
    """Without the DNS nobody knows whether others believe it."""
    leave_by(settings, 1, "none")
    ok = examine(settings, "--offline")["ok"]
    line = "sender: The sender is at council.example; which server mail leaves this machine's own by was not looked up"
    assert line in ok
    settings.write_text(settings.read_text("utf-8").replace("127.0.0.1", "mail.council.example"), "utf-8")
    ok = examine(settings, "--offline")["ok"]
    line = "whether its SPF, DKIM and DMARC records allow mail.council.example was not looked up"
    assert f"sender: The sender is at council.example; {line}" in ok


@pytest.mark.parametrize("login", ["reports@mail.council.example", "reports@council.example", "reports"])
def test_a_login_of_the_same_organisation_is_no_finding(settings: Path, login: str) -> None:
    """A part of the same domain is aligned with it, and a login need not be an address."""
    leave_by(settings, 1, "starttls", LOGIN.replace("reports@council.example", login))
    assert wrong(settings, "--offline") == []
