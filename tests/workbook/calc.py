"""A workbook as somebody uses it: filled in as bytes, worked out by LibreOffice, read from what that saved."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from tests.conftest import missing

from exit_bridge.workbook.formulas import Area
from exit_bridge.workbook.reading import Measures


def part_of(content: bytes, sheet: str) -> str:
    """The name of that sheet's part."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(escape(sheet)) + 1}.xml"


def replaced(content: bytes, part: str, change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in given.namelist():
            raw = given.read(name)
            copy.writestr(name, change(raw.decode()).encode() if name == part else raw)
    return out.getvalue()


AT_ONCE = 20
"""LibreOffice 7.4 ends without a word after some 250 files."""


def inline(cell: str, words: str, style: str = "") -> str:
    if re.fullmatch(r"\d+", words):
        return f'<c r="{cell}"{style}><v>{words}</v></c>'
    return f'<c r="{cell}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'


def filled_in(content: bytes, sheet: str, answers: Mapping[str, str]) -> bytes:
    """Cell such as `C5` -> what is typed into it; the cell must be one that is there to be filled in."""

    def change(xml: str) -> str:
        for cell, words in answers.items():
            (style,) = re.findall(rf'<c r="{cell}"( s="\d+")/>', xml)
            xml = xml.replace(f'<c r="{cell}"{style}/>', inline(cell, words, style))
        return xml

    return replaced(content, part_of(content, sheet), change)


def pasted(content: bytes, sheet: str, table: Sequence[Sequence[str]]) -> bytes:
    """A table pasted over the first cell; an empty text is an empty cell. Digits become numbers, as on pasting."""
    rows = []
    for row, cells in enumerate(table, 1):
        written = "".join(
            inline(Area("", row - 1, column, 1, 1).cell().split("!")[1].replace("$", ""), words)
            for column, words in enumerate(cells)
            if words
        )
        rows.append(f'<row r="{row}">{written}</row>')
    body = f"<sheetData>{''.join(rows)}</sheetData>"
    return replaced(
        content,
        part_of(content, sheet),
        lambda xml: re.sub(r"<sheetData>.*</sheetData>", lambda _: body, xml, flags=re.DOTALL),
    )


def worked_out(books: Mapping[str, bytes], folder: Path, to: str = "xlsx") -> dict[str, Path]:
    """LibreOffice opens each and saves it. No number is in the files beforehand, so what is there then is its own."""
    if not shutil.which("soffice"):
        missing("LibreOffice Calc", "install Debian's package libreoffice-calc")
    out = folder / "out"
    for name, content in books.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    files = [folder / f"{name}.xlsx" for name in books]
    for first in range(0, len(files), AT_ONCE):
        some = files[first : first + AT_ONCE]
        command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", out, *some]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    return {name: out / f"{name}.{to}" for name in books}


@dataclass
class Sheets:
    """What LibreOffice saved: texts and numbers by sheet, row and column from 0."""

    path: Path

    def __post_init__(self):
        self.book = openpyxl.load_workbook(self.path, data_only=True, read_only=True)
        self._rows = {}

    def rows(self, sheet: str) -> list[tuple]:
        if sheet not in self._rows:
            self._rows[sheet] = list(self.book[sheet].iter_rows(values_only=True))
        return self._rows[sheet]

    def cell(self, sheet: str, row: int, column: int):
        rows = self.rows(sheet)
        found = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        return None if found == "" else found

    def measure(self, measures: Measures, line: int, name: str, ingredient: int = 0):
        from exit_bridge.workbook.reading import FIRST_LINE

        return self.cell(measures.name, FIRST_LINE + line, measures.column(name, ingredient))

    def errors(self, pasted: str) -> list[tuple[str, int, int, str]]:
        """Every error that a formula gave, on any sheet but the one without formulas."""
        return [
            (sheet, row, column, value)
            for sheet in self.book.sheetnames
            if sheet != pasted
            for row, cells in enumerate(self.rows(sheet))
            for column, value in enumerate(cells)
            if isinstance(value, str) and value.startswith("#")
        ]
