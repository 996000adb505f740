"""The web service described for programs: OpenAPI 3.1, put together from the schemas that are in force anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.platforms import BUILT_IN, platform
from exit_bridge.platforms.base import Platform
from exit_bridge.scoring import result_schema

Document = dict[str, Any]

API_VERSION = "1"

STATUSES = {
    "accepted": "a new submission: kept, scored, and on its way to everybody it is for",
    "duplicate": "the same as before: nothing new is kept, nothing is sent again",
    "edited": "a newer version of a response: it takes the place of the one before",
    "older": "an older version than the one kept: filed, and changes nothing",
    "ignored": "a ping, a test, a partial response or another event: counted",
    "declined": "the notice was not agreed to: counted, and nothing else is kept",
    "quarantined": "trusted but not understood: kept for somebody to look at. Do not send it again",
    "fetching": "the tool sent an id alone: the response is fetched from it now, and then kept like any other",
    "spooled": "the database is away: kept on disk, and taken once it is back",
}
"""What can become of one submission, as the reply body says it."""

REFUSALS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The body broke off, or its length cannot be told. Nothing is kept."),
    401: ("untrusted", "Credentials missing, wrong or of another kind; unknown survey; wrong path. Nothing is kept."),
    413: ("too_large", "The body is over the limit of the survey's tool. Nothing is kept."),
    415: ("unsupported", "Another content type, or compressed. Nothing is kept."),
    503: ("try_again", "Nothing is kept: send it again after the seconds in Retry-After."),
}
"""HTTP status of a hook that did not take a delivery -> word in the body, and what it means."""

_TOKEN = "The one token that came with the link."  # noqa: S105
_SAMPLE = "whsec_" + "c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcyE="
"""Any secret will do to see which headers a scheme writes."""


def description(public_url: str = "") -> Document:
    """The whole document; `public_url` is where this service is, if that is known."""
    document: Document = {
        "openapi": "3.1.1",
        "info": {
            "title": "exit-bridge",
            "version": API_VERSION,
            "description": "Takes completed survey responses by webhook, and shows reports and results by link. "
            "HEAD is answered wherever GET is; every other method that is not listed is answered with 405.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            "/hooks/{survey}": _hook(in_path=False),
            "/hooks/{survey}/{token}": _hook(in_path=True),
            "/reports/{token}": _report(
                "report", "The report as a page", {"text/html": _WORDS, "application/json": _ref("Result")}
            ),
            "/reports/{token}.json": _report("result", "The result as JSON", {"application/json": _ref("Result")}),
            "/healthz": _health(),
            "/openapi.json": _itself(),
        },
        "components": {"schemas": dict(_schemas()), "securitySchemes": security_schemes()},
    }
    return {**document, "servers": [{"url": public_url}]} if public_url else document


def tools() -> Iterator[Platform]:
    """The survey tools of this package that deliver."""
    return (tool for tool in map(platform, BUILT_IN) if "delivery" in tool.faces)


def proofs() -> Iterator[tuple[Platform, str, tuple[str, ...]]]:
    """Every way to prove a delivery by headers: tool, auth mode, the headers that must be there together."""
    for tool in tools():
        for mode, scheme in tool.schemes.items():
            if not scheme.in_path:
                yield tool, mode, tuple(scheme.sign(b"{}", _SAMPLE))


def security_schemes() -> Document:
    """One scheme a header; `Authorization` is always Basic."""
    users: dict[str, list[str]] = {}
    for tool, mode, headers in proofs():
        for header in headers:
            users.setdefault(header, []).append(f'{tool.title} (auth = "{mode}")')
    return {
        _key(header): (
            {"type": "http", "scheme": "basic", "description": f"Used by {'; '.join(who)}."}
            if header == "Authorization"
            else {"type": "apiKey", "in": "header", "name": header, "description": f"Used by {'; '.join(who)}."}
        )
        for header, who in users.items()
    }


def reply_schema() -> Document:
    """JSON Schema of what a hook answers about one submission."""
    return {
        "type": "object",
        "properties": {
            "status": {"enum": list(STATUSES)},
            "result_id": {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "Names the result for good."},
            "report_url": {
                "type": "string",
                "format": "uri",
                "description": "Link to the report, where the survey sets report_link, for those it is for.",
            },
        },
        "patternProperties": {
            "^score_": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
            "^status_": {"enum": ["scored", "provisional", "not_scored"]},
        },
        "required": ["status"],
        "additionalProperties": False,
        "description": "score_… and status_… of each ingredient: only where the survey sets reply_scores.",
    }


# -- parts -----------------------------------------------------------------------------------------------------------


def _schemas() -> Iterator[tuple[str, Document]]:
    result = {key: value for key, value in result_schema().items() if key not in ("$schema", "$id")}
    yield "Result", result
    yield "Reply", reply_schema()
    yield (
        "Batch",
        {
            "type": "object",
            "properties": {
                "status": {"const": "batch"},
                "results": {"type": "array", "minItems": 2, "items": _ref("Reply")},
            },
            "required": ["status", "results"],
            "additionalProperties": False,
            "description": "One reply for each response of a delivery that held several. A bad one stops no other.",
        },
    )
    for tool in tools():
        yield f"Delivery-{tool.name}", {"title": tool.title, **(tool.delivery_schema or {})}


def _hook(*, in_path: bool) -> Document:
    survey = _parameter("survey", "Name of the survey in the settings.", "^[a-z0-9][a-z0-9-]{0,62}$")
    token = [_parameter("token", 'The survey\'s secret, for tools that can carry it nowhere else (auth = "path").')]
    bodies: Document = {}
    for tool in tools():
        for content_type in tool.content_types:
            bodies.setdefault(content_type, []).append(_ref(f"Delivery-{tool.name}"))
    named = "ByPath" if in_path else ""
    neutral = {"200": {"description": "A neutral line, whether there is such a survey or not.", **_TEXT}}
    return {
        "parameters": [survey, *(token if in_path else [])],
        "post": {
            "operationId": f"deliver{named}",
            "summary": "Deliver a completed response",
            "description": "The body is what the survey's tool sends; the schemas name the parts that are read. "
            "A trusted delivery that does not fit is answered 200 quarantined.",
            "security": [] if in_path else [{_key(h): [] for h in headers} for headers in _requirements()],
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": {"anyOf": schemas}} for kind, schemas in bodies.items()},
            },
            "responses": {
                "200": {
                    "description": "Taken, one way or the other: do not send it again.",
                    **_json({"oneOf": [_ref("Reply"), _ref("Batch")]}),
                },
                **{str(code): _refusal(code) for code in REFUSALS},
            },
        },
        "get": {"operationId": f"greet{named}", "summary": "See that a hook is there", "responses": neutral},
    }


def _requirements() -> list[tuple[str, ...]]:
    return list(dict.fromkeys(headers for _, _, headers in proofs()))


def _refusal(code: int) -> Document:
    word, meaning = REFUSALS[code]
    return {"description": meaning, **_says(word), **(_RETRY if code == 503 else {})}


def _report(name: str, summary: str, shown: Mapping[str, Any]) -> Document:
    kinds = {kind: {"schema": schema} for kind, schema in shown.items()}
    return {
        "parameters": [_parameter("token", _TOKEN)],
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {
                "200": {"description": "As the result stands now.", "content": kinds},
                "404": {
                    "description": "The link does not work, or no longer works. Nothing tells which.",
                    "content": _either("not_found", shown),
                },
                "503": {**_refusal(503), "content": _either("try_again", shown), **_RETRY},
            },
        },
    }


def _either(word: str, shown: Mapping[str, Any]) -> Document:
    """The refusal in each form that was asked for."""
    said = _says(word)["content"]
    return {kind: {"schema": _WORDS} if kind == "text/html" else said["application/json"] for kind in shown}


def _health() -> Document:
    def state(status: str, *database: str) -> Document:
        return _json(_closed(status={"const": status}, database={"enum": list(database)}))

    return {
        "get": {
            "operationId": "health",
            "summary": "Is the database there and up to date?",
            "responses": {
                "200": {"description": "Yes.", **state("ok", "current")},
                "503": {"description": "No.", **state("failing", "unavailable", "behind", "ahead", "empty")},
            },
        }
    }


def _itself() -> Document:
    return {
        "get": {
            "operationId": "describe",
            "summary": "This document",
            "responses": {
                "200": {"description": "OpenAPI 3.1.", **_json({"type": "object"})},
                "304": {"description": "It is as it was when you last asked (If-None-Match)."},
            },
        }
    }


def _parameter(name: str, about: str, pattern: str = "") -> Document:
    schema = {"type": "string", "minLength": 1, **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _key(header: str) -> str:
    return "basic" if header == "Authorization" else header.lower()


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Document) -> Document:
    return {"content": {"application/json": {"schema": schema}}}


def _closed(**properties: Document) -> Document:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _says(word: str) -> Document:
    return _json(_closed(status={"const": word}))


_WORDS = {"type": "string"}
_TEXT = {"content": {"text/plain": {"schema": _WORDS}}}
_RETRY = {"headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}}
