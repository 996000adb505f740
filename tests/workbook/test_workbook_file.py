"""What is in the file: sheets, locks, lists, print layout, names; the same bytes every time; and the command."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from tests.cli.cli_calls import call

from exit_bridge.bank import About, load_bank
from exit_bridge.workbook.book import SHEETS, as_xlsx, made
from exit_bridge.workbook.formulas import plain as plain_formula
from exit_bridge.workbook.front import HEAD_ROW
from exit_bridge.workbook.plan import Plan, heading, plain

BANK = load_bank()
GROUP = About(innovation="Staying Close", controller="=1+1 Council & Co", retain_days=90)
FUNCTIONS = {
    "AND", "CHAR", "CHOOSE", "CLEAN", "COUNT", "COUNTA", "COUNTIF", "EXACT", "FIND", "IF", "IFERROR", "INDEX", "INT",
    "ISNUMBER", "LEFT", "LEN", "LOWER", "MATCH", "MAX", "MID", "MIN", "NA", "NOT", "OR", "RIGHT", "SMALL", "SUBSTITUTE",
    "SUM", "SUMIF", "SUMPRODUCT", "TRIM",
}  # fmt: skip
"""In Excel 2016, LibreOffice 7.4 and Google Sheets alike."""


@pytest.fixture(scope="module")
def plan():
    return Plan(BANK, "full", "en", GROUP, rows=5)


@pytest.fixture(scope="module")
def content(plan):
    return made(plan)


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_only_the_answers_can_be_filled_in(plan, book):
    """Every sheet but the one to paste into is protected without a password; what is open is what is asked for."""
    assert book.sheetnames == [plan.say(f"sheets.{name}") for name in SHEETS]
    for name in SHEETS:
        sheet = book[plan.say(f"sheets.{name}")]
        assert (sheet.protection.sheet, sheet.protection.password) == (name != "paste", None)
        open_cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
        if name == "answer":
            assert len(open_cells) == len(plan.items) + 1
        elif name == "actions":
            assert len(open_cells) == 6
        elif name != "paste":
            assert open_cells == []
        assert not sheet.merged_cells.ranges


def test_every_list_offers_the_labels_of_its_own_question(plan, book):
    """All of them in the form's order, and nothing else is taken."""
    sheet, key = book["Answer"], book["Key"]
    assert len(sheet.data_validations.dataValidation) == len(plan.items) + 1
    asked = {one.text: one for one in plan.asked}
    for rule in sheet.data_validations.dataValidation:
        (place,) = rule.sqref.ranges
        one = asked[sheet.cell(place.min_row, 2).value]
        assert sheet.cell(place.min_row, 1).value in (one.code, None)
        cells = key[rule.formula1.split("!")[1].replace("$", "")][0]
        assert tuple(cell.value for cell in cells) == one.labels
        assert (rule.type, rule.showErrorMessage, rule.errorStyle or "stop") == ("list", True, "stop")


