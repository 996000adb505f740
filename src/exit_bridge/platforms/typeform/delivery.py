"""Typeform's webhook. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, many, plain, shape
from exit_bridge.platforms.typeform.form import written_from

# seen: "Send test request" fills every hidden field with the first; the share dialog proposes the second.
TEST_VALUE, PLACEHOLDER = "hidden_value", "xxxxx"

_FIELD = shape(id=TEXT, ref=TEXT, title=TEXT)
_ANSWER = shape(
    "field",
    field=_FIELD,
    choice=shape(id=TEXT, ref=TEXT, label=TEXT, other=TEXT),
    choices=shape(labels=many(TEXT), other=TEXT),
    text=TEXT,
    email=TEXT,
    number={"type": "number"},
    boolean={"type": "boolean"},
)
_RESPONSE = shape(
    "token",
    token={"type": "string", "minLength": 1},
    submitted_at=TEXT,
    hidden=shape(**dict.fromkeys(HIDDEN, TEXT)),
    ending=shape(ref=TEXT),
    definition=shape(fields=many(_FIELD)),
    answers=many(_ANSWER),
)
SCHEMA = {
    **shape("event_type", event_type=TEXT),
    "if": {"properties": {"event_type": {"const": "form_response"}}},
    "then": shape("form_response", form_response=_RESPONSE),
}


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or the reason why it is none."""
    match payload["event_type"]:
        case "form_response":
            response = payload["form_response"]
        case "form_response_partial":
            return DeliveryResult(ignored=("partial",))
        case _:
            return DeliveryResult(ignored=("other_event",))
    hidden = response.get("hidden", {})
    if TEST_VALUE in hidden.values():
        return DeliveryResult(ignored=("test",))
    link = {name: hidden[name] for name in HIDDEN if hidden.get(name, PLACEHOLDER) not in ("", PLACEHOLDER)}
    fields = response.get("definition", {}).get("fields", [])
    defined = {field["id"]: field for field in fields if "id" in field}
    answers, reply_to = [], None
    for answer in response.get("answers", []):
        keys = _keys({**defined.get(answer["field"].get("id"), {}), **answer["field"]})
        if "email" in answer:
            # An address is an envelope, never an answer; one the coordinator asks for besides ours is left alone.
            reply_to = answer["email"] if REPLY_TO in keys else reply_to
        else:
            answers.append(RawAnswer(keys, _values(answer)))
    raw = RawResponse(
        response_id=response["token"],
        answers=tuple(answers),
        submitted_at=response.get("submitted_at"),
        hidden={**written_from(response.get("ending", {}).get("ref", "")), **link},
        asked=tuple(keys for field in fields if (keys := _keys(field))) or None,
        reply_to=reply_to,
    )
    return DeliveryResult((raw,))


def _keys(field: Mapping[str, str]) -> tuple[str, ...]:
    return _some(field.get(name) for name in ("ref", "id", "title"))


def _values(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What may name the option: a chosen one by ref, id and label; anything else as its text."""
    if choice := answer.get("choice"):
        return _some(choice.get(name) for name in ("ref", "id", "label", "other"))
    if choices := answer.get("choices"):
        # The question was changed to allow several: one is as good as a single choice, more than one is no option.
        return _some(["; ".join([*choices.get("labels", []), *_some([choices.get("other")])])])
    if "boolean" in answer:
        return ("yes" if answer["boolean"] else "no",)
    number = answer.get("number")
    return _some([answer.get("text") if number is None else plain(number)])


def _some(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


# -- made up -------------------------------------------------------------------------------------------------------


def sample(
    written: Mapping[str, Any],
    answers: Mapping[str, str],
    response_id: str,
    submitted_at: str,
    hidden: Mapping[str, str],
) -> bytes:
    """What Typeform would send when somebody gives these answers (question id -> option code or text) to a form."""
    asked = [field for field in written["fields"] if field["type"] != "statement"]
    response = {
        "form_id": "made-up",
        "token": response_id,
        "submitted_at": submitted_at,
        "hidden": hidden,
        "definition": {"fields": [{key: field[key] for key in ("ref", "type", "title")} for field in asked]},
        "answers": [_sample_answer(field, answers[field["ref"]]) for field in asked if field["ref"] in answers],
        "ending": {"ref": written["thankyou_screens"][0]["ref"]},
    }
    document = {"event_id": response_id, "event_type": "form_response", "form_response": response}
    return json.dumps(document, ensure_ascii=False).encode()


def _sample_answer(field: Mapping[str, Any], said: str) -> dict[str, Any]:
    about = {"field": {"ref": field["ref"], "type": field["type"]}}
    if field["type"] == "multiple_choice":
        ref = f"{field['ref']}_{said}"
        return {"type": "choice", "choice": next(c for c in field["properties"]["choices"] if c["ref"] == ref), **about}
    kind = "email" if field["type"] == "email" else "text"
    return {"type": kind, kind: said, **about}
