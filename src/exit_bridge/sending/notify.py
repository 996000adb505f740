"""Reports by GOV.UK Notify: a short mail from a template, and the report behind a link.

https://docs.notifications.service.gov.uk/rest-api.html. Notify takes no HTML and no attachment. It does not tell a
mail it was asked for twice, but it can be asked what it has under a reference, so that is asked before each mail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from exit_bridge import http
from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.reports.summary import where_the_rest_is
from exit_bridge.sending.types import EmailDestination, Notify, Outgoing, Receipt

PLACEHOLDERS = ("subject", "summary", "report")
TEMPLATE = ("((subject))", "((summary))\n\n((report))")
"""Subject and message of the template that must be in the account."""

MOST_BYTES = 2 * 1024 * 1024
CLOCK_TOLERANCE = 30
"""Seconds that Notify allows between its clock and ours."""

_PATIENCE = 60.0
"""Seconds for all addresses together: well within a worker's lease on the job."""

_ADDRESS_FAULTS = frozenset({"ValidationError", "InvalidEmailError", "InvalidRecipientError"})

# Notify's words are looked at for advice alone: they may change, unlike status and kind, and are never repeated.
_ADVICE = {
    "trial mode": "The Notify service is in trial mode and mails its team only: ask Notify to make it live",
    "team-only": "This API key mails the team and the guest list only: use a live key",
    "send files by email": "Add contact details in the Notify service under Settings, Send files by email",
    "personalisation": "Make the Notify template as docs/email.md says",
    "reply_to": "Copy reply_to_id from the Notify service, Settings, Reply-to email addresses",
    "template": "Check the template's id, and that it is an email template of the same service as the key",
}


@dataclass(frozen=True, slots=True)
class NotifyTemplate:
    """What the account holds under the template's id. `skew`: seconds its clock is ahead of ours, None if unsaid."""

    kind: str
    placeholders: frozenset[str]
    skew: float | None


def send_notify(destination: EmailDestination, outgoing: Outgoing, way: Notify) -> Receipt:
    """Send one mail to each address. When some are refused for good the rest count as sent, as with a mail server.

    Raises SendFailed. Permanent is only what Notify says of an address, or a report too large for it; an account that
    is not set up, a wrong key or clock, and a limit that is reached are not. What Notify has already is left out, so
    the next attempt goes on where this one ended.
    """
    label = destination.label
    personalisation = _personalisation(outgoing, way, label)
    addresses = list(dict.fromkeys(destination.to))
    failed: list[SendFailed] = []
    refused = 0
    end = time.monotonic() + _PATIENCE
    for address in addresses:
        if time.monotonic() > end:
            raise SendFailed("GOV.UK Notify was too slow for all addresses at once", where=label)
        mark = reference(outgoing.key, address)
        body = {
            "email_address": address,
            "template_id": way.template,
            "personalisation": personalisation,
            "sanitise_content_for": ["summary"],
            "reference": mark,
            **({"email_reply_to_id": way.reply_to_id} if way.reply_to_id else {}),
        }
        try:
            if not _holds(way, mark, label):
                _request(way, label, "POST", "/v2/notifications/email", body)
        except SendFailed as error:
            if error.status != 400:
                raise  # of the account or the connection: the other addresses would fare no better
            refused += error.permanent
            failed.append(error)
    if waiting := [error for error in failed if not error.permanent]:
        raise waiting[0]
    if failed and refused == len(addresses):
        raise failed[0]
    if not refused:
        return Receipt(label, "accepted by GOV.UK Notify")
    return Receipt(label, f"accepted by GOV.UK Notify for {len(addresses) - refused}, refused for {refused}")


def reference(key: str, address: str) -> str:
    """What Notify keeps beside a mail: the same for every attempt, another for every version and address."""
    return hashlib.sha256(f"{key}\n{address.casefold()}".encode()).hexdigest()[:32]


def token(way: Notify, now: int) -> str:
    """The JSON Web Token (RFC 7519, HS256) that a request is signed with; good for 30 seconds around `now`."""
    parts = [_url64(_compact(part)) for part in ({"typ": "JWT", "alg": "HS256"}, {"iss": way.service, "iat": now})]
    signed = ".".join(parts)
    return f"{signed}.{_url64(hmac.digest(way.secret.encode(), signed.encode(), 'sha256'))}"


def read_template(way: Notify) -> NotifyTemplate:
    """Look at the template; nothing is sent. Raises SendFailed."""
    reply = _request(way, "GOV.UK Notify", "GET", f"/v2/template/{way.template}", None)
    found = _document(reply)
    asked = found.get("personalisation")
    names = asked if isinstance(asked, dict) else {}
    # Notify itself takes no notice of case, blanks, hyphens and underscores in a placeholder's name.
    plain = {"".join(c for c in str(name).lower() if c not in " _-") for name in names}
    return NotifyTemplate(str(found.get("type", "")), frozenset(plain), skew(reply, datetime.now(UTC)))


