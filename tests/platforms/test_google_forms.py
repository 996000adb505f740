"""Google Forms: what is its own, beside the contract that every tool meets."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from exit_bridge.bank import HIDDEN, load_bank
from exit_bridge.errors import UnreadableDelivery, UnreadableExport
from exit_bridge.intake import decode, parse_json
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.submission import Submission
from exit_bridge.platforms import platform
from exit_bridge.platforms.google_forms.export import EXPORT
from exit_bridge.testing import form_of

BANK = load_bank()
TOOL = platform("google-forms")
SAID = {"notice": "yes", "rec01": "4", "rec02": "na", "comment_receptivity": "A comment", "reply_to": "a@b.example"}


def posted(**changed: Any) -> dict[str, Any]:
    """What the script posts for a few answers, with parts of it as they are named here."""
    body = TOOL.sample_delivery(BANK, "full", SAID, "2_ABaOnu", "2026-01-15T10:29:41.123Z")
    return {**parse_json(body), **changed}


def item(body: dict[str, Any], ref: str) -> dict[str, Any]:
    """The item with that question, alone or among its rows."""
    return next(one for one in body["items"] if ref in (one.get("ref"), *one.get("refs", ())))


def read(body: dict[str, Any]) -> Submission:
    (raw,) = TOOL.read(body).responses
    found = decode(raw, form_of(TOOL, BANK))
    assert isinstance(found, Submission)
    return found


def test_what_was_not_answered_was_asked() -> None:
    """Each row of a grid is listed, so a blank one is told from one that the form does not have."""
    body = posted()
    (raw,) = TOOL.read(body).responses
    assert raw.asked is not None
    assert {keys[0] for keys in raw.asked} >= set(BANK.variants["full"].items)
    assert read(body).answers == {"rec01": 4, "rec02": "na"}
    grid = item(body, "rec03")
    if "rows" not in grid:
        body["items"].remove(grid)
    assert "rec03" not in {key for keys in TOOL.read(body).responses[0].asked or () for key in keys}


def test_an_address_is_an_envelope() -> None:
    """By our id or by its title; it is among no answers."""
    for ref in ("reply_to", ""):
        body = posted()
        item(body, "reply_to").update(ref=ref)
        (raw,) = TOOL.read(body).responses
        found = decode(raw, form_of(TOOL, BANK))
        assert isinstance(found, Submission)
        assert "b.example" not in json.dumps(found.document())
    assert TOOL.read(posted()).responses[0].reply_to == "a@b.example"


def test_words_may_change_where_our_ids_are_known() -> None:
    """Of a question, and of the row of a grid: the script sends the id that it remembers."""
    body = posted()
    grid = item(body, "rec01")
    grid["rows"][grid["refs"].index("rec01")] = "In other words"
    item(body, "notice").update(title="In other words too")
    assert read(body).answers == {"rec01": 4, "rec02": "na"}


def test_rows_in_another_order_keep_their_answers() -> None:
    """Rows, ids and answers are three lists, read by their places."""
    body = posted()
    grid = item(body, "rec01")
    for name in ("rows", "refs", "values"):
        grid[name].reverse()
    assert read(body).answers == {"rec01": 4, "rec02": "na"}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("name", ["rows", "values", "refs"])
def test_lists_of_different_lengths_are_refused(name: str, ids: bool) -> None:
    """Not one answer of the form is taken, and the reason quotes none."""
    body = posted()
    grid = item(body, "rec01")
    if not ids and name != "refs":
        del grid["refs"]
    grid[name].pop()
    with pytest.raises(UnreadableDelivery, match="sendAll") as refused:
        TOOL.read(body)
    assert not any(text in str(refused.value) for text in (*grid["rows"], *filter(None, grid["values"])))


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "ms-forms"},
        {"response_id": ""},
        {"response_id": 7},
        {"items": {}},
        {"items": [{"title": "A grid", "rows": ["A row"]}]},
        {"items": [{"title": "A grid", "rows": ["A row"], "values": "Agree"}]},
        {"items": [{"title": "A question", "value": 4}]},
        {"items": [{"value": "Agree"}]},
        {"test": "yes", "items": None},
    ],
)
def test_what_the_script_does_not_send_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery, match="This is not what Google Forms sends"):
        TOOL.read(posted(**changed))


def test_its_own_test_is_counted_and_nothing_else() -> None:
    assert TOOL.read({"source": "google-forms", "test": True}).ignored == ("test",)
    assert TOOL.read(posted(test=True)).responses == ()


def test_what_is_empty_is_not_there() -> None:
    """A script property nobody set must not hide the settings' own bank, variant and round."""
    (raw,) = TOOL.read(posted(language="", submitted_at="", **dict.fromkeys(HIDDEN, ""))).responses
    assert (raw.hidden, raw.language, raw.submitted_at) == ({}, None, None)
    (raw,) = TOOL.read(posted(wave="2026-1", sheet="North")).responses
    assert raw.hidden == {"bank": "exit-open@1", "variant": "full", "wave": "2026-1", "sheet": "North"}


