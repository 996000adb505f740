"""The report as PDF: the same words and numbers, tagged, the same bytes everywhere, and nothing that acts."""

from __future__ import annotations

import io
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from tests.reports.report_cases import ABOUT, MADE_ON, PROVISIONAL, report, states, submission
from tests.reports.test_report_formats import said

from exit_bridge import reports
from exit_bridge.errors import ExitBridgeError
from exit_bridge.reports import pdf
from exit_bridge.reports.types import Chart, Report

STATES = states()


@pytest.fixture(scope="module")
def read() -> dict[str, PdfReader]:
    """Every kind of report, written and read by another program."""
    return {state: opened(made) for state, made in STATES.items()}


def opened(made: Report) -> PdfReader:
    return PdfReader(io.BytesIO(reports.as_pdf(made, MADE_ON)))


def joined(text: str) -> str:
    """Without spaces and line ends: where lines break is the page's business."""
    return re.sub(r"\s+", "", text)


def words_of(document: PdfReader) -> str:
    return joined(" ".join(re.sub(r"\n?\d+ / \d+\s*$", " ", page.extract_text()) for page in document.pages))


@pytest.mark.parametrize("state", STATES)
def test_every_word_of_the_report_stands_in_the_pdf(read: dict[str, PdfReader], state: str) -> None:
    """Nothing is left out on paper that page, text and mail say."""
    text = words_of(read[state])
    assert [words for words in said(STATES[state]) if joined(words) not in text] == []


@pytest.mark.parametrize("answers", ["", PROVISIONAL])
def test_numbers_are_those_of_the_report(answers: str) -> None:
    """In the chart's words and in its table, ingredient by ingredient, in fixed order."""
    made = report(submission(answers) if answers else submission())
    text = words_of(opened(made))
    (chart,) = [block for section in made.sections for block in section.blocks if isinstance(block, Chart)]
    place = text.index(joined(chart.heading))
    for bar, row in zip(chart.bars, chart.table.rows, strict=True):
        place = text.index(joined(f"{bar.name}{bar.question}{bar.standing}.{bar.detail}"), place)
        assert joined(row.header + "".join(row.cells)) in text


@pytest.mark.parametrize("state", STATES)
def test_the_file_says_that_it_can_be_read_by_ear(read: dict[str, PdfReader], state: str) -> None:
    """PDF/UA-1's mark, title shown, language, and a tree of tags over everything."""
    document, made = read[state], STATES[state]
    root = document.trailer["/Root"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data().decode()
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (a PDF object)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert (root["/Lang"], document.metadata and document.metadata.title) == (made.language, made.subject)
    tags = [str(tag["/S"]) for tag in tagged(root["/StructTreeRoot"])]
    headings = [int(tag[2:]) for tag in tags if re.fullmatch("/H[1-6]", tag)]
    assert headings.count(1) == 1
    assert headings.count(2) == len(made.sections)
    assert all(after - before <= 1 for before, after in zip([0, *headings], headings, strict=False))
    assert tags.count("/Table") == sum(kind == "table" for kind in kinds(made))
    assert tags.count("/TH") >= 2 * tags.count("/Table")
    assert "/Figure" not in tags, "what is drawn says nothing that the words beside it do not"
    assert document.outline, "headings are bookmarks"


def tagged(tag: Any) -> list[Any]:
    """Every element below, in reading order."""
    below = tag.get("/K", [])
    found = []
    for each in below if isinstance(below, list) else [below]:
        element = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(element, dict) and "/S" in element:
            found += [element, *tagged(element)]
    return found


def kinds(made: Report) -> list[str]:
    blocks = [block for section in made.sections for block in section.blocks]
    return ["table" if isinstance(block, Chart) and block.table else block.kind for block in blocks]


def test_the_same_report_is_the_same_file() -> None:
    """To the byte, whatever was written before."""
    first = reports.as_pdf(STATES["group"], MADE_ON)
    reports.as_pdf(STATES["young"], MADE_ON)
    assert reports.as_pdf(STATES["group"], MADE_ON) == first


def test_several_threads_may_want_one_at_a_time() -> None:
    """As workers in one process do."""
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda _: reports.as_pdf(STATES["young"], MADE_ON), range(12)))
    assert len(made) == 12
    assert set(made) == {reports.as_pdf(STATES["young"], MADE_ON)}


def test_words_from_outside_are_only_words() -> None:
    """Neither Typst's own language nor a path acts."""
    hostile = '#read("/etc/passwd") $x^2$ *bold* _it_ @ref <label> // gone \\ #pagebreak() ] } "'
    made = report(submission(comments={"coproduction": hostile}), replace(ABOUT, innovation=hostile))
    text = words_of(opened(made))
    assert text.count(joined(hostile)) >= 2
    assert "root:" not in text


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("Da iawn, ŵ a ŷ — “good” £5 €6 …", "Da iawn, ŵ a ŷ — “good” £5 €6 …"),
        ("good 👍🏽 work", "good [thumbs up sign] work"),
        ("中国 said so", "[letters that this PDF cannot show] said so"),
        ("a \u200d family 👨‍👩‍👧", "a family [man][woman][girl]"),
    ],
)
def test_signs_without_a_shape_are_named(comment: str, shown: str) -> None:
    """PDF/UA-1 forbids empty boxes: readers are told what stood there."""
    text = words_of(opened(report(submission(comments={"coproduction": comment}))))
    assert joined(shown) in text


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra, because it is large."""
    pdf.compiler.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ExitBridgeError, match="needs the package typst") as caught:
        reports.as_pdf(STATES["young"], MADE_ON)
    assert 'pip install ".[pdf]"' in caught.value.fix
