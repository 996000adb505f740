"""One submission with its scores, and the small phrases that say what is in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from exit_bridge.bank import NON_ANSWERS, About, Item, QuestionBank, Wording
from exit_bridge.intake import Submission
from exit_bridge.reports.language import chosen
from exit_bridge.reports.phrases import Phrases
from exit_bridge.reports.types import Audience, Point
from exit_bridge.scoring import Scores
from exit_bridge.scoring.types import ChosenAction, IngredientScore, Priority

MOST_LOWEST = 3
_NEARLY = 1e-9

# Control characters could forge lines in the text part, direction marks could turn a sentence round, and lone
# surrogates cannot be written out at all.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


def clean(text: str) -> str:
    """Text from outside on one line, without characters that act instead of being read."""
    return " ".join(_HARMFUL.sub(" ", text).split())


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text as it stands inside a sentence."""
    return text[:1].lower() + text[1:]


def whole(score: float, bank: QuestionBank | None = None) -> int:
    """The number to print: half up, but with `bank` never into a band the unrounded score has not reached."""
    number = math.floor(score + 0.5)
    if bank and any(score < band.start <= number for band in bank.bands):
        number = math.floor(score)
    return number


def step(ingredient: str, answered: int, bank: QuestionBank) -> float:
    """How far one answer, one step up or down, moves a score with that many answers (points of 100)."""
    return 100 / ((bank.ingredient_by_id[ingredient].core[0].points - 1) * answered)


def edge(reading: IngredientScore, bank: QuestionBank) -> str | None:
    """The band that one answer, one step up or down, would move a scored ingredient into."""
    if reading.status != "scored" or reading.score is None:
        return None
    reach = step(reading.id, reading.answered, bank)
    for below, band in zip(bank.bands, bank.bands[1:], strict=False):
        if band.start - reach - _NEARLY <= reading.score < band.start:
            return band.id
        if band.start <= reading.score < band.start + reach - _NEARLY:
            return below.id
    return None


