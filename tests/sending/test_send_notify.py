from __future__ import annotations

import base64
import json
import logging
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from tests.conftest import missing
from tests.sending.notify_double import (
    KEY,
    SECRET,
    SERVICE,
    TEMPLATE,
    TRIAL,
    Account,
    error,
    notify_account,
)

from exit_bridge import http
from exit_bridge.errors import SendFailed
from exit_bridge.http import HttpPolicy
from exit_bridge.sending import EmailDestination, FolderDestination, Notify, Outgoing, notify, send

LEAD = EmailDestination(("lead@council.example",))
THREE = EmailDestination(("lead@council.example", "chair@trust.example", "clerk@council.example"))


@pytest.fixture
def account() -> Iterator[Account]:
    """An account at Notify."""
    with notify_account() as running:
        yield running


def failure(destination: EmailDestination, outgoing: Outgoing, way: Notify) -> SendFailed:
    """The failure of one send, after seeing that it names no one and gives nothing away."""
    with pytest.raises(SendFailed) as caught:
        send(destination, outgoing, way)
    shown = f"{caught.value}{caught.value.__cause__}"
    assert not [word for word in ("lead", "chair", "clerk", SECRET, SERVICE) if word in shown]
    return caught.value


def test_a_mail_is_asked_for(account: Account, outgoing: Outgoing) -> None:
    """With subject, summary and the text report as a file, over a real TLS connection."""
    receipt = send(LEAD, outgoing, account.way(reply_to_id="8e222534-7f05-4972-86e3-17c5d9f894e2", keep_weeks=2))
    assert (receipt.destination, receipt.detail) == (LEAD.label, "accepted by GOV.UK Notify")
    [mail] = account.mails
    given = mail.pop("personalisation")
    assert mail == {
        "email_address": "lead@council.example",
        "template_id": TEMPLATE,
        "sanitise_content_for": ["summary"],
        "reference": notify.reference(outgoing.key, "lead@council.example"),
        "email_reply_to_id": "8e222534-7f05-4972-86e3-17c5d9f894e2",
    }
    assert given["subject"] == outgoing.subject
    first, rest = given["summary"].split("\n\n")
    assert first == outgoing.summary
    assert "works for 2 weeks" in rest
    report = given["report"]
    content = base64.b64decode(report.pop("file"))
    assert content.startswith(b"\xef\xbb\xbfFive ingredients.\r\n\r\n")
    assert content.decode("utf-8-sig").replace("\r\n", "\n") == outgoing.text
    assert report == {
        "filename": "staying-close-report.txt",
        "confirm_email_before_download": True,
        "retention_period": "2 weeks",
    }


def test_the_template_asks_for_what_is_sent(account: Account, outgoing: Outgoing) -> None:
    """What the documents tell people to put into the template is what the mails fill in, and no more."""
    send(LEAD, outgoing, account.way())
    subject, body = notify.TEMPLATE
    asked = set(re.findall(r"\(\((.*?)\)\)", subject + body))
    assert asked == set(notify.PLACEHOLDERS) == set(account.mails[0]["personalisation"])


def test_nobody_sees_the_others(account: Account, outgoing: Outgoing) -> None:
    """One mail for each address, each once, however often it is named."""
    send(EmailDestination((*THREE.to, *THREE.to)), outgoing, account.way())
    assert [mail["email_address"] for mail in account.mails] == list(THREE.to)
    assert len({mail["reference"] for mail in account.mails}) == 3


def test_a_mail_is_not_sent_twice(account: Account, outgoing: Outgoing, make_outgoing: Callable[..., Outgoing]) -> None:
    """Notify would take it again, so it is asked first: only addresses it has nothing for get a mail."""
    account.answers["chair@trust.example"] = error(500, "Exception", "Internal server error")
    assert failure(THREE, outgoing, account.way()).permanent is False
    assert [mail["email_address"] for mail in account.mails] == ["lead@council.example"]
    del account.answers["chair@trust.example"]
    send(THREE, outgoing, account.way())
    send(THREE, outgoing, account.way())
    assert [mail["email_address"] for mail in account.mails] == list(THREE.to)
    send(LEAD, make_outgoing(key="res_7f3a-v3-email0", version=3), account.way())
    assert len(account.mails) == 4


