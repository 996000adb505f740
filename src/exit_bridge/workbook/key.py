"""The sheet that formulas look things up on. Whoever wants to know how a number came about can read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from exit_bridge.bank import STAGES
from exit_bridge.scoring.score import FEWEST_SCORED
from exit_bridge.workbook.formulas import NEVER, Area
from exit_bridge.workbook.plan import STAGE_COLUMNS, Asked, Plan, heading

_STATUS = {"not_scored": 0, "provisional": 1, "scored": 2}

Value = str | int | float

_NO_MATCH = "X"
"""Capital, so that nothing made plain ever equals it."""


@dataclass
class Writer:
    """Writes tables below each other, each under its title; the first column says what a row is."""

    sheet: Any
    name: str
    style: Any
    row: int = 1
    _texts: dict[str, str] = field(default_factory=dict)

    def table(self, title: str, rows: Sequence[tuple[str, Sequence[Value]]]) -> Area:
        """(what the row is, values); shorter rows stay short."""
        self.sheet.write_string(self.row + 1, 0, title, self.style)
        top = self.row + 2
        for place, (label, values) in enumerate(rows, top):
            self.sheet.write_string(place, 0, label)
            for column, value in enumerate(values, 1):
                self._write(place, column, value)
        self.row = top + len(rows)
        return Area(self.name, top, 1, len(rows), max(len(values) for _, values in rows))

    def text(self, words: str) -> str:
        """A cell with these words."""
        if words not in self._texts:
            self.sheet.write_string(self.row, 1, words)
            self._texts[words] = Area(self.name, self.row, 1, 1, 1).cell()
            self.row += 1
        return self._texts[words]

    def _write(self, row: int, column: int, value: Value) -> None:
        if isinstance(value, str):
            self.sheet.write_string(row, column, value)
        else:
            self.sheet.write_number(row, column, value)


class Key:
    """Every table of a plan, written; names as formulas write them."""

    def __init__(self, plan: Plan, writer: Writer) -> None:
        self.plan, self._writer = plan, writer
        self.text = writer.text
        bank, words, say, table = plan.bank, plan.words, plan.say, writer.table
        names = [words.ingredients[ingredient.id].name or ingredient.id for ingredient in bank.ingredients]
        reading = bank.reading
        limits: list[tuple[str, str, Value]] = [
            ("Low_Mark", say("key.low"), reading.low),
            ("Joint_Weakest", say("key.joint_weakest"), reading.joint_weakest),
            ("Stands_Out", say("key.stands_out"), reading.stands_out),
            ("Top_Band", say("key.top_band"), bank.bands[-1].start),
            ("Fewest_Scored", say("key.fewest"), FEWEST_SCORED),
            ("Bank_Version", say("start.bank"), bank.ref),
            ("Bank_Fingerprint", say("start.structure"), bank.fingerprint),
        ]
        made = table(say("key.limits"), [(label, [value]) for _, label, value in limits])
        self.names = {name: made.cell(place) for place, (name, _, _) in enumerate(limits)}
        bands = table(
            say("key.bands"),
            [("", [band.start for band in bank.bands]), ("", [words.bands[band.id] for band in bank.bands])],
        )
        self.names |= {"Band_Starts": bands.row(0), "Band_Names": bands.row(1)}
        self.ingredients = table(say("key.ingredients"), [("", [name]) for name in names])
        self.statuses = table(
            say("key.statuses"),
            [
                (name, [_STATUS[status] for status in plan.statuses(ingredient.id)])
                for name, ingredient in zip(names, bank.ingredients, strict=True)
            ],
        )
        self.stages = table(say("key.stages"), [("", [self._stage(code) for code in ("", "", *self._stage_codes)])])
        self.emphasis = table(
            say("key.emphasis"), [(self._stage_name(stage), plan.emphasis(stage)) for stage in STAGE_COLUMNS]
        )
        self.turns = table(say("key.turns"), [(self._stage_name(s), self._turns(s)) for s in STAGE_COLUMNS])
        self.chosen = table(say("key.chosen"), [(self._stage_name(s), self._chosen(s)) for s in STAGE_COLUMNS])
        actions = [words.actions[action.id] for action in bank.actions]
        self.actions = table(
            say("key.actions"), [("", [a.what, a.first_step, a.sign]) for a in actions] or [("", [""])]
        )
        self.questions = table(
            say("key.questions"),
            [(one.name, self._question(one, place)) for place, one in enumerate(plan.asked, 1)],
        )
        self.labels = table(say("key.labels"), [(one.name, one.labels) for one in plan.asked])
        self._accepted = table(
            say("key.accepted"), [(one.name, [f"{words}|" for words in one.accepted]) for one in plan.asked]
        )
        self._places = table(say("key.places"), [(one.name, [*one.accepted.values()]) for one in plan.asked])

    def answers(self, question: int) -> tuple[str, str]:
        """Words that are known for a question, and how each is read."""
        many = len(self.plan.asked[question].accepted)
        return self._accepted.row(question, 0, many), self._places.row(question, 0, many)

    def options(self, question: int) -> str:
        """What a drop-down offers."""
        return self.labels.row(question, 0, len(self.plan.asked[question].labels))

    @property
    def _stage_codes(self) -> Sequence[str]:
        question = self.plan.bank.context_by_id.get("stage")
        return question.codes if question else ()

    def _stage(self, code: str) -> int:
        """The row of that stage in tables by stage, counted from 1."""
        said = self.plan.about.stage or code
        return STAGES.index(said) + 2 if said in STAGES else 1

    def _stage_name(self, stage: str | None) -> str:
        words = self.plan.words.context.get("stage")
        return (words.options.get(stage, stage) if words else stage) if stage else self.plan.say("key.no_stage")

    def _turns(self, stage: str | None) -> list[int]:
        """Items that no action answers never have their turn."""
        pairs = zip(self.plan.turns(stage), self.plan.items, strict=True)
        return [NEVER if self.plan.action(item, stage) is None else place for place, item in pairs]

    def _chosen(self, stage: str | None) -> list[int]:
        """By turn, so that a turn leads to its action; with the item it is for, in the row's second half."""
        order = sorted(zip(self.plan.turns(stage), self.plan.items, strict=True), key=lambda pair: pair[0])
        actions = [self.plan.action(item, stage) for _, item in order]
        items = [self.plan.items.index(item) + 1 for _, item in order]
        return [*(0 if action is None else action + 1 for action in actions), *items]

    def _question(self, one: Asked, place: int) -> list[Value]:
        """Id, number in two styles, text as headings are compared, place, name, text, how its action begins."""
        code = one.code.lower()
        numbers = [f"{code}. ", f"{code}) "] if code else [_NO_MATCH, _NO_MATCH]
        lead = f"{self.plan.say('actions.from_now_on')} " if one.item and one.item.history else ""
        return [
            one.id,
            *numbers,
            heading(one.text) if self._alone(one.text) else _NO_MATCH,
            place,
            one.name,
            one.text,
            lead,
        ]

    def _alone(self, text: str) -> bool:
        return sum(heading(one.text) == heading(text) for one in self.plan.asked) == 1
