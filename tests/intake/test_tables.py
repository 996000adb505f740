"""Bytes to records: encodings, delimiters, quotation marks, and files that are no table."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
from tests.conftest import missing

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import delimited, encodings
from exit_bridge.intake.detect import detect_platform
from exit_bridge.intake.table import Table
from exit_bridge.intake.tables import open_tables


def table(folder: Path, content: bytes) -> Table:
    path = folder / "export.csv"
    path.write_bytes(content)
    (found,) = open_tables(path)
    return found


def cells(folder: Path, content: bytes) -> list[list[str] | None]:
    return [found for _, found in table(folder, content).records()]


WORDS = "id;name\r\n1;Zoë – “ja”\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (WORDS.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + WORDS.encode(), "utf-8-sig"),
        (WORDS.encode("utf-16"), "utf-16"),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "utf-16"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_encodings(tmp_path, content, encoding):
    """The same words come out of every encoding, without the mark some of them begin with."""
    found = table(tmp_path, content)
    assert (encoding, ";") == (found.encoding, found.delimiter)
    assert list(found.records()) == [(1, ["id", "name"]), (2, ["1", "Zoë – “ja”"])]


def test_an_encoding_shows_late(tmp_path):
    """The whole file decides, not its beginning: one byte after two million is enough."""
    plain = b"id,text\n" + b"1,plain words\n" * 150_000
    assert table(tmp_path, plain).encoding == "utf-8"
    assert table(tmp_path, plain + b"2,caf\xe9\n").encoding == "cp1252"
    assert table(tmp_path, plain + "2,café\n".encode()).encoding == "utf-8"


def test_a_letter_across_two_chunks_is_one_letter(tmp_path, monkeypatch):
    """UTF-8 is read in pieces, and a piece may end in the middle of a letter."""
    monkeypatch.setattr(encodings, "CHUNK", 5)
    assert cells(tmp_path, ("idé,b\n" + "é" * 9 + ",ü\n").encode()) == [["idé", "b"], ["é" * 9, "ü"]]


@pytest.mark.parametrize(
    "content", [b"id,a\n1,\x81\xe9\n", b"\xef\xbb\xbfid,a\n1,\xe9\n", b"\xff\xfei\x00d\x00\x00\xd8a\x00"]
)
def test_no_encoding_fits(tmp_path, content):
    """Neither UTF-8 nor Windows-1252; or marked as Unicode, and broken."""
    with pytest.raises(UnreadableExport, match="no encoding that is read here"):
        table(tmp_path, content)


@pytest.mark.parametrize(
    ("heading", "delimiter"),
    [
        ("a,b,c", ","),
        ("a;b;c", ";"),
        ("a\tb\tc", "\t"),
        ('"a;b;c;d","e","f"', ","),
        ('"a, b, c, d";e', ";"),
        ('"I, you\nand they, all"\tb', "\t"),
        ("alone", ","),
    ],
)
def test_delimiters(tmp_path, heading, delimiter):
    """The heading line says which one; what stands inside quotation marks does not count."""
    assert table(tmp_path, f"{heading}\n".encode()).delimiter == delimiter


@pytest.mark.parametrize("row", ["1,2", "1;9,2;9", '"1\n1","2;2;2"', 'a "b" c,2', "only one\n1,2"])
def test_a_heading_with_more_semicolons_than_columns(tmp_path, row):
    """The rows below tell that it is one text."""
    assert table(tmp_path, f"How is it: a; b; c; d?,Why?\n{row}\n".encode()).delimiter == ","
    assert table(tmp_path, b"How is it: a; b; c; d?,Why?\n").delimiter == ";"


def test_two_delimiters_fit(tmp_path):
    """Nothing is guessed where two split the headings alike."""
    with pytest.raises(AmbiguousExport, match="a comma or a semicolon"):
        table(tmp_path, b"a,b;c\n1,2;3\n")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        (b"PK\x03\x04rest of a workbook", "damaged, or no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook, or one with a password"),
        (b"$FL2@(#) SPSS", "SPSS"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1\x15", "Parquet"),
        (b"\x1f\x8b\x08", "compressed"),
        (b'{"responses": []}', "no responses in this JSON"),
        (b"[]", "no responses in this JSON"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?>", "web page or XML"),
        (b"id,a\n1,\x00\x00\n", "NUL bytes"),
        (bytes(range(256)) * 8, "NUL bytes"),
    ],
)
def test_what_is_no_table(tmp_path, content, what):
    """Each says what the file is instead, and what to do."""
    with pytest.raises(UnreadableExport, match=what) as error:
        table(tmp_path, content)
    assert error.value.fix


@pytest.mark.parametrize("content", [b"[Q1],b\n", b"{n},b\n", b"<b>Question</b>,b\n", b"PKs,b\n"])
def test_headings_may_look_like_something_else(tmp_path, content):
    """A brace or bracket alone makes no JSON, and two letters no workbook."""
    assert len(table(tmp_path, content).head(1)[0]) == 2


def test_a_file_that_is_not_there(tmp_path):
    """What is missing, a folder, a pipe: one line, no traceback, and no waiting."""
    with pytest.raises(UnreadableExport, match="cannot be read: No such file"):
        open_tables(tmp_path / "nowhere.csv")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UnreadableExport, match="cannot be read more than once"):
            open_tables(path)


def test_quoted_newlines_and_delimiters(tmp_path):
    """A record is one row however many lines it runs over, and rows count as a spreadsheet counts them."""
    content = b'id,text\r\n1,"one\r\ntwo, ""three"""\r\n\r\n2,x\r\n'
    expected = [(1, ["id", "text"]), (2, ["1", 'one\r\ntwo, "three"']), (3, []), (4, ["2", "x"])]
    assert expected == list(table(tmp_path, content).records())


