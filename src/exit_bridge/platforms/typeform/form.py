"""The body of Typeform's `POST /forms`. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import re
from typing import Any

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.errors import BankError

# types: the languages Typeform's own buttons come in. A form in any other language gets English buttons.
LANGUAGES = set("en es ca fr de ru it da pt ch zh nl no uk ja ko hr fi sv pl el hu tr cs et di".split())  # noqa: SIM905

MAX_LABEL = 255  # seen: the length of a choice label

KINDS = {"choice": "multiple_choice", "text": "long_text", "email": "email"}

# The closing screen's ref comes back with every response (docs), so the form tells what it was written from even when
# somebody shares the link without the hidden values. Letters, digits, `_` and `-` only (believed to be the rule).
_THANKS = re.compile(r"thanks__(.+)__(\d+)__(.+)")


def form(asked: Questionnaire) -> dict[str, Any]:
    """The questionnaire as Typeform has it: our ids as `ref` everywhere, one multiple choice for each item."""
    language = asked.language.split("-")[0]
    welcome = {"description": "\n\n".join(asked.intro), "show_button": True}
    closing = {"show_button": False, "share_icons": False}
    return {
        "title": asked.title,
        "settings": {
            "language": language if language in LANGUAGES else "en",
            "is_public": True,
            "show_progress_bar": True,
            "progress_bar": "proportion",
            "show_question_number": False,
            "meta": {"allow_indexing": False},
        },
        "hidden": list(HIDDEN),
        "welcome_screens": [
            {"ref": "welcome", "title": asked.title, "properties": {**welcome, "button_text": asked.start_button}}
        ],
        "fields": [field for page in asked.pages for field in _fields(page)],
        # believed: without a jump the first of several closing screens is shown.
        "thankyou_screens": [
            {"ref": _thanks(asked), "title": asked.thanks, "properties": closing},
            {"ref": "declined", "title": asked.declined, "properties": closing},
        ],
        "logic": [_gate(question) for question in asked.questions if question.required],
    }


def _fields(page: Page) -> list[dict[str, Any]]:
    """A statement with the page's heading, if it has one, and its questions."""
    about = {"description": page.intro} if page.intro else {}
    heading = {"ref": f"page_{page.id}", "title": page.title, "type": "statement"}
    statement = [{**heading, "properties": {**about, "hide_marks": True}}] if page.title else []
    return [*statement, *map(_field, page.questions)]


def _field(question: Question) -> dict[str, Any]:
    # The CSV export knows titles only, so items show their number in front: it keeps titles unique and recognisable.
    title = f"{question.code}. {question.text}" if question.code else question.text
    help_text = {"description": question.help} if question.help else {}
    choices = _choices(question) if question.kind == "choice" else {}
    return {
        "ref": question.id,
        "title": title,
        "type": KINDS[question.kind],
        "properties": {**help_text, **choices},
        "validations": {"required": question.required},
    }


def _choices(question: Question) -> dict[str, Any]:
    if too_long := [choice.code for choice in question.choices if len(choice.label) > MAX_LABEL]:
        raise BankError(
            f"Options {', '.join(too_long)} of {question.id!r} are too long for Typeform",
            fix=f"Use at most {MAX_LABEL} characters",
        )
    return {
        "randomize": False,
        "allow_multiple_selection": False,
        "allow_other_choice": False,
        "vertical_alignment": True,
        "choices": [{"ref": choice.alias, "label": choice.label} for choice in question.choices],
    }


def _gate(question: Question) -> dict[str, Any]:
    """gem: any answer but yes jumps to the screen that says nothing was sent."""
    jumps = [
        {
            "action": "jump",
            "details": {"to": {"type": "thankyou", "value": "declined"}},
            "condition": {
                "op": "is",
                "vars": [{"type": "field", "value": question.id}, {"type": "choice", "value": choice.alias}],
            },
        }
        for choice in question.choices
        if choice.code != "yes"
    ]
    return {"type": "field", "ref": question.id, "actions": jumps}


def _thanks(asked: Questionnaire) -> str:
    bank, _, version = asked.bank.partition("@")
    return f"thanks__{bank}__{version}__{asked.variant}"


def written_from(closing_ref: str) -> dict[str, str]:
    """Bank and variant as the closing screen tells them; nothing for screens that are not ours."""
    found = _THANKS.fullmatch(closing_ref)
    return {"bank": f"{found[1]}@{found[2]}", "variant": found[3]} if found else {}


def how_to_import(path: str, asked: Questionnaire) -> str:
    """What a person does with the file."""
    return f"""\
1. In Typeform, open Account > Personal tokens and make a token that may write forms and webhooks.
2. In a terminal, in the folder of this file (accounts with European data use api.typeform.eu or api.eu.typeform.com):
   curl -X POST https://api.typeform.com/forms -H "Authorization: Bearer YOUR_TOKEN" \\
     -H "Content-Type: application/json" --data @{path}
   The answer holds the new form's id, and its address under "_links".
3. In the form, open Connect > Webhooks, add the address of your hook, enter the survey's secret and switch it on.
   A webhook made in Typeform starts switched off. "Send test request" is answered and counted, and never scored.
4. Share the form's address with these values behind it, so that every answer says what it belongs to:
   #bank={asked.bank}&variant={asked.variant}&wave=NAME_OF_THIS_ROUND
5. You may change words in Typeform. Do not duplicate questions or options: their hidden names carry the answers.
"""
