"""Excel workbooks: sheets as tables, and workbooks that are none, damaged, or too big."""

from __future__ import annotations

import random
import sys
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
import xlsxwriter

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, ExitBridgeError, UnreadableExport
from exit_bridge.intake import workbook
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.table import Table
from exit_bridge.intake.tables import open_tables

BANK = load_bank()
HEAD = ["response_id", "notice", "rec01", "rec02", "rec03"]


def written(path, sheets, hidden=()):
    """A workbook of these sheets: name -> rows, cells as Excel keeps them."""
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    kind = moment if isinstance(cell, datetime | time) else day if isinstance(cell, date) else None
                    if cell is not None:
                        sheet.write(number, place, cell, *([kind] if kind else []))
    return path


def opened(path) -> Table:
    (table,) = open_tables(path)
    return table


def packed(path, parts):
    """A zip archive with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_cells_are_what_a_csv_would_hold(tmp_path):
    """Whole numbers without .0, dates in ISO, texts as they are, and nothing for an empty cell."""
    row = [
        4,
        4.5,
        0.1,
        "4.0",
        "x =",
        True,
        date(2026, 1, 15),
        datetime.fromisoformat("2026-01-15 10:29:59"),
        None,
        123456789012345,
    ]
    path = written(tmp_path / "a.xlsx", {"x": [[f"h{n}" for n in range(10)], row]})
    expected = ["4", "4.5", "0.1", "4.0", "x =", "TRUE", "2026-01-15", "2026-01-15 10:29:59", "", "123456789012345"]
    assert list(opened(path).records())[1] == (2, expected)


def test_rows_are_numbered_as_the_sheet_shows_them(tmp_path):
    """Empty rows at the beginning and the end are left out, those between are rows."""
    path = written(tmp_path / "a.xlsx", {"x": [[], [None, "id"], [None, 1], [], [None, 2], ["", ""], []]})
    assert list(opened(path).records()) == [(2, ["id"]), (3, ["1"]), (4, [""]), (5, ["2"])]


ANSWERS = [HEAD, ["a", "yes", 4, 5, 2], ["b", "yes", 1.0, "Agree", "na"]]


def test_a_workbook_is_scored(tmp_path):
    """Whatever the file is called: what it holds decides."""
    path = written(tmp_path / "a.xlsx", {"Sheet1": ANSWERS}).rename(tmp_path / "export.csv")
    first, second = read_export(path, bank=BANK)
    assert (first.answers, second.answers) == (
        {"rec01": 4, "rec02": 5, "rec03": 2},
        {"rec01": 1, "rec02": 4, "rec03": "na"},
    )


def test_the_sheet_with_the_headings_is_read(tmp_path):
    """Among others, hidden ones and empty ones; which one it was is said."""
    sheets = {"About": [["Exported by", "Ann"]], "Answers": ANSWERS, "Empty": [], "Old": ANSWERS}
    export = read_export(written(tmp_path / "a.xlsx", sheets, hidden={"Old"}), bank=BANK)
    assert [row.response_id for row in export] == ["a", "b"]
    assert export.notes[0] == "of its sheets 'Answers' was read"
    assert export.platform == "generic"


def test_two_sheets_fit(tmp_path):
    """Which one counts is for a person to say."""
    path = written(tmp_path / "a.xlsx", {"One": ANSWERS, "Two": ANSWERS})
    with pytest.raises(AmbiguousExport, match=r"'One' and 'Two'.*workbook of its own"):
        read_export(path, bank=BANK)


def test_no_sheet_fits(tmp_path):
    """The error is that of the first sheet."""
    path = written(tmp_path / "a.xlsx", {"One": [["Colour"], ["red"]], "Two": [["Shape", "Size"], ["round", "big"]]})
    with pytest.raises(UnreadableExport, match="these 1 headings"):
        read_export(path, bank=BANK)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("word/document.xml", "This is a Word document"),
        ("ppt/presentation.xml", "This is a presentation"),
        ("xl/workbook.bin", "This is a binary Excel workbook"),
        ("content.xml", "This is an OpenDocument file"),
        ("answers.csv", "This is a zip archive, not a workbook"),
        ("xl/workbook.xml", "damaged"),
    ],
)
def test_other_archives(tmp_path, name, what):
    """Each is named for what it is, and what to do is said."""
    with pytest.raises(UnreadableExport, match=what) as error:
        open_tables(packed(tmp_path / "a.xlsx", {name: "<x/>"}))
    assert error.value.fix


def test_a_workbook_without_anything(tmp_path):
    """Nothing in any sheet, or no sheet that is shown."""
    for sheets, hidden in (({"x": []}, ()), ({"x": [], "y": ANSWERS}, {"y"})):
        with pytest.raises(UnreadableExport, match="no sheet that holds anything"):
            open_tables(written(tmp_path / "a.xlsx", sheets, hidden))


def test_without_the_package(tmp_path, monkeypatch):
    """The command that installs it is in the message."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(UnreadableExport, match=r'python-calamine.*pip install "\.\[bulk\]"'):
        open_tables(path)


