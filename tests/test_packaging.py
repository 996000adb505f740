"""What is built holds all that is needed, and its types are of use to others."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "exit_bridge"

PROGRAM = """
from pathlib import Path

from exit_bridge import decode, load_bank, result_document, score, testing
from exit_bridge.intake import Declined, DeployedForm
from exit_bridge.platforms.base import Platform, RawResponse


def scores(raw: RawResponse, form: DeployedForm) -> dict[str, object]:
    submission = decode(raw, form)
    if isinstance(submission, Declined):
        return {}
    bank = load_bank("exit-open@1")
    return result_document(submission, score(submission, bank), bank, "w")


def test_mine(mine: Platform) -> None:
    testing.check_platform(mine, Path("recorded"))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from this checkout as an installer would."""
    if find_spec("hatchling") is None:
        missing("hatchling", "pip install hatchling")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", out, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    """Banks, templates, phrases, schemas and the mark of a typed package are easily left behind."""
    files = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    wanted = {name for name in files if "__pycache__" not in name}
    assert {"exit_bridge/py.typed", "exit_bridge/bank/data/bank.schema.json"} <= wanted
    assert wanted - set(wheel.namelist()) == set()


def test_the_wheel_brings_the_command(wheel):
    """`exit-bridge` is what pip puts on the path."""
    (entry_points,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    assert "exit-bridge = exit_bridge.cli:main" in wheel.read(entry_points).decode()


def test_nothing_else_is_in_the_wheel(wheel):
    """No test, no page and no file of this machine."""
    assert {name.split("/")[0].partition("-")[0] for name in wheel.namelist()} == {"exit_bridge"}


def test_the_source_archive_can_check_itself(tmp_path):
    """Who builds from source gets the checks, the tests and the benchmarks with it."""
    if find_spec("hatchling") is None:
        missing("hatchling", "pip install hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for wanted in (".ci", "benchmarks", "docs", "form_definitions", "src", "tests"):
        files = {file for file in (ROOT / wanted).rglob("*") if file.is_file() and "__pycache__" not in file.parts}
        assert {file.relative_to(ROOT).as_posix() for file in files} - names == set()


def test_promised_names_have_types(tmp_path):
    """A program of somebody else's that uses them passes mypy --strict, and one that misuses them does not."""
    if find_spec("mypy") is None:
        pytest.skip("mypy is missing: pip install mypy")
    (tmp_path / "right.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "wrong.py").write_text(PROGRAM.replace('"exit-open@1"', "1"), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file="]
    done = subprocess.run(
        [*command, f"--cache-dir={tmp_path}", "right.py", "wrong.py"], cwd=tmp_path, capture_output=True, text=True
    )
    errors = [line for line in done.stdout.splitlines() if " error: " in line]
    assert [line.partition(":")[0] for line in errors] == ["wrong.py"], done.stdout
    assert 'Argument 1 to "load_bank"' in errors[0]
