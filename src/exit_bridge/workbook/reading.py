"""The sheet that works out what every set of answers comes to.

A line is one set of answers: the first line the answer sheet's, each other one a pasted row. All
lines have the same formulas, so that what is shown of one is shown of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from exit_bridge.scoring.score import MOST_ACTIONS
from exit_bridge.workbook.formulas import NEVER, Area, on, read
from exit_bridge.workbook.key import Key
from exit_bridge.workbook.plan import BLANK, DK, LOWEST, NA, UNKNOWN, Plan

FINE, UNREADABLE, DECLINED, NO_ANSWERS, SHARED = range(1, 6)
"""What becomes of a set of answers."""

_WEIGHTS = 3
"""How much an ingredient may matter at a stage: high, medium, background."""

_NAMES, _COUNTS, _COLUMNS, _HEADINGS, FIRST_LINE = 1, 2, 3, 5, 6
_ROW, STATE, _UNKNOWNS, FIRST_UNKNOWN, _QUESTIONS = range(5)


@dataclass(frozen=True)
class Measures:
    """Where what is worked out of a line stands: a name -> its columns, one for each ingredient or only one."""

    plan: Plan
    name: str

    EACH = ("answered", "dont_know", "not_relevant", "skipped", "total", "status", "score", "only", "band", "number")
    CHARTED = ("bar", "faint_bar", "bar_name")
    ACTING = ("weight", "low", "turn", "candidate", "now", "staged", "pool", "rank")
    ALONE = ("standing", "stage", "by_stage", "act_1", "act_2", "act_3")

    def column(self, measure: str, ingredient: int = 0) -> int:
        """Its column."""
        many, start = len(self.plan.bank.ingredients), _QUESTIONS + len(self.plan.asked)
        each = (*self.EACH, "weakest", *self.ACTING, *self.CHARTED)
        if measure in each:
            return start + each.index(measure) * many + ingredient
        return start + len(each) * many + self.ALONE.index(measure)

    def cell(self, line: int, measure: str, ingredient: int = 0, *, here: bool = False) -> str:
        """One cell; `here`: for formulas on the same sheet."""
        made = xl_rowcol_to_cell(FIRST_LINE + line, self.column(measure, ingredient), row_abs=True, col_abs=True)
        return made if here else f"{on(self.name)}{made}"

    def at(self, line: int, column: int) -> str:
        """A cell that is no measure: its state, what could not be read, an answer."""
        return Area(self.name, FIRST_LINE + line, 0, 1, 1).cell(0, column)

    def answer(self, line: int, question: int) -> str:
        """How the answer to a question was read."""
        return self.at(line, _QUESTIONS + question)

    def all(self, line: int, measure: str, *, here: bool = True) -> str:
        """Its cells of all ingredients."""
        first, row = self.column(measure), FIRST_LINE + line
        made = xl_range_abs(row, first, row, first + len(self.plan.bank.ingredients) - 1)
        return made if here else f"{on(self.name)}{made}"

    def questions(self) -> str:
        """How many pasted columns are each of the items."""
        return Area(self.name, _COUNTS, _QUESTIONS, 1, len(self.plan.items)).all

    def title(self, question: int) -> str:
        """What a question is called."""
        return Area(self.name, _NAMES, _QUESTIONS, 1, 1).cell(0, question)

    def found(self, question: int) -> str:
        """How many pasted columns are that question."""
        return Area(self.name, _COUNTS, _QUESTIONS, 1, 1).cell(0, question)


# -- what the answers come to ----------------------------------------------------------------------------------------


def lines(
    sheet: Any, measures: Measures, key: Key, found: Area, pasted: str, given: Callable[[int], str | None]
) -> None:
    """The sheet that works it out. `given`: the cell of the answer sheet for a question, if it stands there."""
    plan = measures.plan
    for place, one in enumerate(plan.asked):
        column = _QUESTIONS + place
        count = xl_rowcol_to_cell(_COUNTS, column)
        sheet.write_string(_NAMES, column, one.name)
        sheet.write_formula(_COUNTS, column, f"=COUNTIF({found.all},{place + 1})", None, "")
        sheet.write_formula(
            _COLUMNS, column, f"=IF({count}=1,MATCH({place + 1},{found.all},0),0)", None, ""
        )  # fmt: skip
    for title, column in _titles(measures):
        sheet.write_string(_HEADINGS, column, title)
    for line in range(plan.rows + 1):
        sheet.write_number(FIRST_LINE + line, _ROW, line + 1 if line else 0)
        for column, formula in (
            *_answers(line, measures, key, pasted, given),
            *_state(line, measures),
            *_measures(line, measures, key),
            *(_actions(line, measures, key) if plan.all_act or not line else ()),
            *(() if line else _chart(measures, key)),
        ):
            sheet.write_formula(FIRST_LINE + line, column, f"={formula}", None, "")


def _titles(measures: Measures) -> Iterator[tuple[str, int]]:
    yield from zip(("row", "state", "unknown", "first unknown"), range(_QUESTIONS), strict=True)
    for place, one in enumerate(measures.plan.asked):
        yield one.id, _QUESTIONS + place
    for measure in (*Measures.EACH, "weakest", *Measures.ACTING, *Measures.CHARTED):
        for place, ingredient in enumerate(measures.plan.bank.ingredients):
            yield f"{ingredient.id} {measure}", measures.column(measure, place)
    for measure in Measures.ALONE:
        yield measure, measures.column(measure)


def _answers(
    line: int, measures: Measures, key: Key, pasted: str, given: Callable[[int], str | None]
) -> Iterator[tuple[int, str]]:
    for place in range(len(measures.plan.asked)):
        column, (words, places) = _QUESTIONS + place, key.answers(place)
        if line:
            at = xl_rowcol_to_cell(_COLUMNS, column, row_abs=True)
            cell = f"INDEX({pasted},{xl_rowcol_to_cell(FIRST_LINE + line, _ROW, col_abs=True)},{at})"
            yield column, f"IF({at}=0,{BLANK},{read(cell, words, places)})"
        else:
            cell_given = given(place)
            yield column, read(cell_given, words, places) if cell_given else str(BLANK)


def _state(line: int, measures: Measures) -> Iterator[tuple[int, str]]:
    plan, row = measures.plan, FIRST_LINE + line
    every = xl_range_abs(row, _QUESTIONS, row, _QUESTIONS + len(plan.asked) - 1)
    items = xl_range_abs(row, _QUESTIONS, row, _QUESTIONS + len(plan.items) - 1)
    names = xl_range_abs(_NAMES, _QUESTIONS, _NAMES, _QUESTIONS + len(plan.asked) - 1)
    counts = xl_range_abs(_COUNTS, _QUESTIONS, _COUNTS, _QUESTIONS + len(plan.asked) - 1)
    unknown = xl_rowcol_to_cell(row, _UNKNOWNS)
    answered = f'COUNTIF({items},"<>{BLANK}")>0'
    readable = f"IF({unknown}>0,{UNREADABLE},{FINE})"
    yield _UNKNOWNS, f"COUNTIF({every},{UNKNOWN})"
    yield FIRST_UNKNOWN, f'IF({unknown}>0,INDEX({names},MATCH({UNKNOWN},{every},0)),"")'
    if not line:
        yield STATE, readable
        return
    gates = [
        (xl_rowcol_to_cell(row, _QUESTIONS + place), one.accepted["yes"])
        for place, one in enumerate(plan.asked)
        if one.gate
    ]
    agreed = f"AND({','.join(f'{cell}={yes}' for cell, yes in gates)})" if gates else "TRUE"
    refused = f"OR({','.join(f'AND({cell}<>{yes},{cell}<>{BLANK})' for cell, yes in gates)})" if gates else "FALSE"
    unread = f"OR({','.join(f'{cell}={UNKNOWN}' for cell, _ in gates)})" if gates else "FALSE"
    consented = f"IF({unread},{UNREADABLE},IF({agreed},{readable},{DECLINED}))"
    yield STATE, f"IF(MAX({counts})>1,{SHARED},IF(NOT(OR({answered},{refused})),{NO_ANSWERS},{consented}))"


def _measures(line: int, measures: Measures, key: Key) -> Iterator[tuple[int, str]]:
    """The arithmetic of `scoring.score`, in its order."""
    plan, row = measures.plan, FIRST_LINE + line
    state = xl_rowcol_to_cell(row, STATE)
    for place, ingredient in enumerate(plan.bank.ingredients):
        core = plan.core(ingredient.id)

        def cell(measure: str, place: int = place) -> str:
            return measures.cell(line, measure, place, here=True)

        answers = xl_range_abs(row, _QUESTIONS + core[0], row, _QUESTIONS + core[-1]) if core else ""
        answered, total, status, score, band = map(cell, ("answered", "total", "status", "score", "band"))
        made = {
            "answered": f'COUNTIF({answers},">={LOWEST}")',
            "dont_know": f"COUNTIF({answers},{DK})",
            "not_relevant": f"COUNTIF({answers},{NA})",
            "skipped": f"COUNTIF({answers},{BLANK})",
            "total": f'SUMIF({answers},">={LOWEST}")-{LOWEST}*{answered}',
            "status": f"IF({state}={FINE},INDEX({key.statuses.row(place, 0, len(core) + 1)},{answered}+1),0)",
        }
        if not core:
            made = dict.fromkeys(made, "0")
        most = ingredient.core[0].points - 1
        half_up = f"INT({score}+0.5)"
        made |= {
            "score": f'IF({status}>0,100*{total}/({most}*{answered}),"")',
            "only": f'IF({status}=2,{score},"")',
            "band": f"IF({status}=2,MATCH({score},Band_Starts,1),0)",
            # Half up, but never into a band that the score has not reached.
            "number": f'IF({status}=0,"",IF({status}=1,{half_up},'
            f"IF(MATCH({half_up},Band_Starts,1)>{band},INT({score}),{half_up})))",
            "weakest": f"IF({measures.cell(line, 'standing', here=True)}=3,"
            f"IF({status}=2,IF({score}-MIN({measures.all(line, 'only')})<=Joint_Weakest,1,0),0),0)",
        }
        yield from ((measures.column(measure, place), formula) for measure, formula in made.items())
    scores = measures.all(line, "only")
    apart = f"IF(MAX({scores})-MIN({scores})<Stands_Out,2,3)"
    above = f"IF(AND(Top_Band>0,MIN({scores})>=Top_Band),1,{apart})"
    yield measures.column("standing"), f"IF(COUNT({scores})<Fewest_Scored,0,{above})"
    question = plan.of("stage")
    said = xl_rowcol_to_cell(row, _QUESTIONS + question) if question is not None else str(BLANK)
    yield measures.column("stage"), f"INDEX({key.stages.row(0)},{said}+1)"


def _actions(line: int, measures: Measures, key: Key) -> Iterator[tuple[int, str]]:
    """Which actions `scoring.score` chooses: ingredients in their order, of each the lowest item's action."""
    plan, row = measures.plan, FIRST_LINE + line
    many, bands = len(plan.bank.ingredients), len(plan.bank.bands)

    def alone(measure: str) -> str:
        return measures.cell(line, measure, here=True)

    stage, standing, by_stage = map(alone, ("stage", "standing", "by_stage"))
    for place, ingredient in enumerate(plan.bank.ingredients):
        core = plan.core(ingredient.id)
        names = ("status", "score", "band", "weakest", "weight", "low", "turn", "candidate", "now", "staged", "pool")
        status, score, band, weakest, weight, low, turn, candidate, now, staged, pool = (
            measures.cell(line, name, place, here=True) for name in names
        )
        made = {
            "weight": f"INDEX({key.emphasis.all},{stage},{place + 1})",
            "low": f"IF({status}=2,IF({score}<Low_Mark,1,0),0)",
            "turn": str(NEVER),
            "candidate": f"IF({standing}=1,0,IF({weakest}+{low}>0,1,0))",
            "now": f"IF({weight}<2,{candidate},0)",
            "staged": f"IF({status}=2,IF({score}<Top_Band,IF({weight}=0,1,0),0),0)",
            "pool": f"IF({turn}<{NEVER},IF({by_stage}=1,{staged},{now}),0)",
            "rank": f'IF(IF(SUM({measures.all(line, "pool")})>0,{pool},IF({turn}<{NEVER},{candidate},0))=0,"",'
            f"IF({by_stage}*SUM({measures.all(line, 'pool')})>0,{place + 1},"
            f"IF({weakest}=1,{weight}*{many}+{place + 1},"
            f"({_WEIGHTS}+{weight}*{bands}+{band})*{many}+{place + 1})))",
        }
        if core:
            answers = xl_range_abs(row, _QUESTIONS + core[0], row, _QUESTIONS + core[-1])
            lowest = f"SUMPRODUCT(MIN({answers}+({answers}<{LOWEST})*{NEVER}))"
            turns = key.turns
            block = Area(turns.sheet, turns.top, turns.left + core[0], turns.height, len(core)).all
            made["turn"] = f"SUMPRODUCT(MIN(({answers}<>{lowest})*{NEVER}+INDEX({block},{stage},0)))"
        yield from ((measures.column(measure, place), formula) for measure, formula in made.items())
    yield measures.column("by_stage"), f"IF({standing}=2,IF(SUM({measures.all(line, 'now')})=0,1,0),0)"
    kept_back = [f"{state}={yes}" for state, yes in _no_actions(line, plan)]
    for nth in range(1, MOST_ACTIONS + 1):
        ranks = measures.all(line, "rank")
        which = f"IFERROR(MATCH(SMALL({ranks},{nth}),{ranks},0),0)"
        yield measures.column(f"act_{nth}"), f"IF(OR({','.join(kept_back)}),0,{which})" if kept_back else which


