"""JSON exports: one object a response, read one by one."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import json_table
from exit_bridge.intake.table import NULL, Table
from exit_bridge.intake.tables import open_tables


@pytest.fixture
def opened(tmp_path):
    """Write JSON, or text that claims to be, and open it."""

    def opened(content) -> Table:
        path = tmp_path / "export.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        (table,) = open_tables(path)
        return table

    return opened


ROWS = [{"id": 1, "rec01": "4"}, {"id": 2, "rec01": "na"}]
EXPECTED = [(1, ["id", "rec01"]), (2, ["1", "4"]), (3, ["2", "na"])]


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        {"responses": ROWS},
        {"survey": {"id": 7, "names": {}}, "responses": ROWS, "count": 2},
        [{"1": ROWS[0]}, {"2": ROWS[1]}],
        {"responses": [{"1": ROWS[0]}, {"2": ROWS[1]}]},
        b"\xef\xbb\xbf \n" + json.dumps({"responses": ROWS}, indent=2).encode() + b"\n",
        json.dumps(ROWS).encode("utf-16"),
    ],
)
def test_the_list_may_stand_anywhere_near_the_top(opened, content):
    """Alone, under a name, one level deeper; with space around it; the objects count as rows below the headings."""
    table = opened(content)
    assert list(table.records()) == EXPECTED
    assert (table.head(1), table.keyed) == ([["id", "rec01"]], True)


def test_names_are_those_of_all_objects(opened):
    """In the order in which they are first used; who lacks one left it blank."""
    rows = [row for _, row in opened([{"b": "1"}, {"a": "2", "b": "3"}, {}]).records()]
    assert rows == [["b", "a"], ["1", ""], ["3", "2"], ["", ""]]


def test_cells_are_what_a_csv_would_hold(opened):
    """Numbers as they are written but for .0, words as they are, and objects inside laid flat."""
    content = b'[{"n": 4.0, "big": 12345678901234567890, "t": true, "f": 0.50, "x": {"y": {"z": "in"}}, "l": ["a", 1]}]'
    head, row = [row for _, row in opened(content).records()]
    assert dict(zip(head, row, strict=True)) == {
        "n": "4",
        "big": "12345678901234567890",
        "t": "true",
        "f": "0.50",
        "x.y.z": "in",
        "l": '["a", "1"]',
    }


def test_null_is_told_from_empty_where_values_were_kept(opened):
    """LimeSurvey 3 and 5 make words of all values for full answers, and nulls of empty texts with them."""
    for content, told in (
        ([{"id": 1, "a": None, "b": ""}], True),
        ([{"id": "1", "a": None, "b": "", "seconds": 1.5}], False),
    ):
        table = opened(content)
        row = list(table.telling_null().records())[1][1]
        assert row[1:3] == ["", ""]
        assert [cell is NULL for cell in row[1:3]] == [told, False]
        assert not any(cell is NULL for cell in list(table.records())[1][1])


@pytest.mark.parametrize("element", ["4", "null", "[]", '"x"', '{"id": 3, "id": 4}', '{"id": "\\ud800"}'])
def test_an_element_that_is_no_response(opened, element):
    """It is told by its number, and those around it are whole."""
    table = opened(f'[{{"id": 1}}, {element}, {{"id": 2}}]'.encode())
    assert list(table.records()) == [(1, ["id"]), (2, ["1"]), (3, None), (4, ["2"])]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'[{"id": 1}', "comma or bracket is missing"),
        (b'[{"id": 1} {"id": 2}]', "comma or bracket is missing"),
        (b'[{"id": 1},', "broken off"),
        (b'[{"id": 1}, {"id": ', "broken off"),
        (b'[{"id": 1}]]', "something follows"),
        (b'[{"id": 1}]\n[{"id": 2}]', "something follows"),
        (b'{"responses": [{"id": 1}', "comma or bracket is missing"),
        (b'{"a" [{"id": 1}]}', "name is missing"),
        (b"[" * 100_000, "broken off"),
        (b'[{"a": ' * 100_000, "broken off"),
        (b'{"id": 1}', "holds no list of objects"),
        (b"[[1, 2]]", "holds no list of objects"),
        (b"[[]]", "holds no list of objects"),
        (b'[{"a": {}}]', "holds no list of objects"),
    ],
)
def test_what_is_no_list_of_responses(opened, content, why):
    """One sentence, whatever is wrong with it; nothing of what it holds is in it."""
    with pytest.raises(UnreadableExport, match=why) as error:
        list(opened(content).records())
    assert error.value.fix


def test_two_lists(opened):
    """Which of them counts is not guessed."""
    with pytest.raises(AmbiguousExport, match="several lists"):
        opened({"responses": ROWS, "deleted": ROWS})


def test_limits(opened, monkeypatch):
    """Neither one endless value nor ever new names fill the memory."""
    monkeypatch.setattr(json_table, "MAX_RECORD", 10_000)
    monkeypatch.setattr(json_table, "_PIECE", 100)
    with pytest.raises(UnreadableExport, match="no end"):
        opened([{"id": 1, "text": "x" * 40_000}])
    with pytest.raises(UnreadableExport, match="more than 16384 different names"):
        opened([{f"n{n}": 1} for n in range(16_385)])


def test_memory_stays_flat(opened):
    """Ten times the responses take no more memory."""

    def peak(rows: int) -> int:
        table = opened(b'{"responses": [' + b",".join([b'{"id": 1, "text": "plain words and more"}'] * rows) + b"]}")
        tracemalloc.start()
        for _ in table.records():
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(50_000) < peak(5_000) + 3 * 1024 * 1024


FLAT = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.text(max_size=6) | st.integers(-99, 99), min_size=1, max_size=4
)


@settings(deadline=None)
@given(rows=st.lists(FLAT, min_size=1, max_size=6), piece=st.integers(1, 40), wrapped=st.booleans())
def test_pieces_make_no_difference(tmp_path_factory, rows, piece, wrapped):
    """However the file is cut while it is read, the cells are those of the objects in it."""
    path = tmp_path_factory.mktemp("json") / "export.json"
    path.write_text(json.dumps({"responses": rows} if wrapped else rows, ensure_ascii=False), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_table, "_PIECE", piece)
        (table,) = open_tables(path)
        head, *read = [row for _, row in table.records()]
    said = {None: "", True: "true", False: "false"}
    texts = [{n: said[v] if v is None or isinstance(v, bool) else str(v) for n, v in row.items()} for row in rows]
    expected = [[row.get(name, "") for name in head] for row in texts]
    assert expected == read


@settings(deadline=None)
@given(content=st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_any_bytes_end_well(tmp_path_factory, content):
    """Any file is read, or refused by one of our errors."""
    path = tmp_path_factory.mktemp("json") / "export.json"
    for start in (b"[{", b'{"responses": [{"id": 1}, ', b'[{"id": 1}, '):
        path.write_bytes(start + content)
        with suppress(UnreadableExport):
            for table in open_tables(path):
                list(table.records())
