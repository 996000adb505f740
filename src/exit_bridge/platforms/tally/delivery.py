"""Tally's webhook. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.bank.questionnaire import Question, Questionnaire
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, many, plain, shape

RESPONSE = "FORM_RESPONSE"
"""docs: the only event there is."""

_UNSEEN = ("HIDDEN_FIELDS", "CALCULATED_FIELDS")
_NAMED = many(shape("id", id=TEXT, text={"type": ["string", "null"]}))
_FIELD = shape(
    "key", "type", key=TEXT, type=TEXT, label={"type": ["string", "null"]}, options=_NAMED, rows=_NAMED, columns=_NAMED
)
_DATA = shape("submissionId", "fields", submissionId={**TEXT, "minLength": 1}, createdAt=TEXT, fields=many(_FIELD))
SCHEMA = {
    **shape("eventType", eventType=TEXT),
    "if": {"properties": {"eventType": {"const": RESPONSE}}},
    "then": shape("data", data=_DATA),
}

_Texts = tuple[str, ...]


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or the reason why it is none."""
    if payload["eventType"] != RESPONSE:
        return DeliveryResult(ignored=("other_event",))
    data = payload["data"]
    hidden: dict[str, str] = {}
    addresses: list[tuple[str | None, Any]] = []
    said: list[tuple[_Texts, _Texts]] = []
    for field in data["fields"]:
        value = field.get("value")
        if field["type"] in _UNSEEN:
            if field.get("label") in HIDDEN and isinstance(value, str) and value:
                hidden[field["label"]] = value
        elif field["type"] == "INPUT_EMAIL":
            addresses.append((field.get("label"), value))
        else:
            said.extend(_answers(field))
    raw = RawResponse(
        response_id=data["submissionId"],
        answers=tuple(RawAnswer(keys, values) for keys, values in said if values),
        submitted_at=data.get("createdAt"),
        hidden=hidden,
        # docs: every kind of field is there; believed: with no value where it was left blank or not reached.
        asked=tuple(keys for keys, _ in said),
        reply_to=_reply_to(addresses),
    )
    return DeliveryResult((raw,))


def _answers(field: Mapping[str, Any]) -> Iterator[tuple[_Texts, _Texts]]:
    """What one field asks and what was said to it; a matrix asks in every row."""
    value = field.get("value")
    if field["type"] == "MATRIX":
        # docs: id of a row -> ids of the columns chosen in it.
        chosen = value if isinstance(value, dict) else {}
        for row in field.get("rows", []):
            keys = tuple(filter(None, (row.get("text"), row["id"])))
            yield keys, _values(chosen.get(row["id"]), field.get("columns", []))
    else:
        keys = tuple(filter(None, (field.get("label"), field["key"])))
        yield keys, _values(value, field.get("options", []))


def _values(value: Any, options: list[Mapping[str, str | None]]) -> _Texts:
    """What may name the option. docs: a list of ids, for a single choice too; seen: that one as a bare id, in 2022."""
    texts = {option["id"]: option.get("text") for option in options}
    if isinstance(value, str) and value in texts:
        value = [value]
    if isinstance(value, list):
        ids = [item for item in value if isinstance(item, str)]
        if len(ids) == 1:
            return tuple(filter(None, (texts.get(ids[0]), ids[0])))
        # The question was changed to allow several: more than one is no option.
        return ("; ".join(texts.get(item) or item for item in ids),) if ids else ()
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ()
    return (text,) if (text := plain(value)) else ()


def _reply_to(addresses: list[tuple[str | None, Any]]) -> str | None:
    """The address under our name; where no field has it, that of the only field for an address there is."""
    ours = [value for label, value in addresses if label == REPLY_TO]
    if not ours and len(addresses) == 1:
        ours = [value for _, value in addresses]
    return next((value for value in ours if isinstance(value, str) and value), None)


# -- made up -------------------------------------------------------------------------------------------------------


def sample(
    asked: Questionnaire,
    answers: Mapping[str, str],
    response_id: str,
    submitted_at: str,
    hidden: Mapping[str, str],
) -> bytes:
    """What Tally would send when somebody gives these answers (question id -> option code or text) to a form."""
    unseen = [
        {"key": f"question_{name}", "label": name, "type": "HIDDEN_FIELDS", "value": value}
        for name, value in hidden.items()
    ]
    data = {
        "responseId": response_id,
        "submissionId": response_id,
        "formId": "madeup",
        "createdAt": submitted_at,
        "fields": [*unseen, *(_sample_field(question, answers.get(question.id)) for question in asked.questions)],
    }
    document = {"eventId": response_id, "eventType": RESPONSE, "createdAt": submitted_at, "data": data}
    return json.dumps(document, ensure_ascii=False).encode()


def _sample_field(question: Question, said: str | None) -> dict[str, Any]:
    kinds = {"choice": "MULTIPLE_CHOICE", "text": "TEXTAREA", "email": "INPUT_EMAIL"}
    label = f"{question.code}. {question.text}" if question.code else question.text
    field = {"key": f"question_{question.id}", "label": label, "type": kinds[question.kind]}
    if question.kind != "choice":
        return {**field, "value": said}
    options = [{"id": choice.alias, "text": choice.label} for choice in question.choices]
    return {**field, "value": [f"{question.id}_{said}"] if said else None, "options": options}