# -- too big -------------------------------------------------------------------------------------------------------


def test_one_cell_far_out(tmp_path):
    """It would ask for memory for every cell before it, and end the process: refused before it is read."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("x")
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(UnreadableExport, match="span more than 25,000,000 cells"):
        open_tables(path)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c   r = 'xfd1048576'><v>1</v></c></row>",
        '<row r="1048575"/><x:row r="1048576">' + "<x:c><x:v>1</x:v></x:c>" * 30 + "</x:row>",
        "<row>" + "<c><v>1</v></c>" * 100 + "</row>" + "<row/>" * 300_000,
        f'<row r="1048576"><c {" " * 50_000}r="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_places_are_found_however_they_are_written(tmp_path, monkeypatch, cells):
    """In quotation marks of either kind, with a prefix, far inside a tag, or by counting where none is written."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    sheet = f'<worksheet xmlns:x="urn:x"><sheetData>{cells}</sheetData></worksheet>'
    packed(path, {**parts_of(path), "xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(UnreadableExport, match="span more than"):
        open_tables(path)


def test_a_tag_without_an_end_hides_nothing(tmp_path):
    """No program writes one; a place behind megabytes of space is not looked for, and the file refused."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    sheet = f'<worksheet><sheetData><row><c {" " * 3_000_000}r="XFD1048576"/></row></sheetData></worksheet>'
    packed(path, {**parts_of(path), "xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(UnreadableExport, match="damaged"):
        open_tables(path)


def test_words_of_a_respondent_are_no_places(tmp_path):
    """Somebody may write XML into a comment: that moves no cell."""
    rows = [*ANSWERS, ['<c r="XFD1048576">', "yes", 4, 4, 4]]
    assert len(list(opened(written(tmp_path / "a.xlsx", {"x": rows})).records())) == 4


def test_it_may_not_unpack_to_any_size(tmp_path, monkeypatch):
    """What comes out is counted, not what the archive says of it."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    packed(path, {**parts_of(path), "xl/media/picture.png": b"\0" * 3_000_000})
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 2_000_000)
    with pytest.raises(UnreadableExport, match="unpacks to more than 1 MB"):
        open_tables(path)
    data, real = path.read_bytes(), (3_000_000).to_bytes(4, "little")
    assert data.count(real) == 2
    path.write_bytes(data.replace(real, (30).to_bytes(4, "little")))
    with pytest.raises(UnreadableExport, match="unpacks to more than 1 MB"):
        open_tables(path)


def test_damaged_files_end_well(tmp_path):
    """Any byte may be wrong: the file is read, or refused by one of our errors."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    good, rng = path.read_bytes(), random.Random(1)
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        path.write_bytes(bytes(bad[: rng.choice([len(bad), rng.randrange(len(bad))])]))
        with suppress(ExitBridgeError):
            list(read_export(path, bank=BANK, platform="generic"))


def test_damaged_parts_end_well(tmp_path):
    """The same inside the parts, where no check sum stops it."""
    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    good, rng = parts_of(path), random.Random(2)
    for _ in range(150):
        name = rng.choice([n for n in good if n.startswith("xl/")])
        bad = bytearray(good[name])
        for _ in range(rng.randint(1, 6)):
            bad[rng.randrange(len(bad))] = rng.choice(b'<>"/ 0A9&\xff')
        packed(path, {**good, name: bytes(bad)})
        with suppress(ExitBridgeError):
            list(read_export(path, bank=BANK, platform="generic"))


def test_progress_tells_of_the_whole_file_each_time(tmp_path):
    """When it is opened, and when all its rows were read."""
    path, read = written(tmp_path / "a.xlsx", {"x": ANSWERS}), []
    (table,) = open_tables(path, read.append)
    list(table.records())
    assert read == [table.size] * 2 == [path.stat().st_size] * 2


def test_a_panic_of_the_reader_is_a_damaged_file(tmp_path, monkeypatch):
    """The package's own language has errors that Python does not count among exceptions."""
    import python_calamine

    class PanicException(BaseException):
        pass

    def panic(*_):
        raise PanicException

    path = written(tmp_path / "a.xlsx", {"x": ANSWERS})
    monkeypatch.setattr(python_calamine, "load_workbook", panic)
    with pytest.raises(UnreadableExport, match="damaged"):
        open_tables(path)
