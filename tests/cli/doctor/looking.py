"""Running `doctor` and reading what it says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.cli_calls import FIRST, Said, call

from exit_bridge.http import Reply

KEY = "made-up-install-key-0123456789-abcdefghij"
WELL = (
    'public_url = "https://reports.council.example"\n'
    + FIRST
    + '[surveys.first.about]\ncontroller = "Fenmoor"\ncontact = "a@b.example"\nworried_contact = "the duty team"\n'
)
ALONE = 'install_key = "$INSTALL_KEY"\n' + WELL.replace('"group"', '"individuals"\nreply_domains = ["b.example"]')
TO_LEAD = WELL.replace('by = "folder"\ndirectory = "reports"', 'by = "email"\nto = ["lead@council.example"]')
HEALTHY = Reply(200, {}, b'{"status": "ok", "database": "current"}')

PRODUCED: set[tuple[str, int]] = set()
"""File and line of every `Finding(...)` that a test has met."""


def findings(said: Said) -> dict[str, list[str]]:
    """Status -> lines, with what they are about in front."""
    found: dict[str, list[str]] = {"ok": [], "look": [], "broken": []}
    for row in json.loads(said.out):
        found[row["status"]].append(f"{row['about']}: {row['line']}")
        assert bool(row["fix"]) == (row["status"] != "ok"), "what is not fine comes with what to do"
    return found


def examine(settings: Path, *flags: str) -> dict[str, list[str]]:
    """What it finds."""
    return findings(call(settings, "doctor", "--json", *flags))


def wrong(settings: Path, *flags: str) -> list[tuple[str, str]]:
    """Everything that is not ok, as (status, line)."""
    found = examine(settings, *flags)
    return [(status, line) for status in ("look", "broken") for line in found[status]]
