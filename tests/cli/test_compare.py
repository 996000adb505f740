"""`compare`: what several groups sent in, side by side, as files for one pair of eyes."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.cli.cli_calls import SECRET, call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

ITEMS = load_bank().variants["full"].items
SETTINGS = """
[surveys.landing]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]
wave = "autumn"
[surveys.landing.about]
innovation = "The Landing"
organisations = ["Harbour House", "Fenmoor Council"]
[[surveys.landing.send]]
by = "folder"
directory = "reports"

[surveys.each]
platform = "generic"
bank = "exit-open@1"
answered_by = "individuals"
individual_reports = "none"
auth = "path"
secrets = ["$FIRST_SECRET"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = write_settings(tmp_path, SETTINGS)
    assert call(path, "db", "upgrade").code == 0
    return path


def sent(settings: Path, response_id: str, level: int = 3, survey: str = "landing", **more: Any) -> None:
    """One form, sent in as a tool would."""
    document = {"response_id": response_id, "context": {"notice": "yes"}, "answers": dict.fromkeys(ITEMS, level)} | more
    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        delivery = Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET)
        (outcome,) = Bridge(loaded, store).receive(survey, delivery)
        assert outcome.status == "accepted"


def test_sheets_lie_side_by_side(settings: Path, tmp_path: Path) -> None:
    """Organisations of the settings first, in their order; those without a name at the end."""
    sent(settings, "r-1", 4, sheet="Young people’s group")
    sent(settings, "r-2", 2, sheet="Fenmoor Council")
    sent(settings, "r-3", 5, sheet=" Harbour House ")
    sent(settings, "r-4", 1, sheet="Fenmoor Council", wave="spring")
    said = call(settings, "compare", "landing", "--out", tmp_path / "out", "--pdf")
    assert said.code == 0, said.err
    assert "3 sheets side by side: " in said.out
    names = ["Harbour House", "Fenmoor Council", "Young people’s group"]
    with (tmp_path / "out" / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["item", *names]
    assert rows[1:] == [[item, "5", "2", "4"] for item in ITEMS]
    page, text = ((tmp_path / "out" / f"report.{kind}").read_text("utf-8") for kind in ("html", "txt"))
    assert "Filled in by: Harbour House, Fenmoor Council, Young people’s group" in text
    assert "You see Receptivity, Co-production, Leadership, Measurement and Adaption" in text
    assert page.count('class="chart titled"') == 5
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}


def test_each_sheet_keeps_a_name_of_its_own(settings: Path, tmp_path: Path) -> None:
    """Two of one name are numbered, and so are those without."""
    for n, name in enumerate(("Harbour House", "Harbour House", None, None)):
        sent(settings, f"r-{n}", sheet=name)
    assert call(settings, "compare", "landing", "--out", tmp_path / "out").code == 0
    head = (tmp_path / "out" / "answers.csv").read_text("utf-8").splitlines()[0]
    assert head == "item,Harbour House (1),Harbour House (2),Group (1),Group (2)"


def test_the_report_of_one_group_names_it(settings: Path) -> None:
    """So that nobody mixes the papers up."""
    sent(settings, "r-1", sheet="Harbour House")
    from exit_bridge.worker import Worker

    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        assert Worker(Bridge(loaded, store)).step()
    (text,) = (settings.parent / "reports" / "landing").glob("*/report.txt")
    assert "Answered by: Harbour House, in one form together" in text.read_text("utf-8")


def test_individuals_are_never_laid_side_by_side(settings: Path, tmp_path: Path) -> None:
    """Nor is the name in their link kept."""
    for n in range(3):
        sent(settings, f"r-{n}", survey="each", sheet="Harbour House")
    with open_store(load_settings(settings).database) as store:
        assert [stored.document.get("sheet") for stored in store.submissions("each")] == [None] * 3
    said = call(settings, "compare", "each", "--out", tmp_path / "out")
    assert (said.code, "this survey asks individuals" in said.err) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("many", "fits"), [(0, False), (1, False), (2, True), (10, True), (11, False)])
def test_two_to_ten(settings: Path, tmp_path: Path, many: int, fits: bool) -> None:
    """What is too few or too many says how many there are."""
    for n in range(many):
        sent(settings, f"r-{n}")
    said = call(settings, "compare", "landing", "--out", tmp_path / "out")
    assert (said.code == 0) is fits
    assert fits or f"There are {many} sheets with scores in a round" in said.err


def test_forms_without_scores_are_left_out(settings: Path, tmp_path: Path) -> None:
    """Young people's answers are a letter and no sheet; an empty form is none either."""
    for n in range(2):
        sent(settings, f"r-{n}")
    sent(settings, "young", variant="young-person", answers={"cop02": 3})
    sent(settings, "empty", answers={}, comments={"adaption": "nothing yet"})
    assert "2 sheets side by side" in call(settings, "compare", "landing", "--out", tmp_path / "out").out


def test_different_forms_are_not_compared(settings: Path, tmp_path: Path) -> None:
    """The longer form asks more than the other."""
    sent(settings, "r-1")
    sent(settings, "r-2", variant="extended")
    said = call(settings, "compare", "landing", "--out", tmp_path / "out")
    assert (said.code, "exit-open@1 extended; exit-open@1 full" in said.err) == (2, True)


