"""Formbricks' webhook. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.bank.questionnaire import Question, Questionnaire
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, many, plain, shape
from exit_bridge.platforms.formbricks.form import CONSTANTS, key, language_of

FINISHED = "responseFinished"
EVENTS = ("responseCreated", "responseUpdated", FINISHED)

_WORDS = {"type": ["string", "null"]}
_VALUE = {
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        many(TEXT),
        {"type": "object", "additionalProperties": _WORDS},
    ]
}
_RESPONSE = shape(
    "id",
    "data",
    id={**TEXT, "minLength": 1},
    finished={"type": "boolean"},
    language=_WORDS,
    updatedAt=_WORDS,
    data={"type": "object", "additionalProperties": _VALUE},
    variables={"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
)
SCHEMA = {
    **shape("event", event=TEXT),
    "if": {"properties": {"event": {"enum": list(EVENTS)}}},
    "then": shape("data", data=_RESPONSE),
}

_VARIABLES = {key(f"variable/{name}"): name for name in CONSTANTS}


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or the reason why it is none."""
    event = payload["event"]
    if event not in EVENTS:
        return DeliveryResult(ignored=("test" if event == "testEndpoint" else "other_event",))  # src
    response = payload["data"]
    # docs: the other two events come while people are answering, and also once the response is finished.
    if event != FINISHED and not response.get("finished"):
        return DeliveryResult(ignored=("partial",))
    said, variables = response["data"], response.get("variables", {})
    constants = {_VARIABLES[name]: str(value) for name, value in variables.items() if name in _VARIABLES and value}
    link = {name: value for name in HIDDEN if isinstance(value := said.get(name), str) and value}
    reply_to = said.get(REPLY_TO)
    raw = RawResponse(
        response_id=response["id"],
        answers=tuple(
            answer
            for name, value in said.items()
            if name not in (*HIDDEN, REPLY_TO)
            for answer in _answers(name, value)
        ),
        submitted_at=response.get("updatedAt"),
        language=language_of(response.get("language")),
        hidden={**constants, **link},
        reply_to=reply_to if isinstance(reply_to, str) and reply_to else None,
    )
    return DeliveryResult((raw,))


def _answers(name: str, value: Any) -> Iterator[RawAnswer]:
    """src: a choice comes as its words in the respondent's language; in a matrix, which we never write, rows do too."""
    if isinstance(value, dict):
        for row, column in value.items():
            yield RawAnswer((row,), (column,) if column else ())
    elif isinstance(value, list):
        # The question was changed to allow several: more than one is no option.
        yield RawAnswer((name,), ("; ".join(value),) if value else ())
    elif value is not None and not isinstance(value, bool):
        yield RawAnswer((name,), (text,) if (text := plain(value)) else ())


# -- made up -------------------------------------------------------------------------------------------------------


def sample(asked: Questionnaire, answers: Mapping[str, str], response_id: str, submitted_at: str, wave: str) -> bytes:
    """What Formbricks would send when somebody gives these answers (question id -> option code or text) to a survey."""
    said = {question.id: _sample_value(question, answers[question.id]) for question in _said(asked, answers)}
    response = {
        "id": response_id,
        "surveyId": key("made-up"),
        "finished": True,
        "createdAt": submitted_at,
        "updatedAt": submitted_at,
        "language": None,
        "data": {**said, **({"wave": wave} if wave else {})},
        "variables": {key(f"variable/{name}"): getattr(asked, name) for name in CONSTANTS},
    }
    document = {"webhookId": key("made-up"), "event": FINISHED, "data": response}
    return json.dumps(document, ensure_ascii=False).encode()


def _said(asked: Questionnaire, answers: Mapping[str, str]) -> list[Question]:
    return [question for question in asked.questions if question.id in answers]


def _sample_value(question: Question, said: str) -> str:
    return next((choice.label for choice in question.choices if choice.code == said), said)
