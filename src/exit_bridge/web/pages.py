"""Report pages: what a link shows, and one neutral page for every link that shows nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

from exit_bridge.errors import SendFailed, StoreUnavailable
from exit_bridge.outgoing import by_link

if TYPE_CHECKING:
    from flask import Flask

    from exit_bridge.bridge import Bridge

log = logging.getLogger("exit_bridge.web")

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

GUARDS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
}
"""Sent with everything below /reports/, so that no cache, search engine or other site gets to see a link."""

GONE = ("Nothing to show", "This link does not work, or no longer works.")
AWAY = ("Please try again", "The report cannot be shown at the moment. Please try again in a minute.")

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 4rem auto; padding: 0 1.25rem; max-width: 36rem; font: 1.1rem/1.5 system-ui, sans-serif; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""


def add_report_pages(app: Flask, bridge: Bridge, retry_after: int) -> None:
    """`GET /reports/<token>` as a page, `/reports/<token>.json` (or asked for as JSON) as the result."""

    @app.get("/reports/<token>")
    def report(token: str) -> Response:
        as_json = token.endswith(".json") or _wants_json()
        try:
            found = by_link(token.removesuffix(".json"), bridge)
        except (StoreUnavailable, SendFailed) as error:
            log.error("outcome=%s %s", type(error).__name__, error)
            answer = _page("try_again", AWAY, HTTPStatus.SERVICE_UNAVAILABLE, as_json=as_json)
            answer.headers["Retry-After"] = str(retry_after)
            return answer
        if found is None:
            return _page("not_found", GONE, HTTPStatus.NOT_FOUND, as_json=as_json)
        log.info("survey=%s outcome=opened result=%s", found.survey, found.result_id)
        if as_json:
            return _guarded(json.dumps(dict(found.result), ensure_ascii=False, allow_nan=False), as_json=True)
        return _guarded(found.html, as_json=False)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _page(status: str, words: tuple[str, str], code: HTTPStatus, *, as_json: bool) -> Response:
    title, text = words
    body = json.dumps({"status": status}) if as_json else _PAGE.format(title=title, text=text)
    answer = _guarded(body, as_json=as_json)
    answer.status_code = code
    return answer


def _guarded(body: str, *, as_json: bool) -> Response:
    """With the headers of `GUARDS`, and a policy that lets the page's own styles and logo through and nothing else."""
    answer = Response(body, mimetype="application/json" if as_json else "text/html")
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(body)) if not as_json else ""
    allowed = f"style-src {styles}; " if styles else ""
    allowed += "img-src data:; " if not as_json and '<img src="data:' in body else ""
    answer.headers.update(GUARDS)
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; {allowed}base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    answer.headers["Vary"] = "Accept"
    return answer


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
