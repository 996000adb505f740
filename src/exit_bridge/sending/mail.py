"""Reports by email: one message, one SMTP transaction (RFC 5321)."""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from exit_bridge.errors import SendFailed
from exit_bridge.sending.types import EmailDestination, EmailServer, Outgoing, Receipt

_log = logging.getLogger(__name__)
_NO_SERVER_SENDER = "exit-bridge@localhost.invalid"
_PLANS = ("action-plan.docx", "action-plan.csv")
_KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
}
_PART = r"""[^\s"<>(),;:@]+"""
_ADDRESS = re.compile(rf"(?:(?P<name>[^<>]*)<)?(?P<local>{_PART})@(?P<domain>{_PART})(?(name)>)")


def send_email(destination: EmailDestination, outgoing: Outgoing, server: EmailServer | None) -> Receipt:
    """Send one mail to all addresses of the destination.

    When the server takes some addresses and refuses others the mail counts as sent, with the number refused in the
    receipt: those who got it must not get it twice. Raises SendFailed. Permanent is what a 5xx reply says about this
    mail (its sender, all its addresses, its content). Trouble before that - no connection, an unknown certificate, no
    STARTTLS where it is demanded, a refused login - is not: the mail is not at fault, and mail servers queue on it too.
    """
    label = destination.label
    if server is None or not server.sender:
        raise SendFailed("No mail server and sender are set", where=label, fix="Set them in the email settings")
    message = build_message(outgoing, destination, server)
    addresses = list(dict.fromkeys(address.addr_spec for address in message["To"].addresses))
    with _connect(server) as connection:
        try:
            refused = connection.sendmail(
                message["From"].addresses[0].addr_spec, addresses, message.as_bytes(policy=SMTP)
            )
        except smtplib.SMTPRecipientsRefused as error:
            raise _all_refused(error.recipients, label, server) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error, label, server) from None
        except (smtplib.SMTPException, OSError):
            raise SendFailed("The connection to the mail server broke off", where=label) from None
    if not refused:
        return Receipt(label, "accepted by the mail server")
    codes = ", ".join(sorted({str(code) for code, _ in refused.values()}))
    detail = f"accepted by the mail server for {len(addresses) - len(refused)}, refused for {len(refused)} ({codes})"
    _log.warning("%s: %s", label, detail)
    return Receipt(label, detail)


def build_message(outgoing: Outgoing, destination: EmailDestination | None, server: EmailServer | None) -> EmailMessage:
    """The mail, the same bytes every time it is built from the same values.

    Without a destination it names no one; without a server it carries a sender that can never be delivered to.
    Raises SendFailed, permanent, when an address is no address that plain SMTP can carry.
    """
    digest = hashlib.sha256(outgoing.key.encode()).hexdigest()[:32]
    message = EmailMessage()
    sender = _address(server.sender if server and server.sender else _NO_SERVER_SENDER, "the sender", permanent=False)
    message["From"] = sender
    if destination is None:
        message["To"] = "undisclosed-recipients:;"
    else:
        many = len(destination.to)
        message["To"] = tuple(
            _address(text, f"address {number} of {many}") for number, text in enumerate(destination.to, start=1)
        )
        if destination.reply_to:
            message["Reply-To"] = _address(destination.reply_to, "the reply address")
    message["Subject"] = _one_line(outgoing.subject)
    message["Date"] = format_datetime(outgoing.made_at.astimezone(UTC))
    message["Message-ID"] = f"<{digest}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes back
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    # Quoted-printable whatever the text: the encoding must not depend on it, and base64 looks like spam to filters.
    message.set_content(_encodable(outgoing.text), cte="quoted-printable")
    message.add_alternative(_encodable(outgoing.mail_html), subtype="html", cte="quoted-printable")
    message["Content-Language"] = _one_line(outgoing.language)
    message.set_boundary(f"=_{digest}")  # "=_" cannot occur in quoted-printable
    attached = {"report.pdf": outgoing.pdf} if outgoing.pdf else {}
    if destination is not None and destination.plan:
        attached |= {name: outgoing.files[name] for name in _PLANS if name in outgoing.files}
    for name, content in attached.items():
        maintype, _, subtype = _KINDS[name.rpartition(".")[2]].partition("/")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    if attached:
        message.set_boundary(f"=_{digest}+")
    return message


def check_server(server: EmailServer, to: str = "") -> None:
    """Connect, encrypt and log in as for a mail; with `to`, ask whether one from our sender may go there; then leave.

    No mail is sent. Raises SendFailed.
    """
    where = f"{server.host}:{server.port}"
    sender = _address(server.sender, "the sender", permanent=False).addr_spec
    recipient = _address(to, "a recipient").addr_spec if to else ""
    with _connect(server) as connection:
        try:
            connection.ehlo_or_helo_if_needed()
            code, reply = connection.mail(sender)
            if code == 250 and recipient:
                code, reply = connection.rcpt(recipient)
            connection.rset()
        except (smtplib.SMTPException, OSError):
            raise SendFailed("The connection to the mail server broke off", where=where) from None
    if code not in (250, 251):
        raise _refused(code, reply, where, server)


