"""`score`: exports in, tables of scores out. Golden files hold the shapes; their numbers were worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.cli.cli_calls import call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.cli import outputs, report_files, score, tally
from exit_bridge.cli.report_files import folder_name
from exit_bridge.errors import ExitBridgeError
from exit_bridge.reports import pdf
from exit_bridge.scoring import columns

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = GOLDEN / "answers.csv"
BANK = load_bank()
MARK = "words of a respondent"


def golden(name: str) -> str:
    return (GOLDEN / name).read_text("utf-8")


@pytest.fixture
def answers(tmp_path, monkeypatch) -> Path:
    """The export of the golden files, in a folder of its own that is the current one."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(ANSWERS, "answers.csv"))


def export(path: Path, *rows: dict[str, str]) -> Path:
    """A plain table of ours with these rows, each agreeing to the notice."""
    heads = list(
        dict.fromkeys(["response_id", "notice", "rec01", "rec02", "rec03", *(name for r in rows for name in r)])
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, heads, restval="")
        table.writeheader()
        table.writerows({"notice": "yes", "rec01": "4", **row} for row in rows)
    return path


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


# -- shapes --------------------------------------------------------------------------------------------------------


def test_csv_on_stdout(answers):
    """Without --out stdout holds the table and stderr what people want to know; exit code 3: rows were refused."""
    said = call(None, "score", answers)
    assert (3, golden("scores.csv")) == (said.code, said.out)
    assert "Any other tool (our JSON or CSV)" in said.err
    assert '1 of 51 columns are no questions and were left out: "Favourite colour"' in said.err
    assert "3 scored, 3 filtered (1 duplicate, 1 declined, 1 blank), 3 refused" in said.err
    assert 'refused: row 8, "rec02": ' in said.err
    assert {"answers.csv"} == names(Path())


@pytest.mark.parametrize("items", ["raw", "value", "both"])
def test_csv_with_items(answers, items):
    """Answers as given, or the values that count, in columns of their own."""
    assert call(None, "score", answers, "--items", items, "--out", "new.csv").code == 3
    assert golden(f"scores.{items}.csv") == Path("new.csv").read_text("utf-8")


def test_json(answers):
    """An array with one object a row; null where the CSV is empty, numbers as numbers."""
    call(None, "score", answers, "--out", "new.json")
    assert golden("scores.json") == Path("new.json").read_text("utf-8")
    rows = json.loads(golden("scores.json"))
    table = list(csv.DictReader(io.StringIO(golden("scores.csv"))))
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows] == [
        {**row, "response_id": row["response_id"].removeprefix("'")} for row in table
    ]


def test_rejects(answers):
    """Refused rows go beside the table, with row, id, reason and column, and no cell."""
    said = call(None, "score", answers, "--out", "new.csv")
    assert golden("scores.csv.rejects.csv") == Path("new.csv.rejects.csv").read_text("utf-8")
    assert "new.csv.rejects.csv" in said.err


def test_saved_mapping(answers):
    """What was decided about the columns, for the next export; read again, it changes nothing and asks nothing."""
    call(None, "score", answers, "--save-mapping", "new.toml")
    assert golden("mapping.toml") == Path("new.toml").read_text("utf-8")
    said = call(None, "score", answers, "--mapping", "new.toml", "--save-mapping", "new.toml")
    assert (golden("scores.csv"), golden("mapping.toml")) == (said.out, Path("new.toml").read_text("utf-8"))
    assert "named by the mapping file" in said.err
    assert "left out" not in said.err


@pytest.mark.parametrize("items", [None, "both"])
def test_xlsx(answers, items):
    """The same cells as in JSON, text as text and numbers as numbers."""
    flags = ["--items", items] if items else []
    call(None, "score", answers, "--out", "new.xlsx", *flags)
    call(None, "score", answers, "--out", "new.json", *flags)
    sheet = openpyxl.load_workbook("new.xlsx").active
    head, *rows = sheet.iter_rows(values_only=True)
    assert columns(BANK, items or "") == list(head)
    assert json.loads(Path("new.json").read_text("utf-8")) == [dict(zip(head, row, strict=True)) for row in rows]
    assert "@r-2" == sheet["A3"].value
    assert "s" == sheet["A3"].data_type


