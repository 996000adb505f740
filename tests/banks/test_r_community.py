"""A published Google Forms response sheet of 338 people: two scales equal what plain arithmetic makes of them."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cli.cli_calls import call
from tests.conftest import missing

HERE = Path(__file__).parent

# The arithmetic below knows nothing of ours: the places of the questions in the file, and points by hand.
JOY, OUTLOOK = 17, (27, 31, 33, 38)
POINTS = {"Planeo dejar de usarlo": 0, "Espero que disminuya": 1, "Espero que siga igual": 2, "Espero que aumente": 3}
PEOPLE = 338
TWICE = "¿Qué opción refleja mejor la razón principal por la que aprendiste R?"


@pytest.fixture
def published() -> Path:
    folder = os.environ.get("EXIT_BRIDGE_SAMPLES")
    if not folder:
        pytest.skip("name the folder of samples in EXIT_BRIDGE_SAMPLES")
    path = Path(folder) / "google-forms" / "rcommunity2019_es.csv"
    if not path.is_file():
        missing(str(path), "put the published samples there")
    return path


def rows_of(path: Path) -> list[list[str]]:
    """Without the row of headings."""
    head, *rows = table(path)
    assert (len(rows), head.count(TWICE)) == (PEOPLE, 2)
    assert len(path.read_bytes().splitlines()) > PEOPLE + 1, "some cells hold line breaks"
    return rows


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def by_hand(row: list[str]) -> tuple[str, str, str, str]:
    """Score of the one question from 1 to 5, score and number of answers of the other four, and when it was sent."""
    joy = repr(float(Fraction(100 * (int(row[JOY]) - 1), 4))) if row[JOY] else ""
    given = [POINTS[row[place]] for place in OUTLOOK if row[place]]
    outlook = repr(float(Fraction(100 * sum(given), 3 * len(given)))) if 3 * len(given) >= 2 * len(OUTLOOK) else ""
    # The sheet has the month first, as some of its days are above 12. It says nothing of a zone.
    sent = datetime.strptime(row[0], "%m/%d/%Y %H:%M:%S").isoformat() + "Z"  # noqa: DTZ007
    return joy, outlook, str(len(given)), sent


def scored(published: Path, out: Path, mapping: Path) -> tuple[list[dict[str, str]], str]:
    said = call(None, "score", published, "--bank", HERE / "r-community.toml", "--mapping", mapping, "--out", out)
    assert said.code == 0, said.err
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), said.err


def given(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["joy_score"], row["outlook_score"], row["outlook_answered"], row["submitted_at"]


def test_every_row_scores_as_by_hand(published: Path, tmp_path: Path) -> None:
    """A heading that stands twice, line breaks in cells, boxes in one cell, no ids: nobody is lost or mistaken."""
    people = [by_hand(row) for row in rows_of(published)]
    rows, said = scored(published, tmp_path / "scores.csv", HERE / "r-community.mapping.toml")
    assert [given(row) for row in rows] == people
    assert len({row["response_id"] for row in rows}) == PEOPLE
    assert f"{PEOPLE} scored, 0 filtered, 0 refused" in said
    assert "times may" not in said


def test_the_workbook_says_the_same(published: Path, tmp_path: Path) -> None:
    """Its times are real ones, to the millisecond, so no day has to be told."""
    mapping = HERE / "r-community.mapping.toml"
    rows, _ = scored(published, tmp_path / "csv.csv", mapping)
    same, _ = scored(published.with_suffix(".xlsx"), tmp_path / "xlsx.csv", mapping)
    assert [given(row)[:3] for row in same] == [given(row)[:3] for row in rows]
    assert [row["submitted_at"][:19] for row in same] == [row["submitted_at"][:19] for row in rows]


def test_without_its_later_days_the_file_does_not_tell_which_number_is_the_day(published: Path, tmp_path: Path) -> None:
    """Then no time is given, and every score is the same."""
    head, *rows = table(published)
    early = tmp_path / "early.csv"
    with early.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *([f"12/9/2019 {row[0].split()[1]}", *row[1:]] for row in rows)])
    found, said = scored(early, tmp_path / "scores.csv", HERE / "r-community.mapping.toml")
    assert [given(row) for row in found] == [(*by_hand(row)[:3], "") for row in rows]
    assert f"{PEOPLE} times may have the day or the month first and were left out" in said
