"""A published LimeSurvey export of 273 people, scored by a bank of codes, equals what plain arithmetic makes of it."""

from __future__ import annotations

import csv
import os
import random
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cli.cli_calls import call
from tests.conftest import missing

HERE = Path(__file__).parent

# The arithmetic below knows nothing of ours: headings as published, points by hand, one item turned round.
AGREE = {"strongly disagree": 1, "disagree": 2, "neither agree or disagree": 3, "agree": 4, "strongly agree": 5}
OFTEN = {"never": 1, "sometimes": 2, "often": 3, "very often": 4, "always": 5}
SCALES = {
    "feedback": (OFTEN, ["perfCheck1", "perfCheck2", "perfCheck4", "perfCheck5", "perfCheck6", "perfCheck7"]),
    "leaving": (AGREE, ["turnOver5", "turnOver6"]),
    "recognition": (AGREE, ["affRec1", "affRec2", "affRec3", "affRec4", "affRec5"]),
    "prospects": (AGREE, ["percEmp1", "percEmp2", "percEmp3"]),
    "satisfaction": (AGREE, ["affSat1", "affSat2", "affSat3", "affSat4"]),
    "progress": (AGREE, ["progRSE1", "progRSE2", "progRSE3", "progRSE4", "progRSE5"]),
}
TURNED_ROUND = "turnOver5"


@pytest.fixture
def published() -> Path:
    folder = os.environ.get("EXIT_BRIDGE_SAMPLES")
    if not folder:
        pytest.skip("name the folder of samples in EXIT_BRIDGE_SAMPLES")
    path = Path(folder) / "limesurvey" / "rse2016_uk_codetext.csv"
    if not path.is_file():
        missing(str(path), "put the published samples there")
    return path


def scored(path: Path, out: Path) -> list[dict[str, str]]:
    """Every row of `score`, after it told what became of all of them."""
    bank, mapping = HERE / "rse-2016.toml", HERE / "rse-2016.mapping.toml"
    said = call(None, "score", path, "--bank", bank, "--mapping", mapping, "--out", out)
    assert (said.code, "273 scored, 0 filtered, 0 refused" in said.err) == (0, True), said.err
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_hand(path: Path) -> list[dict[str, tuple[str, int, Fraction | None]]]:
    """Scale -> status, number of answers and score of every person, from the raw file."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    place = {heading.partition(".")[0]: number for number, heading in enumerate(head)}
    people = []
    for row in rows:
        person = {}
        for scale, (points, items) in SCALES.items():
            given = {item: points[row[place[item]].strip().lower()] for item in items if row[place[item]].strip()}
            values = [6 - point if item == TURNED_ROUND else point for item, point in given.items()]
            score = Fraction(100 * sum(value - 1 for value in values), 4 * len(values)) if values else None
            if 3 * len(values) >= 2 * len(items):
                person[scale] = ("scored", len(values), score)
            elif len(values) >= 4 and 2 * len(values) >= len(items):
                person[scale] = ("provisional", len(values), score)
            else:
                person[scale] = ("not_scored", len(values), None)
        people.append(person)
    return people


def test_every_row_scores_as_by_hand(published, tmp_path):
    """To the last row: labels with a space too many, in two spellings, and an index column without a heading."""
    rows, people = scored(published, tmp_path / "scores.csv"), by_hand(published)
    assert [str(number) for number in range(273)] == [row["response_id"] for row in rows]
    expected = [
        {
            scale: (status, str(n), "" if score is None else repr(float(score)))
            for scale, (status, n, score) in p.items()
        }
        for p in people
    ]
    given = [{s: tuple(row[f"{s}_{part}"] for part in ("status", "answered", "score")) for s in SCALES} for row in rows]
    assert expected == given
    assert {"scored", "not_scored"} == {status for person in people for status, *_ in person.values()}


def test_the_order_of_columns_means_nothing(published, tmp_path):
    """The survey showed its statements in random order, and exports follow: shuffled columns score the same."""
    with published.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    order = list(range(1, len(rows[0])))
    random.Random(2016).shuffle(order)
    shuffled = tmp_path / "shuffled.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row[place] for place in (0, *order)] for row in rows)
    assert scored(published, tmp_path / "as-is.csv") == scored(shuffled, tmp_path / "other.csv")
