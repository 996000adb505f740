"""What the Forms API says a form asks and people answered, in the shape that the script delivers.

discovery: `Form`, `Item`, `Question`, `FormResponse`. The API gives each row of a grid an answer of its own, under the
row's id; the script has one item with all rows, so a grid is put together again here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.platforms.base import TEXT, LiveQuestion, many, shape
from exit_bridge.platforms.google_forms.delivery import SOURCE
from exit_bridge.platforms.google_forms.known import known

Json = Mapping[str, Any]

_CHOICE = shape(type=TEXT, options=many(shape(value=TEXT)))
_QUESTION = shape("questionId", questionId=TEXT, rowQuestion=shape(title=TEXT), choiceQuestion=_CHOICE)
_ITEM = shape(
    title=TEXT,
    itemId=TEXT,
    questionItem=shape("question", question=_QUESTION),
    questionGroupItem=shape("questions", questions=many(_QUESTION), grid=shape(columns=_CHOICE)),
)
_YES_NO = {"type": "boolean"}
FORM = shape(
    "formId",
    formId=TEXT,
    responderUri=TEXT,
    items=many(_ITEM),
    settings=shape(emailCollectionType=TEXT),
    publishSettings=shape(publishState=shape(isPublished=_YES_NO, isAcceptingResponses=_YES_NO)),
)
_ANSWER = shape(textAnswers=shape(answers=many(shape(value=TEXT))))
_RESPONSE = shape(
    "responseId",
    responseId={"type": "string", "minLength": 1},
    createTime=TEXT,
    lastSubmittedTime=TEXT,
    answers={"type": "object", "additionalProperties": _ANSWER},
)
RESPONSES = {**shape(responses=many(_RESPONSE), nextPageToken=TEXT), "additionalProperties": False}
"""Without any response the answer is an empty object (docs), so that nothing else may be in it."""

_KINDS = {"RADIO": "MULTIPLE_CHOICE", "CHECKBOX": "CHECKBOX", "DROP_DOWN": "LIST"}


def live(form: Json) -> list[LiveQuestion]:
    """What a form that fits FORM asks, by the names that its deliveries have: our id where it is known, and words."""
    return [
        LiveQuestion(tuple(filter(None, (_ref(question), title))), tuple((label,) for label in _labels(choice)))
        for question, title, choice in _asked(form)
    ]


def payload(form: Json, response: Json) -> dict[str, Any]:
    """A response that fits RESPONSES as the script would post it.

    An address that Google collected, and points of a quiz, are left out. What was answered before a question was taken
    out of the form stays where the question is known.
    """
    answers = response.get("answers", {})
    ours, asked = known(), {question["questionId"] for question, _, _ in _asked(form)}
    gone = [number for number in answers if number in ours and number not in asked]
    items = [_item(item, answers) for item in form.get("items", ()) if _questions(item)]
    items += [{"id": n, "title": "", "ref": ours[n].ref, "value": _said(answers, n)} for n in gone]
    whose = Counter((ours[number].bank, ours[number].variant) for number in [*asked, *gone] if number in ours)
    bank, variant = whose.most_common(1)[0][0] if whose else ("", "")
    return {
        "source": SOURCE,
        "form_id": form["formId"],
        "response_id": response["responseId"],
        "submitted_at": response.get("lastSubmittedTime") or response.get("createTime", ""),
        "bank": bank,
        "variant": variant,
        "language": "",
        "wave": "",
        "sheet": "",
        "items": items,
    }


def _asked(form: Json) -> Iterator[tuple[Json, str, Json]]:
    """(question, its words, its options) of every question, the rows of a grid one by one."""
    for item in form.get("items", ()):
        columns = item.get("questionGroupItem", {}).get("grid", {}).get("columns", {})
        for question in _questions(item):
            row = question.get("rowQuestion")
            title = item.get("title", "") if row is None else row.get("title", "")
            yield question, title, question.get("choiceQuestion", {}) if row is None else columns


def _questions(item: Json) -> list[Json]:
    """Those of an item; none for headings, pictures and breaks."""
    if "questionItem" in item:
        return [item["questionItem"]["question"]]
    return list(item.get("questionGroupItem", {}).get("questions", ()))


def _item(item: Json, answers: Json) -> dict[str, Any]:
    about = {"id": item.get("itemId", ""), "title": item.get("title", "")}
    questions = _questions(item)
    if "questionItem" in item:
        (question,) = questions
        value = _said(answers, question["questionId"], several=question.get("choiceQuestion", {}).get("type"))
        return {**about, "type": _kind(question), "ref": _ref(question), "value": value}
    several = item["questionGroupItem"].get("grid", {}).get("columns", {}).get("type")
    return {
        **about,
        "type": "CHECKBOX_GRID" if several == "CHECKBOX" else "GRID",
        "rows": [question.get("rowQuestion", {}).get("title", "") for question in questions],
        "refs": [_ref(question) for question in questions],
        "values": [_said(answers, question["questionId"], several=several) for question in questions],
    }


def _kind(question: Json) -> str:
    """As Apps Script calls it."""
    if "choiceQuestion" in question:
        return _KINDS.get(question["choiceQuestion"].get("type", ""), "MULTIPLE_CHOICE")
    if "textQuestion" in question:
        return "PARAGRAPH_TEXT" if question["textQuestion"].get("paragraph") else "TEXT"
    return "SCALE" if "scaleQuestion" in question else "OTHER"


def _said(answers: Json, number: str, several: str | None = None) -> str | list[str] | None:
    """docs: one text, or one for each box that was ticked. Not answered, the question is not among the answers."""
    said = [one.get("value", "") for one in answers.get(number, {}).get("textAnswers", {}).get("answers", ())]
    if several == "CHECKBOX" or len(said) > 1:
        return said or None
    return said[0] if said else None


def _ref(question: Json) -> str:
    found = known().get(question["questionId"])
    return found.ref if found else ""


def _labels(choice: Json) -> list[str]:
    return [option["value"] for option in choice.get("options", ()) if option.get("value")]
