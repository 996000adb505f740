"""One variant of the bank in one language, laid out page by page: what every form writer starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exit_bridge.bank.about import About
from exit_bridge.bank.types import ContextQuestion, Item, QuestionBank, Variant
from exit_bridge.bank.wording import DRAFT, Wording
from exit_bridge.errors import BankError

HIDDEN = ("bank", "variant", "wave", "respondent", "sheet")
"""What a form may carry unseen: the bank it was written from, the variant, the wave, a pseudonymous respondent key, and
of which group this is the sheet, where several fill in the same form."""

COMMENT_PREFIX = "comment_"
PRESENT = "present"
"""What stands behind the prefix where a group says who sits together: how many people, in which roles."""

REPLY_TO = "reply_to"

TextOf = Callable[[str], str]

_SHORT = 5

_OF_ONE_PERSON = ("team", "role", "knows")
"""Questions that a group filling in one form together cannot answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One response option.

    `alias` is unique in the whole form, `short` has at most five letters and digits: for tools that want that.
    """

    code: str
    label: str
    alias: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `id` is the id that must come back with the answer; `code` the short number people see."""

    id: str
    kind: Literal["choice", "text", "email"]
    text: str
    choices: tuple[Choice, ...] = ()
    help: str = ""
    required: bool = False
    code: str = ""

    @property
    def shown(self) -> str:
        """The text with the visible number in front, for tools that carry no id of ours: `R3. How is …?`."""
        return f"{self.code}. {self.text}" if self.code else self.text


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that belong together, with a heading and a line on what they are about."""

    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]

    @property
    def blocks(self) -> list[list[Question]]:
        """The questions with those together that share their options, where the first of them stands.

        For tools that show several statements as one grid. A question with help, or one that must be answered, is
        alone.
        """
        found: dict[object, list[Question]] = {}
        for question in self.questions:
            labels = tuple(choice.label for choice in question.choices)
            alone = not labels or question.required or question.help
            found.setdefault(question.id if alone else labels, []).append(question)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Everything a respondent reads, in order."""

    bank: str
    variant: str
    language: str
    title: str
    intro: tuple[str, ...]
    start_button: str
    notice: tuple[str, ...]
    pages: tuple[Page, ...]
    thanks: str
    declined: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question in order."""
        return tuple(question for page in self.pages for question in page.questions)


def short_codes(codes: Sequence[str]) -> dict[str, str]:
    """Option code -> what stands for it where a tool takes five letters and digits only: its start, or its place."""
    starts = ["".join(filter(str.isalnum, code))[:_SHORT] for code in codes]
    if len(set(starts)) < len(codes) or "" in starts:
        starts = [f"o{place}" for place in range(1, len(codes) + 1)]
    return dict(zip(codes, starts, strict=True))


def questionnaire(
    bank: QuestionBank, variant: str, language: str, about: About, *, paper: bool = False
) -> Questionnaire:
    """Lay a variant out in one language, with the notice that `about` calls for.

    `paper`: to be printed. It then promises nothing that only a survey tool can do, such as a report by email.
    Raises BankError when the bank has no such variant or no wording in that language.
    """
    if variant not in bank.variants:
        raise BankError(
            f"This question bank has no variant {variant!r}",
            where=bank.ref,
            fix=f"Use one of: {', '.join(bank.variants)}",
        )
    if language not in bank.wordings:
        raise BankError(
            f"This question bank has no wording in {language!r}",
            where=bank.ref,
            fix=f"Use one of: {', '.join(bank.wordings) or 'none, this is a codes-only bank'}",
        )
    words, chosen = bank.wordings[language], bank.variants[variant]
    if paper:
        about = replace(about, reply_domains=(), report_link_days=0, scores_in_tool=False)

    def text(key: str) -> str:
        return _fill(words.form_text(key, variant, paper=paper), about, words)

    group = about.answered_by == "group"
    time = "time_group" if group else "time"
    takes = text(time) if words.has_form_text(time, variant) else ""
    intro = [text("sample")] if about.sample else []
    intro += [text("draft") if words.has_form_text("draft", variant) else DRAFT] if words.draft else []
    intro += [_fill(words.this_work, about, words), text("intro").replace("{time}", takes)]
    intro += [text("group_intro")] if group else []
    intro += [text("independence")]
    asked = [bank.context_by_id[name] for name in chosen.context if not (group and name in _OF_ONE_PERSON)]
    gates = tuple(_context_question(question, words, variant) for question in asked if question.gate)
    others = [_context_question(question, words, variant) for question in asked if not question.gate]
    seen = _seen_by(about, chosen)
    # On paper there are fields for it at the top.
    if group and not paper and words.has_form_text(PRESENT, variant):
        others.insert(0, Question(f"{COMMENT_PREFIX}{PRESENT}", "text", text(PRESENT)))
    if seen == "respondent":
        others.append(Question(REPLY_TO, "email", text(REPLY_TO)))
    notice = tuple(_notice(about, text, seen, comments=bool(chosen.comments)))
    pages = [Page("notice", text("notice_intro"), "\n".join(notice), gates)]
    if others:
        pages.append(Page("context", text("context_heading"), "", tuple(others)))
    plain = not (about.reply_by and about.worried_contact) and words.has_form_text("thanks_plain", variant)
    return Questionnaire(
        bank=bank.ref,
        variant=variant,
        language=language,
        title=words.title,
        intro=tuple(paragraph for paragraph in intro if paragraph),
        start_button=text("start_button"),
        notice=notice,
        pages=(*pages, *_ingredient_pages(bank, words, variant)),
        thanks=text("thanks_plain" if plain else "thanks"),
        declined=text("declined"),
    )


def _ingredient_pages(bank: QuestionBank, words: Wording, variant: str) -> list[Page]:
    """A page an ingredient; a variant in its own wording, which has no headings, is one page."""
    chosen = bank.variants[variant]
    pages: list[Page] = []
    for ingredient in bank.ingredients:
        about_it = words.ingredient(ingredient.id, variant)
        questions = [_item_question(item, bank, words, variant) for item in ingredient.items if item.id in chosen.items]
        if ingredient.id in chosen.comments and about_it.comment:
            questions.append(Question(f"{COMMENT_PREFIX}{ingredient.id}", "text", about_it.comment))
        if questions and about_it.name:
            pages.append(Page(ingredient.id, about_it.name, about_it.question, tuple(questions)))
        elif questions:
            before = pages.pop().questions if pages else ()
            closed = [question for question in (*before, *questions) if question.kind == "choice"]
            open_ones = [question for question in (*before, *questions) if question.kind != "choice"]
            pages.append(Page("questions", words.title, "", (*closed, *open_ones)))
    return pages


def _item_question(item: Item, bank: QuestionBank, words: Wording, variant: str) -> Question:
    labels, short = words.option_labels(item, variant), short_codes(item.codes)
    choices = tuple(Choice(code, label, f"{item.id}_{code}", short[code]) for code, label in labels.items())
    return Question(item.id, "choice", words.item(item, variant).text, choices, code=bank.visible_code(item))


def _context_question(question: ContextQuestion, words: Wording, variant: str) -> Question:
    about_it, short = words.context_words(question.id, variant), short_codes(question.codes)
    choices = tuple(
        Choice(code, about_it.described(code), f"{question.id}_{code}", short[code]) for code in question.codes
    )
    help_text = (
        words.form_text(f"{question.id}_help", variant) if words.has_form_text(f"{question.id}_help", variant) else ""
    )
    return Question(question.id, "choice", about_it.text, choices, help=help_text, required=question.gate)


def _seen_by(about: About, variant: Variant) -> Literal["group", "respondent", "link", "recipients", "none"]:
    """Whom the notice names as readers: nobody, where the variant promises no report or nothing could carry one."""
    if about.answered_by == "group":
        return "group"
    if not variant.reply:
        return "none"
    if about.individual_reports == "respondent" and not about.reply_domains:
        return "link" if about.report_link_days else "none"
    return about.individual_reports


def _notice(about: About, text: TextOf, seen: str, *, comments: bool) -> list[str]:
    """The sentences on how answers are used, from the same settings that decide it."""
    keys = [
        "notice_controller" if about.controller else "",
        "notice_staff",
        "notice_purpose" if about.purpose else "",
        f"notice_seen_{seen}",
        "notice_link" if about.report_link_days and seen in ("group", "respondent", "link") else "",
        "notice_scores_in_tool" if about.scores_in_tool and seen in ("group", "recipients") else "",
        "notice_comments" if comments and seen != "group" else "",
        "notice_kept",
        "notice_contact" if about.contact else "",
        "notice_complain",
        "notice_reply_by" if about.reply_by else "",
        "no_names",
        "not_emergency" if about.worried_contact else "not_emergency_unnamed",
        "notice_choice",
    ]
    return [text(key) for key in keys if key]


def _fill(sentence: str, about: About, words: Wording) -> str:
    filled = {
        "{innovation}": about.innovation or words.form.get("innovation_unnamed", ""),
        "{controller}": about.controller or words.form.get("controller_unnamed", ""),
        "{contact}": about.contact,
        "{purpose}": about.purpose,
        "{worried_contact}": about.worried_contact,
        "{reply_by}": about.reply_by,
        "{retain_days}": str(about.retain_days),
        "{report_link_days}": str(about.report_link_days),
        "{reply_domains}": f" {words.form.get('reply_domains_or', 'or')} ".join(
            f"@{domain}" for domain in about.reply_domains
        ),
    }
    for name, value in filled.items():
        sentence = sentence.replace(name, value)
    return sentence
