"""What the tests of the store are made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from exit_bridge.store import Arrival

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def arrive() -> Callable[..., Arrival]:
    """Make an arrival: `arrive("A")` differs from `arrive("B")` in content, and in nothing else."""

    def make(content: str = "A", **changes: Any) -> Arrival:
        usual = {
            "survey": "staying-close",
            "response_id": "r-1",
            "wave": "2026-spring",
            "content_hash": sha256(ascii(content).encode()).hexdigest(),
            "revision": None,
            "submitted_at": None,
            "received_at": NOW,
            "document": {"answers": {"rec01": 3}, "comments": {"receptivity": content}},
            "result": {"ingredients": [{"id": "receptivity", "score": 100 / 3}]},
        }
        return Arrival(**usual | changes)

    return make
