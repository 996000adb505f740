from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from exit_bridge.errors import SendFailed
from exit_bridge.sending import EmailDestination, EmailServer, Outgoing, send
from exit_bridge.sending.mail import build_message, check_server

CERTS = Path(__file__).parent / "certs"
LEAD = EmailDestination(("lead@council.example",))
THREE = EmailDestination(("lead@council.example", "chair@trust.example", "clerk@council.example"))


class Mailbox:
    """Takes mail, or answers a command as told: `replies["RCPT lead@council.example"] = "550 no"`."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.commands: list[str] = []
        self.replies: dict[str, str] = {}
        self.drop_at = ""
        self.logins = 0

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"bridge", b"right-word")
        self.logins += good
        return AuthResult(success=good, handled=False)

    def _reply(self, server: Any, command: str, otherwise: str) -> str:
        self.commands.append(command)
        if self.drop_at == command:
            server.transport.abort()
        return self.replies.get(command, otherwise)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        reply = self._reply(server, "MAIL", "250 OK")
        if reply.startswith("2"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        reply = self._reply(server, f"RCPT {address}", "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self._reply(server, "DATA", "250 OK")
        if reply.startswith("2") and self.drop_at != "DATA":
            self.mails.append((envelope.rcpt_tos, envelope.original_content))
        return reply

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self._reply(server, "QUIT", "221 Bye")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Callable[..., EmailServer]]:
    """Start a real mail server and give the settings that reach it; keywords change the settings."""
    running: list[Controller] = []

    def start(offers: str = "none", *, login: bool = False, **changes: Any) -> EmailServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
        options: dict[str, Any] = {"authenticator": mailbox.authenticate}
        if not login:
            options |= {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
        if offers == "tls":
            options |= {"ssl_context": context, "auth_require_tls": False}  # aiosmtpd counts STARTTLS alone as TLS
        if offers == "starttls":
            options |= {"tls_context": context, "require_starttls": True, "auth_required": login}
        controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        running.append(controller)
        settings = {
            "host": "localhost" if offers != "none" else "127.0.0.1",
            "port": controller.port,
            "security": offers,
            "username": "bridge" if login else "",
            "password": "right-word" if login else "",
            "sender": "EXIT reports <reports@council.example>",
            "timeout": 5.0,
            "ca_bundle": str(CERTS / "authority.pem") if offers != "none" else "",
        }
        return EmailServer(**{**settings, **changes})

    yield start
    for controller in running:
        controller.stop()


def failure(destination: EmailDestination, outgoing: Outgoing, server: EmailServer | None) -> SendFailed:
    """The failure of one send, after seeing that it names no one."""
    with pytest.raises(SendFailed) as caught:
        send(destination, outgoing, server)
    shown = f"{caught.value}{caught.value.__cause__}"
    assert not [word for word in ("lead", "chair", "clerk", "reports@", "right-word", "wrong-word") if word in shown]
    return caught.value


@pytest.mark.parametrize(
    ("security", "login"), [("starttls", True), ("starttls", False), ("tls", True), ("tls", False), ("none", False)]
)
def test_a_mail_arrives(
    security: str, login: bool, serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """Every kind of connection brings the same bytes to every address, in one transaction."""
    server = serve(security, login=login)
    receipt = send(THREE, outgoing, server)
    assert mailbox.logins == login
    [(addresses, content)] = mailbox.mails
    assert addresses == list(THREE.to)
    mail: Any = message_from_bytes(content, policy=default)
    text, html = mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == outgoing.text
    assert html.get_content().replace("\r\n", "\n") == outgoing.mail_html
    assert mail["Message-ID"] == build_message(outgoing, THREE, server)["Message-ID"]
    assert receipt.destination == "email to 3 addresses at council.example, trust.example"
    assert receipt.detail == "accepted by the mail server"


def test_an_address_named_twice_gets_one_mail(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """A slip in the settings sends nothing twice."""
    send(EmailDestination(LEAD.to * 2), outgoing, serve())
    assert [addresses for addresses, _ in mailbox.mails] == [["lead@council.example"]]


def test_a_mail_dropped_half_way_is_sent_again_as_the_same_mail(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """A lost connection is worth another try, and the receiver can tell that it is the same mail."""
    server = serve()
    for moment in ("MAIL", "RCPT lead@council.example", "DATA"):
        mailbox.drop_at = moment
        error = failure(LEAD, outgoing, server)
        assert (error.permanent, error.what) == (False, "The connection to the mail server broke off")
    mailbox.drop_at = ""
    send(LEAD, outgoing, server)
    send(LEAD, outgoing, server)
    assert len(mailbox.mails) == 2
    assert mailbox.mails[0] == mailbox.mails[1]


@pytest.mark.parametrize("fault", ["421 busy", "500 what", "drop"])
def test_a_bad_goodbye_does_not_undo_the_mail(
    fault: str, serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """Once accepted, nothing may make us send it again."""
    mailbox.replies["QUIT"] = fault
    mailbox.drop_at = "QUIT" if fault == "drop" else ""
    assert send(LEAD, outgoing, serve()).detail == "accepted by the mail server"
    assert "QUIT" in mailbox.commands


@pytest.mark.parametrize(("code", "permanent"), [(421, False), (450, False), (452, False), (550, True), (553, True)])
@pytest.mark.parametrize("command", ["MAIL", "RCPT lead@council.example", "DATA"])
def test_refusals(
    command: str,
    code: int,
    permanent: bool,
    serve: Callable[..., EmailServer],
    mailbox: Mailbox,
    outgoing: Outgoing,
) -> None:
    """5xx is the last word on this mail, 4xx is not; the server's own words stay out of ours."""
    mailbox.replies[command] = f"{code} <lead@council.example> or reports@council.example is not wanted"
    error = failure(LEAD, outgoing, serve())
    assert (error.permanent, error.status) == (permanent, code)
    assert str(code) in str(error)
    assert mailbox.mails == []


