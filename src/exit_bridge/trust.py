"""Which deliveries are taken at all: the right credentials, in a body we read."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote

from exit_bridge.errors import UnsupportedDelivery, UntrustedDelivery
from exit_bridge.platforms.base import AuthMode, Delivery, Platform
from exit_bridge.settings import Survey


def authenticate(survey: Survey, tool: Platform, delivery: Delivery) -> None:
    """Hold a delivery against the one way in that the survey allows. Raises UntrustedDelivery and never says why."""
    mode = auth_mode(survey, tool)
    if bool(delivery.token) != (mode == "path"):
        raise untrusted()
    tool.scheme(mode).verify(delivery, survey.secrets)


def auth_mode(survey: Survey, tool: Platform) -> AuthMode:
    """The one mode in force: the survey's own, or the best the tool has."""
    return next(iter(tool.schemes)) if survey.auth is None else survey.auth


def check_type(tool: Platform, delivery: Delivery) -> None:
    """Refuse compressed bodies and foreign content types. Raises UnsupportedDelivery."""
    if delivery.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedDelivery("The body is compressed", fix="Send it without Content-Encoding")
    given = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in tool.content_types and not (given.endswith("+json") and "application/json" in tool.content_types):
        raise UnsupportedDelivery("This content type is not read here", fix=f"Send {' or '.join(tool.content_types)}")


def without_secret(delivery: Delivery) -> bytes:
    """The body as it may be kept: some tools echo the address they post to, and in it the secret, which is blanked.

    No other byte changes and the length stays, so that the body is read as before.
    """
    token = delivery.token
    if not token:
        return delivery.body
    escaped = quote(token, safe="", errors="surrogatepass"), html.escape(token), json.dumps(token)[1:-1]
    written = sorted((text.encode(errors="surrogatepass") for text in {token, *escaped}), key=len, reverse=True)
    # In any case: the letters of an escape such as %3D may be large or small.
    either = re.compile(b"|".join(map(re.escape, written)), re.IGNORECASE)
    return either.sub(lambda found: b"*" * len(found[0]), delivery.body)


def untrusted() -> UntrustedDelivery:
    """The one answer to every kind of missing or wrong credential."""
    return UntrustedDelivery("This delivery could not be trusted", fix="Check the survey's name, auth and secrets")
