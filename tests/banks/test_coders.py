"""A published Typeform export of 59 people, of 2016: one question, scored, equals what plain arithmetic makes of it."""

from __future__ import annotations

import csv
import os
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cli.cli_calls import call
from tests.conftest import missing

HERE = Path(__file__).parent

# The arithmetic below knows nothing of ours: the place of the question in the file, and points by hand.
PLACE = 5
POINTS = {"I haven't decided": 0, "Within 7 to 12 months": 1, "Within the next 6 months": 2, "I'm already applying": 3}
PEOPLE = 59


@pytest.fixture
def published() -> Path:
    folder = os.environ.get("EXIT_BRIDGE_SAMPLES")
    if not folder:
        pytest.skip("name the folder of samples in EXIT_BRIDGE_SAMPLES")
    path = Path(folder) / "typeform" / "freecodecamp2016_part1_first60lines.csv"
    if not path.is_file():
        missing(str(path), "put the published samples there")
    return path


def test_every_row_scores_as_by_hand(published: Path, tmp_path: Path) -> None:
    """A column for each choice, a heading that stands four times, no `Response Type` yet: everybody is counted."""
    with published.open(encoding="utf-8", newline="") as file:
        _, *rows = list(csv.reader(file))
    assert len(rows) == PEOPLE
    people = {row[0]: repr(float(Fraction(100 * POINTS[row[PLACE]], 3))) for row in rows if row[PLACE]}
    out, bank, mapping = tmp_path / "scores.csv", HERE / "coders.toml", HERE / "coders.mapping.toml"
    said = call(None, "score", published, "--bank", bank, "--mapping", mapping, "--out", out)
    assert said.code == 0, said.err
    rest = PEOPLE - len(people)
    assert f"{len(people)} scored, {rest} filtered ({rest} blank), 0 refused" in said.err
    with out.open(encoding="utf-8", newline="") as file:
        given = {row["response_id"]: row["applying_score"] for row in csv.DictReader(file)}
    assert given == people


def test_the_tool_is_known_by_its_headings(published: Path, tmp_path: Path) -> None:
    """Without the mapping file's word for it; columns of choices are left out, and nobody's network id is kept."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text((HERE / "coders.mapping.toml").read_text().replace('platform = "typeform"', ""))
    out = tmp_path / "scores.csv"
    said = call(None, "score", published, "--bank", HERE / "coders.toml", "--mapping", mapping, "--out", out)
    assert said.code == 0, said.err
    assert "read as Typeform" in said.err
    with published.open(encoding="utf-8", newline="") as file:
        ids = {row[50] for row in list(csv.reader(file))[1:]}
    assert not [name for name in ids if name in out.read_text("utf-8")]
