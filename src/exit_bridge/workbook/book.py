"""The sheets put together into one file."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from exit_bridge.bank import About, QuestionBank
from exit_bridge.workbook.columns import TOP, columns
from exit_bridge.workbook.front import HEAD_ROW, actions, answer, result, start
from exit_bridge.workbook.key import Key, Writer
from exit_bridge.workbook.pasted import paste, pasted_table, rows
from exit_bridge.workbook.plan import Plan
from exit_bridge.workbook.reading import FIRST_LINE, Measures, lines
from exit_bridge.workbook.style import Styles, prepared

_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The same bytes every time: they must not depend on the clock."""
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)

SHEETS = ("start", "answer", "result", "actions", "paste", "rows", "columns", "working", "key")


def as_xlsx(bank: QuestionBank, variant: str, language: str, about: About) -> bytes:
    """A workbook for a scored variant."""
    return made(Plan(bank, variant, language, about))


def made(plan: Plan) -> bytes:
    """A workbook to a plan."""
    file, say = io.BytesIO(), plan.say
    # A formula's value is left empty, not 0: programs that trust values in a file then work it out all the same.
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        properties = {"title": plan.form.title, "subject": say("start.subject"), "author": "exit-bridge"}
        book.set_properties({**properties, "comments": f"{plan.bank.ref}, {plan.variant}", "created": _NO_DAY})
        styles, names = Styles.of(book), {sheet: say(f"sheets.{sheet}") for sheet in SHEETS}
        sheets = {sheet: book.add_worksheet(name) for sheet, name in names.items()}
        _filled(book, plan, sheets, names, styles)
    return _with_language(file.getvalue(), plan.language)


def _filled(book: Any, plan: Plan, sheets: dict[str, Any], names: dict[str, str], styles: Styles) -> None:
    say, table = plan.say, pasted_table(names["paste"], plan)
    measures = Measures(plan, names["working"])
    writer = Writer(sheets["key"], names["key"], styles.head)
    key = Key(plan, writer)
    start(sheets["start"], plan, styles)
    given = answer(sheets["answer"], names["answer"], measures, key, styles)
    result(book, sheets["result"], measures, key, styles)
    actions(sheets["actions"], measures, key, styles)
    paste(sheets["paste"], plan, styles)
    head = rows(sheets["rows"], names["paste"], "Pasted_Table", measures, key, styles)
    found = columns(sheets["columns"], names["columns"], plan, key, "Pasted_Table", styles)
    for column, width in enumerate((9, 60, 60)):
        sheets["columns"].set_column(column, column, width)
    sheets["columns"].set_column(3, 10, 14, None, {"hidden": True})
    for column, words in enumerate(say.several("columns.head")):
        sheets["columns"].write_string(TOP - 1, column, words, styles.head)
    sheets["columns"].freeze_panes(TOP, 0)
    lines(sheets["working"], measures, key, found, "Pasted_Table", given)
    sheets["working"].freeze_panes(FIRST_LINE, 1)
    for sheet in ("columns", "working", "key"):
        sheets[sheet].write_string(0, 0, say(f"titles.{sheet}"), styles.title)
    sheets["columns"].write_string(1, 0, say("columns.intro"), styles.cell)
    sheets["key"].write_string(1, 0, say("key.intro"), styles.cell)
    sheets["key"].set_column(0, 0, 40)
    for name, cells in {**key.names, "Pasted_Table": table, **_named(measures)}.items():
        book.define_name(name, f"={cells}")
    foot = f"{plan.bank.ref}, {plan.variant}"
    repeats = {"answer": HEAD_ROW, "rows": head, "columns": TOP - 1}
    for sheet in SHEETS:
        if sheet != "paste":
            wide = sheet in ("result", "rows", "working", "key")
            prepared(sheets[sheet], foot=foot, landscape=wide, repeat=repeats.get(sheet))
    sheets["start"].activate()


def _named(measures: Measures) -> dict[str, str]:
    """What somebody who links another file to this one would look for."""
    return {
        "Result_Numbers": measures.all(0, "number", here=False),
        "Result_Scores_Unrounded": measures.all(0, "score", here=False),
        "Result_Is_Weakest": measures.all(0, "weakest", here=False),
        "Stage_Column": measures.cell(0, "stage"),
    }


def _with_language(content: bytes, language: str) -> bytes:
    """The same file with its language among its properties, which xlsxwriter has no way to say."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in given.namelist():
            part = given.read(name)
            if name == "docProps/core.xml":
                said = f"<dc:language>{escape(language)}</dc:language></cp:coreProperties>"
                part = part.replace(b"</cp:coreProperties>", said.encode())
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, part)
    return out.getvalue()
