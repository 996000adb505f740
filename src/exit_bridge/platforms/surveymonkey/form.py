"""The body of SurveyMonkey's `POST /surveys`, and of the web link to it. What each fact rests on: see the package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire

# believed: among the languages SurveyMonkey's own buttons come in. A form in any other gets English buttons.
LANGUAGES = {"en", "es", "de", "fr", "it", "nl", "pt", "da", "fi", "no", "sv", "pl", "tr", "el", "cs", "hu", "ro", "ru"}

COLLECTOR = ".weblink.json"
"""Ending of the file that makes the link; the survey's own ends in `.json` alone."""

TEMPLATE = "[{name}_value]"
"""believed: what SurveyMonkey puts into the link it shows, where a value is to be filled in."""


def survey(asked: Questionnaire, nickname: str) -> dict[str, Any]:
    """docs: "Bulk POST". One question an item, headed by its visible number, because no id of ours has a place.

    docs: `custom_variables` are named for an empty survey and for PATCH, but not here; `create_form` sends them apart.
    """
    language = asked.language.split("-")[0]
    intro = {"title": asked.title, "questions": _numbered(map(_told, asked.intro))}
    return {
        "title": asked.title,
        "nickname": nickname,
        "language": language if language in LANGUAGES else "en",
        "custom_variables": {name: name for name in HIDDEN},
        "pages": [intro, *map(_page, asked.pages)],
    }


def weblink(asked: Questionnaire) -> dict[str, Any]:
    """docs: the body of `POST /surveys/{id}/collectors`. Several people may share a computer; no address is kept."""
    return {
        "type": "weblink",
        "thank_you_message": asked.thanks,
        "disqualification_message": asked.declined,
        "allow_multiple_responses": True,
        "anonymous_type": "fully_anonymous",
        "edit_response_type": "until_complete",
    }


def _page(page: Page) -> dict[str, Any]:
    told = map(_told, filter(None, page.intro.split("\n")))
    questions = (part for question in page.questions for part in _question(question))
    return {"title": page.title, "questions": _numbered([*told, *questions])}


def _numbered(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**question, "position": place} for place, question in enumerate(questions, 1)]


def _told(text: str) -> dict[str, Any]:
    """docs: without an image this is text. One paragraph each: line breaks in a heading are believed to get lost."""
    return {"headings": [{"heading": text}], "family": "presentation", "subtype": "descriptive_text"}


def _question(question: Question) -> list[dict[str, Any]]:
    # A heading is all a question has (docs), and it brings the answer home: what helps to answer stands above it.
    told = [_told(question.help)] if question.help else []
    return [*told, {"headings": [{"heading": heading(question)}], **_kind(question)}]


def heading(question: Question) -> str:
    """The question as people see it."""
    return f"{question.code}. {question.text}" if question.code else question.text


def _kind(question: Question) -> dict[str, Any]:
    if question.kind == "email":
        # docs: minimum and maximum have to be there, and words for whoever typed no address: one, as it should look.
        rule = {"type": "email", "text": "name@council.example", "min": None, "max": None}
        return {"family": "open_ended", "subtype": "single", "validation": rule}
    if question.kind == "text":
        return {"family": "open_ended", "subtype": "essay"}
    choices = [{"text": choice.label, "position": place} for place, choice in enumerate(question.choices, 1)]
    # docs: `text` is what somebody reads who left it out. Here, in the form's language, what there is to choose from.
    needed = {"required": {"text": " / ".join(choice.label for choice in question.choices)}}
    return {
        "family": "single_choice",
        "subtype": "vertical",
        "answers": {"choices": choices},
        **(needed if question.required else {}),
    }


def how_to_import(path: str, asked: Questionnaire) -> str:
    """What a person does with both files."""
    share = "&".join(f"{name}={value}" for name, value in (("bank", asked.bank), ("variant", asked.variant)))
    gate = next((question.text for question in asked.questions if question.required), "")
    steps = [
        f"""\
Where the settings have [surveys.NAME.api], `exit-bridge provision NAME` does this step. By hand, in the folder of this
   file, with the access token of your app (accounts with European data use api.eu.surveymonkey.com):
   curl -X POST https://api.surveymonkey.com/v3/surveys -H "Authorization: bearer YOUR_TOKEN" \\
     -H "Content-Type: application/json" --data @{path}
   Should the answer name custom_variables, take that part out and add the variables {", ".join(HIDDEN)} in the survey.
   The answer holds the survey's "id"; make the link to it with the other file:
   curl -X POST https://api.surveymonkey.com/v3/surveys/ID/collectors -H "Authorization: bearer YOUR_TOKEN" \\
     -H "Content-Type: application/json" --data @{path.removesuffix(".json")}{COLLECTOR}""",
        f"""\
In the survey add question skip logic to "{gate}": whoever chooses the second answer goes to the
   disqualification page, which says that nothing is kept.""",
        f"Share the link with these values behind it: ?{share}&wave=NAME_OF_THIS_ROUND",
        "Have each completed response told to your hook, as docs/platforms/surveymonkey.md says.",
    ]
    return "".join(f"{number}. {step}\n" for number, step in enumerate(steps if gate else [steps[0], *steps[2:]], 1))


def how_to_link(path: str) -> str:
    """What a person does with the link's file alone."""
    return f"1. This goes with {path}: its steps say what to do with both.\n"