@contextmanager
def _connect(server: EmailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted and logged in as the settings demand. Raises SendFailed."""
    try:
        connection = _open(server)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        what, fix = _trouble(error)
        raise SendFailed(what, where=f"{server.host}:{server.port}", fix=fix) from None
    try:
        yield connection
    finally:
        # The mail is accepted or refused by now: a server that cannot say goodbye must not make us send it again.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()


def _open(server: EmailServer) -> smtplib.SMTP:
    where = f"{server.host}:{server.port}"
    if server.username and server.security == "none":
        raise SendFailed(
            "The login would cross the network in clear text", where=where, fix='Set security to "starttls" or "tls"'
        )
    context = ssl.create_default_context(cafile=server.ca_bundle or None)
    connection = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        if server.security == "tls"
        else smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    )
    with ExitStack() as undo:
        undo.callback(connection.close)
        if server.security == "starttls":
            connection.ehlo_or_helo_if_needed()
            if not connection.has_extn("starttls"):
                # Not permanent: it is what a server in maintenance, or someone in the line, looks like.
                raise SendFailed(
                    "The mail server does not offer STARTTLS",
                    where=where,
                    fix='Try security = "tls" with port 465. Mail is not sent in clear text instead',
                )
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, server.password)
        undo.pop_all()
    return connection


def _trouble(error: Exception) -> tuple[str, str]:
    """What went wrong before the mail, and what to do. Never the server's own words: they may quote an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "The mail server refused the login", "Check user name and password in the email settings"
        case smtplib.SMTPResponseException() if error.smtp_code > 0:
            return f"The mail server answered {error.smtp_code} before the mail", "See the mail server's log"
        case smtplib.SMTPServerDisconnected() | smtplib.SMTPResponseException():
            return "No SMTP server answered in time", "Check that port and security belong together"
        case smtplib.SMTPException():
            return "The mail server offers no login that can be used", "Leave the user name out if it needs none"
        case ssl.SSLCertVerificationError():
            return "The mail server's certificate cannot be verified", "Set ca_bundle to its authority's file"
        case ssl.SSLError():
            return "No secure connection to the mail server", "Check that port and security belong together"
        case FileNotFoundError():
            return "The file of certificate authorities is missing", "Correct ca_bundle in the email settings"
        case TimeoutError():
            return "No SMTP server answered in time", "Check host and port in the email settings"
        case UnicodeError():
            return "Host, user name or password hold characters that SMTP cannot carry", "Use ASCII"
        case _:
            return "The mail server cannot be reached", "Check host and port in the email settings"


def _all_refused(recipients: Mapping[str, tuple[int, bytes]], label: str, server: EmailServer) -> SendFailed:
    closed = [reply for reply in recipients.values() if _is_closed(*reply, server)]
    if closed:
        return _refused(*closed[0], label, server)
    codes = sorted({code for code, _ in recipients.values()})
    return SendFailed(
        f"The mail server refused every address ({', '.join(map(str, codes))})",
        where=label,
        fix="Check the addresses",
        permanent=all(map(_is_permanent, codes)),
        status=codes[0],
    )


def _refused(code: int, reply: bytes | str, label: str, server: EmailServer) -> SendFailed:
    if _is_closed(code, reply, server):
        return SendFailed(
            f"The mail server does not relay for this machine ({code})",
            where=label,
            fix="Ask whoever runs it to let this machine's address send from the sender's domain, or set a user name",
            status=code,
        )
    return SendFailed(
        f"The mail server answered {code}",
        where=label,
        fix="See the mail server's log for its reason",
        permanent=_is_permanent(code),
        status=code,
    )


def _is_closed(code: int, reply: bytes | str, server: EmailServer) -> bool:
    """Does a server that we do not log in to turn this machine away, rather than this mail?

    530 and 550 5.7.x (RFC 3463: security and policy) do. It is the settings' fault or the server's, so the mail waits.
    """
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    return not server.username and (code == 530 or (_is_permanent(code) and text.startswith("5.7.")))


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600


def _address(text: str, which: str, *, permanent: bool = True) -> Address:
    found = _ADDRESS.fullmatch(_one_line(text))
    if found:
        name, local, domain = (found["name"] or "").strip(' "'), found["local"], found["domain"]
        with suppress(MessageError, ValueError, IndexError):
            address = Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
            if address.addr_spec.isascii():
                return address
    raise SendFailed(
        "This is no address that mail can be sent to",
        where=which,
        fix="Correct it in the settings",
        permanent=permanent,
    )


def _one_line(text: str) -> str:
    """Safe as a header value: no line break, no control character."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _encodable(text: str) -> str:
    """Half a surrogate pair, which JSON can carry and mail cannot, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