def test_pages_names_and_properties(plan, book, content):
    """A4, fitted to the width, headings on every page and always in sight; names, title and language."""
    for name in SHEETS:
        sheet = book[plan.say(f"sheets.{name}")]
        if name != "paste":
            setup = sheet.page_setup
            assert (setup.paperSize, setup.fitToWidth or 1, setup.fitToHeight) == (9, 1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
    sheet = book["Answer"]
    assert sheet.freeze_panes == f"A{HEAD_ROW + 2}"
    assert sheet.print_title_rows == f"${HEAD_ROW + 1}:${HEAD_ROW + 1}"
    for name in ("Rows", "Columns"):
        assert book[name].freeze_panes
        assert book[name].print_title_rows
    assert {"Low_Mark", "Stands_Out", "Joint_Weakest", "Pasted_Table", "Result_Numbers", "Bank_Fingerprint"} <= set(
        book.defined_names
    )
    at = {name: book.defined_names[name].attr_text.split("!")[1] for name in ("Low_Mark", "Stands_Out")}
    values = {name: book["Key"][cell].value for name, cell in at.items()}
    assert values == {"Low_Mark": BANK.reading.low, "Stands_Out": BANK.reading.stands_out}
    assert (book.properties.title, book.properties.language) == (plan.form.title, "en")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
        assert f'descr="{plan.say("result.chart")}"'.replace("'", "&apos;") in drawing.replace("'", "&apos;")
        assert not [name for name in parts.namelist() if "vba" in name or "external" in name.lower()]


def test_start_says_what_people_must_know(plan, book):
    """The notice of the settings, independence, version and fingerprints; nothing from the settings runs."""
    text = "\n".join(str(row[0].value) for row in book["Start"].iter_rows() if row[0].value)
    for said in (*plan.form.intro, *plan.form.notice, BANK.ref, BANK.fingerprint, plan.words.fingerprint):
        assert said in text
    assert "It is not affiliated with" in text
    assert "=1+1 Council & Co is responsible" in text
    assert not [cell for row in book["Start"].iter_rows() for cell in row if cell.data_type == "f"]
    assert "sees people's answers" in book["Paste"]["A1"].value
    assert any("no mean is shown" in str(row[0].value) for row in book["Rows"].iter_rows(max_row=8))


def test_formulas_use_what_every_program_has(book):
    """No newer function, no total; and no value is in the file before a program works it out."""
    used = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", cell.value)
                    used |= set(re.findall(r"([A-Z][A-Z.]*)\(", bare))
                    assert len(cell.value) < 8192
    assert used == FUNCTIONS
    words = " ".join(str(cell.value) for row in book["Result"].iter_rows() for cell in row if cell.data_type == "s")
    assert re.findall(r"\b(overall|grand|average)\b", words, re.IGNORECASE) == []


def test_no_value_is_there_before_it_is_worked_out(content):
    """So that no program shows zeros that are no scores."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert re.findall(r"</f><v>[^<]+</v>", parts.read(name).decode()) == []


def test_sheet_names_and_headings_fit_every_language():
    """At most 31 letters, without the marks that are not allowed there."""
    for language in BANK.wordings:
        say = Plan(BANK, "full", language, GROUP).say
        names = [say(f"sheets.{name}") for name in SHEETS]
        assert say.language == language
        assert len({name.casefold() for name in names}) == len(SHEETS)
        assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_the_same_bytes_every_time(plan, content):
    """In another process, with another hash seed, and whatever the clock says."""
    program = (
        "import sys; from exit_bridge.bank import About, load_bank; from exit_bridge.workbook.book import made;"
        "from exit_bridge.workbook.plan import Plan;"
        f"about = About(innovation='Staying Close', controller={GROUP.controller!r}, retain_days=90);"
        "sys.stdout.buffer.write(made(Plan(load_bank(), 'full', 'en', about, rows=5)))"
    )
    paths = {"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=paths, timeout=60)
    assert done.stdout == content


def test_words_are_compared_in_one_way():
    """What tools do to quotes, spaces and case is undone; two labels of one question never become one."""
    assert plain(" I don\u2019t\u00a0know,\n or  can't \u2013 tell ") == "i don't know, or can't - tell"
    assert heading("How is it paid for?") == heading("how is it paid for") == "how is it paid for"
    assert plain_formula("A1").count("SUBSTITUTE") == 8
    for variant in ("full", "extended"):
        for language in BANK.wordings:
            for one in Plan(BANK, variant, language, GROUP).asked:
                codes = one.item.codes if one.item else BANK.context_by_id[one.id].codes
                assert len({one.accepted[plain(label)] for label in one.labels}) == len(codes)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_command(monkeypatch):
    """The file, its steps in the README, and `--check` holds it to what is written now."""
    monkeypatch.setattr("exit_bridge.workbook.book.Plan", partial(Plan, rows=5))
    said = call(None, "forms", "workbook", "--variant", "full", "--out", "out")
    assert said.code == 0, said.err
    path = Path("out/workbook/exit-open-1.full.en.xlsx")
    assert path.read_bytes() == as_xlsx(BANK, "full", "en", About(sample=True))
    assert "### Workbook" in Path("out/README.md").read_text("utf-8")
    path.write_bytes(b"")
    said = call(None, "forms", "workbook", "--variant", "full", "--out", "out", "--check")
    assert (1, f"stale: {path}\n") == (said.code, said.out)


def test_variants_that_are_not_named(monkeypatch):
    """Those with scores; all of them where something else is written too, which then is refused."""
    monkeypatch.setattr("exit_bridge.workbook.book.Plan", partial(Plan, rows=1))
    assert call(None, "forms", "workbook", "--out", "out").code == 0
    assert {path.name for path in Path("out/workbook").iterdir()} == {
        "exit-open-1.full.en.xlsx", "exit-open-1.extended.en.xlsx"
    }  # fmt: skip
    assert call(None, "forms", "workbook", "paper", "--out", "both").code == 2
    assert not any("workbook" in str(path) for path in (Path(__file__).parents[2] / "form_definitions").rglob("*.xlsx"))


@pytest.mark.parametrize("variant", ["quick", "young-person"])
def test_without_scores_there_is_no_workbook(variant):
    """One line that says why, and which variants have one."""
    said = call(None, "forms", "workbook", "--variant", variant)
    assert (2, "") == (said.code, said.out)
    assert f"No workbook is written for '{variant}'" in said.err
    assert "full, extended" in said.err
    assert not Path("form_definitions").exists()


def test_without_xlsxwriter(monkeypatch):
    """What to install; and every other form is written all the same."""
    for name in [name for name in sys.modules if name.startswith(("exit_bridge.workbook.", "xlsxwriter"))]:
        if name != "exit_bridge.workbook.forms":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    said = call(None, "forms", "workbook", "--variant", "full")
    assert (1, "") == (said.code, said.out)
    assert "needs the package xlsxwriter" in said.err
    assert 'pip install ".[workbook]"' in said.err
    assert call(None, "forms", "typeform", "--variant", "full", "--out", "out").code == 0


def test_a_stage_from_the_settings_is_not_asked():
    """It wins over what is answered; people alone are asked for their role."""
    one = Plan(BANK, "full", "en", replace(GROUP, stage="scaling", answered_by="individuals"))
    assert [asked.id for asked in one.on_answer_sheet] == ["role"]
    assert [asked.id for asked in Plan(BANK, "full", "en", GROUP).on_answer_sheet] == ["stage"]
