"""The form as a PDF that can be read by ear as well (PDF/UA-1), set by Typst: extra `[pdf]`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files

from exit_bridge.paper.types import Sheet
from exit_bridge.reports.pdf import compiled, drawable
from exit_bridge.reports.phrases import phrases

_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The document says no date; the compiler wants one all the same, and the bytes must not depend on the clock."""


def as_pdf(sheet: Sheet) -> bytes:
    """A tagged A4 document, the same bytes every time. Raises ExitBridgeError where typst is not installed."""
    words = drawable(asdict(sheet), phrases(sheet.language))
    return compiled(_template(), _NO_DAY, sheet=json.dumps(words, ensure_ascii=False))


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (files("exit_bridge.paper") / "templates" / "paper.typ").read_bytes()
