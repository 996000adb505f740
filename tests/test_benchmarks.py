"""The benchmarks run, say what they promise and judge. Their figures are no matter of these tests."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.conftest import POSTGRES, missing

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"

FEW = ("--stores", "sqlite", "--count", 40, "--every", 0.05)

pytestmark = [pytest.mark.server, pytest.mark.skipif(sys.platform != "linux", reason="they read /proc")]


def run(name: str, *flags: object, code: int = 0) -> str:
    command = [sys.executable, BENCHMARKS / f"{name}.py", *map(str, flags)]
    environ = {**os.environ, "EXIT_BRIDGE_TEST_POSTGRES": POSTGRES, "EXIT_BRIDGE_NO_PLUGINS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=280)
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def server() -> None:
    """gunicorn and aiosmtpd, which the service under load is made of."""
    for name in ("gunicorn", "aiosmtpd"):
        if find_spec(name) is None:
            missing(name, f"pip install {name}")


@pytest.fixture
def stores() -> list[str]:
    """Both stores, where PostgreSQL answers."""
    import psycopg

    try:
        psycopg.connect(POSTGRES, connect_timeout=5).close()
    except psycopg.OperationalError:
        missing("PostgreSQL", "start a server and name it in EXIT_BRIDGE_TEST_POSTGRES")
    return ["sqlite", "postgresql"]


def kept(folder: Path, name: str) -> dict:
    """The figures that were saved, and a picture that everybody can read beside them."""
    root = ET.parse(folder / f"{name}.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert ("img", "t d") == (root.get("role"), root.get("aria-labelledby"))
    assert all(root.find(f"{space}{part}").text for part in ("title", "desc"))
    figures = json.loads((folder / f"{name}.json").read_text("utf-8"))
    assert figures["command"].startswith(f"python benchmarks/{name}.py --")
    assert str(folder) not in json.dumps(figures)
    return figures


def test_a_load_is_accepted_drained_and_whole(tmp_path, server):
    """Everything accepted is stored and mailed once; the figures hold a ratio to raw commits and the backlog."""
    run("sustained", "--stores", "sqlite", "--seconds", 1, "--processes", 1, "--workers", 1, "--save", tmp_path)
    figures = kept(tmp_path, "sustained")
    ((row,), (paced,)) = figures["full"], figures["paced"]
    assert row["accepted"] == row["stored"] == row["done"] == row["mails"] == row["ids"]
    assert row["accepted"] > 20
    assert row["ratio"] == pytest.approx(row["per_second"] / row["raw"])
    assert row["backlog"][-1][1] == 0 or row["drained_within"] is not None
    assert paced["whole"]
    assert paced["longest_backlog"] <= figures["bound"] * paced["pace"]


def test_a_backlog_past_the_bound_is_judged(server):
    """No backlog is below zero, so a bound below it must end the run with 1."""
    said = run(
        "sustained",
        *["--stores", "sqlite", "--seconds", "1", "--processes", "1", "--workers", "1", "--bound", "-1"],
        code=1,
    )
    assert said.rstrip().endswith("once: NO")


def test_memory_is_measured(tmp_path, server):
    """Web and worker, by submissions. So short a run still fills caches, so the bound is wide here."""
    run("memory", *FEW, "--bound", 1_000_000, "--save", tmp_path)
    figures = kept(tmp_path, "memory")
    assert {"sqlite, web", "sqlite, worker"} == set(figures["processes"])
    assert all(row["flat"] and 10 < row["most_mib"] < 1000 for row in figures["processes"].values())


@pytest.mark.parametrize(
    ("mib", "flat"),
    [
        (lambda n: 60, True),
        (lambda n: 60 + min(n, 8000) / 1000, True),  # caches that fill in the first tenth
        (lambda n: 60 + n / 10_000, False),
        (lambda n: 60 if n < 90_000 else 70, False),  # one step at the end
        (lambda n: 60 + 0.5 * (n % 2), True),
    ],
)
def test_what_counts_as_flat(mib, flat):
    """At most 20 KiB for a thousand submissions, by the line through all readings and from the first to the last."""
    points = [(n, mib(n)) for n in range(0, 100_001, 500)]
    assert flat == module("memory").judged(points, 100_000, 20)["flat"]


@pytest.mark.postgres
def test_claims_are_measured_on_both_stores(tmp_path, stores):
    """Among few and many finished jobs by turns, with the ratio that the exit code judges."""
    few, many = 50, 500
    run("claims", "--finished", few, many, "--rounds", 1, "--jobs", 3, "--bound", 1000, "--save", tmp_path)
    figures = kept(tmp_path, "claims")
    assert stores == list(figures["ratios"])
    for kind, medians in figures["medians_us"].items():
        assert [str(few), str(many)] == list(medians)
        assert figures["ratios"][kind] == pytest.approx(medians[str(many)]["claim"] / medians[str(few)]["claim"])
    run("claims", "--stores", "sqlite", "--finished", few, many, "--rounds", 1, "--jobs", 1, "--bound", 0, code=1)


def module(name: str):
    """One of the scripts, which find each other because they lie in one folder."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return loaded


@pytest.mark.parametrize(
    ("highest", "steps"),
    [
        (0, [0, 1]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (87, [0, 20, 40, 60, 80, 100]),
        (1200, [0, 200, 400, 600, 800, 1000, 1200]),
    ],
)
def test_an_axis_has_round_numbers_up_to_the_highest(highest, steps):
    """Few of them, from nothing on."""
    assert steps == pytest.approx(module("plot").steps(highest))


def test_reports() -> None:
    """Both ratios are printed and judged."""
    said = run("reports", "--reports", 10, "--rounds", 1, "--page", 50, "--pdf", 50)
    assert "page, text / bare Jinja: " in said
    assert "PDF / bare Typst: " in said
    run("reports", "--reports", 10, "--rounds", 1, "--page", 0, "--pdf", 50, code=1)


def test_many_reports() -> None:
    """Memory with ten times as many rows, beside so many."""
    said = run("many", "--rows", 60, "--memory", 3)
    assert "60 reports: " in said
    assert "peak of memory, ten times as many / so many: " in said
    run("many", "--rows", 60, "--memory", 0.1, code=1)


def test_what_chance_does() -> None:
    """The same figures for the same seed, others for another."""
    first = run("chance", "--teams", 3)
    assert first.count("| People |") == 4
    assert first == run("chance", "--teams", 3)
    assert first.partition("\n")[2] != run("chance", "--teams", 3, "--seed", 2).partition("\n")[2]
