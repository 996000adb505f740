"""A bare cell and an empty text in quotation marks: told apart where the writer means something by it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exit_bridge.intake.bare import MARK, BareCells, quotes_everything
from exit_bridge.intake.table import NULL
from exit_bridge.intake.tables import open_tables


def written(rows, delimiter):
    """As a tool writes that quotes whatever has a value: None is bare."""
    cells = ((("" if cell is None else '"' + cell.replace('"', '""') + '"') for cell in row) for row in rows)
    return "".join(delimiter.join(row) + "\r\n" for row in cells)


def read(text, delimiter):
    """The cells, by way of the marks."""
    bare, rows = BareCells(delimiter), []
    source = io.StringIO(text, newline="")
    table = csv.reader((bare.marked(line) for line in source), delimiter=delimiter, strict=True)
    while True:
        bare.begin()
        try:
            rows.append([None if cell == MARK else cell for cell in next(table)])
        except StopIteration:
            return rows


CELLS = st.none() | st.text(alphabet='a";,\t\r\n é', max_size=5)


@settings(deadline=None)
@given(
    st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=6)),
    st.sampled_from(",;\t"),
)
def test_every_cell_comes_back(rows, delimiter):
    """Whatever stands in the cells, delimiters, marks and line ends included, and wherever bare ones stand."""
    assert rows == read(written(rows, delimiter), delimiter)


@pytest.mark.parametrize(
    "line", ["a;;b\r\n", '"a";;b\r\n', '"a"; ;"b"\r\n', "1;;\r\n", '"a";"";"b"\r\n', "\r\n", '"a";"b"', ""]
)
def test_other_writers_lines_stay(line):
    """A line with anything else outside its quotation marks was written by another program: nothing is read into it."""
    assert BareCells(";").marked(line) == line


@pytest.mark.parametrize(
    ("head", "all_quoted"),
    [
        ('"id";"rec01"\r\n', True),
        ('"id"\n', True),
        ('"id";"two\r\nlines;;"\r\n', True),
        ('"a ""b"" c";"rec01"', True),
        ('"id";rec01\r\n', False),
        ('"id";;"rec01"\r\n', False),
        ("id;rec01\r\n", False),
        (';"id"\r\n', False),
        ("\r\n", False),
        ("", False),
        ('"id";"rec01', False),
    ],
)
def test_headings_show_the_writer(head, all_quoted):
    """All in quotation marks, or it is not that kind of file."""
    lines = io.StringIO(f"{head}" if not head.endswith("\n") else f'{head}"1";\r\n', newline="")
    assert quotes_everything(lines, ";") is all_quoted


def cells(folder, text):
    path = folder / "export.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    (table,) = open_tables(path)
    return [row for _, row in table.telling_null().records()]


def test_a_file_of_both(tmp_path):
    """Only bare cells are NULL, and NULL is an empty text to everything that does not ask."""
    _, row, _ = cells(tmp_path, '"id";"a";"b"\r\n"1";;""\r\n\r\n')
    assert row == ["1", "", ""]
    assert [cell is NULL for cell in row] == [False, True, False]


def test_a_spreadsheet_saved_it_again(tmp_path):
    """Then bare cells say nothing: the program takes the quotation marks off everything."""
    _, row = cells(tmp_path, "id;a;b\r\n1;;\r\n")
    assert not any(cell is NULL for cell in row)
    _, row = cells(tmp_path, '"id";"a";"b"\r\n1;;\r\n')
    assert not any(cell is NULL for cell in row)


def test_a_broken_row_leaves_the_next_one_whole(tmp_path):
    """Quotation marks that do not match end with their row."""
    assert cells(tmp_path, '"id";"a"\r\n"1";"y" y"\r\n"2";\r\n')[1:] == [None, ["2", ""]]
    assert cells(tmp_path, '"id";"a"\r\n"1";"y" y"\r\n"2";\r\n')[2][1] is NULL
