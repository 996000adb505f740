"""Scoring by hand. Every number in the tables is what `scoring.score` says: there is no second formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from exit_bridge.bank import NON_ANSWERS, Ingredient, Item, QuestionBank, Wording
from exit_bridge.intake import Submission
from exit_bridge.paper.types import Cell, Columns, Hand, Lookup, Row, Worksheet
from exit_bridge.reports.case import whole
from exit_bridge.reports.phrases import Phrases
from exit_bridge.scoring import score
from exit_bridge.scoring.score import FEWEST_SCORED
from exit_bridge.scoring.types import IngredientScore

_MOST_COLUMNS = 5
"""More columns than that are another table: they would not fit on a page."""


@dataclass(frozen=True, slots=True)
class _Table:
    """(answered, points) -> what our scoring says, and the ingredients of which it says so."""

    readings: Mapping[tuple[int, int], IngredientScore]
    names: list[str] = field(default_factory=list)

    def cells(self, bank: QuestionBank) -> dict[tuple[int, int], tuple[str, int | None, str | None]]:
        """What is printed of each: status, whole number, band."""
        return {key: (one.status, _number(one, bank), one.band) for key, one in self.readings.items()}


def hand(bank: QuestionBank, variant: str, words: Wording, say: Phrases, *, group: bool) -> Hand:
    """The scoring sheet of a scored variant."""
    chosen = bank.variants[variant].items
    core = {one: [item for item in one.core if item.id in chosen] for one in bank.ingredients}
    asked = {one: items for one, items in core.items() if items}
    tables: list[_Table] = []
    worksheets = []
    for ingredient, items in asked.items():
        fresh = _Table(_readings(ingredient, items, bank, variant))
        table = next((old for old in tables if old.cells(bank) == fresh.cells(bank)), fresh)
        if table is fresh:
            tables.append(fresh)
        table.names.append(words.ingredients[ingredient.id].name)
        worksheets.append(_worksheet(ingredient, items, bank, variant, words, say, tables.index(table) + 1))
    others = len(chosen) > sum(map(len, asked.values()))
    dk, na = (words.option_labels(next(iter(asked.values()))[0], variant)[code] for code in NON_ANSWERS)
    return Hand(
        title=say("hand.title"),
        intro=(
            say("hand.group" if group else "hand.one"),
            say("hand.each_alone", number=len(asked)),
            say("hand.not_tested"),
        ),
        points_title=say("points.title"),
        points_intro=(
            say("points.find"),
            say("points.leave", dk=dk, na=na),
            *([say("points.others")] if others else []),
        ),
        worksheets=tuple(worksheets),
        lookup_title=say("lookup.title"),
        lookups=tuple(_lookup(place, table, bank, words, say) for place, table in enumerate(tables, 1)),
        side_title=say("side.title"),
        side_head=say.several("side.head"),
        side_names=tuple(sheet.name for sheet in worksheets),
        weakest_title=say("weakest.title"),
        weakest=tuple(_weakest(bank, words, say)),
        weakest_line=say("weakest.line"),
        limits_title=say("limits.title"),
        limits=say.several("limits.said"),
        meeting_title=say("meeting.title"),
        meeting=say.several("meeting.questions"),
    )


# -- what our scoring says -----------------------------------------------------------------------------------------


def _readings(
    ingredient: Ingredient, items: Sequence[Item], bank: QuestionBank, variant: str
) -> dict[tuple[int, int], IngredientScore]:
    """For every number of answers and every sum of points that so many answers can have."""
    most, found = items[0].points - 1, {}
    for answered in range(len(items) + 1):
        for points in range(answered * most + 1):
            each = [min(most, max(0, points - place * most)) for place in range(answered)]
            answers = {item.id: _answer(item, one) for item, one in zip(items, each, strict=False)}
            made_up = Submission("paper", "paper", "paper", bank.ref, variant, answers)
            found[answered, points] = score(made_up, bank).by_id(ingredient.id)
    return found


def _answer(item: Item, points: int) -> int:
    """The answer that is worth so many points."""
    return next(value for value in range(1, item.points + 1) if item.favourable(value) - 1 == points)


def _number(reading: IngredientScore, bank: QuestionBank) -> int | None:
    """As reports print it."""
    return None if reading.score is None else whole(reading.score, bank if reading.band else None)


# -- what is printed -----------------------------------------------------------------------------------------------


def _worksheet(
    ingredient: Ingredient,
    items: Sequence[Item],
    bank: QuestionBank,
    variant: str,
    words: Wording,
    say: Phrases,
    table: int,
) -> Worksheet:
    points, ordinals = items[0].points, say.several("points.box")
    places = [*ordinals, *(say("points.nth_box", place=place) for place in range(len(ordinals) + 1, points + 1))]
    return Worksheet(
        name=words.ingredients[ingredient.id].name,
        head=(say("points.question"), *places[:points], say("points.points")),
        rows=tuple(
            Row(
                bank.visible_code(item),
                words.item(item, variant).text,
                tuple(item.favourable(value) - 1 for value in range(1, points + 1)),
                say("points.reversed") if item.reverse_keyed else "",
            )
            for item in items
        ),
        count=say("points.count", most=len(items)),
        added=say("points.added", most=len(items) * (points - 1)),
        look=say("points.look", table=say("lookup.table", number=table)),
        number=say("points.number"),
    )


def _lookup(place: int, table: _Table, bank: QuestionBank, words: Wording, say: Phrases) -> Lookup:
    readings = table.readings
    by_answered = {answered: reading.status for (answered, _), reading in readings.items()}
    statuses = []
    for status, group in groupby(by_answered, by_answered.__getitem__):
        first, *rest = group
        span = say("lookup.span", first=first, last=rest[-1]) if rest else str(first)
        statuses.append((span, say(f"lookup.{status}")))
    numbered = [answered for answered, status in by_answered.items() if status != "not_scored"]
    shown = [numbered[start : start + _MOST_COLUMNS] for start in range(0, len(numbered), _MOST_COLUMNS)]
    return Lookup(
        title=say("lookup.goes_for", number=place, names=say.listed(table.names)),
        statuses_caption=say("lookup.statuses"),
        statuses_head=say.several("lookup.statuses_head"),
        statuses=tuple(statuses),
        columns=tuple(
            Columns(
                caption=say("lookup.caption" if part is shown[0] else "lookup.caption_more"),
                head=(
                    say("lookup.head_points"),
                    *(say(f"lookup.head_{by_answered[answered]}", answered=answered) for answered in part),
                ),
                rows=tuple(_rows(part, readings, bank, words)),
            )
            for part in shown
        ),
    )


def _rows(
    part: Sequence[int],
    readings: Mapping[tuple[int, int], IngredientScore],
    bank: QuestionBank,
    words: Wording,
) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    most = max(points for answered, points in readings if answered in part)
    before: tuple[str, ...] = ()
    for points in range(most + 1):
        cells = []
        for answered in part:
            reading = readings.get((answered, points))
            number = _number(reading, bank) if reading else None
            if reading is None or number is None:
                cells.append(Cell("", ""))
                continue
            cells.append(Cell(str(number), words.bands[reading.band] if reading.band else ""))
        names = tuple(cell.words for cell in cells)
        new = [bool(before) and name != old for name, old in zip(names, before or names, strict=True)]
        yield str(points), tuple(Cell(c.number, c.words, starts) for c, starts in zip(cells, new, strict=True))
        before = names


def _weakest(bank: QuestionBank, words: Wording, say: Phrases) -> Iterator[str]:
    reading, top = bank.reading, bank.bands[-1]
    widths = {"stands_out": f"{reading.stands_out:g}", "joint_weakest": f"{reading.joint_weakest:g}"}
    yield say("weakest.only", fewest=FEWEST_SCORED)
    if top.start > 0:
        yield say("weakest.all_in_place", band=words.bands[top.id])
    yield say("weakest.distance", **widths)
    yield say("weakest.joint", **widths)
    yield say("weakest.rounded", **widths)
