"""The words of a bank in one language. No word is ever scored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exit_bridge.bank.types import Item, QuestionBank

Document = dict[str, Any]

FORM_SENTENCES = (
    "context_heading",
    "declined",
    "group_intro",
    "intro",
    "no_names",
    "not_emergency",
    "not_emergency_unnamed",
    "notice_choice",
    "notice_comments",
    "notice_complain",
    "notice_contact",
    "notice_controller",
    "notice_intro",
    "notice_kept",
    "notice_link",
    "notice_purpose",
    "notice_reply_by",
    "notice_scores_in_tool",
    "notice_seen_group",
    "notice_seen_link",
    "notice_seen_none",
    "notice_seen_recipients",
    "notice_seen_respondent",
    "notice_staff",
    "reply_to",
    "sample",
    "start_button",
    "thanks",
)
"""What a form cannot do without, as keys of `[form]`; other keys it knows may be left out."""


@dataclass(frozen=True, slots=True)
class IngredientWords:
    """Name, the question it stands for, one line on it, and the open question asked about it."""

    name: str
    question: str
    summary: str
    comment: str


@dataclass(frozen=True, slots=True)
class ItemWords:
    """The statement or question; `levels` are a rubric's own labels, lowest first."""

    text: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextWords:
    """A context question and its options (code -> label, code -> one-line description)."""

    text: str
    options: Mapping[str, str]
    describe: Mapping[str, str] = field(default_factory=dict)

    def described(self, code: str) -> str:
        """The label as the form shows it, with its description where there is one."""
        return f"{self.options[code]}: {self.describe[code]}" if code in self.describe else self.options[code]


@dataclass(frozen=True, slots=True)
class ActionWords:
    """What to put in place, the first step, the sign that it is done, and who to take it to."""

    what: str
    first_step: str
    sign: str


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A note in two parts: what was reported or reasoned, and what to do about it."""

    claim: str
    advice: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Every word of one bank in one language, with terms already filled in."""

    language: str
    name: str
    title: str
    this_work: str
    scales: Mapping[str, tuple[str, ...]]
    non_answers: Mapping[str, str]
    ingredients: Mapping[str, IngredientWords]
    items: Mapping[str, ItemWords]
    context: Mapping[str, ContextWords]
    bands: Mapping[str, str]
    rules: Mapping[str, RuleWords]
    actions: Mapping[str, ActionWords]
    form: Mapping[str, str]
    variants: Mapping[str, Mapping[str, Any]]
    draft: bool = False
    fingerprint: str = ""

    def item(self, item: Item, variant: str = "full") -> ItemWords:
        """The item's words, in the variant's own wording where it has one."""
        return self.variants.get(variant, {}).get("items", {}).get(item.id) or self.items[item.id]

    def option_labels(self, item: Item, variant: str = "full") -> dict[str, str]:
        """Option code -> label for one item, in the order shown."""
        words = self.item(item, variant)
        labels = words.levels if item.kind == "rubric" else self.scales[item.scale]
        others = self.variants.get(variant, {}).get("non_answers") or self.non_answers
        return {**{str(n): label for n, label in enumerate(labels, 1)}, **others}

    def context_words(self, question: str, variant: str = "full") -> ContextWords:
        """A context question's words, in the variant's own wording where it has one."""
        return self.variants.get(variant, {}).get("context", {}).get(question) or self.context[question]

    def ingredient(self, ingredient: str, variant: str = "full") -> IngredientWords:
        """An ingredient's words; a variant with its own item wording shows no heading it does not name itself."""
        own = self.variants.get(variant, {})
        if ingredient in own.get("ingredients", {}):
            words: IngredientWords = own["ingredients"][ingredient]
            return words
        return IngredientWords("", "", "", "") if own.get("items") else self.ingredients[ingredient]

    def has_form_text(self, key: str, variant: str = "full") -> bool:
        """Whether the form has that sentence."""
        return bool(self.variants.get(variant, {}).get("form", {}).get(key) or self.form.get(key))

    def form_text(self, key: str, variant: str = "full", *, paper: bool = False) -> str:
        """A sentence of the form that is no question (introductions, buttons, the closing page).

        On paper, `<key>_paper` goes first where there is one; but a variant's own words go before all others.
        """
        own = self.variants.get(variant, {}).get("form", {})
        names = (f"{key}_paper", key) if paper else (key,)
        found = [str(form[name]) for form in (own, self.form) for name in names if form.get(name)]
        return found[0] if found else self.form[key]


