"""The form as bodies for Google's Forms API, one after the other: create, batchUpdate, setPublishSettings.

discovery: the vendor's own description of the API, forms v1, revision 20250422, as google-api-python-client ships it.
A test holds every body against it. What each further fact rests on is explained in the package's docstring.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.errors import BankError

DECLINE = "SUBMIT_FORM"
"""Where somebody goes who does not agree: the form is sent at once, as a section cannot end it here (discovery)."""

OPEN = {
    "publishSettings": {"publishState": {"isPublished": True, "isAcceptingResponses": True}},
    "updateMask": "publishState",
}
"""Lets people answer a form (discovery); a form made with `unpublished` takes no answers until then."""


def bodies(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The requests by name, for the form of this `plan`. Raises BankError for what Google refuses.

    discovery: a form is made with its title alone, and everything else is put into it afterwards, all or nothing.
    """
    items = list(_items(plan))
    requests: list[dict[str, Any]] = [
        {
            "updateFormInfo": {
                "info": {"title": plan["title"], "description": plan["description"]},
                "updateMask": "title,description",
            }
        },
        {
            "updateSettings": {
                "settings": {"emailCollectionType": "DO_NOT_COLLECT"},
                "updateMask": "emailCollectionType",
            }
        },
    ]
    requests += [{"createItem": {"item": item, "location": {"index": at}}} for at, item in enumerate(items)]
    return {
        "create": {"info": {"title": plan["title"], "documentTitle": plan["title"]}},
        "batchUpdate": {"requests": requests},
        "setPublishSettings": OPEN,
    }


def question_ids(plan: Mapping[str, Any]) -> dict[str, str]:
    """Google's id of a question -> ours, for a form that was made of `bodies`."""
    return {_id(plan, ref): ref for page in plan["pages"] for part in page["parts"] for ref in _refs(part)}


def _refs(part: Mapping[str, Any]) -> list[str]:
    return [row["id"] for row in part["rows"]] if part["kind"] == "grid" else [part["id"]]


def _id(plan: Mapping[str, Any], name: str) -> str:
    """seen: ids of eight hex digits. discovery: one may be given. believed: whether others pass."""
    return hashlib.sha256(f"{plan['bank']} {plan['variant']} {name}".encode()).hexdigest()[:8]


def _items(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The first page stands on the form's own first page; each other one begins with a break."""
    for number, page in enumerate(plan["pages"]):
        about = {"title": _line(page["title"]), "description": page["description"]}
        kept = {name: text for name, text in about.items() if text}
        if number or kept:
            kind: dict[str, Any] = {"pageBreakItem": {}} if number else {"textItem": {}}
            yield {"itemId": _id(plan, f"page {number}"), **kept, **kind}
        for part in page["parts"]:
            yield _grid(plan, part) if part["kind"] == "grid" else _question(plan, part)


def _grid(plan: Mapping[str, Any], grid: Mapping[str, Any]) -> dict[str, Any]:
    columns = {"type": "RADIO", "options": [{"value": label} for label in _labels(grid["options"])]}
    rows = [
        {
            "questionId": _id(plan, row["id"]),
            "required": False,
            "rowQuestion": {"title": _line(row["title"])},
        }
        for row in grid["rows"]
    ]
    return {
        "itemId": _id(plan, f"grid {grid['rows'][0]['id']}"),
        "title": _line(grid["title"]),
        "questionGroupItem": {"questions": rows, "grid": {"columns": columns, "shuffleQuestions": False}},
    }


def _question(plan: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"questionId": _id(plan, part["id"]), "required": part.get("required", False)}
    if part["kind"] == "choice":
        _labels([option["label"] for option in part["options"]])
        options = [
            {"value": option["label"], **({"goToAction": DECLINE} if option["ends"] else {})}
            for option in part["options"]
        ]
        asked["choiceQuestion"] = {"type": "RADIO", "options": options, "shuffle": False}
    else:
        asked["textQuestion"] = {"paragraph": part["kind"] == "text"}
    help_text = {"description": part["help"]} if part["help"] else {}
    item = {"itemId": _id(plan, f"item {part['id']}"), "title": _line(part["title"]), **help_text}
    return {**item, "questionItem": {"question": asked}}


def _line(title: str) -> str:
    """believed: Google refuses a line break in a title."""
    if "\n" in title:
        raise BankError("A title has a line break, which Google Forms refuses", fix="Write it on one line")
    return title


def _labels(labels: list[str]) -> list[str]:
    """believed: Google refuses the same option twice in one question."""
    if len(set(labels)) < len(labels):
        raise BankError(
            "A question has the same option twice, which Google Forms refuses", fix="Give each option its own words"
        )
    return labels