def test_a_mail_whose_answer_was_lost_is_found_again(account: Account, outgoing: Outgoing) -> None:
    """The connection breaks after Notify took the mail: the next attempt finds it there."""
    way = account.way()
    real, lost = http.request, []

    def lose(method: str, *rest: Any, **options: Any) -> http.Reply:
        reply = real(method, *rest, **options)
        if method == "POST" and not lost:
            lost.append(reply.status)
            raise SendFailed("The server cannot be reached", where="localhost")
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "request", lose)
        failure(LEAD, outgoing, way)
        send(LEAD, outgoing, way)
    assert lost == [201]
    assert len(account.mails) == 1


def test_too_slow_for_all_goes_on_next_time(
    account: Account, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker holds a job for two minutes: before that it gives up, and the next attempt takes the rest."""
    monkeypatch.setattr(notify, "_PATIENCE", -1.0)
    assert failure(THREE, outgoing, account.way()).what == "GOV.UK Notify was too slow for all addresses at once"
    monkeypatch.undo()
    send(THREE, outgoing, account.way())
    assert len(account.mails) == 3


# -- the token -----------------------------------------------------------------------------------------------------


def test_the_token_is_what_openssl_makes_of_it() -> None:
    """Header, claims and signature (HS256) as RFC 7519 and Notify's documentation say, signed by another program."""
    if not shutil.which("openssl"):
        missing("openssl", "install Debian's package openssl")
    way = Notify(KEY, TEMPLATE)
    head, claims, signature = notify.token(way, 1568818578).split(".")

    def plain(part: str) -> bytes:
        assert "=" not in part
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    assert json.loads(plain(head)) == {"typ": "JWT", "alg": "HS256"}
    assert json.loads(plain(claims)) == {"iss": SERVICE, "iat": 1568818578}
    command = ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-binary"]
    signed = subprocess.run(command, input=f"{head}.{claims}".encode(), capture_output=True, check=True).stdout
    assert plain(signature) == signed


def test_a_key_name_may_hold_hyphens_and_ids() -> None:
    """Service and secret are the last two ids of the key, whatever its name."""
    way = Notify(f"a-b-{TEMPLATE}-{SERVICE}-{SECRET}", TEMPLATE)
    assert (way.service, way.secret) == (SERVICE, SECRET)


def test_another_key_is_refused(account: Account, outgoing: Outgoing) -> None:
    """It waits for the right one."""
    other = KEY[:-1] + "1"
    fault = failure(LEAD, outgoing, account.way(key=other))
    assert (fault.what, fault.permanent, fault.status) == ("GOV.UK Notify refused the API key", False, 403)
    assert other[-36:] not in str(fault)


@pytest.mark.parametrize("ahead", [-45.0, 45.0])
def test_a_wrong_clock_is_told_from_a_wrong_key(ahead: float, account: Account, outgoing: Outgoing) -> None:
    """Notify allows 30 seconds; whoever reads the error must not look for a new key."""
    account.ahead = ahead
    fault = failure(LEAD, outgoing, account.way())
    assert fault.what == "GOV.UK Notify refused the request because this machine's clock is wrong"
    assert fault.permanent is False
    account.answers["GET"] = error(403, "AuthError", "words that nobody knows")
    assert failure(LEAD, outgoing, account.way()).what == fault.what
    account.ahead = 0.0
    assert failure(LEAD, outgoing, account.way()).what == "GOV.UK Notify refused the API key"
    send_anyway = account.way()
    account.answers.clear()
    send(LEAD, outgoing, send_anyway)


# -- what Notify says ----------------------------------------------------------------------------------------------

BAD = "BadRequestError"
TABLE = {
    "no address": (error(400, "ValidationError", "email_address Not a valid email address"), True, "Check the addr"),
    "trial mode": (error(400, BAD, TRIAL), False, "ask Notify to make it live"),
    "team key": (
        error(400, BAD, "Can\u2019t send to this recipient using a team-only API key"),
        False,
        "use a live key",
    ),
    "no contact": (
        error(400, BAD, "Send files by email has not been set up - add contact details for your service"),
        False,
        "Add contact details",
    ),
    "placeholder": (error(400, BAD, "Missing personalisation: lead"), False, "as docs/email.md says"),
    "reply-to": (error(400, BAD, "email_reply_to_id x does not exist in database"), False, "Copy reply_to_id"),
    "template": (error(400, BAD, "Template not found"), False, "Check the template's id"),
    "new words": (error(400, BAD, "lead@council.example is not to our liking"), False, "See the Notify service"),
    "no JSON": ((400, b"<p>lead@council.example</p>", {}), False, "See the Notify service"),
    "odd JSON": ((400, b'{"errors": ["lead"]}', {}), False, "See the Notify service"),
    "list": ((400, b"[]", {}), False, "See the Notify service"),
    "nested": ((400, b"[" * 40_000, {}), False, "See the Notify service"),
    "no login": (
        error(401, "AuthError", "Unauthorized: authentication token must be provided"),
        False,
        "Check the key",
    ),
    "no key": (error(403, "AuthError", "Invalid token: API key not found"), False, "Check the key"),
    "nothing there": (error(404, "NoResultFound", "No result found"), False, "Check template and url"),
    "too large": ((413, b"", {}), True, "another way"),
    "moved": ((301, b"", {"Location": "https://elsewhere.example"}), False, "Check the url"),
    "odd": ((418, b"", {}), False, "Check the url"),
    "bug": (error(500, "Exception", "Internal server error"), False, ""),
    "gateway": ((502, b"", {}), False, ""),
    "slow": (error(504, "EventletTimeout", "Timeout serving request"), False, ""),
}


@pytest.mark.parametrize("name", TABLE)
def test_errors(name: str, account: Account, outgoing: Outgoing) -> None:
    """Permanent is what can never go to this address; a fault of the account waits until somebody mends it."""
    answer, permanent, advice = TABLE[name]
    account.answers["POST"] = answer
    fault = failure(LEAD, outgoing, account.way())
    assert (fault.permanent, fault.status, fault.retry_after) == (permanent, answer[0], None)
    assert advice in fault.fix
    assert bool(advice) == bool(fault.fix)
    assert account.mails == []


@responses.activate
@pytest.mark.parametrize(
    ("kind", "headers", "pause"),
    [
        ("RateLimitError", {}, 60.0),
        ("RateLimitError", {"Retry-After": "120"}, 120.0),
        ("TooManyRequestsError", {}, None),
        ("", {"Retry-After": "7"}, 7.0),
        ("", {"Retry-After": "soon"}, 60.0),
    ],
)
def test_limits(kind: str, headers: dict[str, str], pause: float | None, outgoing: Outgoing) -> None:
    """A limit by the minute is waited for, one by the day until midnight UTC, and Retry-After as it says."""
    answer = {"status_code": 429, "errors": [{"error": kind, "message": "Exceeded"}]}
    url = "https://api.notifications.service.gov.uk/v2/notifications"
    responses.get(url, json={"notifications": []})
    responses.post(f"{url}/email", status=429, json=answer, headers=headers)
    fault = failure(LEAD, outgoing, Notify(KEY, TEMPLATE))
    assert (fault.permanent, fault.status) == (False, 429)
    if pause is None:
        left = 86_400 - (datetime.now(UTC) - datetime.now(UTC).replace(hour=0, minute=0)).total_seconds()
        assert fault.retry_after == pytest.approx(left, abs=180)
    else:
        assert fault.retry_after == pause


@responses.activate
def test_a_busy_service_says_when_to_come_back(outgoing: Outgoing) -> None:
    """At the question as at the mail."""
    responses.get(
        "https://api.notifications.service.gov.uk/v2/notifications", status=503, headers={"Retry-After": "30"}
    )
    fault = failure(LEAD, outgoing, Notify(KEY, TEMPLATE))
    assert (fault.status, fault.retry_after) == (503, 30.0)
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize("body", [b"<html>welcome</html>", b"{}", b'{"notifications": 7}'])
def test_something_else_at_the_address_gets_no_mail(body: bytes, outgoing: Outgoing) -> None:
    """A portal that answers 200 to everything is not taken for an empty account."""
    responses.get("https://api.notifications.service.gov.uk/v2/notifications", body=body)
    assert failure(LEAD, outgoing, Notify(KEY, TEMPLATE)).what == "The answer is not that of GOV.UK Notify"


def test_some_addresses_refused_is_sent(account: Account, outgoing: Outgoing) -> None:
    """The others have their mail; the number refused is told."""
    account.answers["chair@trust.example"] = error(400, "ValidationError", "email_address Not a valid email address")
    receipt = send(THREE, outgoing, account.way())
    assert receipt.detail == "accepted by GOV.UK Notify for 2, refused for 1"
    assert [mail["email_address"] for mail in account.mails] == ["lead@council.example", "clerk@council.example"]


def test_one_address_that_waits_does_not_hold_up_the_others(account: Account, outgoing: Outgoing) -> None:
    """In trial mode those of the team get theirs, and the rest is tried again until the service is live."""
    account.answers["lead@council.example"] = error(400, BAD, TRIAL)
    assert failure(THREE, outgoing, account.way()).permanent is False
    assert [mail["email_address"] for mail in account.mails] == ["chair@trust.example", "clerk@council.example"]
    account.answers.clear()
    send(THREE, outgoing, account.way())
    assert len(account.mails) == 3


def test_all_addresses_refused(account: Account, outgoing: Outgoing) -> None:
    """Trying again cannot help."""
    for address in THREE.to:
        account.answers[address] = error(400, "InvalidEmailError", "Not a valid email address")
    assert failure(THREE, outgoing, account.way()).permanent is True


def test_the_limit_on_files_is_seen_beforehand(account: Account, make_outgoing: Callable[..., Outgoing]) -> None:
    """Nothing is asked of Notify for a report it cannot take."""
    fault = failure(LEAD, make_outgoing(text="x" * 2 * 1024 * 1024), account.way())
    assert fault.permanent is True
    assert account.requests == []
    send(LEAD, make_outgoing(text="x" * (2 * 1024 * 1024 - 4)), account.way())
    assert len(account.mails) == 1


def test_text_that_cannot_be_encoded_still_leaves(account: Account, make_outgoing: Callable[..., Outgoing]) -> None:
    """Half a surrogate pair becomes a question mark, and a subject stays one line."""
    send(LEAD, make_outgoing(subject="a\n\ud800b", summary="\ud800", text="\ud800"), account.way())
    given = account.mails[0]["personalisation"]
    assert given["subject"] == "a ?b"
    assert given["summary"].startswith("?\n\n")
    assert base64.b64decode(given["report"]["file"]).decode("utf-8-sig") == "?"


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        (HttpPolicy(), "This address is not on the public internet"),
        (HttpPolicy(ca_bundle="gone.pem"), "The file of certificate authorities is missing"),
    ],
)
def test_settings_at_fault_keep_the_mail_waiting(
    policy: HttpPolicy, what: str, account: Account, outgoing: Outgoing
) -> None:
    """What is wrong under [http] or [email] is not the mail's fault."""
    fault = failure(LEAD, outgoing, account.way(policy=policy))
    assert (fault.what, fault.permanent) == (what, False)
    assert account.requests == []


