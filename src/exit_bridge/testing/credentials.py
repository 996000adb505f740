"""Checks of a scheme: whatever is wrong with the credentials ends in UntrustedDelivery, and in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from exit_bridge.errors import UntrustedDelivery
from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.signatures import Scheme
from exit_bridge.testing.saying import must

SECRET = "whsec_ZXhpdC1icmlkZ2UtdGVzdC1zZWNyZXQtMDEyMzQ1Njc="  # noqa: S105 (made up, for recorded files only)
"""What the headers of recorded deliveries are signed with."""

OTHER_SECRET = "whsec_YW5vdGhlci1leGl0LWJyaWRnZS10ZXN0LXNlY3JldC0="  # noqa: S105 (made up)

NOW = 1_768_473_000.0
"""When recorded deliveries arrive, as Unix time: 15 January 2026, 10:30 UTC."""

JUNK = (
    *("", " ", "=", ",", ":", "v1", "v1,", "v1,abc", "v1,a,b", "v1,é", "é", "\ud800", "\x00", "nan", "-1", "1e9"),
    *("sha256=", "sha256=abc", "Basic", "Basic é", "Basic abc", "١٧٦٨٤٧٣٠٠٠", "9" * 400, "x" * 100_000),
)
"""What an attacker or a broken proxy may put into a header."""


def check_scheme(scheme: Scheme, where: str = "scheme") -> None:
    """Good and rotated credentials pass; another secret, a changed body, nothing and junk do not."""
    body = b'{"answers": "\xc3\xa9"}'
    good = scheme.delivery(body, SECRET, NOW)
    for secrets in ([SECRET], [OTHER_SECRET, SECRET], [SECRET, OTHER_SECRET]):
        must(_trusts(scheme, good, secrets, where), f"{where}: what `sign` makes must pass `verify`")
    bad = [replace(good, headers={}, token=""), scheme.delivery(body, OTHER_SECRET, NOW)]
    if scheme.sign(body, SECRET, NOW) != scheme.sign(b"{}", SECRET, NOW):
        bad += [replace(good, body=bytes([body[0] ^ 1]) + body[1:]), replace(good, body=b"\xff\xfe")]
    bad += [replace(good, headers={**good.headers, name: junk}) for name in good.headers for junk in JUNK]
    bad += [replace(good, headers={}, token=junk) for junk in JUNK]
    for delivery in bad:
        must(not _trusts(scheme, delivery, [SECRET], where), f"{where}: bad credentials were accepted")
    must(not _trusts(scheme, good, [], where), f"{where}: without a secret nothing may be accepted")
    with suppress(ValueError):
        empty = scheme.delivery(body, "", NOW)
        must(not _trusts(scheme, empty, [""], where), f"{where}: an empty secret must never open the door")


def _trusts(scheme: Scheme, delivery: Delivery, secrets: Sequence[str], where: str) -> bool:
    try:
        scheme.verify(delivery, secrets, NOW)
    except UntrustedDelivery:
        return False
    except Exception as error:
        raise AssertionError(f"{where}: bad credentials must end in UntrustedDelivery, not {error!r}") from error
    return True
