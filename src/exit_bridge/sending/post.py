"""Results to a web service, signed as Standard Webhooks lays down.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from exit_bridge import http
from exit_bridge.errors import SendFailed
from exit_bridge.sending.types import Outgoing, PostDestination, Receipt

_TRY_AGAIN = frozenset({408, 425, 429})
_SHORTEST_SECRET = 16


def send_post(destination: PostDestination, outgoing: Outgoing) -> Receipt:
    """POST `{"type", "timestamp", "data"}` with the result as data. Any 2xx is a receipt.

    `webhook-id` is the outgoing key and the body is the same bytes at every attempt, so a receiver can tell a retry.
    Raises UnsafeDestination, and SendFailed: 408, 425, 429 and 5xx may be tried again after `retry_after`, every
    other status is permanent (410 means that the receiver wants no more).
    """
    body = encode_body(outgoing)
    attempt = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": outgoing.key,
        "webhook-timestamp": str(int(attempt.timestamp())),
        "webhook-signature": _sign(destination, outgoing.key, attempt, body),
    }
    reply = http.post(destination.url, body, headers, destination.policy)
    return receipt(reply, destination.label, "Check the address and that the receiver knows the signing secret")


def receipt(reply: http.Reply, label: str, check: str) -> Receipt:
    """What an answer to a POST means; `check`: what to look at where it will not be taken. Raises SendFailed."""
    if 200 <= reply.status < 300:
        return Receipt(label, f"HTTP {reply.status}")
    again = reply.status in _TRY_AGAIN or reply.status >= 500
    raise SendFailed(
        f"The receiver answered HTTP {reply.status}",
        where=label,
        fix="" if again else _advice(reply.status, check),
        permanent=not again,
        retry_after=reply.retry_after(datetime.now(UTC)) if again else None,
        status=reply.status,
    )


def encode_body(outgoing: Outgoing) -> bytes:
    """The body to sign and send; `timestamp` is when the result was made, so that retries send the same bytes."""
    made_at = outgoing.made_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    document = {"type": outgoing.event, "timestamp": made_at, "data": dict(outgoing.result)}
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def signing_key(secret: str) -> bytes:
    """The bytes a `whsec_` secret signs with; none where it is not the base64 of at least 16 of them.

    Strict, where the library skips characters that are no base64 and would sign with another key.
    """
    encoded = secret.removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return key if len(key) >= _SHORTEST_SECRET else b""


def _sign(destination: PostDestination, key: str, attempt: datetime, body: bytes) -> str:
    from standardwebhooks import Webhook

    secret = signing_key(destination.secret)
    if not secret:
        raise SendFailed(
            "The signing secret is not whsec_ followed by the base64 of at least 16 bytes",
            where=destination.label,
            fix="Set the secret the receiver checks with; it must be the same on both sides",
        )
    return str(Webhook(secret).sign(key, attempt, body.decode()))


def _advice(status: int, check: str) -> str:
    if 300 <= status < 400:
        return "Redirects are not followed: set the address it points to"
    if status == 410:
        return "The receiver wants no more results: take this destination out"
    return check
