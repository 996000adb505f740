"""The body of Jotform's `PUT /user/forms`. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exit_bridge.bank import HIDDEN, QuestionBank
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.errors import BankError

SCORE = "score"
"""Hidden fields `score<ingredient>`, which scores may be written back into."""

KINDS = {"choice": "control_radio", "text": "control_textarea", "email": "control_email"}

# seen, as the API gives them back: the properties of each kind that decide how it behaves.
_PROPERTIES = {
    "choice": {"special": "None", "allowOther": "No", "shuffle": "No", "spreadCols": "1"},
    "text": {"cols": "60", "rows": "4", "entryLimit": "None-0"},
    "email": {"validation": "Email", "confirmation": "No"},
}

Element = dict[str, str]


def form(asked: Questionnaire, scored: Sequence[str]) -> dict[str, Any]:
    """The questionnaire as Jotform has it: a question an item, named by its id. `scored`: ingredients with a score.

    Raises BankError where a label holds the mark that Jotform puts between options.
    """
    elements = list(_elements(asked, scored))
    return {
        # client: an object by number. The number is the question's own for good (seen), and its place.
        "questions": {
            str(number): {"qid": str(number), "order": str(number), **element}
            for number, element in enumerate(elements, 1)
        },
        # seen: the page built from these says `activeRedirect = "thanktext"`. believed: the API takes both.
        "properties": {"title": asked.title, "activeRedirect": "thanktext", "thanktext": _paragraphs([asked.thanks])},
    }


def scored(bank: QuestionBank, variant: str) -> tuple[str, ...]:
    """The ingredients that this variant scores."""
    return tuple(ingredient.id for ingredient in bank.ingredients) if bank.variants[variant].scored else ()


def _elements(asked: Questionnaire, scored: Sequence[str]) -> Iterator[Element]:
    yield {"type": "control_head", "name": "heading_form", "text": asked.title}
    yield _words("intro", asked.intro)
    for place, page in enumerate(asked.pages):
        if place:
            yield {"type": "control_pagebreak", "name": f"break_{page.id}", "text": "Page Break"}
        if page.title:
            yield {"type": "control_head", "name": f"heading_{page.id}", "text": page.title}
        if page.intro:
            yield _words(f"about_{page.id}", page.intro.splitlines())
        yield from _questions(page, asked)
    known = {"bank": asked.bank, "variant": asked.variant}
    for name in (*HIDDEN, *(f"{SCORE}{ingredient}" for ingredient in scored)):
        # client: `hidden`. believed: `defaultValue`, and that the link fills it in: `?wave=2026-autumn`.
        yield {
            "type": "control_textbox",
            "name": name,
            "text": name,
            "hidden": "Yes",
            "defaultValue": known.get(name, ""),
        }
    # seen: without this there is no way to send the form.
    yield {"type": "control_button", "name": "submit", "text": "Submit"}


def _questions(page: Page, asked: Questionnaire) -> Iterator[Element]:
    for question in page.questions:
        if question.help:  # above it: Jotform's own hint shows only when a pointer rests on it (believed)
            yield _words(f"help_{question.id}", [question.help])
        yield _question(question)
        if question.required:
            # How conditions are written is not documented, so what a no leads to is said where it is chosen.
            no = "; ".join(choice.label for choice in question.choices if choice.code != "yes")
            yield _words(f"declined_{question.id}", [f"{no}: {asked.declined}"])


def _question(question: Question) -> Element:
    options = {"options": _options(question)} if question.kind == "choice" else {}
    return {
        "type": KINDS[question.kind],
        "name": question.id,
        # The export knows texts only, so items show their number in front: it keeps texts unique and recognisable.
        "text": f"{question.code}. {question.text}" if question.code else question.text,
        "required": "Yes" if question.required else "No",
        "labelAlign": "Top",
        **options,
        **_PROPERTIES[question.kind],
    }


def _options(question: Question) -> str:
    if any("|" in choice.label for choice in question.choices):
        raise BankError(
            f"An option of {question.id!r} holds the mark |, which Jotform puts between options",
            fix="Write the option without it",
        )
    return "|".join(choice.label for choice in question.choices)


def _words(name: str, paragraphs: Iterable[str]) -> Element:
    """seen: what is only read, as HTML."""
    return {"type": "control_text", "name": name, "text": _paragraphs(paragraphs)}


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(text, quote=False)}</p>" for text in texts)


def how_to_import(path: str) -> str:
    """What a person does with the file."""
    return f"""\
1. In Jotform, open Settings > API and make a key with full access.
2. In a terminal, in the folder of this file (accounts with European data use eu-api.jotform.com):
   curl -X PUT https://api.jotform.com/user/forms -H "APIKEY: YOUR_KEY" \\
     -H "Content-Type: application/json" --data @{path}
   The answer holds the new form's number. `exit-bridge provision` does the same where the settings name your key.
3. In the form builder, open Settings > Integrations > WebHooks and add the long address of your hook.
4. Look through the form with Preview. What is sent from there is counted, and never scored.
5. Share the form's address with ?wave=NAME_OF_THIS_ROUND behind it where rounds are to be told apart.
6. You may change words in Jotform. Do not change the unique name of a question: it carries the answer.
"""
