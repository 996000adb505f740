"""The mark of submissions that `send-test` made up, which nobody else can set.

A wave travels in the form, often in the address a respondent clicks on, where anybody can change it. So the wave that
stands for made-up submissions counts only with a signature over the response id by the survey's own secret.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from exit_bridge.platforms.base import RawResponse
from exit_bridge.settings import TEST_WAVE, Survey


def mark(survey: Survey, response_id: str) -> str:
    """What a made-up submission with this id carries as its wave."""
    return f"{TEST_WAVE}.{_signature(survey.secrets[0] if survey.secrets else '', survey, response_id)}"


def settle_wave(survey: Survey, raw: RawResponse) -> RawResponse:
    """The response with the wave it may have: of the reserved one, all but a true mark is what the survey's own is."""
    claimed = raw.hidden.get("wave", "")
    if not claimed.strip().casefold().startswith(TEST_WAVE):
        return raw
    signature = claimed.strip().partition(".")[2]
    true = any(
        hmac.compare_digest(signature.encode(), _signature(secret, survey, raw.response_id).encode())
        for secret in survey.secrets or ("",)
    )
    return replace(raw, hidden={**raw.hidden, "wave": TEST_WAVE if true else survey.wave})


def _signature(secret: str, survey: Survey, response_id: str) -> str:
    said = f"{TEST_WAVE}\0{survey.name}\0{response_id}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:32]
