"""`provision`, against RemoteControl over real HTTP."""

from __future__ import annotations

import tomllib

import pytest
from tests.cli.cli_calls import FIRST, call, write_settings
from tests.platforms.limesurvey.remote_control import PASSWORD, SID, USER, LimeSurvey, serving

from exit_bridge.http import origin
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

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