@pytest.mark.parametrize("items", [None, "both"])
def test_parquet(answers, items):
    """The same cells as in JSON; scores are floats, counts whole numbers, answers text."""
    flags = ["--items", items] if items else []
    call(None, "score", answers, "--out", "new.parquet", *flags)
    call(None, "score", answers, "--out", "new.json", *flags)
    frame = pl.read_parquet("new.parquet")
    assert columns(BANK, items or "") == frame.columns
    expected = [
        {name: str(value) if name.endswith("_raw") and value is not None else value for name, value in row.items()}
        for row in json.loads(Path("new.json").read_text("utf-8"))
    ]
    assert expected == frame.to_dicts()
    kinds = {"adaption_score": pl.Float64, "adaption_asked": pl.Int64, "weakest": pl.String}
    if items:
        kinds |= {"rec01_raw": pl.String, "rec01_value": pl.Int64}
    assert kinds == {name: frame.schema[name] for name in kinds}


def test_many_rows_in_parquet(tmp_path, monkeypatch):
    """Batches are put together again, in order."""
    monkeypatch.setattr(outputs, "_BATCH", 3)
    path = export(tmp_path / "many.csv", *({"response_id": f"r-{n}"} for n in range(10)))
    call(None, "score", path, "--out", tmp_path / "out.parquet")
    assert [f"r-{n}" for n in range(10)] == pl.read_parquet(tmp_path / "out.parquet")["response_id"].to_list()


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx", "parquet"])
def test_no_responses(tmp_path, ending):
    """An export of nothing but headings is a table of nothing but headings, in every format, and no error."""
    out = tmp_path / f"out.{ending}"
    said = call(None, "score", export(tmp_path / "none.csv"), "--out", out)
    assert (0, "") == (said.code, said.out)
    assert "no row of it holds a response" in said.err
    match ending:
        case "csv":
            assert f"{','.join(columns(BANK))}\n" == out.read_text("utf-8")
        case "json":
            assert json.loads(out.read_text("utf-8")) == []
        case "xlsx":
            assert [tuple(columns(BANK))] == list(openpyxl.load_workbook(out).active.values)
        case _:
            assert (columns(BANK), 0) == ((frame := pl.read_parquet(out)).columns, len(frame))


def test_a_full_sheet(tmp_path, monkeypatch):
    """More responses than a sheet has rows are not cut off in silence, and no half file is left."""
    monkeypatch.setattr(outputs, "_SHEET_ROWS", 2)
    path = export(tmp_path / "three.csv", *({"response_id": f"r-{n}"} for n in range(3)))
    said = call(None, "score", path, "--out", tmp_path / "out.xlsx")
    assert said.code == 2
    assert "holds 2 responses and no more" in said.err
    assert {"three.csv"} == names(tmp_path)


# -- numbers -------------------------------------------------------------------------------------------------------


def test_the_numbers_in_the_golden_file():
    """Worked out by hand: 100 * sum(value - 1) / (4 * answered)."""
    first, second, third = json.loads(golden("scores.json"))
    # All 4, co-production all 2: 100 * 21 / 28 and 100 * 7 / 28.
    assert [75.0, 25.0, 75.0, 75.0, 75.0] == [first[f"{i.id}_score"] for i in BANK.ingredients]
    assert ("coproduction", "early", "largely") == (
        first["weakest"],
        first["coproduction_band"],
        first["adaption_band"],
    )
    # 1, 3, 5, 5, 2 of seven: 100 * (0 + 2 + 4 + 4 + 1) / 20; four of seven are provisional, three too few.
    assert [55.0, 50.0, 50.0, None, 50.0] == [second[f"{i.id}_score"] for i in BANK.ingredients]
    assert ["scored", "scored", "provisional", "not_scored", "scored"] == [
        second[f"{i.id}_status"] for i in BANK.ingredients
    ]
    assert [5, 7, 4, 3, 7] == [second[f"{i.id}_answered"] for i in BANK.ingredients]
    # The quick variant asks three items an ingredient and scores none.
    assert {None} == {third[f"{i.id}_score"] for i in BANK.ingredients}
    assert {3} == {third[f"{i.id}_asked"] for i in BANK.ingredients}


