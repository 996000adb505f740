"""The question bank as values. Structure and words are apart: nothing that scores ever reads a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from exit_bridge.bank.wording import Wording

STAGES = ("conception", "implementation", "sustaining", "scaling")
"""The journey, in order. Respondents may also say `between`, `stopped` or `dont_know`: then there is no stage."""

NON_ANSWERS = ("dk", "na")
"""Option codes offered beside the scale: don't know, does not apply. They never enter a score."""

Level = Literal["organisation", "innovation", "both"]
Emphasis = Literal["high", "medium", "background"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement comes from: key into `QuestionBank.sources`, and how directly it is supported."""

    source: str
    strength: Literal["reported", "adjacent", "inferred"]


@dataclass(frozen=True, slots=True)
class Item:
    """One scored statement or rubric question. `points` is the length of its scale (answers 1..points)."""

    id: str
    ingredient: str
    kind: Literal["agree", "rubric"]
    scale: str
    points: int
    core: bool
    reverse_keyed: bool
    level: Level
    starts: str
    history: bool
    evidence: tuple[Evidence, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Option codes in the order shown: `1` .. `points`, `dk`, `na`."""
        return (*map(str, range(1, self.points + 1)), *NON_ANSWERS)

    def favourable(self, value: int) -> int:
        """The answer with reverse-keyed items recoded, still 1..points. The only place where recoding happens."""
        return self.points + 1 - value if self.reverse_keyed else value


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One of the parts scored separately; `items` in form order, core first. `mark` + number is the visible code."""

    id: str
    mark: str
    items: tuple[Item, ...]

    @property
    def core(self) -> tuple[Item, ...]:
        """The items that count."""
        return tuple(item for item in self.items if item.core)


@dataclass(frozen=True, slots=True)
class ContextQuestion:
    """An unscored question about the respondent. With `gate`, only the code `yes` lets answers be kept."""

    id: str
    codes: tuple[str, ...]
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A selection of items for one audience.

    `scored = False`: answers are reported, never scores or bands. `reply = False`: no report of one person's answers.
    """

    id: str
    items: tuple[str, ...]
    scored: bool
    context: tuple[str, ...]
    comments: tuple[str, ...]
    reply: bool = True


@dataclass(frozen=True, slots=True)
class StageEmphasis:
    """How much an ingredient matters at a stage: it orders the report and never weighs a score."""

    stage: str
    ingredient: str
    weight: Emphasis
    strength: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A note that may be shown beside the scores. `when` is read by `scoring.conditions`."""

    id: str
    priority: int
    when: Mapping[str, Any]
    silences: tuple[str, ...]
    claim: tuple[Evidence, ...]
    trigger: str


@dataclass(frozen=True, slots=True)
class Action:
    """A policy or procedure to put in place, and the items it answers."""

    id: str
    ingredient: str
    items: tuple[str, ...]
    starts: str
    sectors: tuple[str, ...]
    who: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A named part of the 0-100 range, from `start` (inclusive) to the next band's start."""

    id: str
    start: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The bank's own cut-offs for reading scores side by side (points of 100). All are ours and untested."""

    low: float
    strength: float
    joint_weakest: float
    stands_out: float


@dataclass(frozen=True, slots=True)
class Source:
    """One work the bank rests on."""

    key: str
    title: str
    link: str
    seen: str


@dataclass(frozen=True)
class QuestionBank:
    """A loaded and checked bank. `fingerprint` covers structure only; each wording carries its own."""

    id: str
    version: int
    licence: str
    ingredients: tuple[Ingredient, ...]
    context: tuple[ContextQuestion, ...]
    variants: Mapping[str, Variant]
    emphasis: tuple[StageEmphasis, ...]
    rules: tuple[Rule, ...]
    actions: tuple[Action, ...]
    bands: tuple[Band, ...]
    reading: Reading
    sources: Mapping[str, Source]
    wordings: Mapping[str, Wording]
    fingerprint: str

    @property
    def ref(self) -> str:
        """How settings and results name it: `exit-open@1`."""
        return f"{self.id}@{self.version}"

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item by id, in form order."""
        return {item.id: item for ingredient in self.ingredients for item in ingredient.items}

    @cached_property
    def ingredient_by_id(self) -> dict[str, Ingredient]:
        """Every ingredient by id, in the fixed order."""
        return {ingredient.id: ingredient for ingredient in self.ingredients}

    @cached_property
    def context_by_id(self) -> dict[str, ContextQuestion]:
        """Every context question by id, in form order."""
        return {question.id: question for question in self.context}

    def visible_code(self, item: Item) -> str:
        """The short number people see in tools that keep only titles, such as `R3` for `rec03`."""
        return f"{self.ingredient_by_id[item.ingredient].mark}{int(item.id[3:])}"

    def emphasis_at(self, stage: str | None) -> dict[str, StageEmphasis]:
        """Ingredient id -> emphasis at that stage; empty without a stage."""
        return {e.ingredient: e for e in self.emphasis if e.stage == stage}
