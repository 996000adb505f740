"""`wave`, `team` and `demo --team`: what a coordinator types, and what comes of it."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pypdf import PdfReader
from tests.cli.cli_calls import SECRET, call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.cli import demo_team
from exit_bridge.platforms.base import Delivery
from exit_bridge.scoring import team_schema
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

ITEMS = load_bank().variants["full"].items
SETTINGS = """
[surveys.each]
platform = "generic"
bank = "exit-open@1"
answered_by = "individuals"
individual_reports = "none"
auth = "path"
secrets = ["$FIRST_SECRET"]
wave = "autumn"
[surveys.each.about]
innovation = "The Landing"
contact = "survey@fenmoor.example"
[[surveys.each.waves]]
name = "autumn"
closes = "2031-01-31"
young_people_say = "Ask us first."
{next}

[surveys.groups]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
"""
NEXT = """
what_happens = "Two of you join the board."
who = "The head of service"
by_when = "31 March"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = write_settings(tmp_path, SETTINGS.format(next=NEXT))
    assert call(path, "db", "upgrade").code == 0
    return path


def sent(settings: Path, n: int, level: int = 3, start: str = "p", **more: Any) -> None:
    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        for k in range(n):
            document = {
                "response_id": f"{start}{k}",
                "context": {"notice": "yes", "team": "yes", "role": "front"},
                "answers": dict.fromkeys(ITEMS, level),
            } | more
            delivery = Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET)
            (outcome,) = Bridge(loaded, store).receive("each", delivery)
            assert outcome.status == "accepted"


def test_a_round_from_the_first_answer_to_the_last_page(settings: Path, tmp_path: Path) -> None:
    sent(settings, 7, 2)
    assert call(settings, "wave", "list", "each").out.splitlines()[1].split() == ["autumn", "7", "2031-01-31", "0"]
    early = call(settings, "team", "each", "--out", tmp_path / "out")
    assert (early.code, "This wave is not closed; so far 7 submission(s)" in early.err) == (2, True), early.err
    closed = call(settings, "wave", "close", "each")
    assert (closed.code, closed.out) == (0, "Closed with 7 people counted. Read it: exit-bridge team each --out DIR\n")
    said = call(settings, "team", "each", "--out", tmp_path / "out", "--pdf")
    assert said.code == 0, said.err
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        "action-plan.csv",
        "action-plan.docx",
        "facilitator.html",
        "facilitator.pdf",
        "figures.csv",
        "report.html",
        "report.pdf",
        "report.txt",
        "team.json",
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in out.iterdir())
    text = (out / "report.txt").read_text("utf-8")
    assert text.index("Ask us first.") < text.index("7 people let their answers be counted.")
    document = json.loads((out / "team.json").read_text("utf-8"))
    assert [document[key] for key in ("survey", "wave", "report", "n", "bank")] == [
        "each",
        "autumn",
        1,
        7,
        "exit-open@1",
    ]
    assert list(Draft202012Validator(team_schema()).iter_errors(document)) == []
    page = call(settings, "wave", "next", "each", "--out", tmp_path / "next", "--pdf")
    assert page.code == 0, page.err
    text = (tmp_path / "next" / "next.txt").read_text("utf-8")
    for words in (
        "7 people answered",
        "Two of you join the board.",
        "The head of service",
        "31 March",
        "Ask us first.",
    ):
        assert words in text
    assert len(PdfReader(tmp_path / "next" / "next.pdf").pages) == 1
    assert json.loads(call(settings, "wave", "list", "each", "--json").out)[0]["reports"] == 1


def test_a_second_report_is_asked_for_and_refused(settings: Path) -> None:
    sent(settings, 7)
    assert call(settings, "wave", "close", "each").code == 0
    again = call(settings, "wave", "close", "each")
    assert (again.code, "--again" in again.err) == (2, True)
    refused = call(settings, "wave", "close", "each", "--again")
    assert (refused.code, "Its report stays as it is" in refused.err) == (1, True)
    sent(settings, 5, start="late")
    assert call(settings, "wave", "close", "each", "--again").code == 0