def test_reverse_keyed_items_are_recoded_once(answers):
    """mea08 was answered 2 of 5: the raw answer stays 2, its value is 4."""
    call(None, "score", answers, "--items", "both", "--out", "new.json")
    second = json.loads(Path("new.json").read_text("utf-8"))[1]
    assert (2, 4) == (second["mea08_raw"], second["mea08_value"])


# -- settings ------------------------------------------------------------------------------------------------------

SURVEY = """\
[surveys.staying-close]
platform = "typeform"
bank = "exit-open@1"
variant = "quick"
wave = "2026-spring"
answered_by = "{}"
individual_reports = "{}"
secrets = ["$FIRST_SECRET"]
"""


@pytest.mark.parametrize("flags", [[], ["--variant", "full", "--bank", "exit-open@1"]])
def test_settings_of_a_survey(tmp_path, flags):
    """Name, variant and wave come from the settings; flags and the rows themselves overrule them."""
    settings = write_settings(tmp_path, SURVEY.format("group", "respondent"))
    path = export(tmp_path / "a.csv", {"response_id": "a"}, {"response_id": "b", "variant": "extended", "wave": "w2"})
    said = call(settings, "score", path, "--survey", "staying-close", *flags)
    first, second = csv.DictReader(io.StringIO(said.out))
    assert ["staying-close", flags[1] if flags else "quick", "2026-spring"] == [
        first[name] for name in ("survey", "variant", "wave")
    ]
    assert ["staying-close", "extended", "w2"] == [second[name] for name in ("survey", "variant", "wave")]


def test_without_a_survey_the_column_is_empty(tmp_path):
    """Nobody named one, so none is made up."""
    path = export(tmp_path / "a.csv", {"response_id": "a"})
    assert "" == next(csv.DictReader(io.StringIO(call(None, "score", path).out)))["survey"]


def test_words_in_another_language(tmp_path):
    """--wording lets labels of one more language be read; a survey brings its own."""
    words = tmp_path / "words.toml"
    words.write_text('language = "en"\n[scales]\nagree = ["a1", "a2", "a3", "So true", "a5"]\n', "utf-8")
    path = export(tmp_path / "a.csv", {"response_id": "a", "rec01": "so true"})
    assert [3, 0] == [call(None, "score", path, *flags).code for flags in ([], ["--wording", words])]
    settings = write_settings(tmp_path, SURVEY.format("group", "respondent") + 'wordings = ["words.toml"]\n')
    flags = ["--survey", "staying-close"]
    assert [0, 3] == [call(settings, "score", path, *flags, *more).code for more in ([], ["--bank", "exit-open@1"])]


# -- several files -------------------------------------------------------------------------------------------------


def test_several_exports(tmp_path):
    """They count as one: the last row of a response id is scored. Refused rows are named with their file."""
    first = export(tmp_path / "1.csv", {"response_id": "a", "rec01": "1"}, {"response_id": "b", "rec01": "7"})
    second = export(tmp_path / "2.csv", {"response_id": "a", "rec01": "5"}, {"response_id": "c", "rec01": "8"})
    said = call(None, "score", first, second, "--items", "raw", "--out", tmp_path / "out.json")
    assert said.code == 3
    assert [("a", 5)] == [
        (row["response_id"], row["rec01_raw"]) for row in json.loads((tmp_path / "out.json").read_text("utf-8"))
    ]
    with (tmp_path / "out.json.rejects.csv").open(encoding="utf-8", newline="") as file:
        assert [f"{first}:3", f"{second}:3"] == [row["row"] for row in csv.DictReader(file)]
    assert "0 scored, 1 filtered (1 duplicate), 1 refused" in said.err
    assert "1 scored, 0 filtered, 1 refused" in said.err


