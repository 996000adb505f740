"""The sheet that says of every pasted column which question it is: by number or by text, never by its place."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from exit_bridge.workbook.formulas import Area, heading, place_of, plain
from exit_bridge.workbook.key import Key
from exit_bridge.workbook.plan import Plan

TOP = 4
"""The first row that is about a column."""
(
    _NUMBER,
    _HEADING,
    _SAID,
    _PLAIN,
    _BRACKET,
    _INNER,
    _BY_NUMBER,
    _REST,
    _BY_TEXT,
    _BY_WHOLE,
    _FOUND,
) = range(11)


def columns(sheet: Any, name: str, plan: Plan, key: Key, pasted: str, styles: Any) -> Area:
    """A row for each column that may be pasted. The area is the row's question, by its place from 1; 0 for none."""
    say, questions = plan.say, key.questions
    codes, brackets, texts, places = (questions.column(place) for place in (1, 2, 3, 4))
    found = Area(name, TOP, _FOUND, plan.columns, 1)
    for place in range(plan.columns):
        row = TOP + place
        _, above, _, words, bracket, inner, by_number, rest, by_text, by_whole, which = (
            xl_rowcol_to_cell(row, column) for column in range(11)
        )
        sheet.set_row(row, 31)
        sheet.write_string(row, _NUMBER, xl_col_to_name(place), styles.cell)
        made = {
            _HEADING: f'IFERROR(INDEX({pasted},1,{place + 1})&"","")',
            _SAID: f'IF({words}="","",IF({which}=0,{key.text(say("columns.none"))},'
            f'IF({which}<={len(plan.items)},INDEX({questions.column(5)},{which})&". ","")'
            f"&INDEX({questions.column(6)},{which})"
            f'&IF(COUNTIF({found.all},{which})>1," ("&{key.text(say("columns.shared"))}&")","")))',
            _PLAIN: plain(above),
            # Google writes the row of a grid behind its question, in brackets.
            _BRACKET: f'IF(RIGHT({words},1)="]",IFERROR(FIND("|",SUBSTITUTE(SUBSTITUTE({words},"|","/"),"[","|",'
            f'LEN({words})-LEN(SUBSTITUTE({words},"[","")))),0),0)',
            _INNER: f"IF({bracket}>0,TRIM(MID({words},{bracket}+1,LEN({words})-{bracket}-1)),{words})",
            _BY_NUMBER: f"SUMPRODUCT(MAX((EXACT(LEFT({inner},LEN({codes})),{codes})"
            f"+EXACT(LEFT({inner},LEN({brackets})),{brackets}))*{places}))",
            _REST: f"IF({by_number}>0,TRIM(MID({inner},LEN(INDEX({codes},{by_number}))+1,9999)),{inner})",
            _BY_TEXT: f'IF({rest}="",0,{place_of(heading(rest), texts, places)})',
            _BY_WHOLE: f'IF({words}="",0,MAX({place_of(heading(words), texts, places)},'
            f"{place_of(words, questions.column(0), places)}))",
            # A number before the text of another question is a mix-up, and neither counts.
            _FOUND: f"IF({by_number}>0,IF(OR({by_text}=0,{by_text}={by_number}),{by_number},0),"
            f"MAX({by_text},{by_whole}))",
        }  # fmt: skip
        for column, formula in made.items():
            style = styles.wrapped if column in (_HEADING, _SAID) else styles.cell
            sheet.write_formula(row, column, f"={formula}", style, "")
    return found
