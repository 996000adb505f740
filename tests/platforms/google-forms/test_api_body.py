"""The bodies for Google's Forms API, held against Google's own description of it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.platforms.google_discovery import forms_v1

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.errors import BankError
from exit_bridge.platforms import platform
from exit_bridge.platforms.google_forms.api_body import bodies, question_ids
from exit_bridge.platforms.google_forms.form import plan
from exit_bridge.testing import ABOUT

pytestmark = pytest.mark.dev  # the server holds everything against Google's own description

BANK = load_bank()
TOOL = platform("google-forms")
SCHEMAS = {
    "create": "Form",
    "batchUpdate": "BatchUpdateFormRequest",
    "setPublishSettings": "SetPublishSettingsRequest",
}
every_form = pytest.mark.parametrize(
    ("variant", "language", "about"),
    [(v, language, about) for v in BANK.variants for language in BANK.wordings for about in (ABOUT, About())],
)


def planned(variant: str = "full", language: str = "en", about: About = ABOUT) -> dict[str, Any]:
    return plan(questionnaire(BANK, variant, language, about))


def made(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The items, by the place that each is put to."""
    created = [one["createItem"] for one in document["batchUpdate"]["requests"] if "createItem" in one]
    assert [one["location"]["index"] for one in created] == list(range(len(created)))
    return [one["item"] for one in created]


def questions(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    grouped = [item["questionGroupItem"]["questions"] for item in items if "questionGroupItem" in item]
    single = [item["questionItem"]["question"] for item in items if "questionItem" in item]
    return [*single, *(one for group in grouped for one in group)]


@every_form
def test_every_body_is_as_google_describes_it(variant: str, language: str, about: About) -> None:
    document = bodies(planned(variant, language, about))
    assert list(document) == list(SCHEMAS)
    for name, schema in SCHEMAS.items():
        # docs: a form is made of its title and the document's alone, so its list of items is not asked for there.
        faults = [error.message for error in forms_v1(schema).iter_errors(document[name]) if name != "create"]
        assert faults == []
    assert set(document["create"]) == {"info"}
    assert [error.message for error in forms_v1("Info").iter_errors(document["create"]["info"])] == []


SPOILT: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "a property that is none": lambda items: items[0].update(rows=[]),
    "a property of a grid that is none": lambda items: grid(items)["grid"].update(rows=[]),
    "another kind of columns": lambda items: grid(items)["grid"]["columns"].update(type="RADIOS"),
    "a row without words": lambda items: grid(items)["questions"][0]["rowQuestion"].clear(),
    "columns without options": lambda items: grid(items)["grid"]["columns"].pop("options"),
    "text for a yes or no": lambda items: grid(items)["questions"][0].update(required="no"),
    "an action that is none": lambda items: gate(items)["options"][1].update(goToAction="SUBMIT"),
    "an option without words": lambda items: gate(items)["options"][1].pop("value"),
}


def grid(items: list[dict[str, Any]]) -> dict[str, Any]:
    return next(item["questionGroupItem"] for item in items if "questionGroupItem" in item)


def gate(items: list[dict[str, Any]]) -> dict[str, Any]:
    return next(one["choiceQuestion"] for one in questions(items) if one["required"])


@pytest.mark.parametrize("fault", SPOILT)
def test_the_description_finds_such_a_fault(fault: str) -> None:
    document = copy.deepcopy(bodies(planned()))
    SPOILT[fault](made(document))
    assert not forms_v1("BatchUpdateFormRequest").is_valid(document["batchUpdate"])


@every_form
def test_ids_lead_back_to_ours(variant: str, language: str, about: About) -> None:
    """Each id is eight hex digits and stands once; each question of the form has its own, in whatever language."""
    of_it, asked = planned(variant, language, about), questionnaire(BANK, variant, language, about).questions
    items = made(bodies(of_it))
    ids = [item["itemId"] for item in items] + [one["questionId"] for one in questions(items)]
    assert all(re.fullmatch("[0-9a-f]{8}", one) for one in ids)
    assert len(set(ids)) == len(ids)
    known = question_ids(of_it)
    assert set(known) == {one["questionId"] for one in questions(items)}
    assert sorted(known.values()) == sorted(question.id for question in asked)
    titles = {one["questionId"]: one["rowQuestion"]["title"] for one in questions(items) if "rowQuestion" in one}
    titles |= {i["questionItem"]["question"]["questionId"]: i["title"] for i in items if "questionItem" in i}
    assert {known[one]: title for one, title in titles.items()} == {q.id: q.shown for q in asked}


def test_ids_are_the_same_in_every_language_and_others_in_every_variant() -> None:
    """So a form that was made anew is known, and two forms are not mistaken for one."""
    english, welsh, quick = (set(question_ids(planned(*of))) for of in (("full",), ("full", "cy"), ("quick",)))
    assert english == welsh
    assert not english & quick


def test_nothing_is_shuffled_collected_or_demanded() -> None:
    """But for the gate: it alone must be answered, and who says no sends the form at once."""
    document = bodies(planned())
    items = made(document)
    assert {one["required"] for one in questions(items) if "rowQuestion" in one} == {False}
    (needed,) = [one for one in questions(items) if one["required"]]
    assert [option.get("goToAction") for option in needed["choiceQuestion"]["options"]] == [None, "SUBMIT_FORM"]
    text = json.dumps(document)
    assert text.count("SUBMIT_FORM") == 1
    assert '"shuffle": true' not in text
    assert '"shuffleQuestions": true' not in text
    assert '"emailCollectionType": "DO_NOT_COLLECT"' in text


def test_pages_are_as_planned() -> None:
    """The first stands on the form's first page, each other one begins with a break that has its heading."""
    of_it = planned()
    items = made(bodies(of_it))
    heads = [item for item in items if item.keys() & {"textItem", "pageBreakItem"}]
    assert ["textItem" in head for head in heads] == [number == 0 for number in range(len(of_it["pages"]))]
    assert [(head.get("title", ""), head.get("description", "")) for head in heads] == [
        (page["title"], page["description"]) for page in of_it["pages"]
    ]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda page: page["parts"][0]["options"].append(page["parts"][0]["options"][0]), "same option twice"),
        (lambda page: page["parts"][0]["rows"][0].update(title="R1. On two\nlines"), "line break"),
        (lambda page: page["parts"][0].update(title="On two\nlines"), "line break"),
        (lambda page: page.update(title="On two\nlines"), "line break"),
    ],
)
def test_what_google_refuses_is_not_written(spoil: Callable[[dict[str, Any]], None], says: str) -> None:
    of_it = planned()
    spoil(next(page for page in of_it["pages"] if page["parts"][0]["kind"] == "grid"))
    with pytest.raises(BankError, match=says):
        bodies(of_it)