def test_a_refused_last_row_is_said_to_leave_its_response_unscored(tmp_path):
    """The earlier row may be what the respondent took back, so it is not scored in its place; that is said."""
    path = export(tmp_path / "1.csv", {"response_id": "a"}, {"response_id": "a", "rec01": "7"}, {"response_id": "b"})
    said = call(None, "score", path, "--out", tmp_path / "out.csv")
    assert said.code == 3
    assert "1 scored, 1 filtered (1 duplicate), 1 refused" in said.err
    assert "1 refused as the last row of a response: its earlier rows are duplicates, none is scored" in said.err
    alone = export(tmp_path / "2.csv", {"response_id": "a", "rec01": "7"}, {"response_id": "b"})
    assert "last row of a response" not in call(None, "score", alone).err


def test_rows_without_ids_in_several_exports(tmp_path):
    """Two rows never share the name that is made up for them."""
    paths = [export(tmp_path / f"{n}.csv", {"response_id": ""}) for n in (1, 2)]
    said = call(None, "score", *paths)
    assert ["row-2", "file-2-row-2"] == [row["response_id"] for row in csv.DictReader(io.StringIO(said.out))]


def test_mappings_of_different_exports(tmp_path):
    """One mapping file holds one mapping."""
    first = export(tmp_path / "1.csv", {"response_id": "a"})
    second = export(tmp_path / "2.csv", {"response_id": "b", "rec07": "4"})
    said = call(None, "score", first, second, "--save-mapping", tmp_path / "m.toml", "--out", tmp_path / "out.csv")
    assert (2, "") == (said.code, said.out)
    assert "different columns" in said.err
    assert {"1.csv", "2.csv"} == names(tmp_path)


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"", "empty"),
        (b"Timestamp,Question\n1,2\n", "No survey tool is known"),
        (b"response_id,rec01,rec01,rec02,rec03\n", "Two columns are 'rec01'"),
        (b'response_id,rec01,rec02,rec03\n1,"4\n', "never closed"),
        (None, "cannot be read"),
    ],
)
def test_an_export_that_cannot_be_used(tmp_path, content, what):
    """One line with the file's name, exit code 1, and no output at all."""
    path = tmp_path / "export.csv"
    if content is not None:
        path.write_bytes(content)
    for flags in ([], ["--out", tmp_path / "out.csv"]):
        said = call(None, "score", path, *flags)
        assert (1, "") == (said.code, said.out)
        assert what in said.err
        assert str(path) in said.err
        assert 1 == said.err.count("\n")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "flags",
    [
        ["--platform", "nope"],
        ["--variant", "nope"],
        ["--out", "scores.txt"],
        ["--out", "scores"],
        ["--items", "all"],
        ["--engine", "polars"],
        ["--out", "answers.csv"],
        ["--out", "./answers.csv"],
        ["--save-mapping", "answers.csv"],
        ["--out", "new.csv", "--save-mapping", "new.csv"],
        ["--mapping", "answers.csv", "--out", "answers.csv"],
    ],
)
def test_flags_that_cannot_be_right(answers, flags):
    """Exit code 2, and the export stays as it was."""
    said = call(None, "score", answers, *flags)
    assert (2, "") == (said.code, said.out)
    assert said.err
    assert {"answers.csv"} == names(Path())
    assert ANSWERS.read_bytes() == answers.read_bytes()


def test_an_input_is_never_written_over(answers):
    """Not by the table, not by its rejects, not under another name of the same file."""
    os.link("answers.csv", "same.csv")
    assert call(None, "score", answers, "--out", "same.csv").code == 2
    shutil.copy(answers, "x.json.rejects.csv")
    assert call(None, "score", "x.json.rejects.csv", "--out", "x.json").code == 2
    assert ANSWERS.read_bytes() == answers.read_bytes() == Path("x.json.rejects.csv").read_bytes()


