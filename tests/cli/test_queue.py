"""`jobs`, `quarantine`, `replay`, `forget`: looking after what waits and what was refused."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.cli.made_up import answers
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import Job, PauseRule, open_store
from exit_bridge.worker import Worker

MARK = "words of a respondent"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return write_settings(tmp_path)


@pytest.fixture
def bridge(settings: Path) -> Iterator[Bridge]:
    """A pipeline over the same database as the commands."""
    loaded = load_settings(settings)
    with open_store(loaded.database) as store:
        store.upgrade()
        yield Bridge(loaded, store)


def take(bridge: Bridge, response_id: str, **changes: str) -> str:
    """One Typeform body down the normal path, past the hook; what became of it."""
    bank, tool = load_bank(), platform("typeform")
    said = answers(bank, "full") | {"comment_leadership": MARK}
    body = tool.sample_delivery(bank, "full", said, response_id, "2026-01-15T10:30:00Z")
    for old, new in changes.items():
        body = body.replace(old.encode(), new.encode())
    (outcome,) = bridge.take(bridge.settings.survey("first"), tool, body, "application/json")
    return outcome.status


def kill(bridge: Bridge) -> Job:
    claimed = bridge.store.claim("test", 60)
    assert claimed is not None
    assert bridge.store.bury(claimed, "The mail server answered 550")
    return claimed


# -- jobs ----------------------------------------------------------------------------------------------------------


def test_jobs_lists_what_waits_and_why(settings: Path, bridge: Bridge) -> None:
    """Dead ones with their reason; done ones only when asked for."""
    for response in ("a", "b", "c"):
        take(bridge, response)
    kill(bridge)
    done = bridge.store.claim("test", 60)
    assert done is not None
    bridge.store.done(done)
    said = call(settings, "jobs")
    table = [line.split()[:4] for line in said.out.splitlines() if not line.startswith("    ")]
    assert table == [
        ["id", "state", "survey", "destination"],
        ["1", "dead", "first", "folder-1"],
        ["3", "ready", "first", "folder-1"],
    ]
    assert "    The mail server answered 550" in said.out.splitlines()
    assert "exit-bridge jobs retry --all-dead" in said.err
    assert [row["id"] for row in json.loads(call(settings, "jobs", "--state", "done", "--json").out)] == [2]
    assert [row["id"] for row in json.loads(call(settings, "jobs", "list", "--state", "ready", "--json").out)] == [3]
    assert json.loads(call(settings, "jobs", "--survey", "other", "--json").out) == []


def test_jobs_as_json_holds_plain_values(settings: Path, bridge: Bridge) -> None:
    """One object a job, times in UTC; no envelope, which may hold an address."""
    take(bridge, "a")
    kill(bridge)
    (row,) = json.loads(call(settings, "jobs", "--json").out)
    created = row.pop("created_at")
    assert created.endswith("Z")
    assert row == {
        "id": 1, "kind": "send", "survey": "first", "destination": "folder-1", "version": 1, "state": "dead",
        "attempts": 1, "due_at": None, "last_error": "The mail server answered 550",
    }  # fmt: skip


def test_nothing_to_do_is_said(settings: Path, bridge: Bridge) -> None:
    """On stderr, so that stdout stays data."""
    said = call(settings, "jobs")
    assert (said.code, said.out) == (0, "")
    assert "Nothing waits to be sent." in said.err
    assert call(settings, "jobs", "--state", "dead").err == "No job is dead.\n"
    assert call(settings, "quarantine").err == "Nothing is in quarantine.\n"


def test_dead_jobs_are_tried_again(settings: Path, bridge: Bridge) -> None:
    """By id, or all of them, and the worker then does them."""
    for response in ("a", "b"):
        take(bridge, response)
        kill(bridge)
    assert call(settings, "jobs", "retry", "1").out == "1 job(s) are due now.\n"
    assert [job.state for job in bridge.store.jobs()] == ["ready", "dead"]
    assert call(settings, "jobs", "retry", "--all-dead").out == "1 job(s) are due now.\n"
    assert Worker(bridge).step()
    assert Worker(bridge).step()
    assert [job.state for job in bridge.store.jobs()] == ["done", "done"]


def test_only_dead_jobs_are_tried_again(settings: Path, bridge: Bridge) -> None:
    """Others are named as a mistake, and are left alone."""
    take(bridge, "a")
    said = call(settings, "jobs", "retry", "1", "99")
    assert said.code == 1
    assert "2 of these ids are not dead jobs" in said.err
    assert "1 of these ids is not a dead job" in call(settings, "jobs", "retry", "99").err
    assert [job.attempts for job in bridge.store.jobs()] == [0]


@pytest.mark.parametrize("command", [("jobs", "retry"), ("replay",)])
def test_ids_or_everything_but_not_both(settings: Path, bridge: Bridge, command: tuple[str, ...]) -> None:
    """Neither is guessed."""
    flag = "--all-dead" if command[0] == "jobs" else "--all"
    assert call(settings, *command).code == 2
    assert call(settings, *command, "1", flag).code == 2


def test_a_database_that_is_missing_is_said(settings: Path) -> None:
    """One line with the way out."""
    said = call(settings, "jobs")
    assert said.code == 1
    assert "There is no database" in said.err
    assert "exit-bridge db upgrade" in said.err


def test_jobs_says_which_destination_is_paused(settings: Path, bridge: Bridge) -> None:
    """Until when, after how many failures, and how to try it now; the jobs that wait for it show that time."""
    for n in range(4):
        take(bridge, f"r-{n}")
    for _ in range(2):
        claimed = bridge.store.claim("test", 60)
        assert claimed is not None
        bridge.store.retry(claimed, 0, "The mail server cannot be reached", PauseRule(2, 600, 600))
    (pause,) = bridge.store.pauses(datetime.now(UTC))
    said = call(settings, "jobs")
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"first, folder-1: paused until {pause.until:%Y-%m-%d %H:%M} UTC")
    assert "after 2 failures in a row" in said.err
    assert said.out.count(f"{pause.until:%Y-%m-%d %H:%M}") == 4
    listed = json.loads(call(settings, "jobs", "--json").out)
    assert {job["due_at"] for job in listed} == {pause.until.isoformat(timespec="seconds").replace("+00:00", "Z")}
    assert call(settings, "jobs", "--survey", "second").err == "Nothing waits to be sent.\n"

    said = call(settings, "jobs", "retry", "--paused")
    assert (said.code, said.out) == (0, "1 pause(s) ended.\n")
    probe = bridge.store.claim("test", 60)
    assert probe is not None
    assert bridge.store.claim("test", 60) is None
    assert "paused while one job tries it" in call(settings, "jobs").err
    bridge.store.done(probe)
    assert call(settings, "jobs").err == ""


def test_ending_pauses_and_reviving_the_dead_go_together(settings: Path, bridge: Bridge) -> None:
    """After one outage, one command."""
    take(bridge, "r-1")
    dead = kill(bridge)
    said = call(settings, "jobs", "retry", "--paused", "--all-dead")
    assert (said.code, said.out) == (0, "0 pause(s) ended.\n1 job(s) are due now.\n")
    assert call(settings, "jobs", "retry", "--paused", dead.id).code == 1  # it is dead no more


# -- quarantine ----------------------------------------------------------------------------------------------------


def refused(bridge: Bridge, response_id: str = "q-1") -> None:
    assert take(bridge, response_id, rec01_4="rec01_9", Agree="Perhaps", agree="perhaps") == "quarantined"


def test_quarantine_gives_reasons_and_never_contents(settings: Path, bridge: Bridge) -> None:
    """Neither in the table nor as JSON."""
    refused(bridge)
    table, rows = call(settings, "quarantine"), call(settings, "quarantine", "--survey", "first", "--json")
    assert table.out.splitlines()[1].split()[0] == "1"
    (row,) = json.loads(rows.out)
    assert {"id": 1, "survey": "first", "element": None, "reason": "unknown_label"}.items() <= row.items()
    assert set(row) == {"id", "survey", "received_at", "element", "reason", "detail"}
    for said in (table, rows):
        assert MARK not in said.out + said.err
        assert "Perhaps" not in said.out + said.err
    assert json.loads(call(settings, "quarantine", "list", "--survey", "other", "--json").out) == []


def test_a_body_is_saved_for_its_owner_alone(settings: Path, bridge: Bridge, tmp_path: Path) -> None:
    """Byte for byte, into a new file, and not onto the screen."""
    refused(bridge)
    file = tmp_path / "body.json"
    said = call(settings, "quarantine", "show", "1", "--to", file)
    assert (said.code, file.read_bytes()) == (0, bridge.store.quarantined_body(1))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert MARK not in said.out + said.err
    assert call(settings, "quarantine", "show", "1", "--to", file).code == 2
    assert call(settings, "quarantine", "show", "9", "--to", tmp_path / "other").code == 2
    assert not (tmp_path / "other").exists()


# -- replay --------------------------------------------------------------------------------------------------------


def test_replay_refuses_again_what_is_still_wrong(settings: Path, bridge: Bridge) -> None:
    """It stays in quarantine, and the exit code says so."""
    refused(bridge)
    said = call(settings, "replay", "--all")
    assert (said.code, said.out) == (3, "1: quarantined\n")
    assert len(bridge.store.quarantined()) == 1


@pytest.fixture
def mended(settings: Path, bridge: Bridge) -> Path:
    """Settings that named the wrong bank version when a delivery came, and name the right one now."""
    bank, tool = load_bank(), platform("typeform")
    body = tool.sample_delivery(bank, "full", answers(bank, "full"), "late-1", "2026-01-15T10:30:00Z")
    bridge.store.quarantine("first", body, "application/json", "unknown_bank_version", "…")
    return settings


def test_a_dry_run_changes_nothing(mended: Path, bridge: Bridge) -> None:
    """It says what would become of each and keeps everything as it is."""
    refused(bridge)
    said = call(mended, "replay", "--all", "--dry-run")
    assert said.out == "1: would be accepted\n2: would be quarantined (unknown_label)\n"
    assert said.code == 3
    assert [kept.id for kept in bridge.store.quarantined()] == [1, 2]
    assert bridge.store.counts("first") == {}
    assert bridge.store.jobs() == []


def test_replay_takes_the_normal_path(mended: Path, bridge: Bridge) -> None:
    """Accepted, out of quarantine, and its report is due."""
    said = call(mended, "replay", "1")
    assert (said.code, said.out) == (0, "1: accepted\n")
    assert bridge.store.quarantined() == []
    assert [job.state for job in bridge.store.jobs()] == ["ready"]


def test_replay_can_be_kept_to_one_survey(mended: Path, bridge: Bridge) -> None:
    """Others stay untouched."""
    assert call(mended, "replay", "--all", "--survey", "other").out == ""
    assert call(mended, "replay", "1", "--survey", "other").code == 2
    assert len(bridge.store.quarantined()) == 1


# -- forget --------------------------------------------------------------------------------------------------------


def everywhere(bridge: Bridge) -> None:
    """Two responses in the database and in folders; one of them in quarantine and in the spool too."""
    take(bridge, "keep-me")
    take(bridge, "forget-me")
    while Worker(bridge).bridge.store.jobs("ready"):
        Worker(bridge).step()
    refused(bridge, "forget-me")
    refused(bridge, "keep-me")
    bridge.spool.put("first", b'{"token": "forget-me"}', "application/json")


def folders(bridge: Bridge) -> set[str]:
    return {path.name for path in (bridge.settings.path.parent / "reports" / "first").iterdir() if path.is_dir()}


def test_forget_reaches_every_place(settings: Path, bridge: Bridge) -> None:
    """The other response stays as it was; only the fact is kept."""
    everywhere(bridge)
    kept = bridge.store.current("first", "keep-me")
    assert kept is not None
    assert len(folders(bridge)) == 2
    said = call(settings, "forget", "first", "forget-me", "--yes")
    assert said.code == 0, said.err
    assert "2 record(s) in the database, 1 report folder(s), 1 spooled file(s)" in said.out
    assert bridge.store.current("first", "forget-me") is None
    assert [row.id for row in bridge.store.quarantined()] == [2]
    assert (folders(bridge), bridge.spool.waiting()) == ({kept.result_id}, [])
    assert bridge.store.tallies("first") == {"": {"forgotten": 1}}
    for file in settings.parent.rglob("*"):
        assert file.is_dir() or b"forget-me" not in file.read_bytes()


def test_forget_asks_first(settings: Path, bridge: Bridge) -> None:
    """It says what it found, and a no changes nothing."""
    everywhere(bridge)
    said = call(settings, "forget", "first", "forget-me", answers="n\n")
    assert said.code == 1
    assert "In quarantine: 1 delivery(ies) of it, or that mention it and cannot be read." in said.out
    assert bridge.store.current("first", "forget-me") is not None
    assert len(folders(bridge)) == 2
    assert call(settings, "forget", "first", "forget-me", answers="y\n").code == 0


def test_forget_says_when_there_is_nothing(settings: Path, bridge: Bridge) -> None:
    """Most likely the id is mistyped, and somebody believes that it is gone."""
    said = call(settings, "forget", "first", "nosuch", "--yes")
    assert said.code == 1
    assert "Nothing of this response was found" in said.err
    assert bridge.store.tallies("first") == {}


def test_forget_works_for_a_survey_that_has_ended(settings: Path, bridge: Bridge) -> None:
    """Its table may be gone from the settings while its answers are still here."""
    take(bridge, "forget-me")
    write_settings(settings.parent, FIRST.replace("first", "second"))
    said = call(settings, "forget", "first", "forget-me", "--yes")
    assert said.code == 0, said.err
    assert "this survey is not in the settings" in said.out
    assert bridge.store.current("first", "forget-me") is None


# -- links -----------------------------------------------------------------------------------------------------------


def test_links_are_taken_back(settings: Path, bridge: Bridge) -> None:
    """To one report, or to all of a survey; of a response that is not there it says so."""
    assert take(bridge, "r-1") == "accepted"
    result = bridge.store.current("first", "r-1").result_id
    assert bridge.store.revoked_until("first", result) is None
    said = call(settings, "links", "revoke", "first", "r-1")
    assert (said.code, said.out) == (0, "Links to this report given until now open nothing.\n")
    one = bridge.store.revoked_until("first", result)
    assert one is not None
    assert bridge.store.revoked_until("first", "another") is None
    said = call(settings, "links", "revoke", "first")
    assert (said.code, said.out) == (0, "Links to every report of first given until now open nothing.\n")
    assert bridge.store.revoked_until("first", "another") is not None
    unknown = call(settings, "links", "revoke", "first", "r-9")
    assert (unknown.code, "No such response is kept" in unknown.err) == (2, True)
