"""What goes with a report: figures as CSV, the action plan, the sheet for whoever leads the meeting."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from tests.reports.report_cases import MADE_ON, side_by_side, states, the_team, visible
from tests.reports.test_report_formats import said

from exit_bridge.reports import as_html, as_pdf
from exit_bridge.reports.bundle import bundle
from exit_bridge.reports.facilitator import facilitator
from exit_bridge.reports.plan import actions_of, as_plan_csv, as_plan_docx
from exit_bridge.reports.table_text import as_csv, csv_bytes
from exit_bridge.reports.types import Chart, Report, Table

STATES = states()


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def shown(made: Report) -> list[tuple[str, str]]:
    """Every cell and every bar's words, with the row they stand in."""
    found = []
    for section in made.sections:
        for block in section.blocks:
            tables = [block] if isinstance(block, Table) else []
            if isinstance(block, Chart):
                found += [(bar.name, bar.standing) for bar in block.bars]
                tables += [block.table] if block.table else []
            for table in tables:
                found += [(f"{row.code} {row.header}".strip(), cell) for row in table.rows for cell in row.cells]
    return found


@pytest.mark.parametrize("state", STATES)
def test_every_figure_shown_is_in_the_csv(state: str) -> None:
    """Under its row, and nothing is there that the report does not show."""
    made = STATES[state]
    head, *lines = rows(as_csv(made))
    assert head == ["Section", "Table", "Row", "Column", "Value"]
    told = [(row, value) for _, _, row, _, value in lines]
    assert [each for each in shown(made) if each not in told] == []
    everything = visible(as_html(made))
    assert [value for _, _, _, _, value in lines if value not in everything] == []


@pytest.mark.parametrize("state", STATES)
def test_the_plan_has_every_action_word_for_word(state: str) -> None:
    """As CSV and as Word, each with room for who, when and where it stands."""
    made = STATES[state]
    wanted = [(section, f"{card.lead} {card.heading}".strip()) for section, card in actions_of(made)]
    head, *lines = rows(as_plan_csv(made))
    assert [(line[0], line[1]) for line in lines] == wanted
    assert all(line[-3:] == ["", "", ""] and len(line) == len(head) for line in lines)
    document = docx.Document(io.BytesIO(as_plan_docx(made, MADE_ON)))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert cells == ([head, *lines] if wanted else [])
    told = " ".join([*(each.text for each in document.paragraphs), *(text for row in cells for text in row)])
    assert set(numbers(told)) <= set(numbers(" ".join(said(made))))


def test_the_word_file_can_be_read_by_ear() -> None:
    """Title, language, a heading, a table whose first row is its head on every page."""
    document = docx.Document(io.BytesIO(as_plan_docx(STATES["team"], date(2026, 11, 20))))
    properties = document.core_properties
    assert (properties.title, properties.language, properties.author) == ("Action plan", "en", "exit-bridge")
    assert document.paragraphs[0].style.name == "Heading 1"
    (table,) = document.tables
    assert table.rows[0]._tr.trPr.xpath("./w:tblHeader")
    assert (document.sections[0].page_width.mm, document.sections[0].page_height.mm) == pytest.approx(
        (297, 210), abs=0.1
    )


def test_the_word_file_is_the_same_every_time() -> None:
    """On one day, byte for byte."""
    assert as_plan_docx(STATES["team"], MADE_ON) == as_plan_docx(STATES["team"], MADE_ON)


@pytest.mark.parametrize("made", [the_team(), the_team(12), side_by_side()], ids=["team", "small team", "sides"])
def test_the_sheet_is_one_page(made: Report, browser: object, tmp_path: Path) -> None:
    """On A4, from the PDF and from the browser's printer; and all it says stands in the report too."""
    sheet = facilitator(made)
    assert len(PdfReader(io.BytesIO(as_pdf(sheet, MADE_ON))).pages) == 1
    page = browser.new_page()
    page.set_content(as_html(sheet))
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
    page.close()
    told = visible(as_html(made))
    ours = {"rules", "decided"}
    words = [w for section in sheet.sections if section.id not in ours for b in section.blocks for w in _words(b)]
    assert words
    assert [each for each in words if each not in told] == []


test_the_sheet_is_one_page = pytest.mark.browser(test_the_sheet_is_one_page)


def _words(block: object) -> list[str]:
    return [*getattr(block, "paragraphs", ()), *(point.text for point in getattr(block, "points", ()))]


def test_cells_that_a_spreadsheet_would_run_are_words() -> None:
    assert rows(csv_bytes([["=1+1", "+44", "-3", "@x", "plain", "5"]])) == [
        ["'=1+1", "'+44", "'-3", "'@x", "plain", "5"]
    ]


def test_a_bundle_without_actions_has_no_plan() -> None:
    few = bundle(STATES["few"], MADE_ON)
    assert sorted(few) == ["facilitator.html", "figures.csv", "report.html", "report.txt"]
    assert "action-plan.docx" in bundle(STATES["team"], MADE_ON)
    assert {"report.pdf", "facilitator.pdf"} <= set(bundle(STATES["few"], MADE_ON, pdf=True))
