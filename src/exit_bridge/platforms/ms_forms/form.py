"""What a person puts into Microsoft Forms and Power Automate. What each fact rests on: the package's docstring."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.errors import BankError
from exit_bridge.word import Word

SOURCE = "ms-forms"

MAX_QUESTIONS = 200  # docs: questions in one form

TO_FILL = ("[[", "]]")
"""Around what the person who builds the flow puts an answer in place of."""

IMPORT = """\
1. At forms.office.com choose Quick import (or Import) and upload {}. Choose Form, not Quiz.
2. Hold the form against the file. Numbers such as R3. stay in front of their questions, the letters A. B. C. in front
   of options do not. What is missing is copied by hand: title, welcome, section headings and the texts under them.
3. Make the question on how answers are used required, and no other one. Let its second answer lead to the end
   (Branching).
4. Settings: switch Record name off, let anyone with the link respond, shuffle nothing. Copy the closing text, which
   stands at the end of {}, into the thank-you message.
5. Fill the form in once yourself, download the answers (Open in Excel) and score them: exit-bridge score FILE.xlsx
"""
BUILD = """\
1. Instead of importing a file: open {} in Word and build the form from it, with Likert blocks.
2. In a Likert block the options stand across the top and the statements, with their numbers, down the side.
3. Go on with the settings as for {}.
"""
FLOW = """\
1. In Power Automate make a flow: When a new response is submitted > Get response details > HTTP (a premium action).
   Make one flow for each form, and a copy of it with the new form for the next round.
2. HTTP: method POST, address of your hook, header Content-Type application/json, and header X-Exit-Bridge-Token with
   the survey's secret. Paste {} as its body.
3. In the body, replace every text from [[ to ]], brackets included, by the dynamic content of that name. Response Id
   is that of the trigger. Write the name of the round between the quotes of "wave", or take the line out.
4. In the HTTP action's settings switch Secure inputs on, so that the history of the flow keeps no answers.
5. Answer the form once. A delivery that still holds [[ ]] waits in quarantine and says so.
"""


def quick_import(asked: Questionnaire) -> bytes:
    """The Word file for Quick import, which reads numbered questions with lettered options (believed).

    One single choice for each item: no Likert comes of a file (believed).
    """
    if len(asked.questions) > MAX_QUESTIONS:
        raise BankError(
            f"This form has {len(asked.questions)} questions, too many for Microsoft Forms",
            fix=f"Choose a variant with at most {MAX_QUESTIONS}",
        )
    word = Word(asked.title, asked.language)
    word.title()
    for text in asked.intro:
        word.paragraph(text)
    number = 0
    for page in asked.pages:
        if page.title:
            word.heading(page.title)
        for text in page.intro.split("\n") if page.intro else ():
            word.paragraph(text)
        for question in page.questions:
            number += 1
            word.paragraph(f"{number}. {question.shown}", bold=True)
            if question.help:
                word.paragraph(question.help)
            for letter, choice in zip(ascii_uppercase, question.choices, strict=False):
                word.paragraph(f"{letter}. {choice.label}")
    return word.content()


def flow(asked: Questionnaire) -> dict[str, Any]:
    """The body of the HTTP action: our ids, each with the place where its answer goes.

    docs: `utcNow()` and `workflow()` are functions of Power Automate's expressions, in `@{}` inside a text.
    """
    return {
        "source": SOURCE,
        "form_id": "@{workflow()?['name']}",
        "response_id": to_fill("Response Id"),
        "submitted_at": "@{utcNow()}",
        "bank": asked.bank,
        "variant": asked.variant,
        "language": asked.language,
        "wave": "",
        "answers": {question.id: to_fill(question.shown) for question in asked.questions},
    }


def to_fill(name: str) -> str:
    """The place where the dynamic content of that name goes."""
    return f"{TO_FILL[0]}{name}{TO_FILL[1]}"
