"""Does the wall clock keep step? It is set by people and by the network; the monotonic one only ever runs."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic

NOTICED = 60.0
"""Seconds by which the two may part before it counts as a jump; slow corrections stay far below."""


class ClockWatch:
    """Tells of each jump once. A machine that slept has jumped too."""

    def __init__(self) -> None:
        self._wall, self._steady = datetime.now(UTC), monotonic()

    def jumped(self) -> float:
        """Seconds by which the clock was moved since last asked, forwards or back; 0 where it keeps step."""
        wall, steady = datetime.now(UTC), monotonic()
        drift = (wall - self._wall).total_seconds() - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return drift if abs(drift) > NOTICED else 0.0
