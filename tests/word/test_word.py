"""Word files: what another program reads in them, and that they are the same every time."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import docx
import pytest
from docx.oxml.ns import qn
from tests.conftest import missing

from exit_bridge.word import Word


def made(**how: object) -> Word:
    word = Word("Tea & <toast>", "en", **how)
    word.title()
    word.heading("One")
    word.heading("Croeso", 2, lang="cy")
    word.paragraph("first\nsecond \x00\ud800")
    word.points(["step", "step"], numbered=True)
    word.points(["point"])
    word.table(("A", "B"), [("1", "2"), ("3", "4")], (1, 2), 'Letters "and" digits', lang="cy")
    return word


def opened(word: Word):
    return docx.Document(io.BytesIO(word.content()))


def test_it_reads_back_with_real_headings_and_lists():
    """Styles by the names that assistive technology knows; text is escaped, and what XML cannot hold is gone."""
    assert [(p.style.name, p.text) for p in opened(made()).paragraphs] == [
        ("Title", "Tea & <toast>"),
        ("Heading 1", "One"),
        ("Heading 2", "Croeso"),
        ("Normal", "first\nsecond ?"),
        ("List Number", "step"),
        ("List Number", "step"),
        ("List Bullet", "point"),
        ("After Table", ""),
    ]


def test_tables_say_which_row_is_their_heading():
    """The first row is marked and repeats, no row is split, the table has a name, and columns share the page."""
    (table,) = opened(made()).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["A", "B"], ["1", "2"], ["3", "4"]]
    marks = [
        [row._tr.trPr.find(qn(f"w:{mark}")) is not None for mark in ("tblHeader", "cantSplit")] for row in table.rows
    ]
    assert marks == [[True, True], [False, True], [False, True]]
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == 'Letters "and" digits'
    one, two = (column.width for column in table.columns)
    assert abs(2 * one - two) < 1000
    with pytest.raises(ValueError, match="zip"):
        made().table(("A", "B"), [("1",)], (1, 1), "Too short")


def test_title_and_languages_are_set():
    """The document says its title and language, words in another language say theirs."""
    document = opened(made(made=datetime(2026, 11, 20, tzinfo=UTC)))
    about = document.core_properties
    assert (about.title, about.language, about.author) == ("Tea & <toast>", "en", "exit-bridge")
    assert about.created.replace(tzinfo=UTC) == datetime(2026, 11, 20, tzinfo=UTC)
    default = document.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    assert default.get(qn("w:val")) == "en"
    said = [each.get(qn("w:val")) for each in document.element.body.iter(qn("w:lang"))]
    assert said == ["cy"] * 5


def test_the_page():
    """A4, upright or turned."""
    for how, shape in (({}, (210, 297)), ({"landscape": True}, (297, 210))):
        (section,) = opened(made(**how)).sections
        assert (round(section.page_width.mm), round(section.page_height.mm)) == shape


def test_the_same_bytes_from_anywhere():
    """Nothing in the file depends on a clock, a compressor or the system; every part is well-formed XML."""
    assert made().content() == made().content()
    with zipfile.ZipFile(io.BytesIO(made().content())) as archive:
        for entry in archive.infolist():
            assert (entry.date_time, entry.create_system) == ((2026, 1, 1, 0, 0, 0), 3)
            assert entry.compress_type == zipfile.ZIP_STORED
            ET.fromstring(archive.read(entry))
        assert archive.namelist()[0] == "[Content_Types].xml"


@pytest.mark.long
def test_an_office_program_opens_it(tmp_path):
    """LibreOffice makes a PDF of it with every word in it."""
    program = shutil.which("soffice")
    if not program:
        missing("LibreOffice", "install Debian's package libreoffice-writer-nogui")
    from pypdf import PdfReader

    (tmp_path / "one.docx").write_bytes(made().content())
    command = [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "one.docx"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    text = " ".join(PdfReader(tmp_path / "one.pdf").pages[0].extract_text().split())
    for words in ("Tea & <toast>", "Croeso", "first second", "1. step 2. step", "A B 1 2 3 4"):
        assert words in text