@pytest.mark.parametrize("gone", ["what_happens", "who", "by_when"])
def test_the_page_needs_what_only_the_coordinator_can_say(tmp_path: Path, gone: str) -> None:
    rest = "\n".join(line for line in NEXT.splitlines() if not line.startswith(gone))
    path = write_settings(tmp_path, SETTINGS.format(next=rest))
    call(path, "db", "upgrade")
    said = call(path, "wave", "next", "each", "--out", tmp_path / "next")
    assert (said.code, f"The page needs {gone}" in said.err) == (2, True)
    assert not (tmp_path / "next").exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (["wave", "close", "each"], "Fewer than 5 people can be counted"),
        (["wave", "close", "groups"], "Groups answer this survey"),
        (["wave", "close", "nobody"], "There is no survey 'nobody'"),
        (["team", "nobody", "--out", "x"], "There is no survey 'nobody'"),
        (["team", "no.csv", "--out", "x"], "There is no such file (no.csv)"),
        (["compare", "no.csv", "--out", "x"], "There is no such file (no.csv)"),
        (["team", "no.csv", "neither.csv", "--out", "x"], "There is no such file (no.csv)"),
        (["team", "each", "--since", "spring", "--out", "x"], "stands beside the one before it by itself"),
        (["team", "each", "--platform", "generic", "--out", "x"], "These options are for export files"),
    ],
)
def test_what_cannot_be_done_is_said(settings: Path, line: list[str], why: str) -> None:
    said = call(settings, *line)
    assert said.code in (1, 2)
    assert why in said.err


@pytest.mark.parametrize(
    ("waves", "fault"),
    [
        ('name = "a"\n[[surveys.each.waves]]\nname = "a"', "Two rounds have one name"),
        ('name = "a"\ncloses = "2026-02-30"', "There is no such day"),
        ('name = "a"\ncloses = "soon"', "closes"),
        ("closes = 2026-02-03", "closes"),
    ],
)
def test_rounds_in_the_settings_are_checked(tmp_path: Path, waves: str, fault: str) -> None:
    head = SETTINGS.partition("[[surveys.each.waves]]")[0]
    path = write_settings(tmp_path, f"{head}[[surveys.each.waves]]\n{waves}\n")
    assert fault in call(path, "wave", "list", "each").err


def test_the_floor_of_roles_cannot_go_below_five(tmp_path: Path) -> None:
    text = SETTINGS.format(next="").replace('wave = "autumn"', 'wave = "autumn"\nrole_floor = 4')
    assert "role_floor" in call(write_settings(tmp_path, text), "wave", "list", "each").err


# -- from export files -----------------------------------------------------------------------------------------------


def export(path: Path, rows: list[dict[str, Any]]) -> Path:
    """As the generic tool's CSV has it."""
    names = ["response_id", "wave", "notice", "team", "role", "stage", *ITEMS]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({"notice": "yes", "team": "yes", "role": "front", "stage": "sustaining"} | row for row in rows)
    return path


def row(name: str, level: int, wave: str = "autumn", **more: Any) -> dict[str, Any]:
    return {"response_id": name, "wave": wave, **dict.fromkeys(ITEMS, level), **more}


