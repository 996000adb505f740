"""The Flask application: hooks in, neutral answers out. The only importer of Flask."""

from __future__ import annotations

import gc
import json
import logging
from functools import cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, OversizedDelivery, StoreUnavailable, trace_of
from exit_bridge.hosting import refuse_unsafe
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery, Platform
from exit_bridge.trust import auth_mode, untrusted
from exit_bridge.web.pages import add_report_pages
from exit_bridge.web.prefix import below

if TYPE_CHECKING:
    from exit_bridge.settings import Settings

log = logging.getLogger("exit_bridge.web")

RETRY_AFTER = 30
"""Seconds a sender is asked to wait when the store is away."""

DEFAULT_MAX_BODY = Platform.max_body
_PROXY_HEADERS = ("Forwarded", "X-Real-Ip", "Via")

NEUTRAL = "exit-bridge receives form submissions here by POST.\n"


def create_app(settings: Settings | None = None, bridge: Bridge | None = None) -> Flask:
    """The application for these settings, with a bridge of its own unless given one.

    Without settings, as a WSGI server calls it, the file in force is read and log lines go to stderr.

    Raises SettingsError, UnknownPlatform and BankError at start rather than at the first delivery.
    """
    if settings is None:
        from exit_bridge.logs import log_to_stderr
        from exit_bridge.settings import load_settings, settings_path

        log_to_stderr()
        collect_rarely()
        settings = load_settings(settings_path())
    if bridge is None:
        refuse_unsafe(settings, "web")
        from exit_bridge.store import PATIENCE_MS, open_store

        bridge = Bridge(settings, open_store(settings.database, busy_timeout_ms=PATIENCE_MS))
    for survey in settings.surveys.values():
        tool = platform(survey.platform)
        tool.scheme(auth_mode(survey, tool))
        mapping_for(survey.bank)
    app = Flask("exit_bridge", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be an answer outside the table
    _add_routes(app, settings, bridge)
    add_report_pages(app, bridge, RETRY_AFTER)
    _add_errors(app)
    app.wsgi_app = below(settings.public_url, app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def collect_rarely() -> None:
    """Let this process, which does nothing but serve, look for garbage less often.

    A delivery becomes thousands of short-lived objects, hardly any in a cycle; looking for those took a sixth of its
    time. For processes of our own only: it changes the collector for everything in them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _add_routes(app: Flask, settings: Settings, bridge: Bridge) -> None:
    @app.post("/hooks/<survey>")
    @app.post("/hooks/<survey>/<token>")
    def receive(survey: str, token: str = "") -> Response:
        known = settings.surveys.get(survey)
        tool = platform(known.platform) if known else None
        body = _body(tool.max_body if tool else DEFAULT_MAX_BODY)
        if known and known.auth == "none" and not _from_this_machine():
            raise untrusted()
        delivery = Delivery(body, {name.lower(): value for name, value in request.headers.items()}, token)
        outcomes = bridge.receive(survey, delivery)
        if len(outcomes) == 1:
            return jsonify(outcomes[0].document())
        return jsonify({"status": "batch", "results": [outcome.document() for outcome in outcomes]})

    @app.get("/hooks/<survey>")
    @app.get("/hooks/<survey>/<token>")
    def greet(survey: str, token: str = "") -> Response:  # noqa: ARG001 (the same line whatever was asked for)
        return Response(NEUTRAL, mimetype="text/plain")

    @app.get("/openapi.json")
    def describe() -> Response:
        answer = Response(described(settings.public_url), mimetype="application/json")
        answer.headers["Cache-Control"] = "public, max-age=3600"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        try:
            state: str = bridge.store.schema_state()
        except StoreUnavailable:
            state = "unavailable"
        ok = state == "current"
        return jsonify({"status": "ok" if ok else "failing", "database": state}), 200 if ok else 503


@cache
def described(public_url: str) -> str:
    """What this service answers to, for programs."""
    from exit_bridge.openapi import description

    return json.dumps(description(public_url), ensure_ascii=False)


def _body(limit: int) -> bytes:
    """The raw body, read one byte past the limit: a chunked one would otherwise be cut off there without a word."""
    request.max_content_length = limit + 1
    try:
        body = request.get_data()
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 (servers have errors of their own for chunks that are none)
        raise BadRequest from None
    if len(body) > limit:
        raise OversizedDelivery("The body is too large", fix=f"Send at most {limit} bytes")
    if len(body) < (request.content_length or 0):
        raise BadRequest
    return body


def _from_this_machine() -> bool:
    """Loopback and no proxy in between, whose own address would be loopback too."""
    if any(name in _PROXY_HEADERS or name.startswith("X-Forwarded-") for name, _ in request.headers):
        return False
    # The name asked for too: a proxy that says nothing of itself, or a web page in somebody's browser, shows there.
    if urlsplit(f"//{request.host}").hostname not in ("localhost", "127.0.0.1", "::1"):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _add_errors(app: Flask) -> None:
    @app.errorhandler(ExitBridgeError)
    def ours(error: ExitBridgeError) -> Response:
        if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("outcome=%s %s", type(error).__name__, error)
        # Whatever fails on our side keeps nothing, so the sender must come again.
        ours_fails = error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR
        code = HTTPStatus.SERVICE_UNAVAILABLE if ours_fails else error.http_status
        answer = jsonify({"status": _words(code)})
        answer.status_code = code
        if code == HTTPStatus.SERVICE_UNAVAILABLE:
            answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        code = error.code or 500
        # 404 and 410 make some senders switch their hook off for good, so a wrong path is a wrong credential.
        if request.method == "POST" and code == HTTPStatus.NOT_FOUND:
            code = HTTPStatus.UNAUTHORIZED
        answer = jsonify({"status": _words(code)})
        answer.status_code = code
        if isinstance(error, MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response:
        log.error("outcome=bug %s", trace_of(error))
        answer = jsonify({"status": _words(503)})
        answer.status_code = 503
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _words(code: int) -> str:
    names: dict[int, Any] = {401: "untrusted", 413: "too_large", 415: "unsupported", 503: "try_again"}
    return str(names.get(code, HTTPStatus(code).phrase.lower().replace(" ", "_")))
