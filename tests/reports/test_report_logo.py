"""An organisation's own picture at the top: shown, named, and nothing that acts."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader
from tests.cli.cli_calls import FIRST, write_settings
from tests.reports.report_cases import ABOUT, INDIVIDUAL, MADE_ON, report, submission

from exit_bridge import reports
from exit_bridge.bank.about import Logo
from exit_bridge.errors import SettingsError
from exit_bridge.settings import load_settings
from exit_bridge.web.pages import _guarded


def png(width: int = 60, height: int = 20) -> bytes:
    """One colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x0d\x52\x5b" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def branded() -> reports.Report:
    return report(about=replace(ABOUT, logo=Logo("png", png())))


def test_it_stands_on_the_page_and_in_no_mail() -> None:
    page = reports.as_html(branded())
    address = "data:image/png;base64," + base64.b64encode(png()).decode()
    assert page.count(f'<img src="{address}" alt="Northmoor Council">') == 1
    assert "img-src data:;" in page
    assert "<img" not in reports.as_mail_html(branded())
    assert reports.as_text(branded()) == reports.as_text(report())
    plain = reports.as_html(report())
    assert "img-src" not in plain
    assert "<img" not in plain


def test_young_people_get_it_too() -> None:
    sent = submission("cop02 2", variant="young-person", context="notice=yes team=yes")
    letter = report(sent, replace(INDIVIDUAL, logo=Logo("png", png())), audience="respondent")
    assert reports.as_html(letter).count("<img") == 1


def test_a_page_served_by_link_may_show_it() -> None:
    """The header's policy is as narrow as it can be."""
    with_logo, without = (_guarded(reports.as_html(each), as_json=False) for each in (branded(), report()))
    assert "img-src data:;" in with_logo.headers["Content-Security-Policy"]
    assert "img-src" not in without.headers["Content-Security-Policy"]


@pytest.mark.browser
def test_a_browser_shows_it(browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(reports.as_html(branded()))
    assert page.evaluate("document.querySelector('img').naturalWidth") == 60
    assert [url for url in asked if not url.startswith("data:")] == []
    assert Axe().run(page).violations_count == 0
    page.close()


def test_it_stands_in_the_pdf_with_its_name() -> None:
    document = PdfReader(io.BytesIO(reports.as_pdf(branded(), MADE_ON)))
    assert len(document.pages[0].images) == 1
    content = document.trailer["/Root"]["/StructTreeRoot"]
    found = []

    def walk(tag: Any) -> None:
        tag = tag.get_object()
        if isinstance(tag, list):
            for each in tag:
                walk(each)
        elif isinstance(tag, dict):
            if "/Alt" in tag:
                found.append(str(tag["/Alt"]))
            if "/K" in tag:
                walk(tag["/K"])

    walk(content)
    assert "Northmoor Council" in found


def settings(folder: Path, logo: str) -> Path:
    return write_settings(folder, f'{FIRST}[surveys.first.about]\nlogo = "{logo}"\n')


def test_it_is_read_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    (tmp_path / "logo.jpg").write_bytes(b"\xff\xd8\xff\xe0 made up")
    assert load_settings(settings(tmp_path, "logo.png")).surveys["first"].about.logo == Logo("png", png())
    assert load_settings(settings(tmp_path, "logo.jpg")).surveys["first"].about.logo.kind == "jpeg"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "The logo cannot be read"),
        (b"<svg onload='alert(1)'/>", "neither PNG nor JPEG"),
        (b"", "neither PNG nor JPEG"),
        (png() + b"0" * 100_000, "larger than 100 kB"),
    ],
)
def test_what_is_no_logo_is_refused(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(SettingsError, match=why):
        load_settings(settings(tmp_path, "logo.png"))