def test_no_half_files(answers, monkeypatch):
    """Whatever goes wrong in the middle, what was there before is still there, and nothing else."""
    Path("new.csv").write_text("before", "utf-8")
    Path("new.csv.rejects.csv").write_text("before", "utf-8")
    monkeypatch.setattr(tally, "score", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call(None, "score", answers, "--out", "new.csv", "--save-mapping", "new.toml")
    assert {"answers.csv": None, "new.csv": "before", "new.csv.rejects.csv": "before"} == {
        name: None if name == "answers.csv" else Path(name).read_text("utf-8") for name in names(Path())
    }


def test_a_folder_that_cannot_be_written(answers):
    """One line, with the path."""
    said = call(None, "score", answers, "--out", "nowhere/new.csv")
    assert said.code == 1
    assert "cannot be written" in said.err
    assert str(Path("nowhere/new.csv")) in said.err


def test_older_rejects_do_not_stay(tmp_path):
    """Once nothing is refused any more, the list of an earlier run would mislead."""
    path = export(tmp_path / "a.csv", {"response_id": "a", "rec02": "9"})
    assert call(None, "score", path, "--out", tmp_path / "out.csv").code == 3
    assert (tmp_path / "out.csv.rejects.csv").exists()
    export(path, {"response_id": "a", "rec02": "5"})
    assert call(None, "score", path, "--out", tmp_path / "out.csv").code == 0
    assert {"a.csv", "out.csv"} == names(tmp_path)


def test_many_refused_rows_on_a_screen(tmp_path):
    """The first twenty are listed, the others counted."""
    path = export(tmp_path / "a.csv", *({"response_id": f"r-{n}", "rec02": MARK} for n in range(25)))
    said = call(None, "score", path)
    assert said.code == 3
    assert 20 == said.err.count("refused: row ")
    assert "5 more rows were refused" in said.err
    assert MARK not in said.err


def test_filtered_rows_alone_are_no_fault(tmp_path):
    """Partial, repeated, declined and blank rows end in 0."""
    path = export(tmp_path / "a.csv", {"response_id": "a"}, {"response_id": "a"}, {"response_id": "b", "notice": "no"})
    assert call(None, "score", path).code == 0


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-1", "@home", "=HYPERLINK(1)"])
def test_cells_are_no_formulas(tmp_path, text):
    """What a spreadsheet would run is marked as text in CSV, and written as text in XLSX; JSON keeps it as it was."""
    path = export(tmp_path / "a.csv", {"response_id": text}, {"response_id": f"{text} b", "rec02": "9"})
    outs = {ending: tmp_path / f"out.{ending}" for ending in ("csv", "json", "xlsx")}
    for out in outs.values():
        call(None, "score", path, "--out", out)
    assert f"\n'{text}," in outs["csv"].read_text("utf-8")
    assert f"\n3,'{text} b," in (tmp_path / "out.csv.rejects.csv").read_text("utf-8")
    assert text == json.loads(outs["json"].read_text("utf-8"))[0]["response_id"]
    cell = openpyxl.load_workbook(outs["xlsx"]).active["A2"]
    assert (text, "s") == (cell.value, cell.data_type)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff20"])
def test_every_beginning_of_a_formula(start):
    """Headings, reasons and cells alike; numbers below zero stay numbers."""
    file = io.BytesIO()
    outputs.csv_line(file)([f"{start}x", f"x{start}", -1, -1.5, None])
    (row,) = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
    assert [f"'{start}x", f"x{start}", "-1", "-1.5", ""] == row


@pytest.mark.parametrize(("package", "ending"), [("polars", "parquet"), ("xlsxwriter", "xlsx")])
def test_a_package_that_is_not_installed(answers, monkeypatch, package, ending):
    """It is said before anything is read, with the way to get it."""
    monkeypatch.setitem(sys.modules, package, None)
    said = call(None, "score", "nowhere.csv", "--out", f"new.{ending}")
    assert said.code == 1
    assert 'pip install ".[bulk]"' in said.err


# -- reports -------------------------------------------------------------------------------------------------------


def test_reports(answers):
    """Page, text and result for each response that gets one, for this user's eyes alone."""
    said = call(None, "score", answers, "--reports", "reports")
    assert said.code == 3
    assert "3 reports written" in said.err
    folders = sorted(path.name for path in Path("reports").iterdir())
    assert ["_r-2-" + folders[0].rpartition("-")[2], "r-1", "r-3"] == folders
    for path in Path("reports").iterdir():
        assert ["report.html", "report.json", "report.txt"] == sorted(file.name for file in path.iterdir())
        assert 0o700 == stat.S_IMODE(path.stat().st_mode)
        assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}
    result = json.loads(Path("reports/r-1/report.json").read_text("utf-8"))
    assert ("r-1", 25.0) == (result["response_id"], result["ingredients"][1]["score"])
    assert "<html" in Path("reports/r-1/report.html").read_text("utf-8")
    assert "Co-production" in Path("reports/r-1/report.txt").read_text("utf-8")