@dataclass(frozen=True)
class Case:
    """What every part of a report is made from. Text from outside is clean."""

    bank: QuestionBank
    submission: Submission
    scores: Scores
    about: About
    audience: Audience
    made_on: date
    words: Wording
    say: Phrases

    @classmethod
    def of(
        cls,
        bank: QuestionBank,
        submission: Submission,
        scores: Scores,
        about: About,
        audience: Audience,
        language: str | None,
        made_on: date,
    ) -> Case:
        """Choose the words, and clean what came from outside."""
        words, say = chosen(bank, language, submission.language)
        said: dict[str, Any] = {f.name: getattr(about, f.name) for f in fields(about)}
        said |= {name: clean(value) for name, value in said.items() if isinstance(value, str)}
        said["organisations"] = tuple(clean(name) for name in about.organisations)
        return cls(
            bank=bank,
            submission=submission,
            scores=scores,
            about=About(**said),
            audience=audience,
            made_on=made_on,
            words=words,
            say=say,
        )

    # -- names -----------------------------------------------------------------------------------------------------

    @property
    def work(self) -> str:
        """What the report is about, as short as it can be named; empty when nobody named it."""
        return self.about.innovation

    @property
    def shows_answers(self) -> bool:
        """Only those who gave the answers see them one by one."""
        return self.audience != "recipients"

    def name(self, ingredient: str) -> str:
        """An ingredient's name."""
        return self.words.ingredients[ingredient].name or ingredient

    def names(self, ingredients: Iterable[str], last: str = "and") -> str:
        """Their names in a row."""
        return self.say.listed((self.name(ingredient) for ingredient in ingredients), last)

    def band(self, band: str) -> str:
        """A band's words."""
        return self.words.bands[band]

    def organisers(self, key: str = "who.organisers") -> str:
        """Who answers for the survey."""
        return self.about.controller or self.say(key)

    def kicker(self) -> str:
        """What kind of report it is; a bank of other than five ingredients is not called by that number."""
        return self.say(f"page.kicker.{'five' if len(self.bank.ingredients) == 5 else 'other'}")

    def subject(self, text: str) -> str:
        """A mail's subject, marked where the answers are made up."""
        return self.say("page.test", subject=text) if self.about.sample else text

    # -- stage -----------------------------------------------------------------------------------------------------

    @property
    def stage_given(self) -> str:
        """The stage's code as the coordinator or, without that, the respondent gave it."""
        return self.about.stage or self.submission.context.get("stage", "")

    @property
    def stopped(self) -> bool:
        """Has the work ended? Then there is nothing left to do in it."""
        return self.stage_given == "stopped"

    def at_stage(self) -> str:
        """`while sustaining`; empty without a stage."""
        return self.say(f"stage.at.{self.scores.stage}") if self.scores.stage else ""

    def stage_name(self, stage: str) -> str:
        """A stage's own name, inside a sentence."""
        options = self.words.context["stage"].options if "stage" in self.words.context else {}
        return small(options.get(stage, stage))

    # -- items and answers -----------------------------------------------------------------------------------------

    @property
    def young(self) -> bool:
        """Did a care-experienced young person answer? Nothing is put to them to do."""
        return self.submission.context.get("role") == "young"

    @property
    def empty(self) -> bool:
        """Did nothing come back at all?"""
        return not (self.submission.answers or any(self.submission.comments.values()))

    @property
    def actions(self) -> tuple[ChosenAction, ...]:
        """The actions to be shown."""
        return () if self.stopped or self.young else self.scores.actions

    def item(self, item: str) -> str:
        """An item's text."""
        return self.words.item(self.bank.items[item], self.submission.variant).text

    def code(self, item: str) -> str:
        """An item's visible number."""
        return self.bank.visible_code(self.bank.items[item])

    def answer(self, item: str) -> str:
        """The answer in the words it was given in; what is not there is said to be."""
        value = self.submission.answers.get(item)
        if value is None:
            return self.say("answers.not_asked" if item in self.submission.not_asked else "answers.none")
        return self.words.option_labels(self.bank.items[item], self.submission.variant)[str(value)]

    def bare(self, item: str) -> str:
        """An item's text as it stands inside a sentence of ours."""
        return self.item(item).removesuffix(".")

    def asked(self) -> list[Item]:
        """Items of the variant, and any others that were answered, in form order."""
        variant = self.bank.variants[self.submission.variant].items
        return [i for i in self.bank.items.values() if i.id in variant or i.id in self.submission.answers]

    def lowest(self, items: tuple[str, ...]) -> tuple[Point, ...]:
        """A few of equally low items, with answers where the reader may see them; never without one acted on."""
        acted_on = {chosen.item for chosen in self.actions}
        shown = sorted(items, key=lambda item: item not in acted_on)[:MOST_LOWEST]
        points = [Point(self._with_answer(item), self.code(item)) for item in items if item in shown]
        if more := len(items) - len(points):
            points.append(Point(self.say.counted("standing.more", more, n=more)))
        return tuple(points)

    def _with_answer(self, item: str) -> str:
        if not self.shows_answers:
            return self.item(item)
        return f"{self.item(item)} {self.say('quoted', text=self.answer(item))}"

    def levels(self, items: tuple[str, ...]) -> str:
        """Where to look first to change these items: the organisation, the work itself, or both."""
        found = {self.bank.items[item].level for item in items}
        return self.say.counted(f"standing.level.{found.pop() if len(found) == 1 else 'both'}", len(items))

    # -- readings --------------------------------------------------------------------------------------------------

    def standing(self, reading: IngredientScore) -> str:
        """Band first, number second; or why there is none."""
        if reading.status == "scored" and reading.score is not None and reading.band:
            return self.say("ingredients.scored", band=self.band(reading.band), number=whole(reading.score, self.bank))
        counts = {"answered": reading.answered, "asked": reading.asked}
        if reading.status == "provisional" and reading.score is not None:
            return self.say("ingredients.provisional", number=whole(reading.score), **counts)
        if not reading.asked:
            return self.say("ingredients.not_asked")
        needed = math.ceil(2 * len(self.bank.ingredient_by_id[reading.id].core) / 3)
        return self.say("ingredients.not_scored", needed=needed, **counts)

    def aside(self, reading: IngredientScore) -> str:
        """Items without a usable answer by reason: `1 don't know, 2 skipped`."""
        reasons = reading.reasons
        counts = {
            "dont_know": reasons.dont_know,
            "not_relevant": reasons.not_relevant,
            "skipped": reasons.skipped,
            "left_out": reasons.not_asked,
        }
        return self.say("comma").join(self.say(f"ingredients.{key}", n=n) for key, n in counts.items() if n)

    def unjudged(self) -> list[IngredientScore]:
        """Ingredients without a band."""
        return [reading for reading in self.scores.ingredients if reading.status != "scored"]

    def judged(self, key: str) -> str:
        """The phrase's key, for what holds only of those that could be judged where some could not."""
        return f"{key}_judged" if self.unjudged() else key

    @property
    def strength(self) -> bool:
        """May what is furthest along be called a strength? Only in the top band; scoring alone would allow more."""
        top = self.bank.bands[-1].id
        return self.scores.strength and all(self.scores.by_id(name).band == top for name in self.scores.furthest)

    def first(self) -> list[str]:
        """Ingredients to start with: all that emphasis, band and standing put in first place alike."""
        now = [priority for priority in self.scores.priorities if not priority.later]

        def place(priority: Priority) -> tuple[str, str | None, bool]:
            ingredient = priority.ingredient
            weight = priority.emphasis or "medium"
            return weight, self.scores.by_id(ingredient).band, ingredient in self.scores.weakest

        return [priority.ingredient for priority in now if place(priority) == place(now[0])]

    def high_emphasis(self) -> list[str]:
        """Ingredients that matter most at this stage, in fixed order."""
        emphasis = self.bank.emphasis_at(self.scores.stage)
        return [i.id for i in self.bank.ingredients if i.id in emphasis and emphasis[i.id].weight == "high"]

    def answered_on(self) -> str:
        """The day of the submission."""
        if not self.submission.submitted_at:
            return ""
        return self.say.day(date.fromisoformat(self.submission.submitted_at[:10]))

    def favourable(self, item: str) -> int | None:
        """How favourable the answer is, 1 .. points; None without one."""
        value = self.submission.answers.get(item)
        return None if value is None or value in NON_ANSWERS else self.bank.items[item].favourable(int(value))

    def at_the_top(self, item: str) -> bool:
        """Is the answer the most favourable there is?"""
        return self.favourable(item) == self.bank.items[item].points
