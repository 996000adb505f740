"""`provision` and `pull`, against RemoteControl over real HTTP."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import pytest
from tests.cli.cli_calls import FIRST, call, write_settings
from tests.platforms.limesurvey.remote_control import PASSWORD, SID, USER, LimeSurvey, serving

from exit_bridge.bank import load_bank
from exit_bridge.http import origin
from exit_bridge.platforms.limesurvey.api import PAGE
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

BANK = load_bank()
FULL = {"notice": "yes", "bank": BANK.ref, "variant": "full", **dict.fromkeys(BANK.variants["full"].items, "4")}
SETTINGS = """\
# ours
[surveys.first]
platform = "limesurvey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$FIRST_SECRET"]

[surveys.first.api]  # {}
url = "{}"
internal = "{}"
user = "{}"
secret = "$API"
"""


@pytest.fixture
def server():
    limesurvey = LimeSurvey(active=False)
    with serving(limesurvey):
        yield limesurvey


@pytest.fixture
def path(server, tmp_path):
    text = SETTINGS.replace("  # {}", "").format(server.url, origin(server.url), USER)
    path = write_settings(tmp_path, text, API=PASSWORD)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
    return path


def test_provision_makes_the_form_and_writes_its_id_down(server, path):
    """The form of the settings, switched on, with the address for people; nothing else in the file changes."""
    before = path.read_text("utf-8")
    said = call(path, "provision", "first", "--yes")
    assert (said.code, said.err) == (0, "")
    assert f"The tool made the form {SID}.\nexit-bridge.toml names it now.\nPeople can fill it in now.\n" in said.out
    assert said.out.endswith(f"Give them this address: {origin(server.url)}/index.php/{SID}\n")
    assert server.active
    after = path.read_text("utf-8")
    assert tomllib.loads(after)["surveys"]["first"]["api"]["form"] == str(SID)
    assert after.replace(f'form = "{SID}"\n', "") == before


def test_provision_again_makes_no_second_form(server, path):
    """It only sees to it that people can fill the form in."""
    call(path, "provision", "first", "--yes")
    server.calls.clear()
    said = call(path, "provision", "first", "--yes")
    assert "The settings name the form 614001, so none is made." in said.out
    assert "People could fill it in already." in said.out
    assert "import_survey" not in server.calls


def test_provision_says_what_to_write_where_it_cannot(server, tmp_path):
    """The heading may be written in ways that we leave alone; the form is there all the same."""
    path = write_settings(tmp_path, SETTINGS.format("by hand", server.url, origin(server.url), USER), API=PASSWORD)
    before = path.read_text("utf-8")
    said = call(path, "provision", "first", "--yes")
    assert (said.code, path.read_text("utf-8")) == (0, before)
    assert f'Write this under [surveys.first.api] in exit-bridge.toml: form = "{SID}"' in said.out


def test_provision_that_fails_half_way_can_be_run_again(server, path):
    """The form was made and is named; what is missing is done by the next run."""
    server.activate_survey = lambda _: {"status": "Error: Survey does not pass consistency check"}
    said = call(path, "provision", "first", "--yes")
    assert (said.code, "finds the survey incomplete" in said.err) == (1, True)
    del server.activate_survey
    said = call(path, "provision", "first", "--yes")
    assert (said.code, server.active, server.calls.count("import_survey")) == (0, True, 1)


def test_a_tool_without_api(tmp_path):
    """Says which face is missing, and where to look."""
    path = write_settings(tmp_path, FIRST.replace('"typeform"', '"generic"'))
    said = call(path, "provision", "first", "--yes")
    assert (said.code, "has no API that is used here (surveys.first)" in said.err) == (1, True)


def test_pull_tells_what_became_of_everything(server, path):
    """In one line, with 3 where some are refused; nothing of an answer is said."""
    call(path, "provision", "first", "--yes")
    for answers in ({}, {"rec01": "9"}, {"notice": "no"}):
        server.respond(**FULL | answers)
    server.respond(False, **FULL)
    said = call(path, "pull", "first")
    assert said.out == "3 fetched: 1 new, 1 declined the notice, 1 refused, 1 not finished yet.\n"
    assert (said.code, "1 refused: see `exit-bridge quarantine --survey first`" in said.err) == (3, True)
    again = call(path, "pull", "first")
    assert (again.code, again.out) == (0, "0 fetched: 1 not finished yet.\n")
    server.rows[4] |= {"submitdate": "2026-07-02 10:00:00"}
    assert call(path, "pull", "first").out == "1 fetched: 1 new.\n"
    assert call(path, "pull", "first").out == "0 fetched: nothing is new.\n"
    server.rows[1]["rec01"] = "1"
    server.rows.pop(2)
    everything = call(path, "pull", "first", "--all")
    assert everything.out == "3 fetched: 1 changed, 1 kept already, 1 declined the notice.\n"


def test_pull_shows_how_far_it_is(server, path):
    """Hundreds of responses take a while."""
    call(path, "provision", "first", "--yes")
    for _ in range(PAGE + 1):
        server.respond(**FULL | {"notice": "no"})
    said = call(path, "pull", "first")
    assert said.out == f"{PAGE + 1} fetched: {PAGE + 1} declined the notice.\n"
    assert "Pulling" in said.err


def test_pull_before_there_is_a_form(path):
    """Says how to make one."""
    said = call(path, "pull", "first")
    assert (said.code, "exit-bridge provision first" in said.err) == (1, True)


def test_pull_beside_a_worker_that_pulls(path):
    """The one who is at it goes on."""
    with open_store(load_settings(path).database) as store:
        store.claim_pull("first", "worker", 60, datetime.now(UTC))
    said = call(path, "pull", "first")
    assert (said.code, "Another process is pulling this survey just now (first)" in said.err) == (1, True)
