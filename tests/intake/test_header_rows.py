"""Exports whose first header row names a question once, above the first of its columns, and whose others its parts."""

from __future__ import annotations

import csv

import pytest
import xlsxwriter

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import detect
from exit_bridge.intake.exports import Filtered, Refused, read_export
from exit_bridge.platforms.base import ExportProfile, Platform, RowFilter

BANK = load_bank()
WORDS = BANK.wordings["en"]
TEXT = {item: WORDS.items[item].text for item in BANK.items}
NOTICE = WORDS.context["notice"].text
COMMENT = WORDS.ingredients["receptivity"].comment
AGREE = "How far do you agree?"


class Parted(Platform):
    """Two or three header rows, and numbers of its own before everything."""

    name, title, docs = "parted", "Parted", "https://parted.example/"
    export = ExportProfile(
        detect=("no", "sent"),
        header_rows=3,
        parts=("answer", "response"),
        numbering=r"Q\d+(?:\.\d+)*\.\s+",
        spelled={"@SQ@": "'"},
        blanks=("-", "."),
        metadata={"response_id": ("no",), "submitted_at": ("sent",), "wave": ("wave",)},
        filters=(RowFilter("state", ("done",), "partial"),),
        drop=("name", "e-mail"),
    )


HEAD = [
    ["No", "Name", "E-mail", "State", "Sent"],
    [""] * 5,
    [""] * 5,
]
OWN = ["7", "Ann Onym", "ann@people.example", "done", "2026-01-15"]


@pytest.fixture
def export(monkeypatch, tmp_path):
    """Open a file with these columns, each as its three header cells and its answer; `rows`: header rows written."""
    every = (*detect.platforms(), Parted())
    monkeypatch.setattr(detect, "platforms", lambda: every)
    monkeypatch.setattr(detect, "platform", lambda name: {tool.name: tool for tool in every}[name])

    def opened(*columns, rows=3, own=OWN, suffix=".csv", **how):
        heads = [[*HEAD[row], *(column[row] for column in columns)] for row in range(rows)]
        table = [*heads, [*own, *(column[3] for column in columns)]]
        path = tmp_path / f"export{suffix}"
        if suffix == ".xlsx":
            with xlsxwriter.Workbook(str(path)) as book:
                sheet = book.add_worksheet()
                for place, row in enumerate(table):
                    sheet.write_row(place, 0, row)
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(table)
        return read_export(path, bank=BANK, **how)

    return opened


GATE = (f"Q1. {NOTICE}", "", "", "Yes")
MATRIX = (
    (f"Q2. {AGREE}", f"Q2.1. R1. {TEXT['rec01']}", "", "Agree"),
    ("", f"Q2.2.\u00a0R2. {TEXT['rec02'].upper()}", "", "I don@SQ@t know, or can@SQ@t tell from my role"),
    ("", f"Q2.3. {TEXT['rec04']}", "", "-"),
)
SINGLE = (f"Q3. R3. {TEXT['rec03']}", "Answer", "", "1")
OTHER = ("", "Other (please specify)", "", "Something else")
ESSAY = (f"Q4. {COMMENT}", "", "Response", "We don@SQ@t have time.")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_questions_and_their_parts(export, suffix):
    """Rows of a matrix by their own words, other questions by what stands above; the tool's dress does not matter."""
    opened = export(GATE, *MATRIX, SINGLE, OTHER, ESSAY, suffix=suffix)
    assert (opened.platform, opened.unmapped) == ("parted", (f"{SINGLE[0]} / Other (please specify)",))
    (found,) = opened
    assert (found.response_id, found.submitted_at) == ("7", "2026-01-15T00:00:00Z")
    assert found.answers == {"rec01": 4, "rec02": "dk", "rec03": 1}
    assert "rec04" not in found.not_asked
    assert found.comments == {"receptivity": "We don't have time."}
    assert found.context["notice"] == "yes"
    assert "people.example" not in repr(found)
    assert not [note for note in opened.notes if "rows of headings" in note]


def test_headings_are_said_whole_and_once(export):
    """Each column has a name of its own, which a mapping file can use."""
    mapped = export(GATE, *MATRIX, SINGLE).mapped
    assert list(mapped.values()) == ["response_id", "submitted_at", "notice", "rec01", "rec02", "rec04", "rec03"]
    assert f"{MATRIX[0][0]} / {MATRIX[2][1]}" in mapped


