"""What a plugin in LimeSurvey posts: our own, or the community's LimeSurveyWebhook. Both send one response by codes.

src: https://github.com/triat/LimeSurveyWebhook (d8a0a8c) for the second shape. Its token stands in the body and proves
nothing to us, so such a survey uses `auth = "path"`. Names, address and network data that it sends are not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, plain, shape
from exit_bridge.platforms.limesurvey.form import FORM, SCORE, code_of

SOURCE = "exit-bridge-limesurvey/1"
COMPLETED = "completed"
_THEIR_COMPLETED = "afterSurveyComplete"

_ID = {"type": ["integer", "string"], "pattern": "^[A-Za-z0-9-]{1,60}$", "minimum": 0, "maximum": 10**15}
_WORDS = {"type": ["string", "null"]}
_ANSWERS = {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}
_EVENT = {"properties": {"event": {"enum": [COMPLETED, _THEIR_COMPLETED]}}}
_OURS = shape(
    "response_id",
    "answers",
    source={"const": SOURCE},
    survey_id=_ID,
    response_id=_ID,
    submitted_at=_WORDS,
    language=_WORDS,
    answers=_ANSWERS,
)
_THEIRS = shape("respondId", "survey", "response", respondId=_ID, survey=_ID, submitDate=_WORDS, response=_ANSWERS)
SCHEMA = {
    **shape("event", event=TEXT),
    "if": _EVENT,
    "then": {"if": {"properties": {"event": {"const": COMPLETED}}}, "then": _OURS, "else": _THEIRS},
}

# src: what LimeSurvey stores where a survey keeps no dates.
_NO_DATE = "1980-01-01"


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or the reason why it is none."""
    match payload["event"]:
        case "completed":
            answers, sid, rid = payload["answers"], payload.get("survey_id"), payload["response_id"]
            submitted_at, language = payload.get("submitted_at"), payload.get("language")
        case "afterSurveyComplete":
            answers, sid, rid = payload["response"], payload["survey"], payload["respondId"]
            submitted_at, language = payload.get("submitDate"), answers.get("startlanguage")
        case "test":
            return DeliveryResult(ignored=("test",))
        case _:
            return DeliveryResult(ignored=("other_event",))
    # A response's number is its own within one survey only.
    return DeliveryResult((response(f"{sid}-{rid}" if sid else str(rid), answers, submitted_at, language),))


def response(
    response_id: str, answers: Mapping[str, Any], submitted_at: str | None, language: str | None
) -> RawResponse:
    """One response by its codes: `rec03`, or `qrec01_rec01` for a row of an array. None: that was never shown."""
    said = {key: None if value is None else plain(value) for key, value in answers.items()}
    return RawResponse(
        response_id=response_id,
        answers=tuple(
            RawAnswer(_keys(key), (value,) if value else ())
            for key, value in said.items()
            if value is not None and key not in _UNSEEN and not key.startswith(SCORE)
        ),
        submitted_at=None if not submitted_at or submitted_at.startswith(_NO_DATE) else submitted_at,
        language=language or None,
        hidden={name: value for name in HIDDEN if (value := said.get(name))},
        asked=tuple(_keys(key) for key, value in said.items() if value is not None),
        reply_to=said.get(code_of(REPLY_TO)) or None,
    )


_UNSEEN = {*HIDDEN, FORM, code_of(REPLY_TO)}


def _keys(key: str) -> tuple[str, ...]:
    """The question's code first: behind the array's, where there is one."""
    return tuple(dict.fromkeys((key.rpartition("_")[2], key)))


def sample(answers: Mapping[str, str], response_id: str, submitted_at: str) -> bytes:
    """What our plugin posts for made-up answers (question code -> answer code or text), from no certain survey."""
    document = {
        "source": SOURCE,
        "event": COMPLETED,
        "response_id": response_id,
        "submitted_at": submitted_at,
        "language": "en",
        "answers": answers,
    }
    return json.dumps(document, ensure_ascii=False).encode()
