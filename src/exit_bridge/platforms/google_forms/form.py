"""The form as Google Forms has it, once, for the script that builds it and for the body of the API."""

from __future__ import annotations

from typing import Any

from exit_bridge.bank.questionnaire import Page, Question, Questionnaire

API = """\
1. {} holds three bodies for Google's Forms API, in the order in which they are sent: create, batchUpdate and
   setPublishSettings. `exit-bridge provision` sends them. Nobody needs this file who uses the script.
2. Who does not agree leaves the form at once, without the closing text that the script's form has.
"""


def plan(asked: Questionnaire) -> dict[str, Any]:
    """The questionnaire in Google's own parts: pages of grids, single choices and texts, each title with its number.

    Only titles and labels come back with the answers, so every title carries the visible number.
    """
    return {
        "bank": asked.bank,
        "variant": asked.variant,
        "language": asked.language,
        "title": asked.title,
        "description": "\n\n".join(asked.intro),
        "thanks": asked.thanks,
        "declined": asked.declined,
        "pages": [_page(page, asked.title) for page in asked.pages],
    }


def _page(page: Page, title: str) -> dict[str, Any]:
    parts = [_grid(group, page.title or title) if len(group) > 1 else _single(group[0]) for group in page.blocks]
    return {"title": page.title, "description": page.intro, "parts": parts}


def _grid(questions: list[Question], title: str) -> dict[str, Any]:
    """Statements down the side, options across the top; nothing in it must be answered."""
    return {
        "kind": "grid",
        "title": title,
        "options": [choice.label for choice in questions[0].choices],
        "rows": [{"id": question.id, "title": question.shown} for question in questions],
    }


def _single(question: Question) -> dict[str, Any]:
    """A choice, a text or an address. Whoever chooses an option that `ends` sends nothing else."""
    about = {"kind": question.kind, "id": question.id, "title": question.shown, "help": question.help}
    if question.kind != "choice":
        return about
    options = [
        {"label": choice.label, "ends": question.required and choice.code != "yes"} for choice in question.choices
    ]
    return {**about, "required": question.required, "options": options}