def test_some_addresses_refused_is_sent_with_a_warning(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing, caplog: pytest.LogCaptureFixture
) -> None:
    """Those who got the mail must not get it twice, so the rest is told, not tried again."""
    caplog.set_level(logging.WARNING, logger="exit_bridge")
    mailbox.replies |= {"RCPT chair@trust.example": "550 chair@trust.example?", "RCPT clerk@council.example": "450 no"}
    receipt = send(THREE, outgoing, serve())
    assert receipt.detail == "accepted by the mail server for 1, refused for 2 (450, 550)"
    assert [addresses for addresses, _ in mailbox.mails] == [["lead@council.example"]]
    assert [record.getMessage() for record in caplog.records] == [f"{THREE.label}: {receipt.detail}"]


@pytest.mark.parametrize(("codes", "permanent"), [((550, 551, 553), True), ((550, 450, 550), False)])
def test_all_addresses_refused(
    codes: tuple[int, ...],
    permanent: bool,
    serve: Callable[..., EmailServer],
    mailbox: Mailbox,
    outgoing: Outgoing,
) -> None:
    """As long as one of them may be taken later, trying again makes sense."""
    mailbox.replies = {f"RCPT {address}": f"{code} no" for address, code in zip(THREE.to, codes, strict=True)}
    error = failure(THREE, outgoing, serve())
    assert error.permanent is permanent
    assert error.what == f"The mail server refused every address ({', '.join(map(str, sorted({*codes})))})"