def test_a_team_from_exports(tmp_path: Path) -> None:
    """By the same floors, saying that whoever holds the rows sees them."""
    rows = [row(f"p{k}", 3) for k in range(8)] + [row(f"no{k}", 1, team="no") for k in range(8)]
    rows += [row(f"s{k}", 1, "spring") for k in range(8)]
    path = export(tmp_path / "answers.csv", rows)
    several = call(None, "team", path, "--out", tmp_path / "out")
    assert "These files hold several rounds: autumn, spring" in several.err
    said = call(None, "team", path, "--wave", "autumn", "--since", "spring", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert "Whoever holds these export files sees every answer in them" in said.err
    text = " ".join((tmp_path / "out" / "report.txt").read_text("utf-8").split())
    assert "8 people let their answers be counted." in text
    assert "Whoever holds those files sees every answer" in text
    assert "Clearly higher: Receptivity" in text


def test_a_response_in_two_files_counts_once(tmp_path: Path) -> None:
    """As the later file has it, whichever is read first."""
    first = export(tmp_path / "first.csv", [row(f"p{k}", 2) for k in range(8)])
    second = export(tmp_path / "second.csv", [row(f"p{k}", 4) for k in range(6)])
    assert call(None, "team", first, second, "--out", tmp_path / "out").code == 0
    document = json.loads((tmp_path / "out" / "team.json").read_text("utf-8"))
    assert document["n"] == 8
    assert document["ingredients"][0]["mean"] == 63  # 62.5: six at 75 and two at 25


def test_refused_rows_are_told(tmp_path: Path) -> None:
    rows = [row(f"p{k}", 3) for k in range(6)] + [row("bad", 3, rec01="very much")]
    said = call(None, "team", export(tmp_path / "answers.csv", rows), "--out", tmp_path / "out")
    assert (said.code, "1 row(s) were refused" in said.err, "very much" in said.err) == (3, True, False)
    assert json.loads((tmp_path / "out" / "team.json").read_text("utf-8"))["n"] == 6


@pytest.mark.parametrize("n", range(5))
def test_exports_of_too_few_give_a_report_that_says_so(tmp_path: Path, n: int) -> None:
    """And nothing else: the same for one to four."""
    path = export(tmp_path / "answers.csv", [row(f"p{k}", 1 + k) for k in range(n)] + [row("no", 2, team="no")])
    said = call(None, "team", path, "--out", tmp_path / "out")
    assert said.code == 0, said.err
    text = " ".join((tmp_path / "out" / "report.txt").read_text("utf-8").split())
    assert "Too few people have answered for figures about the team: at least 5 are needed." in text
    other = tmp_path / "other"
    call(None, "team", export(tmp_path / "four.csv", [row(f"q{k}", 5) for k in range(4)]), "--out", other)
    document = json.loads((other / "team.json").read_text("utf-8"))
    assert list(Draft202012Validator(team_schema()).iter_errors(document)) == []
    for name in ("report.txt", "report.html", "figures.csv", "team.json", "facilitator.html"):
        assert (other / name).read_bytes() == (tmp_path / "out" / name).read_bytes(), name


# -- the demo --------------------------------------------------------------------------------------------------------


def test_the_demo_writes_every_format(tmp_path: Path) -> None:
    said = call(None, "demo", "--team", "--out", tmp_path)
    assert said.code == 0, said.err
    assert {path.name for path in tmp_path.iterdir()} == {"groups", "team-spring", "team-autumn", "next"}
    document = json.loads((tmp_path / "team-autumn" / "team.json").read_text("utf-8"))
    assert (document["n"], document["roles"]) == (14, [{"role": "front", "n": 5}, {"role": "others", "n": 9}])
    for folder in ("groups", "team-spring", "team-autumn"):
        kinds = {path.suffix for path in (tmp_path / folder).iterdir()}
        assert kinds >= {".html", ".txt", ".csv", ".docx", ".pdf"}
        assert len(PdfReader(tmp_path / folder / "facilitator.pdf").pages) == 1
    figures = list(csv.reader(io.StringIO((tmp_path / "team-autumn" / "figures.csv").read_text("utf-8-sig"))))
    assert [
        "Since the round “spring”",
        "The means of both rounds",
        "Measurement",
        "Change",
        "clearly higher",
    ] in figures


def test_the_demo_says_what_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_team, "find_spec", lambda _: None)
    said = call(None, "demo", "--team", "--out", tmp_path)
    assert 'For PDFs too, in the repository of exit-bridge: pip install ".[pdf]"' in said.out
    assert not list(tmp_path.rglob("*.pdf"))
