"""A published SurveyMonkey export of 1,186 people: one matrix, scored, equals what plain arithmetic makes of it."""

from __future__ import annotations

import csv
import os
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cli.cli_calls import call
from tests.conftest import missing

from exit_bridge.intake.encodings import encoding_of

HERE = Path(__file__).parent

# The arithmetic below knows nothing of ours: the place of the matrix in the file, and points by hand.
MATRIX = slice(15, 29)
POINTS = {
    "Very unfavorably": 1,
    "Somewhat unfavorably": 2,
    "Neither favorably nor unfavorably (neutral)": 3,
    "Somewhat favorably": 4,
    "Very favorably": 5,
}
PEOPLE = 1186


@pytest.fixture
def published() -> Path:
    folder = os.environ.get("EXIT_BRIDGE_SAMPLES")
    if not folder:
        pytest.skip("name the folder of samples in EXIT_BRIDGE_SAMPLES")
    path = Path(folder) / "surveymonkey" / "StarWars.csv"
    if not path.is_file():
        missing(str(path), "put the published samples there")
    return path


def by_hand(path: Path) -> dict[str, tuple[str, str, str]]:
    """Person -> status, number of answers and score, of all who answered anything of the matrix or said N/A."""
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file))[2:]
    assert len(rows) == PEOPLE
    people = {}
    for row in rows:
        cells = [cell for cell in row[MATRIX] if cell]
        values = [POINTS[cell] for cell in cells if cell != "Unfamiliar (N/A)"]
        if not cells:
            continue
        if 3 * len(values) >= 2 * 14:
            status = "scored"
        else:
            status = "provisional" if len(values) >= 4 and 2 * len(values) >= 14 else "not_scored"
        score = Fraction(100 * sum(value - 1 for value in values), 4 * len(values)) if status != "not_scored" else None
        people[row[0]] = (status, str(len(values)), "" if score is None else repr(float(score)))
    return people


def test_every_row_scores_as_by_hand(published, tmp_path):
    """Two rows of headings, bytes that are not UTF-8, people who left half-way: each is scored or counted."""
    people, out = by_hand(published), tmp_path / "scores.csv"
    bank, mapping = HERE / "characters.toml", HERE / "characters.mapping.toml"
    said = call(None, "score", published, "--bank", bank, "--mapping", mapping, "--out", out)
    assert said.code == 0, said.err
    rest = PEOPLE - len(people)
    assert f"{len(people)} scored, {rest} filtered ({rest} blank), 0 refused" in said.err
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    given = {
        row["response_id"]: tuple(row[f"characters_{part}"] for part in ("status", "answered", "score")) for row in rows
    }
    assert (people, len(rows)) == (given, len(people))
    assert {"scored", "provisional", "not_scored"} == {status for status, *_ in people.values()}


def test_the_file_is_no_utf_8(published):
    """As the test above takes for granted: its headings hold two bytes that are none."""
    assert encoding_of(published, published.read_bytes()[:4096], None) == "cp1252"
    assert b"\x8c\xe6" in published.read_bytes()
