"""The body of Tally's `POST /forms`. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.platforms.base import file_stem

NAMESPACE = UUID("5da5d5fd-b72e-5658-83f4-e1cf118a8046")
"""Of every id we write: uuid5 of the form's name and of what the block is for."""

LANGUAGES = set("en fr de es it nl pt pl sv da fi nb cs hu ro el tr uk".split())  # noqa: SIM905
"""Languages Tally's own buttons come in (believed). Any other form gets English ones."""

KINDS = {"text": "TEXTAREA", "email": "INPUT_EMAIL"}


def form(asked: Questionnaire) -> dict[str, Any]:
    """The questionnaire as Tally has it: a flat list of blocks, one multiple choice for each item."""
    language = asked.language.split("-")[0]
    return {
        "status": "DRAFT",
        "settings": {
            "language": language if language in LANGUAGES else "en",
            "hasProgressBar": True,
            "hasPartialSubmissions": False,
        },
        "blocks": list(_Writer(asked).blocks()),
    }


class _Writer:
    """Blocks of one form. Its ids differ from those of every other form, because Tally asks for unique ones (docs)."""

    def __init__(self, asked: Questionnaire) -> None:
        self._asked = asked
        self._stem = file_stem(asked.bank, asked.variant, asked.language)

    def blocks(self) -> Iterator[dict[str, Any]]:
        """In the order in which people see them; a page ends where the next one begins."""
        asked = self._asked
        # docs: `html` and `title`. seen: the button of the first page stands in the title.
        title = {"title": asked.title, "html": _html(asked.title), "button": {"label": asked.start_button}}
        yield self._block("title", "FORM_TITLE", title, group_kind="TEXT")
        fields = [{"uuid": self._id(f"hidden/{name}"), "name": name} for name in HIDDEN]
        yield self._block("hidden", "HIDDEN_FIELDS", {"hiddenFields": fields})  # docs
        yield from self._texts("intro", asked.intro)
        for place, page in enumerate(asked.pages):
            yield self._page_break(page.id, place)
            yield from self._page(page)
        # believed: whoever is not sent elsewhere sees the first of several closing pages.
        for place, (name, text) in enumerate(
            (("thanks", asked.thanks), ("declined", asked.declined)), len(asked.pages)
        ):
            yield self._page_break(name, place, closing=True)
            yield from self._texts(name, [text])

    def _page(self, page: Page) -> Iterator[dict[str, Any]]:
        if page.title:
            yield self._block(f"{page.id}/heading", "HEADING_2", {"html": _html(page.title)})
        yield from self._texts(f"{page.id}/intro", page.intro.splitlines())
        for question in page.questions:
            yield from self._question(question)
            if question.required:
                yield from self._gate(question)

    def _question(self, question: Question) -> Iterator[dict[str, Any]]:
        # Neither webhook nor export knows our ids of questions, so items show their number in front.
        text = f"{question.code}. {question.text}" if question.code else question.text
        yield self._block(f"{question.id}/title", "TITLE", {"html": _html(text)}, group_kind="QUESTION")
        if question.help:
            yield from self._texts(f"{question.id}/help", [question.help])
        if question.kind != "choice":
            # types, seen: a block's `name` takes the place of its title in what Tally sends. Only this one has to be
            # told from other addresses, and its words differ from survey to survey.
            named = {"name": REPLY_TO} if question.id == REPLY_TO else {}
            yield self._block(question.id, KINDS[question.kind], {"isRequired": question.required, **named})
        last = len(question.choices) - 1
        for place, choice in enumerate(question.choices):
            # seen: `text`; docs: the rest.
            option = {"index": place, "isFirst": place == 0, "isLast": place == last, "text": choice.label}
            payload = {"isRequired": question.required, **option}
            yield self._block(choice.alias, "MULTIPLE_CHOICE_OPTION", payload, question.id, "MULTIPLE_CHOICE")

    def _gate(self, question: Question) -> Iterator[dict[str, Any]]:
        """Any answer but yes leads to the page that says nothing is kept.

        docs: how a field is named. seen: conditions and the jump. believed: a jump may lead to a closing page.
        """
        field = {
            "uuid": self._id(question.id),
            "type": "INPUT_FIELD",
            "questionType": "MULTIPLE_CHOICE",
            "blockGroupUuid": self._id(question.id),
            "title": question.id,
        }
        for choice in question.choices:
            if choice.code == "yes":
                continue
            said = {"field": field, "comparison": "IS", "value": self._id(choice.alias)}
            jump = {"jumpToPage": self._id("declined/page")}
            logic = {
                "logicalOperator": "AND",
                "conditionals": [{"uuid": self._id(f"{choice.alias}/if"), "type": "SINGLE", "payload": said}],
                "actions": [{"uuid": self._id(f"{choice.alias}/then"), "type": "JUMP_TO_PAGE", "payload": jump}],
            }
            yield self._block(f"{choice.alias}/logic", "CONDITIONAL_LOGIC", logic)

    def _page_break(self, name: str, place: int, *, closing: bool = False) -> dict[str, Any]:
        payload = {
            "index": place,
            "isFirst": place == 0,
            "isLast": place == len(self._asked.pages) + 1,
            "isQualifiedForThankYouPage": closing,
            "isThankYouPage": closing,
        }
        return self._block(f"{name}/page", "PAGE_BREAK", payload)

    def _texts(self, name: str, texts: Iterable[str]) -> Iterator[dict[str, Any]]:
        for place, text in enumerate(texts):
            yield self._block(f"{name}/{place}", "TEXT", {"html": _html(text)})

    def _block(
        self, name: str, kind: str, payload: Mapping[str, Any], group: str = "", group_kind: str = ""
    ) -> dict[str, Any]:
        """docs: options of one question share a group; any other block may be its own."""
        return {
            "uuid": self._id(name),
            "type": kind,
            "groupUuid": self._id(group or name),
            "groupType": group_kind or kind,
            "payload": dict(payload),
        }

    def _id(self, name: str) -> str:
        return str(uuid5(NAMESPACE, f"{self._stem}/{name}"))


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def how_to_import(path: str, asked: Questionnaire) -> str:
    """What a person does with the file."""
    return f"""\
1. In Tally, open Settings > API keys and make a key.
2. In a terminal, in the folder of this file:
   curl -X POST https://api.tally.so/forms -H "Authorization: Bearer YOUR_KEY" \\
     -H "Content-Type: application/json" --data @{path}
   The answer holds the new form's id.
3. Open the form in Tally, look through it, try "No" on its second page, and publish it.
4. Open Integrations > Webhooks, add the address of your hook and enter the survey's secret as signing secret.
5. Share the form's address with these values behind it, so that every answer says what it belongs to:
   ?bank={asked.bank}&variant={asked.variant}&wave=NAME_OF_THIS_ROUND
6. Leave the words of questions and options as they are, with the number in front: answers are matched by them.
"""
