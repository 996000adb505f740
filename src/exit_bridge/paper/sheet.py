"""The form that people fill in with a pen: the questionnaire that every tool's form is written from, for paper."""

from __future__ import annotations

from exit_bridge.bank import NON_ANSWERS, About, QuestionBank, questionnaire
from exit_bridge.bank.questionnaire import Page, Question
from exit_bridge.paper.hand import hand
from exit_bridge.paper.types import PaperPart, PaperQuestion, Sheet
from exit_bridge.reports.phrases import phrases

ROOM = "exit_bridge.paper"

_MOST_ACROSS = 7
"""More boxes than that do not stand side by side on a page."""


def sheet(bank: QuestionBank, variant: str, language: str, about: About) -> Sheet:
    """One variant in one language, with the notice that `about` calls for. Raises BankError."""
    asked, words = questionnaire(bank, variant, language, about, paper=True), bank.wordings[language]
    say, group = phrases(language, ROOM), about.answered_by == "group"
    notices = asked.intro[: about.sample + words.draft]
    return Sheet(
        language=language,
        title=asked.title,
        foot=say("form.foot", bank=bank.ref, variant=variant),
        notices=(*notices, *([say("form.draft")] if say.draft and not words.draft else [])),
        intro=asked.intro[len(notices) :],
        on_screen=say("form.on_screen"),
        fields_title=say("form.fields") if group else "",
        fields=tuple(say(f"form.{name}") for name in ("group", "people", "roles", "date")) if group else (),
        how_title=say("form.how_title"),
        how=say.several("form.how"),
        parts=tuple(_part(page, bank, asked.notice, asked.declined) for page in asked.pages),
        thanks=asked.thanks,
        hand=hand(bank, variant, words, say, group=group) if bank.variants[variant].scored else None,
    )


def _part(page: Page, bank: QuestionBank, notice: tuple[str, ...], declined: str) -> PaperPart:
    intro = notice if page.id == "notice" else (page.intro,) if page.intro else ()
    return PaperPart(
        page.id, page.title, intro, tuple(_question(question, bank, declined) for question in page.questions)
    )


def _question(question: Question, bank: QuestionBank, declined: str) -> PaperQuestion:
    item = bank.items.get(question.id)
    boxes = tuple(choice.label for choice in question.choices)
    noes = [choice.label for choice in question.choices if question.required and choice.code != "yes"]
    return PaperQuestion(
        id=question.id,
        code=question.code,
        text=question.text,
        help=question.help,
        boxes=boxes,
        across=item is not None and item.kind == "agree" and len(boxes) <= _MOST_ACROSS,
        apart=sum(choice.code not in NON_ANSWERS for choice in question.choices) if item else len(boxes),
        after=(noes[0], declined) if noes else ("", ""),
    )