def test_a_mapping_file_names_a_part(tmp_path, export):
    """By its question and its part together."""
    path = tmp_path / "mapping.toml"
    path.write_text(f'[columns]\n"Q2. {AGREE} / Q2.1. Reworded" = "rec01"\n', "utf-8")
    column = (f"Q2. {AGREE}", "Q2.1. Reworded", "", "2")
    assert next(iter(export(column, ("", "Q2.2. Ours", "", "x"), mapping_file=path))).answers == {"rec01": 2}


@pytest.mark.parametrize("rows", [1, 2])
def test_header_rows_that_somebody_deleted(export, rows):
    """A row that fills the tool's own columns is a response; that some rows are missing is said."""
    columns = (GATE, SINGLE) if rows == 1 else (GATE, *MATRIX, SINGLE)
    opened = export(*columns, rows=rows)
    (found,) = opened
    assert found.answers["rec03"] == 1
    assert any(f"only {rows} of 3 rows of headings" in note for note in opened.notes)


def test_a_broken_row_is_no_row_of_headings(tmp_path, export):
    """It is refused as the response it was."""
    path = tmp_path / "broken.csv"
    path.write_text(f'No,Sent,"{SINGLE[0]}"\n7,2026-01-15,"1"1"\n8,2026-01-15,2\n', "utf-8")
    export(SINGLE)
    refused, found = read_export(path, bank=BANK)
    assert isinstance(refused, Refused)
    assert found.answers == {"rec03": 2}


def test_without_a_column_of_the_tool(tmp_path, export):
    """Nothing tells a row of headings from a response, so nothing is guessed; a mapping file can."""
    export(SINGLE)
    path, mapping = tmp_path / "bare.csv", tmp_path / "mapping.toml"
    path.write_text(f'Mine,"{SINGLE[0]}"\n7,1\n', "utf-8")
    with pytest.raises(UnreadableExport, match=r"None of the tool's own columns.*mapping file"):
        read_export(path, bank=BANK, platform="parted")
    mapping.write_text('platform = "parted"\n[columns]\n"Mine" = "response_id"\n', "utf-8")
    (found,) = read_export(path, bank=BANK, mapping_file=mapping)
    assert (found.response_id, found.answers) == ("7", {"rec03": 1})


@pytest.mark.parametrize(
    "columns",
    [
        # One column for each option: that the first is blank does not mean that nothing was chosen.
        [(f"Q1. R3. {TEXT['rec03']}", "No money agreed", "", ""), ("", "Continuing", "", "Continuing")],
        # A number and words that contradict each other, and words that were changed behind no number.
        [(f"Q1. {AGREE}", f"Q1.1. R2. {TEXT['rec01']}", "", "4"), ("", "Q1.2. Reworded", "", "4")],
        # Somebody's own rows and fields that are called like ids of ours, or like columns of the tool.
        [("Q1. About you", "Q1.1. Team", "", "x"), ("", "Q1.2. E-mail", "", "x"), ("", "Q1.3. rec02", "", "4")],
        # A part of a part.
        [(f"Q1. {AGREE}", f"Q1.1. R1. {TEXT['rec01']}", "Importance", "4")],
        # What stands above blanks names the first column only.
        [(f"Q1. R3. {TEXT['rec03']}", "Please say", "", "4"), ("", "Response", "", "4")],
    ],
)
def test_what_may_be_something_else_is_left_out(export, columns):
    """And listed, for a person to decide."""
    opened = export(SINGLE, *columns) if "R3" not in columns[0][0] else export(*MATRIX, *columns)
    assert len(opened.unmapped) == len(columns)
    assert set(next(iter(opened)).answers) <= {"rec01", "rec02", "rec03"}


def test_a_question_in_two_columns_is_refused(export):
    """Which of them counts is for a person to say."""
    with pytest.raises(AmbiguousExport, match="rec03"):
        export(SINGLE, SINGLE)


def test_blank_columns_after_the_tools_own_are_no_part_of_them(export):
    """They are listed, not taken for a second column of it."""
    assert export(("", "Extra", "", "x"), SINGLE).unmapped == ("Extra",)


def test_question_and_part_together(export):
    """Where only both make up the words."""
    first, rest = TEXT["rec01"].split(" ", 1)
    assert next(iter(export((first, rest, "", "4")))).answers == {"rec01": 4}


def test_marks_for_nothing_make_no_response(export):
    """A row of them alone is blank, as one of blank cells would be."""
    assert list(export((*SINGLE[:3], "-"), (*MATRIX[0][:3], "."))) == [Filtered(4, "blank")]
