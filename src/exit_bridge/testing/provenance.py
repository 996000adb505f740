"""Where recorded files come from: the table in PROVENANCE.md, which people and checks read alike."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from exit_bridge.platforms.base import Platform
from exit_bridge.testing.recorded import exports_in
from exit_bridge.testing.saying import must, todo

HEAD = ["file", "what it holds", "provenance"]
SYNTHETIC = "synthetic"
KINDS = ("recorded", "ours", "from vendor docs", SYNTHETIC)
"""What a provenance may begin with. Only the last needs a source in any case: `synthetic from …`."""

_KIND = re.compile(r"(recorded|ours|from vendor docs)(?:[:,;] \S.*)?|(synthetic) from \S.*")
_SUITS = {
    "recorded": ({"recorded"}, "each of its rows is `recorded`"),
    "ours": ({"ours"}, "each of its rows is `ours`"),
    "from vendor docs": ({"from vendor docs", SYNTHETIC, "recorded"}, "none of its rows is `ours`"),
}
"""By `evidence` of a platform: what its rows may be, in words too. One that was not recorded may get recorded cases."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """One row: the cases it is about, what they hold, where that comes from, and the kind, empty if it is none."""

    cases: tuple[str, ...]
    holds: str
    source: str
    kind: str


def provenance(text: str) -> list[Provenance]:
    """The rows of the table in a PROVENANCE.md, in its order; none where the table has other headings."""
    lines = [line.strip() for line in text.splitlines() if line.lstrip().startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if rows[:1] != [HEAD]:
        return []
    return [_row(row) for row in rows[2:] if len(row) == len(HEAD)]


def _row(cells: list[str]) -> Provenance:
    files, holds, source = cells
    kind = _KIND.fullmatch(source)
    return Provenance(tuple(re.findall(r"`([^`]+)`", files)), holds, source, (kind[1] or kind[2]) if kind else "")


def check_provenance(platform: Platform, folder: Path) -> None:
    """PROVENANCE.md has one row for every recorded case, none for any other, and agrees with `evidence`."""
    path = folder / "PROVENANCE.md"
    must(path.is_file(), todo(platform, "say where the recorded files come from", "recorded/PROVENANCE.md"))
    rows = provenance(path.read_text("utf-8"))
    must(rows, todo(platform, f"begin the table with `| {' | '.join(HEAD)} |` and fill it", path.name))
    told = Counter(case for row in rows for case in row.cases)
    recorded = {file.stem for file in (*folder.glob("*.body"), *exports_in(folder))}
    for case in sorted(recorded - told.keys()):
        must(False, todo(platform, f"say where `{case}` comes from", path.name))
    for case, times in sorted(told.items()):
        must(case in recorded, f"{platform.name}, {path.name}: `{case}` has a row and no files")
        must(times == 1, f"{platform.name}, {path.name}: `{case}` has {times} rows")
    for row in rows:
        where = f"{platform.name}, {path.name}, {', '.join(row.cases) or 'a row without a file'}"
        must(row.cases and row.holds, f"{where}: name the files as `code`, and say what they hold")
        must(row.kind, f"{where}: begin the provenance with one of: {', '.join(KINDS[:-1])}, synthetic from …")
    kinds = {row.kind for row in rows}
    suits, wanted = _SUITS[platform.evidence]
    must(kinds <= suits, f"{platform.name} says evidence = {platform.evidence!r}, so {wanted}")
    if kinds == {"recorded"}:
        must(platform.evidence == "recorded", todo(platform, "say that all was recorded", 'evidence = "recorded"'))
