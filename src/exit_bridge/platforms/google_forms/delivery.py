"""What the script posts, and what the API's responses are put into. The script is ours, so this shape is too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, many, shape

SOURCE = "google-forms"

_OPTIONAL = {"type": ["string", "null"]}
_VALUE = {"anyOf": [_OPTIONAL, many(TEXT)]}
_ITEM = {
    **shape("title", id=TEXT, type=TEXT, title=TEXT, ref=TEXT, value=_VALUE),
    "if": {"required": ["rows"]},
    "then": shape("rows", "values", rows=many(TEXT), refs=many(TEXT), values=many(_VALUE)),
}
SCHEMA = {
    **shape("source", source={"const": SOURCE}),
    "if": shape("test", test={"const": True}),
    "else": shape(
        "response_id",
        "items",
        form_id=_OPTIONAL,
        response_id={"type": "string", "minLength": 1},
        items=many(_ITEM),
        **dict.fromkeys(("submitted_at", "language", *HIDDEN), _OPTIONAL),
    ),
}


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or none for the script's own test.

    Raises UnreadableDelivery where the rows of a grid and its answers are not equally many, so that none is sure.
    """
    if payload.get("test") is True:
        return DeliveryResult(ignored=("test",))
    answers, asked, reply_to = [], [], None
    for keys, value in _questions(payload["items"]):
        asked.append(keys)
        if keys[0] == REPLY_TO:
            reply_to = value if isinstance(value, str) else None
        elif values := _values(value):
            answers.append(RawAnswer(keys, values))
    raw = RawResponse(
        response_id=payload["response_id"],
        answers=tuple(answers),
        submitted_at=payload.get("submitted_at") or None,
        language=payload.get("language") or None,
        hidden={name: payload[name] for name in HIDDEN if payload.get(name)},
        asked=tuple(asked),
        reply_to=reply_to or None,
    )
    return DeliveryResult((raw,))


def _questions(items: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(keys, value) of every question; each row of a grid is one, answered in the order of its rows (docs)."""
    for item in items:
        if "rows" not in item:
            if keys := _keys(item.get("ref"), item["title"]):
                yield keys, item.get("value")
            continue
        rows, values = item["rows"], item["values"]
        refs = item.get("refs") or [""] * len(rows)
        if not len(rows) == len(values) == len(refs):
            raise UnreadableDelivery(
                "A grid has another number of rows than of answers, so these cannot be told apart",
                fix="Run sendAll in the script once the form is as it should be",
            )
        for row, ref, value in zip(rows, refs, values, strict=True):
            if keys := _keys(ref, row):
                yield keys, value


def _keys(ref: str | None, title: str) -> tuple[str, ...]:
    return tuple(text for text in (ref, title) if text)


def _values(value: Any) -> tuple[str, ...]:
    """What may name the option. Boxes that were ticked come as a list: one is as good as a choice, several are none."""
    text = "; ".join(value) if isinstance(value, list) else value or ""
    return (text,) if text else ()


# -- made up -------------------------------------------------------------------------------------------------------


def sample(
    plan: Mapping[str, Any],
    answers: Mapping[str, str],
    response_id: str,
    submitted_at: str,
    wave: str,
) -> bytes:
    """What the script would post when somebody gives these answers (question id -> label or text) to such a form."""
    document = {
        "source": SOURCE,
        "form_id": "made-up",
        "response_id": response_id,
        "submitted_at": submitted_at,
        **{name: plan[name] for name in ("bank", "variant", "language")},
        "wave": wave,
        "sheet": "",
        "items": [_sample_item(part, answers) for page in plan["pages"] for part in page["parts"]],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _sample_item(part: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    if part["kind"] != "grid":
        kind = {"choice": "MULTIPLE_CHOICE", "text": "PARAGRAPH_TEXT", "email": "TEXT"}[part["kind"]]
        about = {"type": kind, "title": part["title"], "ref": part["id"]}
        return {**about, "value": answers.get(part["id"])}
    rows = part["rows"]
    return {
        "type": "GRID",
        "title": part["title"],
        "rows": [row["title"] for row in rows],
        "refs": [row["id"] for row in rows],
        "values": [answers.get(row["id"]) for row in rows],
    }