def test_reports_as_pdf_too(answers, monkeypatch):
    """Where the package is; without it nothing is begun."""
    assert call(None, "score", answers, "--reports", "reports", "--pdf").code == 3
    for path in Path("reports").iterdir():
        assert (path / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert 0o600 == stat.S_IMODE((path / "report.pdf").stat().st_mode)
    said = call(None, "score", answers, "--pdf")
    assert (said.code, "Add --reports DIR" in said.err) == (2, True)
    monkeypatch.setitem(sys.modules, "typst", None)
    pdf.compiler.cache_clear()
    said = call(None, "score", answers, "--reports", "others", "--pdf", "--out", "scores.csv")
    assert (said.code, 'pip install ".[pdf]"' in said.err) == (1, True)
    assert not Path("others").exists()
    assert not Path("scores.csv").exists()


@pytest.mark.parametrize("promised", ["respondent", "none"])
def test_reports_that_the_notice_ruled_out(tmp_path, promised):
    """People were told that nobody else sees a report on them alone, so none is written."""
    settings = write_settings(tmp_path, SURVEY.format("individuals", promised))
    path = export(tmp_path / "a.csv", {"response_id": "a"})
    said = call(settings, "score", path, "--survey", "staying-close", "--reports", tmp_path / "reports")
    assert (2, "") == (said.code, said.out)
    assert "nobody else gets a report" in said.err
    assert not (tmp_path / "reports").exists()


def test_reports_to_recipients(tmp_path):
    """Where others get reports, they hold no single answer, and none is on young people, by role or by variant."""
    settings = write_settings(tmp_path, SURVEY.format("individuals", "recipients"))
    path = export(
        tmp_path / "a.csv",
        {"response_id": "a", "role": "front", "variant": "full", "lea04": "1"},
        {"response_id": "b", "role": "young", "variant": "full"},
        {"response_id": "c", "role": "", "variant": "young-person", "cop02": "4"},
    )
    said = call(settings, "score", path, "--survey", "staying-close", "--reports", tmp_path / "reports")
    assert (0, {"a"}) == (said.code, names(tmp_path / "reports"))
    assert "1 reports written, 2 responses that get none" in said.err
    (note,) = json.loads((tmp_path / "reports/a/report.json").read_text("utf-8"))["notes"]
    assert ("one-person", []) == (note["rule"], note["trigger"]["facts"])
    call(None, "score", path, "--reports", tmp_path / "group")
    (note,) = json.loads((tmp_path / "group/a/report.json").read_text("utf-8"))["notes"]
    assert note["trigger"]["facts"] == [{"kind": "value", "subject": "lea04", "found": 1}]


def test_report_folders_are_safe_names():
    """Never outside the folder, never two responses in one, whatever an id holds."""
    ids = ["a", "A", "../a", "..", ".", "a/b", "a_b", "a\\b", "", "é" * 300, "con:1", "a" * 64, "a" * 65]
    names = [folder_name(response_id) for response_id in ids]
    assert len(ids) == len({name.casefold() for name in names})
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in names)
    assert ("a", "a_b") == (folder_name("a"), folder_name("a_b"))


def test_a_report_folder_that_cannot_be_made(answers):
    """A file in its place is told in one line."""
    Path("reports").write_text("", "utf-8")
    said = call(None, "score", answers, "--reports", "reports")
    assert said.code == 1
    assert "cannot be written" in said.err


# -- as a process --------------------------------------------------------------------------------------------------


