"""The path of public_url: a reverse proxy may leave it in front of ours, or take it away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOTS = ("hooks", "reports", "healthz", "openapi.json")
"""First parts of our own paths."""


def below(public_url: str, app: WSGIApplication) -> WSGIApplication:
    """The application, which also answers under the path of `public_url`, if that has one.

    Only what is one of our paths once the prefix is gone loses it, so that a prefix such as /hooks works too. What a
    proxy says of itself (X-Forwarded-Prefix) is not read: anybody can send that.
    """
    # WSGI hands over the bytes of a path as text of that many characters (PEP 3333).
    prefix = unquote_to_bytes(urlsplit(public_url).path.rstrip("/")).decode("latin-1")
    if not prefix:
        return app

    def stripped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        inner = path[len(prefix) :]
        if path.startswith(f"{prefix}/") and inner[1:].partition("/")[0] in ROOTS:
            environ = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": inner}
        return app(environ, start_response)

    return stripped
