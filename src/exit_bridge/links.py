"""Links to a report: whoever holds one may read one result for a while, and nobody can make one up.

A token is the result id (of a team's report an id made from its survey, wave and number), the moment it was given and
an HMAC over both. Nothing of it is stored: it works as long as what it shows is kept, its survey gives links and its
days are not over.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

LINK = "link"
"""Destination of a report that is read by its link."""

_TOKEN = re.compile(r"[0-9a-f]{32}\.[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says: which result, and when it was given."""

    result_id: str
    given_at: datetime

    def holds(self, days: int, now: datetime) -> bool:
        """Is it within its days? One from the future is not: the clock is wrong, or was."""
        return timedelta(minutes=-5) <= now - self.given_at <= timedelta(days=days)


class ReportLinks:
    """Makes links below `base` and reads their tokens."""

    def __init__(self, key: bytes, base: str) -> None:
        self._base = base
        self._signer = TimestampSigner(
            key, salt="exit-bridge report link", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def url(self, result_id: str) -> str:
        """A new link to the report on that result."""
        return f"{self._base}/reports/{self._signer.sign(result_id).decode()}"

    def read(self, token: str) -> Claim | None:
        """What the token says, or None unless we made it."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            result_id, given_at = self._signer.unsign(token, return_timestamp=True)
        except BadSignature:
            return None
        return Claim(result_id.decode(), given_at)
