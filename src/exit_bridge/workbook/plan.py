"""What the formulas look things up in: everything the bank and our scoring say, worked out before a cell is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from exit_bridge.bank import NON_ANSWERS, STAGES, About, Item, QuestionBank, Questionnaire, Wording, questionnaire
from exit_bridge.bank.types import ContextQuestion
from exit_bridge.intake import Submission
from exit_bridge.reports.phrases import Phrases, phrases
from exit_bridge.scoring import score
from exit_bridge.scoring.score import emphasis_order, fitting_action, turn
from exit_bridge.scoring.types import IngredientScore, Reasons

ROOM = "exit_bridge.workbook"

UNKNOWN, BLANK, NA, DK = range(4)
"""How a cell was read. From 4 on: an item's answers, least favourable first; a context question's options from 2 on."""
LOWEST = 4
FIRST_OPTION = 2

PLAIN = {"\u00a0": " ", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
"""What tools and people write in another way: undone in words and in cells alike before they are compared."""
ENDS = ".?!:*"
"""A heading may lack these at its end."""

_CONTROL = re.compile(r"[\x00-\x1f]")


def plain(text: str) -> str:
    """What `formulas.plain` makes of the same text in a cell."""
    for mark, ours in PLAIN.items():
        text = text.replace(mark, ours)
    return " ".join(_CONTROL.sub("", text.replace("\n", " ")).split()).lower()


def heading(text: str) -> str:
    """A question's text as headings are compared: one mark at its end is left out."""
    words = plain(text)
    return words[:-1].rstrip() if words[-1:] in tuple(ENDS) else words


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `labels`: what the drop-down offers; `accepted`: words in a cell, made plain -> how it is read."""

    id: str
    code: str
    text: str
    labels: tuple[str, ...]
    accepted: Mapping[str, int]
    item: Item | None = None
    gate: bool = False

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.code or self.text


@dataclass(frozen=True)
class Plan:
    """One variant in one language. `rows`: how many pasted rows are read; `all_act`: actions for each of them too."""

    bank: QuestionBank
    variant: str
    language: str
    about: About
    rows: int = 200
    columns: int = 100
    all_act: bool = False

    @cached_property
    def words(self) -> Wording:
        """The bank's words."""
        return self.bank.wordings[self.language]

    @cached_property
    def say(self) -> Phrases:
        """The room's own words."""
        return phrases(self.language, ROOM)

    @cached_property
    def form(self) -> Questionnaire:
        """With the notice for forms that are handed round, since this file is passed on as paper is."""
        return questionnaire(self.bank, self.variant, self.language, self.about, paper=True)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Items that are asked, in form order."""
        chosen = self.bank.variants[self.variant].items
        return tuple(item for item in self.bank.items.values() if item.id in chosen)

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Items first, then the questions about whoever answers."""
        return (*map(self._item, self.items), *map(self._context, self.bank.context))

    @cached_property
    def on_answer_sheet(self) -> tuple[Asked, ...]:
        """Context questions whose answer moves something there: the stage, and of one person the role."""
        chosen = self.bank.variants[self.variant].context
        wanted = [] if self.about.stage else ["stage"]
        wanted += ["role"] if self.about.answered_by == "individuals" else []
        return tuple(one for one in self.asked if one.id in wanted and one.id in chosen)

    def core(self, ingredient: str) -> list[int]:
        """Places among `items` of its core items that are asked; they stand side by side."""
        return [place for place, item in enumerate(self.items) if item.ingredient == ingredient and item.core]

    def of(self, question: str) -> int | None:
        """The place of a question among `asked`."""
        return next((place for place, one in enumerate(self.asked) if one.id == question), None)

    # -- what our scoring says ---------------------------------------------------------------------------------------

    def statuses(self, ingredient: str) -> list[str]:
        """By how many core items are answered, from none to all that are asked."""
        found: list[str] = []
        items = [self.items[place] for place in self.core(ingredient)]
        for answered in range(len(items) + 1):
            answers = {item.id: 1 for item in items[:answered]}
            made_up = Submission("workbook", "workbook", "workbook", self.bank.ref, self.variant, answers)
            found.append(score(made_up, self.bank).by_id(ingredient).status)
        return found

    def emphasis(self, stage: str | None) -> list[int]:
        """By ingredient: 0 matters most at that stage, 2 can wait."""
        order = emphasis_order(self.bank, stage)
        return [order[ingredient.id] for ingredient in self.bank.ingredients]

    def action(self, item: Item, stage: str | None) -> int | None:
        """The place in the bank of the action for that item, were it the lowest."""
        alone = IngredientScore(item.ingredient, None, "not_scored", None, 0, 0, Reasons(), (item.id,))
        chosen = fitting_action(alone, self.bank, self.about, stage, "low")
        return None if chosen is None else [action.id for action in self.bank.actions].index(chosen.action)

    def turns(self, stage: str | None) -> list[int]:
        """By item: a number that is smaller the sooner it is taken among equally low items."""
        order = sorted(range(len(self.items)), key=lambda place: (turn(self.items[place], stage), place))
        return [order.index(place) for place in range(len(self.items))]

    # -- questions ---------------------------------------------------------------------------------------------------

    def _item(self, item: Item) -> Asked:
        labels = self.words.option_labels(item, self.variant)
        places = {code: LOWEST - 1 + item.favourable(int(code)) for code in labels if code not in NON_ANSWERS}
        places |= {NON_ANSWERS[0]: DK, NON_ANSWERS[1]: NA}
        text = self.words.item(item, self.variant).text
        accepted = _accepted(places, ((code, label) for code, label in labels.items()))
        return Asked(item.id, self.bank.visible_code(item), text, tuple(labels.values()), accepted, item)

    def _context(self, question: ContextQuestion) -> Asked:
        words = self.words.context_words(question.id, self.variant)
        places = {code: place for place, code in enumerate(question.codes, FIRST_OPTION)}
        pairs = [(code, label) for code in question.codes for label in (words.options[code], words.described(code))]
        labels = tuple(words.options[code] for code in question.codes)
        return Asked(question.id, "", words.text, labels, _accepted(places, iter(pairs)), gate=question.gate)


def _accepted(places: Mapping[str, int], labels: Iterator[tuple[str, str]]) -> dict[str, int]:
    """A code counts only where no label reads the same."""
    return {
        "": BLANK,
        **{plain(code): place for code, place in places.items()},
        **{plain(label): places[code] for code, label in labels},
    }


STAGE_COLUMNS = (None, *STAGES)
"""No stage first: in tables by stage a stage's place is one more than its place in the journey."""
