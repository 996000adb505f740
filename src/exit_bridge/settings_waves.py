"""`[[surveys.X.waves]]`: when a round ends, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exit_bridge.errors import SettingsError


@dataclass(frozen=True, slots=True)
class WaveSettings:
    """One round. `closes`: the last day on which answers count. The last three fill the page "What happens next"."""

    name: str
    closes: date | None = None
    young_people_say: str = ""
    what_happens: str = ""
    who: str = ""
    by_when: str = ""


def wave_settings(rows: Sequence[Mapping[str, Any]], where: str) -> dict[str, WaveSettings]:
    """Rounds by name. Raises SettingsError for a name that comes twice and for a day there never was."""
    found: dict[str, WaveSettings] = {}
    for n, row in enumerate(rows, 1):
        if row["name"] in found:
            raise SettingsError("Two rounds have one name", where=f"{where} no. {n}", fix="Rename one of them")
        try:
            closes = date.fromisoformat(row["closes"]) if "closes" in row else None
        except ValueError:
            raise SettingsError(
                "There is no such day", where=f"{where} no. {n}.closes", fix="Write 2026-12-01"
            ) from None
        found[row["name"]] = WaveSettings(**{**row, "closes": closes})
    return found
