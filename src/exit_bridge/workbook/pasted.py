"""The sheets for an export: where it is pasted, and what each of its rows comes to. No row is added to another."""

from __future__ import annotations

from typing import Any

from exit_bridge.workbook.formulas import Area, filled, listed, on
from exit_bridge.workbook.key import Key
from exit_bridge.workbook.plan import Plan
from exit_bridge.workbook.reading import (
    DECLINED,
    FINE,
    FIRST_UNKNOWN,
    NO_ANSWERS,
    SHARED,
    STATE,
    UNREADABLE,
    Measures,
)
from exit_bridge.workbook.style import Styles

_SPARE_ROWS, _SPARE_COLUMNS = 800, 100
"""Beyond what is read: looked at only to say that something lies there."""


def pasted_table(sheet: str, plan: Plan) -> str:
    """Whole columns, so that rows may be put in and deleted."""
    from xlsxwriter.utility import xl_col_to_name

    return f"{on(sheet)}$A:${xl_col_to_name(plan.columns - 1)}"


def paste(sheet: Any, plan: Plan, styles: Styles) -> None:
    """Empty but for one cell, which what is pasted writes over. Not protected: pasted cells may bring a lock."""
    sheet.set_column(0, plan.columns + _SPARE_COLUMNS - 1, 18, styles.free)
    sheet.write_string(0, 0, plan.say("paste.here"), styles.free)
    # So that a program that takes over no more than what is filled has as many rows and columns as formulas look at.
    sheet.write_blank(plan.rows + _SPARE_ROWS, plan.columns + _SPARE_COLUMNS - 1, None, styles.free)
    sheet.freeze_panes(1, 0)


def rows(sheet: Any, paste_name: str, table: str, measures: Measures, key: Key, styles: Styles) -> int:
    """A line for each pasted row. Returns the row of the headings."""
    plan, say = measures.plan, measures.plan.say
    many = len(plan.bank.ingredients)
    sheet.write_string(0, 0, say("rows.title"), styles.title)
    row = 1
    for words in say.several("rows.intro"):
        sheet.write_string(row, 0, words, styles.cell)
        row += 1
    for formula in _messages(paste_name, table, measures, key):
        sheet.write_formula(row, 0, f"={formula}", styles.strong, "")
        row += 1
    head = row + 1
    names = [plan.words.ingredients[ingredient.id].name or ingredient.id for ingredient in plan.bank.ingredients]
    titles = [say("rows.row"), say("rows.read")]
    for name in names:
        titles += [say("rows.number", name=name), say("rows.status", name=name), say("rows.band", name=name)]
    titles.append(say("rows.weakest"))
    numbers = (0, *range(2, len(titles) - 1, 3))
    for column, words in enumerate(titles):
        sheet.write_string(head, column, words, styles.head)
        sheet.set_column(column, column, _width(column, len(titles)))
    sheet.set_row(head, 48)
    sheet.freeze_panes(head + 1, 2)
    statuses = ",".join(key.text(say(f"result.{status}")) for status in ("not_scored", "provisional", "scored"))
    for line in range(1, plan.rows + 1):
        sheet.set_row(head + line, 31)
        state = measures.at(line, STATE)
        cells = [
            f'IF({_blank(table, line)},"",{line + 1})',
            f'IF({_blank(table, line)},"",{_said(line, measures, key)})',
        ]
        for place in range(many):
            status, number, band = (measures.cell(line, name, place) for name in ("status", "number", "band"))
            cells += [
                f'IF({state}={FINE},{number},"")',
                f'IF({state}={FINE},CHOOSE({status}+1,{statuses}),"")',
                f'IF({state}={FINE},IF({band}=0,"",INDEX(Band_Names,MAX(1,{band}))),"")',
            ]
        named = [(f"{measures.cell(line, 'weakest', place)}=1", key.ingredients.cell(place)) for place in range(many)]
        cells.append(f'IF({state}={FINE},{listed(named, say("comma"))},"")')
        for column, formula in enumerate(cells):
            style = styles.number if column in numbers else styles.boxed
            sheet.write_formula(head + line, column, f"={formula}", style, "")
    return head


def _width(column: int, many: int) -> int:
    if column == 0:
        return 6
    if column in (1, many - 1):
        return 44
    return (14, 14, 18)[(column - 2) % 3]


def _blank(table: str, line: int) -> str:
    return f"COUNTA(INDEX({table},{line + 1},0))=0"


def _said(line: int, measures: Measures, key: Key) -> str:
    """What became of a row."""
    say = measures.plan.say
    words = {
        FINE: key.text(say("rows.fine")),
        UNREADABLE: filled(key.text(say.get("rows.unreadable")), question=measures.at(line, FIRST_UNKNOWN)),
        DECLINED: key.text(say("rows.declined")),
        NO_ANSWERS: key.text(say("rows.no_answers")),
        SHARED: key.text(say("rows.shared")),
    }
    return f"CHOOSE({measures.at(line, STATE)},{','.join(words[state] for state in sorted(words))})"


def _messages(paste_name: str, table: str, measures: Measures, key: Key) -> tuple[str, ...]:
    """What was found under the headings, what is missing, what stands there twice, and what was not looked at."""
    plan, say = measures.plan, measures.plan.say
    needed = [place for place, one in enumerate(plan.asked) if one.item or one.gate]
    found = f'COUNTIF({measures.questions()},">0")'
    missing = [(f"{measures.found(place)}=0", measures.title(place)) for place in needed]
    twice = [(f"{measures.found(place)}>1", measures.title(place)) for place in range(len(plan.asked))]
    lacks = "+".join(f"({condition})" for condition, _ in missing)
    shares = "+".join(f"({condition})" for condition, _ in twice)
    corner = Area(paste_name, 0, plan.columns, 1, _SPARE_COLUMNS).all
    below = f"INDEX({table},{plan.rows + 2},0):INDEX({table},{plan.rows + _SPARE_ROWS + 1},0)"
    comma = say("comma")
    return (
        f"IF({found}=0,{key.text(say('rows.nothing'))},"
        + filled(key.text(say.get("rows.found")), found=found, all=str(len(plan.items)))
        + ")",
        f'IF(AND({found}>0,{lacks}>0),{key.text(say("rows.missing"))}&" "&{listed(missing, comma)},"")',
        f'IF({shares}>0,{key.text(say("rows.twice"))}&" "&{listed(twice, comma)},"")',
        f"IF(COUNTA({corner})+COUNTA({below})>0,"
        + filled(key.text(say.get("rows.beyond")), rows=str(plan.rows), columns=str(plan.columns))
        + ',"")',
    )