def _chart(measures: Measures, key: Key) -> Iterator[tuple[int, str]]:
    """Bars of the answer sheet's line, each with its words; where there is no number there is no bar, and not 0."""
    say = key.plan.say
    for place in range(len(key.plan.bank.ingredients)):
        status, number, band = (measures.cell(0, name, place, here=True) for name in ("status", "number", "band"))
        name = key.ingredients.cell(place)
        yield measures.column("bar", place), f"IF({status}=2,{number},NA())"
        yield measures.column("faint_bar", place), f"IF({status}=1,{number},NA())"
        banded = f'INDEX(Band_Names,MAX(1,{band}))&", "&{number}'
        faint = f'{key.text(say("result.provisional"))}&", "&{number}'
        words = f"IF({status}=2,{banded},IF({status}=1,{faint},{key.text(say('result.not_scored'))}))"
        yield measures.column("bar_name", place), f'{name}&": "&{words}'


def _no_actions(line: int, plan: Plan) -> Iterator[tuple[str, int]]:
    """Reports put none to young people, and none where the work has stopped."""
    for question, option in (("role", "young"), *(() if plan.about.stage else (("stage", "stopped"),))):
        place = plan.of(question)
        if place is not None and option in plan.asked[place].accepted:
            cell = xl_rowcol_to_cell(FIRST_LINE + line, _QUESTIONS + place)
            yield cell, plan.asked[place].accepted[option]
