from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from exit_bridge.sending import Outgoing


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def make_outgoing() -> Callable[..., Outgoing]:
    """An outgoing result, any field changed by keyword."""

    def make(**changes: Any) -> Outgoing:
        values: dict[str, Any] = {
            "key": "res_7f3a-v2-email0",
            "survey": "staying-close",
            "result_id": "res_7f3a",
            "version": 2,
            "subject": "Your report is ready: staying-close",
            "text": "Five ingredients.\n\nReceptivity: 64\n.\nFrom here your answers suggest more – “steady” growth.\n",
            "html": "<!doctype html>\n<title>Report</title>\n<p>Receptivity: 64 – steady</p>\n",
            "summary": "Start with Measurement.",
            "mail_html": f"<html>\n<body>\n<p>Receptivity: 64 – steady</p>\n<p>{'long ' * 300}</p>\n</body>\n</html>\n",
            "result": {"schema_version": 1, "response_id": "r1", "weakest": ["adaption"], "note": "é"},
            "language": "en",
            "made_at": datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC),
        }
        return Outgoing(**{**values, **changes})

    return make


@pytest.fixture
def outgoing(make_outgoing: Callable[..., Outgoing]) -> Outgoing:
    return make_outgoing()
