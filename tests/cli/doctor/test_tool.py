"""The survey tool's own API: looked at over a real connection, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, write_settings
from tests.cli.doctor.looking import WELL, examine, wrong
from tests.platforms.limesurvey.remote_control import PASSWORD, SID, USER, LimeSurvey, serving

from exit_bridge.http import origin
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

API = '[surveys.first.api]\nurl = "{}"\ninternal = "{}"\nuser = "{}"\nsecret = "$API"\n{}\n'


@pytest.fixture
def server() -> Iterator[LimeSurvey]:
    """A LimeSurvey with a survey that is active and has no question of ours."""
    with serving(LimeSurvey(codes=["rec01"])) as running:
        yield running


def use(settings: Path, server: LimeSurvey, more: str = f'form = "{SID}"') -> None:
    assert FIRST in WELL
    text = WELL.replace("typeform", "limesurvey") + API.format(server.url, origin(server.url), USER, more)
    write_settings(settings.parent, text, API=PASSWORD)


def test_what_the_tool_says_of_itself(settings: Path, server: LimeSurvey) -> None:
    """Fine, to be thought about, and broken; with --offline nobody is called."""
    use(settings, server)
    assert wrong(settings) == []
    assert f"survey first: Survey {SID} is active" in examine(settings)["ok"]
    use(settings, server, f'form = "{SID}"\nwrite_back = true')
    server.edits = "I"
    missing = "receptivity, coproduction, leadership, measurement, adaption"
    assert wrong(settings) == [
        ("look", f"survey first: Survey {SID} inherits whether scores can be written back"),
        ("broken", f"survey first: Survey {SID} has no hidden question for the score of {missing}"),
    ]
    server.calls.clear()
    examine(settings, "--offline")
    assert server.calls == []


@pytest.mark.parametrize("how", ["never", "long ago", "lately"])
def test_pulls_that_do_not_happen(settings: Path, server: LimeSurvey, how: str) -> None:
    """The worker is to pull, and nothing has come to its end for more than an hour after the time."""
    use(settings, server, f'form = "{SID}"\npull_minutes = 5')
    with open_store(load_settings(settings).database) as store:
        store.claim_pull("first", "me", 60, datetime.now(UTC))
        store.end_pull("first", "me", "failed" if how == "never" else "done")
        if how == "long ago":
            with store._writing() as connection:
                connection.exec_driver_sql("UPDATE pull SET pulled_at = 1767225600000000")
    said = {"never": "not yet", "long ago": "not since 2026-01-01 00:00 UTC"}
    expected = [("look", f"survey first: Its responses were fetched from the tool {said.get(how)}")]
    assert wrong(settings) == (expected if how in said else [])


def test_a_tool_that_delivers_ids_alone(settings: Path) -> None:
    """Without its API nothing would ever come of a delivery; that is found without calling anybody."""
    text = WELL.replace("typeform", "surveymonkey")
    write_settings(settings.parent, text)
    line = "SurveyMonkey delivers ids alone, and the settings do not say how to fetch the responses"
    assert wrong(settings) == [("broken", f"survey first: {line}")]
    assert f"survey first: {line}" in examine(settings, "--offline")["broken"]