def run(*arguments, cwd, **how):
    line = [sys.executable, "-W", "error", "-m", "exit_bridge", *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, check=False, timeout=60, **how)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score", "answers.csv"], 3),
        (["score", "answers.csv", "--mapping", "fine.toml"], 0),
        (["score", "nowhere.csv"], 1),
        (["score"], 2),
        (["score", "answers.csv", "--platform", "nope"], 2),
    ],
)
def test_exit_codes(answers, arguments, code):
    """What a shell sees; stdout holds the table or nothing, and never a traceback anywhere."""
    Path("fine.toml").write_text('[columns]\nrec02 = "ignore"\n[labels.rec02]\n', "utf-8")
    if code == 0:
        answers.write_text("response_id,notice,rec01,rec02,rec03\na,yes,4,Mostly,1\n", "utf-8")
    done = run(*arguments, cwd=Path.cwd())
    assert code == done.returncode
    assert (code in (0, 3)) == done.stdout.startswith(b"response_id,")
    assert b"Traceback" not in done.stderr
    assert done.stderr


def test_bytes_on_stdout(answers):
    """UTF-8 and line feeds, whatever the terminal is set to."""
    done = run("score", answers, cwd=Path.cwd(), env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert (GOLDEN / "scores.csv").read_bytes() == done.stdout


@pytest.mark.parametrize("rows", [1, 5000])
def test_a_reader_that_goes_away(tmp_path, rows):
    """`score … | head -1` ends without a word about it, for short tables and for long ones."""
    export(tmp_path / "many.csv", *({"response_id": f"r-{n}"} for n in range(rows)))
    line = f"{sys.executable} -m exit_bridge score many.csv 2>err.txt | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert "1" == done.stdout.strip()
    assert "" == (tmp_path / "err.txt").read_text("utf-8")


def test_help_starts_fast():
    """`--help` imports none of the heavy libraries, and `score` none it does not need."""
    heavy = {"flask", "sqlalchemy", "jsonschema", "requests", "jinja2", "polars", "xlsxwriter"}
    for arguments, allowed in ((["--help"], set()), (["score", "--help"], set())):
        line = [sys.executable, "-X", "importtime", "-m", "exit_bridge", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
        imported = {text.rpartition("|")[2].strip().partition(".")[0] for text in done.stderr.splitlines()}
        assert allowed == heavy & imported
        assert "exit_bridge" in imported


def test_progress_is_for_terminals_only(answers):
    """Nothing of the bar reaches a log."""
    done = run("score", answers, "--out", "new.csv", cwd=Path.cwd())
    assert (3, b"") == (done.returncode, done.stdout)
    assert b"%" not in done.stderr
    assert b"\r" not in done.stderr


def test_progress_on_a_terminal(answers, monkeypatch, capsys):
    """Where people watch, bytes move the bar to its end."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    seen = []
    with score._progress([answers], visible=True) as progress:
        assert progress is not None
        progress(10)
        seen.append(capsys.readouterr().err)
    with score._progress([answers], visible=False) as progress:
        assert progress is None
    assert "Scoring" in seen[0] + capsys.readouterr().err


def test_what_cannot_be_written_is_ours(tmp_path):
    """Errors of the system become one line of ours."""
    with pytest.raises(ExitBridgeError, match="cannot be written"), report_files.whole(tmp_path / "no" / "x"):
        pass


def test_who_asked_not_to_be_counted_is_left_out_of_team_figures(tmp_path):
    """With --team; without it everybody is there, and how many asked is said."""
    rows = ({"response_id": "r-1", "team": "yes"}, {"response_id": "r-2", "team": "no"}, {"response_id": "r-3"})
    path = export(tmp_path / "answers.csv", *rows)
    everybody, team = call(None, "score", path), call(None, "score", path, "--team")
    assert [line.partition(",")[0] for line in everybody.out.splitlines()[1:]] == ["r-1", "r-2", "r-3"]
    assert "1 of them asked not to be counted in team figures: for these add --team" in everybody.err
    assert [line.partition(",")[0] for line in team.out.splitlines()[1:]] == ["r-1", "r-3"]
    assert "2 scored, 1 filtered (1 not to be counted in team figures), 0 refused" in team.err
    assert "add --team" not in team.err
