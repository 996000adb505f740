"""What SurveyMonkey's webhook sends, and what its API answers about one response. What each fact rests on: see the
package."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Question, Questionnaire
from exit_bridge.platforms.base import TEXT, DeliveryResult, LiveQuestion, RawAnswer, RawResponse, many, shape
from exit_bridge.platforms.surveymonkey.form import TEMPLATE, heading

COMPLETED = "response_completed"
_TESTS = ("preview", "survey_preview")
_TAG = re.compile(r"<[^<>]{0,200}>")

ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$"}  # seen: digits, as text
_SOME_TEXT = {"type": ["string", "null"]}
_ANSWER = shape(
    choice_id=_SOME_TEXT, row_id=_SOME_TEXT, col_id=_SOME_TEXT, other_id=_SOME_TEXT, text=_SOME_TEXT,
    simple_text=_SOME_TEXT,
)  # fmt: skip
_QUESTION = shape("id", "answers", id=TEXT, family=_SOME_TEXT, heading=_SOME_TEXT, answers=many(_ANSWER))
RESPONSE = shape(
    "id",
    "response_status",
    "pages",
    id=ID,
    response_status={"enum": ["completed", "partial", "overquota", "disqualified"]},
    collection_mode=TEXT,
    date_modified=TEXT,
    custom_variables=shape(**dict.fromkeys(HIDDEN, TEXT)),
    pages=many(shape("questions", questions=many(_QUESTION))),
)
_EVENT = {
    **shape("event_type", event_type=TEXT),
    "if": {"properties": {"event_type": {"const": COMPLETED}}},
    "then": shape("object_id", object_id=ID),
}
_OPTION = shape(id=TEXT, text=_SOME_TEXT)
_LIVE = shape(
    "family",
    "headings",
    id=TEXT,
    family=TEXT,
    headings=many(shape(heading=_SOME_TEXT)),
    answers={"anyOf": [{"type": "null"}, shape(choices=many(_OPTION))]},
)
SURVEY = shape("pages", pages=many(shape("questions", questions=many(_LIVE))))
SCHEMA = {"type": "object", "if": {"required": ["event_type"]}, "then": _EVENT, "else": RESPONSE}


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> the id of a response, a response, or the reason why it is neither."""
    if "event_type" in payload:
        # docs: a callback holds no answers. `response_updated` comes once a page, so only the completed one counts.
        event = payload["event_type"]
        return DeliveryResult(fetch=(payload["object_id"],)) if event == COMPLETED else _ignored("other_event")
    if payload.get("collection_mode") in _TESTS:
        return _ignored("test")
    if payload["response_status"] != "completed":
        return _ignored(payload["response_status"])
    values = payload.get("custom_variables", {})
    raw = RawResponse(
        response_id=payload["id"],
        answers=tuple(
            answer for page in payload["pages"] for question in page["questions"] for answer in _answers(question)
        ),
        submitted_at=payload.get("date_modified"),
        hidden={name: values[name] for name in HIDDEN if values.get(name, "") not in ("", TEMPLATE.format(name=name))},
    )
    return DeliveryResult((raw,))


def pruned(value: Any, schema: Mapping[str, Any] = RESPONSE) -> Any:
    """A response of the API with nothing in it but what is read here: no network address, name or link."""
    if isinstance(value, dict) and "properties" in schema:
        return {key: pruned(value[key], inner) for key, inner in schema["properties"].items() if key in value}
    if isinstance(value, list) and "items" in schema:
        return [pruned(each, schema["items"]) for each in value]
    return value


def live(survey: Mapping[str, Any]) -> list[LiveQuestion]:
    """What a survey that fits SURVEY asks now (docs: `GET /surveys/{id}/details`)."""
    asked = (question for page in survey["pages"] for question in page["questions"])
    return [
        LiveQuestion(
            _some(question.get("id"), *(_words(part.get("heading")) for part in question["headings"])),
            tuple(
                _some(_marked(choice.get("id")), _words(choice.get("text")))
                for choice in (question.get("answers") or {}).get("choices", [])
            ),
        )
        for question in asked
        if question["family"] != "presentation"
    ]


def _ignored(reason: str) -> DeliveryResult:
    return DeliveryResult(ignored=(reason,))


def _answers(question: Mapping[str, Any]) -> Iterator[RawAnswer]:
    """seen: with `simple=true` a question has its heading, and an answer its text. Only what was answered is there."""
    title = _words(question.get("heading"))
    for answer in question["answers"]:
        said = _words(answer.get("simple_text"))
        if question.get("family") == "open_ended":
            yield RawAnswer(_some(question["id"], title), _some(answer.get("text") or said))
        elif answer.get("row_id") and answer.get("choice_id") and answer.get("col_id"):
            # docs: menus in a row are told apart by `col_id`. What was chosen in one of several is no option of ours.
            row, _, rest = said.partition(" - ")
            yield RawAnswer(_some(answer["row_id"], row or title), _some(rest or _marked(answer["choice_id"])))
        elif answer.get("row_id") and answer.get("choice_id"):
            # believed: a matrix tells the row's text and the column's in one. Rows of one have the matrix' heading.
            row, _, column = said.rpartition(" - ")
            yield RawAnswer(_some(answer["row_id"], row or title), _some(_marked(answer["choice_id"]), column))
        else:
            yield RawAnswer(
                _some(question["id"], title), _some(_marked(answer.get("choice_id")), said or answer.get("text"))
            )


def _words(text: str | None) -> str:
    """seen: headings hold tags where somebody changed how they look."""
    return html.unescape(_TAG.sub(" ", text or "")).strip()


def _marked(choice: str | None) -> str:
    """An option's id, for a binding: digits alone could be a code of ours."""
    return f"#{choice}" if choice else ""


def _some(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


# -- made up -------------------------------------------------------------------------------------------------------


def sample(
    asked: Questionnaire, answers: Mapping[str, str], response_id: str, submitted_at: str, hidden: Mapping[str, str]
) -> bytes:
    """What the API would tell of somebody who gives these answers (question id -> option code or text)."""
    given = [_sample_question(question, answers[question.id]) for question in asked.questions if question.id in answers]
    document = {
        "id": response_id,
        "response_status": "completed",
        "collection_mode": "default",
        "date_modified": submitted_at,
        "custom_variables": hidden,
        "pages": [{"questions": given}],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _sample_question(question: Question, said: str) -> dict[str, Any]:
    labels = {choice.code: choice.label for choice in question.choices}
    answer = {"simple_text": labels[said]} if labels else {"text": said, "simple_text": said}
    family = "single_choice" if labels else "open_ended"
    return {"id": question.id, "family": family, "heading": heading(question), "answers": [answer]}
