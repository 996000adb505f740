from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest

from exit_bridge.errors import SendFailed
from exit_bridge.sending import EmailDestination, EmailServer, Outgoing
from exit_bridge.sending.mail import build_message

GOLDEN = Path(__file__).parent / "golden" / "report.eml"
SERVER = EmailServer("mail.example", sender="EXIT reports <reports@council.example>")
LEAD = EmailDestination(("lead@council.example", "chair@trust.example"), reply_to="team@council.example")


def read(message: EmailMessage) -> Any:
    """The mail as another program reads it from the wire."""
    return message_from_bytes(message.as_bytes(policy=SMTP), policy=default)


def test_the_mail_is_the_golden_file(outgoing: Outgoing) -> None:
    """Every header and byte of a mail is known; a change here changes what people get."""
    assert build_message(outgoing, LEAD, SERVER).as_bytes(policy=SMTP) == GOLDEN.read_bytes().replace(b"\n", b"\r\n")


def test_both_parts_arrive_whole(outgoing: Outgoing) -> None:
    """Text first, HTML second, each exactly as made, long lines and lone dots included."""
    mail = read(build_message(outgoing, LEAD, SERVER))
    text, html = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert text.get_content().replace("\r\n", "\n") == outgoing.text
    assert html.get_content().replace("\r\n", "\n") == outgoing.mail_html
    assert max(map(len, build_message(outgoing, LEAD, SERVER).as_bytes(policy=SMTP).splitlines())) <= 78


def test_headers(outgoing: Outgoing) -> None:
    """Machines can tell that a machine wrote it, people where to answer."""
    mail = read(build_message(outgoing, LEAD, SERVER))
    shown = {name: str(mail[name]) for name in mail if name not in {"Content-Type", "Message-ID"}}
    assert shown == {
        "From": "EXIT reports <reports@council.example>",
        "To": "lead@council.example, chair@trust.example",
        "Reply-To": "team@council.example",
        "Subject": "Your report is ready: staying-close",
        "Date": "Sat, 21 Nov 2026 09:30:05 +0000",
        "Content-Language": "en",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }
    assert mail["Message-ID"].endswith("@council.example>")
    assert not mail.defects


def test_a_retry_is_the_same_mail(make_outgoing: Callable[..., Outgoing]) -> None:
    """The same key gives the same bytes; another version or destination another Message-ID."""
    first, again, other = (
        build_message(make_outgoing(key=key), LEAD, SERVER) for key in ("res_1-v1-0", "res_1-v1-0", "res_1-v2-0")
    )
    assert first.as_bytes() == again.as_bytes()
    assert first["Message-ID"] != other["Message-ID"]
    assert first.get_boundary() != other.get_boundary()


def test_the_plan_is_attached_where_it_is_wanted(make_outgoing: Callable[..., Outgoing]) -> None:
    """As Word and as a table; nothing else of what a folder would keep."""
    files = {"action-plan.docx": b"PK word", "action-plan.csv": b"a,b", "figures.csv": b"1,2"}
    message = build_message(make_outgoing(files=files), replace(LEAD, plan=True), SERVER)
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert attached == {"action-plan.docx": b"PK word", "action-plan.csv": b"a,b"}
    assert list(build_message(make_outgoing(files=files), LEAD, SERVER).iter_attachments()) == []
    assert list(build_message(make_outgoing(files={}), replace(LEAD, plan=True), SERVER).iter_attachments()) == []


def test_a_pdf_is_attached_beside_the_whole_report(make_outgoing: Callable[..., Outgoing]) -> None:
    """Who cannot open it misses nothing; and a retry is the same mail, to the byte."""
    content = bytes(range(256)) * 9
    first, again = (build_message(make_outgoing(pdf=content), LEAD, SERVER) for _ in range(2))
    assert first.as_bytes() == again.as_bytes()
    mail = read(first)
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/pdf", "report.pdf")
    assert attached.get_content() == content
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert "Receptivity: 64" in mail.get_body(("plain",)).get_content()


def test_without_destination_and_server_it_names_no_one(outgoing: Outgoing) -> None:
    """The mail kept in a folder can be looked at, and sent to nobody by mistake."""
    mail = read(build_message(outgoing, None, None))
    assert (str(mail["From"]), str(mail["To"])) == ("exit-bridge@localhost.invalid", "undisclosed-recipients:;")
    assert mail["Reply-To"] is None


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Ready\r\nBcc: someone@else.example", "Ready Bcc: someone@else.example"),
        ("Ready\n\n<script>", "Ready <script>"),
        ("Ready\u2028Bcc: x\x00\x0b\x85 \ud800", "Ready Bcc: x"),
        ("Ynys Môn – “barod”" * 9, "Ynys Môn – “barod”" * 9),
        ("", ""),
    ],
)
def test_a_subject_stays_one_header(subject: str, shown: str, make_outgoing: Callable[..., Outgoing]) -> None:
    """Nothing in a subject becomes a header or a body of its own."""
    mail = read(build_message(make_outgoing(subject=subject), LEAD, SERVER))
    assert str(mail["Subject"]) == shown
    assert mail["Bcc"] is None
    assert len(list(mail.iter_parts())) == 2


def test_half_a_surrogate_pair_is_no_crash(make_outgoing: Callable[..., Outgoing]) -> None:
    """JSON can carry what no mail can; the rest of the text still arrives."""
    mail = read(build_message(make_outgoing(text="a\ud800b\n", mail_html="<p>a\ud800b</p>\n"), LEAD, SERVER))
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["a?b", "<p>a?b</p>"]


@pytest.mark.parametrize(
    ("written", "header"),
    [
        ("reports@council.example", "reports@council.example"),
        ("EXIT <reports@council.example>", "EXIT <reports@council.example>"),
        ('"EXIT, reports" <reports@council.example>', '"EXIT, reports" <reports@council.example>'),
        ("Adroddiadau Môn <reports@council.example>", "Adroddiadau Môn <reports@council.example>"),
        ("reports@bücher.example", "reports@xn--bcher-kva.example"),
    ],
)
def test_senders_that_can_be_used(written: str, header: str, outgoing: Outgoing) -> None:
    """With or without a name, and with an international domain."""
    mail = read(build_message(outgoing, LEAD, EmailServer("mail.example", sender=written)))
    assert str(mail["From"]) == header


@pytest.mark.parametrize(
    "address",
    [
        "lead",
        "lead@",
        "@council.example",
        "lead@council.example, other@council.example",
        "lead@council.example\nBcc: other@council.example",
        "<lead@council.example",
        "lead@council.example>",
        "lead@@council.example",
        "léad@council.example",
        "le ad@council.example",
        "lead@coun..cil.example",
        "",
    ],
)
def test_addresses_that_mail_cannot_be_sent_to(address: str, outgoing: Outgoing) -> None:
    """One clear error that says which address, never the address; a wrong sender is worth a later attempt."""
    for destination, server, which, permanent in (
        (EmailDestination(("lead@council.example", address)), SERVER, "address 2 of 2", True),
        (EmailDestination(("lead@council.example",), reply_to=address or "@"), SERVER, "the reply address", True),
        (LEAD, EmailServer("mail.example", sender=address or "@"), "the sender", False),
    ):
        with pytest.raises(SendFailed, match=which) as caught:
            build_message(outgoing, destination, server)
        assert caught.value.permanent is permanent
        assert "council" not in str(caught.value)