def fill_terms(value: Any, terms: Mapping[str, str]) -> Any:
    """Every `{term}` and, at the start of a sentence, `{Term}` replaced by the wording's own term."""
    if isinstance(value, str):
        known = {**terms, **{name.capitalize(): term[:1].upper() + term[1:] for name, term in terms.items()}}
        # In one pass: terms that name each other would grow without end.
        return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {key: fill_terms(inner, terms) for key, inner in value.items()}
    return [fill_terms(inner, terms) for inner in value] if isinstance(value, list) else value


def wording(raw: Document, fingerprint: str) -> Wording:
    """Words from a checked document, with its own terms filled in."""
    words = fill_terms(raw, raw.get("terms", {}))
    return Wording(
        language=words["language"],
        name=words.get("name", words["language"]),
        title=words["title"],
        this_work=words["this_work"],
        scales={name: tuple(labels) for name, labels in words.get("scales", {}).items()},
        non_answers=words["non_answers"],
        ingredients={key: _ingredient_words(row) for key, row in words["ingredients"].items()},
        items={key: _item_words(row) for key, row in words["items"].items()},
        context={key: _context_words(row) for key, row in words.get("context", {}).items()},
        bands=words["bands"],
        rules={key: RuleWords(row["claim"], row["advice"]) for key, row in words.get("rules", {}).items()},
        actions={
            key: ActionWords(row["what"], row["first_step"], row["sign"])
            for key, row in words.get("actions", {}).items()
        },
        form={"independence": "", **words["form"]},
        variants={name: _variant_words(row) for name, row in words.get("variants", {}).items()},
        draft=words.get("draft", False),
        fingerprint=fingerprint,
    )


def _variant_words(row: Document) -> dict[str, Any]:
    return {
        "form": row.get("form", {}),
        "non_answers": row.get("non_answers", {}),
        "items": {key: _item_words(inner) for key, inner in row.get("items", {}).items()},
        "context": {key: _context_words(inner) for key, inner in row.get("context", {}).items()},
        "ingredients": {key: _ingredient_words(inner) for key, inner in row.get("ingredients", {}).items()},
    }


def _ingredient_words(row: Document) -> IngredientWords:
    return IngredientWords(row.get("name", ""), row.get("question", ""), row.get("summary", ""), row.get("comment", ""))


def _item_words(row: Document) -> ItemWords:
    return ItemWords(row["text"], tuple(row.get("levels", ())))


def _context_words(row: Document) -> ContextWords:
    return ContextWords(row["text"], row["options"], row.get("describe", {}))


DRAFT = "DRAFT - this wording is a draft that nobody has reviewed yet. There may be mistakes in it."
"""What a form in a draft wording opens with, where that has no sentence of its own."""


def draft_fault(bank: QuestionBank, languages: Iterable[str]) -> str:
    """What is wrong with using these languages unless a draft is asked for: which are one. Empty if none is."""
    drafts = [code for code in languages if code in bank.wordings and bank.wordings[code].draft]
    return f"The wording of {bank.ref} in {', '.join(map(repr, drafts))} is a draft" if drafts else ""


def words_for(bank: QuestionBank, language: str | None) -> Wording:
    """The wording in that language, else English, else the first; a codes-only bank gets its own ids as words."""
    for wanted in (language or "en", "en", *bank.wordings):
        if wanted in bank.wordings:
            return bank.wordings[wanted]
    return _codes_as_words(bank)


def _codes_as_words(bank: QuestionBank) -> Wording:
    items = bank.items.values()
    return Wording(
        language="en",
        name="",
        title=bank.ref,
        this_work="",
        scales={item.scale: tuple(map(str, range(1, item.points + 1))) for item in items},
        non_answers={"dk": "dk", "na": "na"},
        ingredients={i.id: IngredientWords(i.id, "", "", "") for i in bank.ingredients},
        items={item.id: ItemWords(item.id, tuple(map(str, range(1, item.points + 1)))) for item in items},
        context={q.id: ContextWords(q.id, {code: code for code in q.codes}) for q in bank.context},
        bands={band.id: band.id for band in bank.bands},
        rules={rule.id: RuleWords(rule.id, "") for rule in bank.rules},
        actions={action.id: ActionWords(action.id, "", "") for action in bank.actions},
        form={"independence": ""},
        variants={},
    )