def test_a_server_with_another_certificate_learns_nothing(account: Account, outgoing: Outgoing) -> None:
    """Neither the token nor an address."""
    fault = failure(LEAD, outgoing, account.way(policy=HttpPolicy(internal=account.url)))
    assert (fault.what, fault.permanent) == ("No secure connection could be made", False)
    assert account.requests == []


def test_a_folder_keeps_its_mail(account: Account, tmp_path: Any, outgoing: Outgoing) -> None:
    """report.eml is written where Notify sends the mail, with a sender that can never be delivered to."""
    send(FolderDestination(str(tmp_path)), outgoing, account.way())
    kept = (tmp_path / "staying-close" / "res_7f3a" / "report.eml").read_bytes()
    assert kept.startswith(b"From: exit-bridge@localhost.invalid\r\nTo: undisclosed-recipients:;\r\n")


def test_secrets_are_in_no_log_and_no_repr(
    account: Account, outgoing: Outgoing, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is logged at whatever level, by anybody."""
    caplog.set_level(logging.DEBUG)
    way = account.way()
    send(LEAD, outgoing, way)
    account.answers["GET"] = error(500, "Exception", "lead@council.example")
    failure(LEAD, outgoing, way)
    said = caplog.text + repr(way)
    assert not [word for word in (SECRET, "lead@", "Bearer", notify.token(way, 0).split(".")[0]) if word in said]


# -- the template --------------------------------------------------------------------------------------------------


def test_the_template_is_read(account: Account) -> None:
    """Its kind and placeholders, as Notify compares them, and how far the clocks are apart."""
    account.placeholders = ("Subject", "sum_mary", "the report")
    account.ahead = 20.0
    found = notify.read_template(account.way())
    assert (found.kind, found.placeholders) == ("email", {"subject", "summary", "thereport"})
    assert found.skew == pytest.approx(20.0, abs=5)
    assert account.requests == [f"GET /v2/template/{TEMPLATE}"]


@responses.activate
@pytest.mark.parametrize("date", [None, "", "yesterday", "Wed, 99 Nov 2026 25:00:00 GMT"])
def test_a_reply_without_a_date_says_nothing_about_the_clock(date: str | None) -> None:
    """A template without placeholders is read as one."""
    headers = {} if date is None else {"Date": date}
    responses.get(f"https://api.notifications.service.gov.uk/v2/template/{TEMPLATE}", json={}, headers=headers)
    assert notify.read_template(Notify(KEY, TEMPLATE)) == notify.NotifyTemplate("", frozenset(), None)