def test_starttls_demanded_is_never_given_up(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """A server, or someone in the line, that offers no STARTTLS gets no mail; it may offer it again later."""
    error = failure(LEAD, outgoing, serve("none", security="starttls", host="localhost"))
    assert (error.what, error.permanent) == ("The mail server does not offer STARTTLS", False)
    assert "MAIL" not in mailbox.commands


def test_a_login_never_crosses_in_clear_text(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """A user name without TLS is refused before anything is said."""
    error = failure(LEAD, outgoing, serve("none", username="bridge", password="right-word"))
    assert (error.what, error.permanent) == ("The login would cross the network in clear text", False)
    assert mailbox.commands == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_certificate_is_verified(
    security: str, serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """An unknown authority or a name the certificate is not for ends before the login."""
    known = serve(security, login=True)
    for changes in ({"ca_bundle": ""}, {"host": "127.1"}):
        error = failure(LEAD, outgoing, EmailServer(**{**_fields(known), **changes}))
        assert (error.what, error.permanent) == ("The mail server's certificate cannot be verified", False)
    assert (mailbox.logins, mailbox.commands) == (0, [])


def _fields(server: EmailServer) -> dict[str, Any]:
    return {name: getattr(server, name) for name in EmailServer.__dataclass_fields__}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"password": "wrong-word"}, "The mail server refused the login"),
        ({"password": "wrong-word-é"}, "Host, user name or password hold characters that SMTP cannot carry"),
        ({"ca_bundle": "gone.pem"}, "The file of certificate authorities is missing"),
        ({"security": "tls"}, "No secure connection to the mail server"),
        ({"username": "", "password": ""}, "The mail server does not relay for this machine (530)"),
    ],
)
def test_settings_at_fault(
    changes: dict[str, str], what: str, serve: Callable[..., EmailServer], outgoing: Outgoing
) -> None:
    """The message says which setting to look at."""
    assert failure(LEAD, outgoing, serve("starttls", login=True, **changes)).what == what


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL", "530 5.7.1 Authentication required"),
        ("MAIL", "550 5.7.64 TenantAttribution; Relay Access Denied lead@council.example"),
        ("RCPT lead@council.example", "554 5.7.1 <lead@council.example>: Relay access denied"),
        ("DATA", "550 5.7.1 Anonymous clients may not send as reports@council.example"),
    ],
)
def test_a_relay_that_does_not_know_this_machine(
    command: str, reply: str, serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """Without a login its no is about this machine, so the mail waits, and the message says whom to ask."""
    mailbox.replies[command] = reply
    error = failure(LEAD, outgoing, serve())
    assert (error.what, error.permanent) == (f"The mail server does not relay for this machine ({reply[:3]})", False)
    assert "let this machine's address send from the sender's domain" in error.fix
    again = failure(LEAD, outgoing, serve("starttls", login=True))
    assert again.permanent is True


def test_a_relay_that_refuses_one_address_has_refused_that_address(
    serve: Callable[..., EmailServer], mailbox: Mailbox, outgoing: Outgoing
) -> None:
    """An unknown mailbox (5.1.1) is no question of who may relay."""
    mailbox.replies["RCPT lead@council.example"] = "550 5.1.1 no such user"
    error = failure(LEAD, outgoing, serve())
    assert (error.what, error.permanent) == ("The mail server refused every address (550)", True)


@pytest.mark.parametrize("to", ["", "lead@council.example"])
@pytest.mark.parametrize(("offers", "login"), [("none", False), ("starttls", False), ("starttls", True), ("tls", True)])
def test_a_server_can_be_looked_at_without_a_mail(
    to: str, offers: str, login: bool, serve: Callable[..., EmailServer], mailbox: Mailbox
) -> None:
    """Connection, login, sender and, if asked for, one recipient; never the mail itself."""
    check_server(serve(offers, login=login), to)
    assert mailbox.commands == ["MAIL", *([f"RCPT {to}"] if to else []), "QUIT"]
    assert mailbox.mails == []
    assert mailbox.logins == login


@pytest.mark.parametrize(
    ("replies", "what"),
    [
        ({"MAIL": "530 5.7.1 who are you"}, "The mail server does not relay for this machine (530)"),
        ({"RCPT lead@council.example": "450 4.2.0 later"}, "The mail server answered 450"),
        ({"RCPT lead@council.example": "550 5.1.1 no"}, "The mail server answered 550"),
    ],
)
def test_what_a_look_at_the_server_finds(
    replies: dict[str, str], what: str, serve: Callable[..., EmailServer], mailbox: Mailbox
) -> None:
    """The same as the first mail would."""
    mailbox.replies |= replies
    with pytest.raises(SendFailed) as caught:
        check_server(serve(), "lead@council.example")
    assert caught.value.what == what
    assert "lead" not in str(caught.value)


def test_a_server_that_hangs_up_is_no_traceback(serve: Callable[..., EmailServer], mailbox: Mailbox) -> None:
    """At any moment of the look."""
    mailbox.drop_at = "MAIL"
    with pytest.raises(SendFailed, match="broke off"):
        check_server(serve())


def test_a_server_without_login(serve: Callable[..., EmailServer], outgoing: Outgoing) -> None:
    """A user name for a server that takes none is told as such."""
    server = serve("starttls", username="bridge", password="right-word")
    error = failure(LEAD, outgoing, server)
    assert (error.what, error.permanent) == ("The mail server offers no login that can be used", False)


def test_no_server_at_all(outgoing: Outgoing) -> None:
    """Without a mail server, or without a sender, the report waits for one."""
    for server in (None, EmailServer("mail.example")):
        error = failure(LEAD, outgoing, server)
        assert (error.what, error.permanent) == ("No mail server and sender are set", False)


@pytest.mark.parametrize(
    ("greeting", "what"),
    [
        (b"", "No SMTP server answered in time"),
        (b"554 no service here\r\n", "The mail server answered 554 before the mail"),
        (b"bye\r\n", "No SMTP server answered in time"),
    ],
)
def test_servers_that_do_not_get_going(greeting: bytes, what: str, outgoing: Outgoing) -> None:
    """Nothing said before the mail condemns it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with closing(connection):
                connection.settimeout(5)
                connection.sendall(greeting)
                if not greeting:
                    connection.recv(1)

        thread = threading.Thread(target=talk)
        thread.start()
        server = EmailServer(
            "127.0.0.1", listener.getsockname()[1], "none", sender="reports@council.example", timeout=0.3
        )
        error = failure(LEAD, outgoing, server)
        thread.join()
    assert (error.what, error.permanent) == (what, False)


def test_a_server_that_is_not_there(outgoing: Outgoing) -> None:
    """A refused connection names the settings to look at."""
    error = failure(LEAD, outgoing, EmailServer("127.0.0.1", free_port(), "none", sender="reports@council.example"))
    assert (error.what, error.permanent) == ("The mail server cannot be reached", False)
