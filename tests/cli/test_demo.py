"""`demo`: the whole way, really gone, and nothing left running."""

from __future__ import annotations

import email
import email.policy
import json
import re
import subprocess
import sys
from pathlib import Path
from threading import enumerate as all_threads
from time import monotonic

import pytest
from tests.cli.cli_calls import call

from exit_bridge.bank import load_bank
from exit_bridge.cli import demo as demo_module
from exit_bridge.cli.demo_answers import answers, surveys
from exit_bridge.worker import Worker


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXIT_BRIDGE_SETTINGS", "/nosuch/exit-bridge.toml")


@pytest.mark.server
def test_the_first_command_of_the_readme(tmp_path: Path) -> None:
    """In an empty folder, with no settings: two reports as four files each, in a few seconds, and all of it said."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    began = monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "exit_bridge", "demo"],
        cwd=tmp_path,
        env={"PATH": "", "TMPDIR": str(temporary), "EXIT_BRIDGE_SETTINGS": "/nosuch", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        timeout=60,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert monotonic() - began < 20
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"temporary", "demo-output"}
    paths = [
        Path(line.split()[1]) for line in done.stdout.splitlines() if re.match(r"  (HTML|text|JSON|e-mail) ", line)
    ]
    assert [path.name for path in paths] == ["report.html", "report.txt", "result.json", "report.eml"] * 2
    assert all((tmp_path / path).stat().st_size for path in paths)
    text = (tmp_path / paths[1]).read_text("utf-8").rstrip()
    assert text in done.stdout
    assert text.count("made up") >= 1
    message = email.message_from_bytes((tmp_path / paths[3]).read_bytes(), policy=email.policy.default)
    assert message.get_body(("plain",)) is not None
    assert "Measurement" in (tmp_path / paths[0]).read_text("utf-8")


def test_what_it_tells_fits_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty columns apart from web addresses, the steps in the order in which they happened."""
    monkeypatch.chdir(tmp_path)
    said = call(None, "demo")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= 80
    steps = [line.split()[0] for line in lines[:12] if re.match(r"  [A-Z]", line)]
    assert steps == ["Start", "Deliver", "Deliver", "Keep", "Send", "Stop"]
    assert sum("200 accepted" in line for line in lines) == 2


def test_nothing_goes_on_afterwards(tmp_path: Path) -> None:
    """Neither a thread nor the port; the reports stay, and the database only with --keep."""
    before = set(all_threads())
    said = call(None, "demo", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert set(all_threads()) <= before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["demo-generic", "demo-typeform"]
    assert call(None, "demo", "--out", tmp_path / "out", "--keep").code == 0
    (kept,) = (tmp_path / "out").glob("database-*")
    assert (kept / "demo.sqlite3").is_file()
    assert len(list((tmp_path / "out" / "demo-typeform").glob("*/result.json"))) == 2


def test_the_made_up_answers_show_something(tmp_path: Path) -> None:
    """A sustaining innovation whose measuring lags clearly behind, with answers that could not be given."""
    bank = load_bank()
    call(None, "demo", "--out", tmp_path)
    for name, survey in surveys("unused").items():
        (file,) = (tmp_path / name).glob("*/result.json")
        result = json.loads(file.read_text("utf-8"))
        assert result["weakest"] == ["measurement"]
        assert {row["status"] for row in result["ingredients"]} == {"scored"}
        said = answers(survey)
        assert said["stage"] == "sustaining"
        assert {"dk", "na"} <= {said[item] for item in bank.variants["full"].items}


@pytest.mark.parametrize("flaw", ["worker", "hook", "files"])
def test_it_fails_where_any_of_it_did_not_happen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: str) -> None:
    """A worker that sends nothing, a hook that refuses, a file that is not there: exit code 1 and one line."""
    match flaw:
        case "worker":
            monkeypatch.setattr(demo_module, "DEADLINE", 0.5)
            monkeypatch.setattr(Worker, "step", lambda _: False)
        case "hook":
            monkeypatch.setattr("exit_bridge.cli.hook.scheme_of", lambda _: NoProof())
        case "files":
            monkeypatch.setattr(demo_module, "FILES", {"PDF": "report.pdf"})
    before = set(all_threads())
    said = call(None, "demo", "--out", tmp_path)
    assert said.code == 1
    assert said.err.startswith("exit-bridge: ")
    assert set(all_threads()) <= before


class NoProof:
    in_path = False

    def sign(self, *_: object) -> dict[str, str]:
        return {}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """Before anything starts."""
    (tmp_path / "file").write_text("")
    said = call(None, "demo", "--out", tmp_path / "file" / "out")
    assert said.code == 2
    assert "Name another with --out" in said.err
