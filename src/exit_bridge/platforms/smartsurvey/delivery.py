"""SmartSurvey's webhook. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Question, Questionnaire
from exit_bridge.platforms.base import BadElement, DeliveryResult, RawAnswer, RawResponse, fault_in, many, plain, shape

# docs: a batch is a list. What is in it is looked at one by one, so that one broken response holds up no other.
SCHEMA = {"type": "array", "minItems": 1}

_WORDS = {"type": ["string", "null"]}
_VALUE = {"type": ["string", "number", "null"]}
_ID = {"type": ["integer", "string"], "minLength": 1}
_ANSWER = shape(
    type=_WORDS,
    choice_title=_WORDS,
    value=_VALUE,
    row_title=_WORDS,
    row_id={"type": ["integer", "string", "null"]},
    column_title=_WORDS,
)
_QUESTION = shape("title", "answers", id=_ID, title=_WORDS, type=_WORDS, answers=many(_ANSWER))
_RESPONSE = shape(
    "id",
    "status",
    "pages",
    id=_ID,
    # schema: one of these three. Nothing of another is guessed at.
    status={"enum": ["completed", "partial", "disqualified"]},
    date_ended=_WORDS,
    date_modified=_WORDS,
    variables={"type": ["array", "null"], "items": shape("name", name=_WORDS, value=_VALUE)},
    pages=many(shape("questions", questions=many(_QUESTION))),
)


def read(payload: list[Any]) -> DeliveryResult:
    """A batch -> its complete responses and their places in it, what was ignored, and what cannot be read."""
    responses, ignored, bad, places = [], [], [], []
    for place, element in enumerate(payload):
        if fault := fault_in(element, _RESPONSE):
            bad.append(BadElement(place, f"This element is no response as SmartSurvey sends them ({fault})."))
        elif element["status"] == "completed":
            responses.append(_response(element))
            places.append(place)
        else:
            ignored.append(element["status"])
    return DeliveryResult(tuple(responses), tuple(ignored), bad=tuple(bad), places=tuple(places))


def _response(element: Mapping[str, Any]) -> RawResponse:
    # docs: `variables` are not on the page of samples; schema: they are part of a response.
    given = {(one["name"] or "").strip().lower(): _text(one.get("value")) for one in element.get("variables") or ()}
    return RawResponse(
        response_id=str(element["id"]).strip(),
        answers=tuple(
            answer for page in element["pages"] for question in page["questions"] for answer in _answers(question)
        ),
        # The time of the last change, so that an edit is newer than what it replaces.
        submitted_at=element.get("date_modified") or element.get("date_ended"),
        hidden={name: given[name] for name in HIDDEN if given.get(name)},
    )


def _answers(question: Mapping[str, Any]) -> Iterator[RawAnswer]:
    """A row of a matrix is named by the row, every other answer by its question; ids come first, for a binding."""
    for answer in question["answers"]:
        if answer.get("row_title"):
            yield RawAnswer(_some(answer.get("row_id"), answer["row_title"]), _some(answer.get("column_title")))
        # docs: radio buttons may have a field for a comment beside them, which is no answer to the question.
        elif answer.get("type") != "comment" or question.get("type") == "open_ended":
            keys = _some(question.get("id"), question["title"])
            yield RawAnswer(
                keys, _some(answer.get("value"), None if answer.get("value") else answer.get("choice_title"))
            )


def _text(value: str | float | None) -> str:
    return "" if value is None else plain(value)


def _some(*values: str | float | None) -> tuple[str, ...]:
    return tuple(text for value in values if (text := _text(value)))


# -- made up -------------------------------------------------------------------------------------------------------


def sample(
    asked: Questionnaire,
    answers: Mapping[str, str],
    response_id: str,
    submitted_at: str,
    variables: Mapping[str, str],
) -> bytes:
    """What SmartSurvey would send when somebody gives these answers (question id -> option code or text)."""
    response = {
        "id": response_id,
        "survey_id": 1,
        "date_started": submitted_at,
        "date_ended": submitted_at,
        "date_modified": submitted_at,
        "status": "completed",
        "variables": [{"name": name, "value": value} for name, value in variables.items()],
        "pages": [
            {
                "title": page.title,
                "position": position,
                "questions": [_sample(question, answers) for question in page.questions if question.id in answers],
            }
            for position, page in enumerate(asked.pages, 1)
        ],
    }
    return json.dumps([response], ensure_ascii=False).encode()


def _sample(question: Question, answers: Mapping[str, str]) -> dict[str, Any]:
    said = answers[question.id]
    if question.kind == "choice":
        label = next(choice.label for choice in question.choices if choice.code == said)
        kind, answer = ("single_choice", "radio"), {"type": "radio", "choice_title": label}
    else:
        kind, answer = ("open_ended", "essay"), {"type": "text", "choice_title": "", "value": said}
    return {"title": question.shown, "type": kind[0], "sub_type": kind[1], "answers": [answer]}