def test_then_and_now(settings: Path, tmp_path: Path) -> None:
    """Each group beside itself; who answered once only is named; last round's actions ask what became of them."""
    for name, then, now in (("Harbour House", 1, 5), ("Fenmoor Council", 4, 4), ("Left", 2, None), ("Came", None, 3)):
        for wave, level in (("spring", then), ("autumn", now)):
            if level:
                sent(settings, f"{name}-{wave}", level, sheet=name, wave=wave)
    said = call(settings, "compare", "landing", "--since", "spring", "--out", tmp_path / "out", "--pdf")
    assert said.code == 0, said.err
    assert "2 sheet(s) then and now" in said.out
    text = " ".join((tmp_path / "out" / "report.txt").read_text("utf-8").split())
    assert "Harbour House: clearly higher on Receptivity, Co-production, Leadership, Measurement and Adaption" in text
    assert "Fenmoor Council: clearly" not in text
    assert "Earlier round: spring This round: autumn" in text
    assert "in one of the two rounds only: Came and Left." in text
    assert "Done, begun or dropped" in text
    head = (tmp_path / "out" / "answers.csv").read_text("utf-8").splitlines()[:2]
    assert head == [
        "item,"
        + ",".join(
            f'"{name}, {wave}"' for name in ("Harbour House", "Fenmoor Council") for wave in ("spring", "autumn")
        ),
        "rec01,1,5,4,4",
    ]
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_one_group_alone_may_look_back(settings: Path, tmp_path: Path) -> None:
    """Most surveys have one."""
    sent(settings, "a", 3, wave="spring")
    sent(settings, "b", 3)
    assert call(settings, "compare", "landing", "--since", "spring", "--out", tmp_path / "out").code == 0
    assert "No clear change on any ingredient." in (tmp_path / "out" / "report.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("then", "now", "since", "told"),
    [
        ({"sheet": "A"}, {"sheet": "B"}, "spring", "No group answered in both rounds"),
        ({"variant": "extended"}, {}, "spring", "different forms"),
        ({}, {}, "winter", "Name another round (autumn, spring)"),
        ({}, {}, "autumn", "cannot be compared with itself"),
    ],
)
def test_what_cannot_be_compared(settings: Path, tmp_path: Path, then: dict, now: dict, since: str, told: str) -> None:
    """With the reason, and nothing is written."""
    sent(settings, "a", wave="spring", **then)
    sent(settings, "b", **now)
    said = call(settings, "compare", "landing", "--since", since, "--out", tmp_path / "out")
    assert said.code in (1, 2)
    assert told in said.err
    assert not (tmp_path / "out").exists()


def test_made_up_sheets_are_marked(settings: Path, tmp_path: Path) -> None:
    """A name that a spreadsheet would run, or a page, is only a name."""
    sent(settings, "r-1", sheet="=cmd|' /C calc'!A0")
    sent(settings, "r-2", sheet="<script>alert(1)</script>")
    assert call(settings, "compare", "landing", "--out", tmp_path / "out").code == 0
    assert "<script" not in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "'=cmd|" in (tmp_path / "out" / "answers.csv").read_text("utf-8")


ROOM = "5 people: a manager, 4 support workers"


def export(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Sheets as a table, one row each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["response_id", "wave", "sheet", "notice", "comment_present", *ITEMS])
        writer.writeheader()
        writer.writerows({"notice": "yes", "wave": "autumn"} | row for row in rows)
    return path


def row(name: str, level: int, **more: Any) -> dict[str, Any]:
    return {"response_id": name, "sheet": name, **dict.fromkeys(ITEMS, level), **more}


def test_sheets_from_an_export(tmp_path: Path) -> None:
    """With everything a meeting needs; unrounded scores and reasons for whoever checks them."""
    path = export(
        tmp_path / "sheets.csv", [row("Harbour House", 2, comment_present=ROOM), row("Fenmoor Council", 4, rec01="dk")]
    )
    said = call(None, "compare", path, "--out", tmp_path / "out", "--pdf")
    assert said.code == 0, said.err
    assert {each.name for each in (tmp_path / "out").iterdir()} >= {
        "report.html",
        "report.pdf",
        "facilitator.html",
        "figures.csv",
        "answers.csv",
        "sheets.json",
    }
    documents = json.loads((tmp_path / "out" / "sheets.json").read_text("utf-8"))
    assert [each["sheet"] for each in documents] == ["Fenmoor Council", "Harbour House"]
    assert [each.get("present") for each in documents] == [None, ROOM]
    page = (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert f"Harbour House: {ROOM}" in page
    assert "Fenmoor Council: No answer" in page
    first = documents[0]["result"]["ingredients"][0]
    assert (first["score"], first["reasons"]["dont_know"]) == (75.0, 1)


def test_rounds_from_an_export(tmp_path: Path) -> None:
    """Of two rounds in the file the other one is meant."""
    rows = [row("a", 2, wave="spring", sheet="Harbour House"), row("b", 4, sheet="Harbour House")]
    path = export(tmp_path / "sheets.csv", rows)
    said = call(None, "compare", path, "--since", "spring", "--out", tmp_path / "out")
    assert (said.code, "1 sheet(s) then and now" in said.out) == (0, True), said.err
    assert "clearly higher" in (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert "These files hold several rounds" in call(None, "compare", path, "--out", tmp_path / "out").err