def test_an_edit_has_the_same_id_and_a_later_time() -> None:
    first, later = (read(posted(submitted_at=f"2026-01-15T1{hour}:00:00.000Z")) for hour in (0, 1))
    assert first.response_id == later.response_id
    assert str(first.submitted_at) < str(later.submitted_at)


def sheet(path: Path, head: list[str], *rows: list[str]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    path.write_text(out.getvalue(), "utf-8")
    return path


WORDS = BANK.wordings["en"].item(BANK.items["rec01"], "full").text
SENT = "13/12/2025 12:02:32"


@pytest.mark.parametrize("heading", [heading for (heading,) in EXPORT.detect_also] + list(EXPORT.detect or ()))
def test_the_heading_of_the_time_is_known_in_each_language(tmp_path: Path, heading: str) -> None:
    path = sheet(tmp_path / "a.csv", [heading.title(), f"Receptivity [R1. {WORDS}]"], [SENT, "Agree"])
    export = read_export(path, bank=BANK)
    assert export.platform == "google-forms"
    (found,) = export
    assert isinstance(found, Submission)
    assert (found.answers, found.submitted_at) == ({"rec01": 4}, "2025-12-13T12:02:32Z")


@pytest.mark.parametrize("heading", ["Email Address", "Username", "Cyfeiriad e-bost", "Score", f"R1. {WORDS} [Score]"])
def test_addresses_and_points_are_not_kept(tmp_path: Path, heading: str) -> None:
    """Wherever they stand; they are named among no columns either."""
    path = sheet(tmp_path / "a.csv", ["Timestamp", heading, f"R1. {WORDS}"], [SENT, "a@b.example", "Agree"])
    export = read_export(path, bank=BANK, platform="google-forms")
    (found,) = export
    assert isinstance(found, Submission)
    assert "b.example" not in json.dumps(found.document())
    assert heading not in {*export.mapped, *export.unmapped}


def test_two_columns_of_one_question_are_refused(tmp_path: Path) -> None:
    """A grid and a question of the same words: which of the two counts is not guessed."""
    head = ["Timestamp", f"R1. {WORDS}", f"Receptivity [R1. {WORDS}]"]
    path = sheet(tmp_path / "a.csv", head, [SENT, "Agree", "Disagree"])
    with pytest.raises(UnreadableExport, match="Two columns are 'rec01'"):
        read_export(path, bank=BANK, platform="google-forms")


def test_rows_have_no_id_and_the_summary_says_so(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.csv", ["Timestamp", f"R1. {WORDS}"], [SENT, "Agree"], [SENT, "Agree"], ["", ""])
    export = read_export(path, bank=BANK, platform="google-forms")
    assert [found.response_id for found in export if isinstance(found, Submission)] == ["row-2", "row-3"]
    assert any("2 of 2 rows have no response id" in note for note in export.notes)
