"""What the tests of the store are made of."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from threading import Barrier
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


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call a function in `n` threads that start together; what they returned. An exception in one is raised here."""

    def run(call: Callable[[int], Any], n: int = 8) -> list[Any]:
        barrier = Barrier(n)

        def wait_and_call(i: int) -> Any:
            barrier.wait(timeout=10)
            return call(i)

        with ThreadPoolExecutor(n) as pool:
            return list(pool.map(wait_and_call, range(n)))

    return run