def skew(reply: http.Reply, now: datetime) -> float | None:
    """Seconds by which the clock that made the reply is ahead of `now`; None where the reply has no readable date."""
    try:
        there = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return ((there if there.tzinfo else there.replace(tzinfo=UTC)) - now).total_seconds()


def _personalisation(outgoing: Outgoing, way: Notify, label: str) -> dict[str, Any]:
    # With a byte order mark and line ends that every editor on Windows shows as they are meant.
    content = outgoing.text.replace("\n", "\r\n").encode("utf-8-sig", "replace")
    if len(content) >= MOST_BYTES:
        raise SendFailed(
            "The report is too large for GOV.UK Notify, which takes files below 2 MB",
            where=label,
            fix="Send it by a mail server or into a folder",
            permanent=True,
        )
    summary = f"{outgoing.summary}\n\n{where_the_rest_is(outgoing.language, way.keep_weeks)}"
    return {
        "subject": " ".join(_encodable(outgoing.subject).split()),
        "summary": _encodable(summary.strip()),
        "report": {
            "file": base64.b64encode(content).decode(),
            "filename": f"{outgoing.survey}-report.txt",
            "confirm_email_before_download": True,
            "retention_period": f"{way.keep_weeks} weeks",
        },
    }


def _holds(way: Notify, mark: str, label: str) -> bool:
    """Does Notify have a mail under this reference? It forgets after the account's retention, 7 days unless changed."""
    found = _document(_request(way, label, "GET", f"/v2/notifications?reference={mark}", None)).get("notifications")
    if not isinstance(found, list):
        raise SendFailed("The answer is not that of GOV.UK Notify", where=label, fix="Check the url under [email]")
    return bool(found)


def _request(way: Notify, label: str, method: str, path: str, body: dict[str, Any] | None) -> http.Reply:
    now = datetime.now(UTC)
    headers = {"Authorization": f"Bearer {token(way, int(now.timestamp()))}", "Content-Type": "application/json"}
    content = b"" if body is None else _compact(body)
    try:
        reply = http.request(method, way.url + path, content, headers, way.policy, reply_limit=1_048_576)
    except UnsafeDestination as error:  # the settings' fault: the mail can wait until it is mended
        raise SendFailed(error.what, where=error.where, fix=error.fix or "Check the url under [email]") from None
    if 200 <= reply.status < 300:
        return reply
    raise _failure(reply, label, datetime.now(UTC))


def _failure(reply: http.Reply, label: str, now: datetime) -> SendFailed:
    """Our error for theirs: decided by status and kind, without their words, which may quote an address."""
    kind, words = _error(reply)
    status, off = reply.status, skew(reply, now)
    what, fix, pause = f"GOV.UK Notify answered HTTP {status}", "", None
    permanent = False
    match status:
        case 400 if kind in _ADDRESS_FAULTS:
            what, fix, permanent = "GOV.UK Notify refused an address", "Check the addresses", True
        case 400:
            what = "GOV.UK Notify refused the mail"
            fix = next(
                (advice for part, advice in _ADVICE.items() if part in words), "See the Notify service's settings"
            )
        case 401 | 403 if "clock" in words or (off is not None and abs(off) > CLOCK_TOLERANCE):
            what = "GOV.UK Notify refused the request because this machine's clock is wrong"
            fix = "Set the clock, and keep it right with NTP; 30 seconds are allowed"
        case 401 | 403:
            what, fix = "GOV.UK Notify refused the API key", "Check the key under [email]; it may have been revoked"
        case 404:
            what, fix = "GOV.UK Notify knows no such template", "Check template and url under [email]"
        case 413:
            what, fix, permanent = "The report is too large for GOV.UK Notify", "Send it another way", True
        case 429 if kind == "TooManyRequestsError":
            what = "GOV.UK Notify's limit for today is reached"
            fix = "It ends at midnight UTC; in trial mode it is 50 mails a day"
            pause = _until_midnight(now)
        case 429:
            what, pause = "GOV.UK Notify wants fewer requests a minute", 60.0
        case _ if status < 500:
            fix = "Check the url under [email]"
    if status in (429, 503):
        pause = reply.retry_after(now) or pause
    return SendFailed(what, where=label, fix=fix, permanent=permanent, retry_after=pause, status=status)


def _error(reply: http.Reply) -> tuple[str, str]:
    """Kind and lower-case words of the first error in a reply."""
    errors = _document(reply).get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("error", "")), str(first.get("message", "")).lower()


def _document(reply: http.Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _until_midnight(now: datetime) -> float:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _url64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
