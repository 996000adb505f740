"""Ways a delivery proves where it comes from, as data: a platform names one and never writes its own check.

Whatever is wrong with the credentials (missing, garbage, not ASCII, too old, made with another secret) ends in
UntrustedDelivery and nothing else, without a word on which of these it was.
"""
# ruff: noqa: ARG002 (a scheme takes body, secret and time, and uses what it needs)

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from exit_bridge.errors import UntrustedDelivery
from exit_bridge.platforms.base import Delivery

TOLERANCE = 5 * 60
"""Seconds a signed timestamp may lie in the past or in the future."""


class Scheme:
    """Base of all schemes. Subclasses override `matches` and `sign`."""

    in_path: ClassVar[bool] = False
    """Is the secret the last part of the address, so that `sign` has no header to give?"""

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: float | None = None) -> None:
        """Accept a delivery made with any of `secrets`; `now` is Unix time in seconds. Raises UntrustedDelivery."""
        at = time.time() if now is None else now
        # Every secret is tried, so that the time taken does not tell which of them was right.
        matched = [bool(secret) and self._safely_matches(delivery, secret, at) for secret in secrets]
        if not any(matched):
            raise UntrustedDelivery(
                "The delivery does not carry the credentials of this survey",
                fix="Check the address, the secret and the auth mode on both sides",
            )

    def matches(self, delivery: Delivery, secret: str, now: float) -> bool:
        """Was the delivery made with this secret? Compares in constant time; a ValueError means no."""
        raise NotImplementedError

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """The headers a sender adds, for tests, the demo and `send-test`."""
        raise NotImplementedError

    def delivery(self, body: bytes, secret: str, now: float | None = None) -> Delivery:
        """What a sender that knows the secret would deliver."""
        headers = {name.lower(): value for name, value in self.sign(body, secret, now).items()}
        return Delivery(body, headers, secret if self.in_path else "")

    def _safely_matches(self, delivery: Delivery, secret: str, now: float) -> bool:
        try:
            return self.matches(delivery, secret, now)
        except ValueError:
            return False


class OneHeader(Scheme):
    """Base of schemes whose credentials are one header: the one given must be the one we would have sent."""

    def matches(self, delivery: Delivery, secret: str, now: float) -> bool:
        """Nothing given is ever decoded, so no garbage can raise."""
        ((name, value),) = self.sign(delivery.body, secret, now).items()
        return _same(self.plain(_header(delivery, name)), value)

    def plain(self, given: str) -> str:
        """The header without the differences that mean nothing in this scheme."""
        return given


@dataclass(frozen=True, slots=True)
class HmacSignature(OneHeader):
    """HMAC of the raw body in one header, such as `X-Signature: sha256=<base64>`."""

    header: str
    prefix: str = ""
    digest: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["base64", "hex"] = "base64"
    chosen_by_tool: str = ""
    """What the tool signs with and where to find it, for one that takes no secret of ours."""

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """One header."""
        raw = hmac.digest(secret.encode(), body, self.digest)
        return {self.header: self.prefix + (raw.hex() if self.encoding == "hex" else base64.b64encode(raw).decode())}

    def plain(self, given: str) -> str:
        """Hex may come in capitals."""
        return given.lower() if self.encoding == "hex" else given


@dataclass(frozen=True, slots=True)
class StandardWebhooks(Scheme):
    """Standard Webhooks, version `v1`: id, timestamp and body signed together (standardwebhooks.com).

    Not by the `standardwebhooks` library, which the tests hold this against: it signs text only, its `verify` leaks
    ValueError, binascii.Error and UnicodeDecodeError on malformed headers, and it looks at the clock itself. Secrets
    are `whsec_` and base64.
    """

    def matches(self, delivery: Delivery, secret: str, now: float) -> bool:
        """Any of the signatures in the header may be the right one: senders rotate keys too."""
        message_id, stamp = _header(delivery, "webhook-id"), _header(delivery, "webhook-timestamp")
        if not message_id or not re.fullmatch("[0-9]{1,12}", stamp) or abs(now - int(stamp)) > TOLERANCE:
            return False
        expected = self._signature(delivery.body, secret, message_id, int(stamp))
        given = _header(delivery, "webhook-signature").split(" ")
        # A list, so that all of them are compared.
        return True in [_same(signature, expected) for signature in given]

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """Three headers; the id depends on the body alone, so that a second try is seen as one."""
        stamp = int(time.time() if now is None else now)
        message_id = f"msg_{hashlib.sha256(body).hexdigest()[:24]}"
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": self._signature(body, secret, message_id, stamp),
        }

    def _signature(self, body: bytes, secret: str, message_id: str, stamp: int) -> str:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")  # padding may be left out; too much does no harm
        if not key:
            raise ValueError("the secret holds no key")
        signed = b".".join((message_id.encode(), str(stamp).encode(), body))
        return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


@dataclass(frozen=True, slots=True)
class HeaderToken(OneHeader):
    """The secret itself in a header, for tools that can add a header but not sign."""

    header: str = "X-Exit-Bridge-Token"

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """One header."""
        return {self.header: secret}


@dataclass(frozen=True, slots=True)
class BasicAuth(OneHeader):
    """HTTP Basic authentication (RFC 7617) with a fixed user name and the secret as password."""

    username: str = "exit-bridge"

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """One header."""
        return {"Authorization": "Basic " + base64.b64encode(f"{self.username}:{secret}".encode()).decode()}

    def plain(self, given: str) -> str:
        """The word `Basic` may be written in any case."""
        word, _, credentials = given.partition(" ")
        return f"{word.capitalize()} {credentials.strip()}"


@dataclass(frozen=True, slots=True)
class PathToken(Scheme):
    """The secret as the last part of the address, for tools that can carry nothing else."""

    in_path: ClassVar[bool] = True

    def matches(self, delivery: Delivery, secret: str, now: float) -> bool:
        """Compare the part of the address with the secret."""
        return _same(delivery.token, secret)

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """No header."""
        return {}


@dataclass(frozen=True, slots=True)
class Open(Scheme):
    """No credentials at all. The web service offers it on loopback only."""

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: float | None = None) -> None:
        """Accept everything."""

    def sign(self, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
        """No header."""
        return {}


def _header(delivery: Delivery, name: str) -> str:
    return delivery.headers.get(name.lower(), "").strip()


def _same(given: str, expected: str) -> bool:
    # Bytes, because compare_digest refuses non-ASCII text; surrogates, because a header may hold any byte.
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