def test_line_ends_of_every_kind(tmp_path):
    """CR, LF and CRLF; other characters that Unicode calls line ends stay inside their cell."""
    assert cells(tmp_path, "a,b\r1,2\n3,x\u2028y\x85z\r\n".encode()) == [["a", "b"], ["1", "2"], ["3", "x\u2028y\x85z"]]


def test_a_row_with_broken_quotation_marks(tmp_path):
    """It is told by its number, and the rows around it are whole."""
    assert cells(tmp_path, b'id,b\n1,x\n2,"y" y\n3,z\n') == [["id", "b"], ["1", "x"], None, ["3", "z"]]


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    """It swallows every row after it, so the file is refused and the row named."""
    found = table(tmp_path, b'id,b\n1,x\n2,"y\n3,z\n4,z\n')
    with pytest.raises(UnreadableExport, match="row 3 is never closed"):
        list(found.records())


def test_a_record_has_an_end(tmp_path, monkeypatch):
    """A mark closed only much later would swallow rows too: no record is that long."""
    monkeypatch.setattr(delimited, "MAX_RECORD", 500)
    rows = b"".join(b"%d,z\n" % n for n in range(3, 300))
    with pytest.raises(UnreadableExport, match="row 3 is never closed"):
        list(table(tmp_path, b'id,b\n1,x\n2,"y\n' + rows + b'300,"z\n').records())
    assert cells(tmp_path, b"id,b\n1," + b"x" * 400 + b"\n")[1] == ["1", "x" * 400]


def test_a_cell_may_be_long(tmp_path):
    """Longer than the csv module would read by itself."""
    assert cells(tmp_path, b"id,b\n1," + b"x" * 500_000 + b"\n")[1] == ["1", "x" * 500_000]


@pytest.mark.parametrize("content", [b"\n1,2\n", b" , \n1,2\n", b'"a" b,c\n1,2\n'])
def test_no_headings(tmp_path, content):
    """The first record must hold them."""
    with pytest.raises(UnreadableExport, match=r"headings"):
        table(tmp_path, content).head(1)


def test_progress_counts_bytes(tmp_path):
    """Each full reading tells of every byte, whichever way the bytes are read."""
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,text\n" + b"1,plain words\n" * 100_000)
    read: list[int] = []
    (found,) = open_tables(path, read.append)
    assert sum(read) == found.size == path.stat().st_size
    list(found.records())
    assert sum(read) == 2 * found.size


def test_memory_stays_flat(tmp_path):
    """Ten times the rows take no more memory."""

    def peak(rows: int) -> int:
        found = table(tmp_path, b"id,text\n" + b"1,plain words and some more of them\n" * rows)
        tracemalloc.start()
        for _ in found.records():
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(100_000) < peak(10_000) + 3 * 1024 * 1024


@pytest.mark.skipif("EXIT_BRIDGE_SAMPLES" not in os.environ, reason="name the folder of samples in EXIT_BRIDGE_SAMPLES")
def test_a_published_export():
    """A real Typeform export: found out by its headings, and every response read."""
    path = Path(os.environ["EXIT_BRIDGE_SAMPLES"]) / "typeform" / "freecodecamp2016_part1_first60lines.csv"
    if not path.is_file():
        missing(str(path), "put the published samples there")
    (found,) = open_tables(path)
    name, _ = detect_platform(found.head(1)[0], load_bank())
    rows = [row for _, row in found.records()]
    assert (name, found.encoding, len(rows)) == ("typeform", "utf-8", 60)
    assert {len(rows[0])} == {len(row or ()) for row in rows}
    ids = [row[0] for row in rows[1:] if row]
    assert len(set(ids)) == 59
    assert all(len(row_id) == 32 for row_id in ids)
