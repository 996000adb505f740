"""A submission that was fetched, in the shape of Tally's own webhook. Facts: see the package's docstring.

The vendor's pages contradict each other: answers are called `answer` in its example and `value` in its reference, and
users have seen choices as ids and as texts. So each is held against the options that the form itself has, and what is
none of them stays as it came, for intake to refuse.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exit_bridge.platforms.tally.delivery import RESPONSE

Json = Mapping[str, Any]

UNSEEN = ("HIDDEN_FIELDS", "CALCULATED_FIELDS")

_OPTIONS = {
    "MULTIPLE_CHOICE_OPTION": "options",
    "DROPDOWN_OPTION": "options",
    "CHECKBOX": "options",
    "MULTI_SELECT_OPTION": "options",
    "RANKING_OPTION": "options",
    "MATRIX_ROW": "rows",
    "MATRIX_COLUMN": "columns",
}
"""docs: a block for each option, row and column -> what its list is called in a delivery."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a form. `lists`: `options`, or `rows` and `columns`, as id -> text."""

    id: str
    type: str
    title: str
    fields: tuple[tuple[str, str], ...] = ()
    """Id and name of each of its fields; hidden ones are all fields of one question (docs)."""
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """docs: how a delivery calls it."""
        return f"question_{self.id}"


def asked_by(questions: Sequence[Json], blocks: Sequence[Json]) -> list[Asked]:
    """What a form asks; `questions` as listed with its submissions, `blocks` of the form itself."""
    lists: dict[str, dict[str, dict[str, str]]] = {}
    for block in blocks:
        name, group, uuid = _OPTIONS.get(str(block.get("type"))), block.get("groupUuid"), block.get("uuid")
        if name and isinstance(group, str) and isinstance(uuid, str):
            lists.setdefault(group, {}).setdefault(name, {})[uuid] = _text_of(block.get("payload"))
    found = []
    for question in questions:
        fields = [each for each in _list(question.get("fields")) if isinstance(each, dict)]
        groups = [lists[group] for each in fields if (group := _text(each.get("blockGroupUuid"))) in lists]
        names = tuple((_text(each.get("uuid")), _text(each.get("title"))) for each in fields)
        kind, title = _text(question.get("type")), _text(question.get("title"))
        found.append(Asked(_text(question.get("id")), kind, title, names, groups[0] if groups else {}))
    return found


def delivery(form: str, submission: Json, asked: Sequence[Asked]) -> dict[str, Any]:
    """As the webhook posts it; whoever answered is left out (`respondentId`)."""
    answers = {
        str(row.get("questionId")): row.get("answer", row.get("value"))
        for row in _list(submission.get("responses"))
        if isinstance(row, dict)
    }
    known = {question.id for question in asked}
    strange = (Asked(number, "", "") for number in answers if number not in known)
    data = {
        "submissionId": submission["id"],
        "responseId": submission["id"],
        "formId": form,
        "createdAt": submission["submittedAt"],
        "fields": [each for one in (*asked, *strange) for each in _fields(one, answers.get(one.id))],
    }
    return {"eventType": RESPONSE, "data": data}


def _fields(question: Asked, answer: Any) -> Iterator[dict[str, Any]]:
    base = {"key": question.key, "label": question.title, "type": question.type}
    if question.type in UNSEEN:
        for uuid, name in question.fields:
            yield {
                **base,
                "key": f"{question.key}_{uuid}",
                "label": name,
                "value": _hidden(question, uuid, name, answer),
            }
    elif rows := question.lists.get("rows"):
        columns = question.lists.get("columns", {})
        blank = answer in (None, "", [])
        said = answer if isinstance(answer, dict) else {} if blank else {row: {"of all rows": answer} for row in rows}
        value = {_id(row, rows): _chosen(column, columns) for row, column in said.items()}
        yield {**base, "value": value, "rows": _named({**rows, **_more(value, rows)}), "columns": _named(columns)}
    elif options := question.lists.get("options"):
        yield {**base, "value": None if answer in (None, "") else _chosen(answer, options), "options": _named(options)}
    else:
        yield {**base, "value": answer}


def _hidden(question: Asked, uuid: str, name: str, answer: Any) -> Any:
    """Of several fields in one answer the one that stands under the field's id or name; of one field the answer."""
    if isinstance(answer, dict):
        return answer.get(uuid, answer.get(name))
    return answer if len(question.fields) == 1 else None


def _chosen(answer: Any, options: Mapping[str, str]) -> list[str]:
    chosen = answer if isinstance(answer, list) else [answer]
    return [_id(each, options) for each in chosen if each not in (None, "")]


def _id(said: Any, options: Mapping[str, str]) -> str:
    """The id of the option that is meant, where exactly one can be; else what came, as a text that is no option."""
    if not isinstance(said, str):
        return json.dumps([said])
    if said in options:
        return said
    meant = [uuid for uuid, text in options.items() if text == said.strip()]
    return meant[0] if len(meant) == 1 else said


def _more(value: Mapping[str, Any], rows: Mapping[str, str]) -> dict[str, str]:
    """Rows that were answered and are no longer in the form: their answers must not vanish."""
    return {row: "" for row in value if row not in rows}


def _named(texts: Mapping[str, str]) -> list[dict[str, str | None]]:
    return [{"id": uuid, "text": text or None} for uuid, text in texts.items()]


def _text_of(payload: Any) -> str:
    """seen: options have `text`; docs: other blocks `html`."""
    if not isinstance(payload, dict):
        return ""
    text = _text(payload.get("text")) or re.sub(r"<[^<>]*>", "", _text(payload.get("html")))
    return html.unescape(text).strip() if "text" not in payload else text.strip()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
