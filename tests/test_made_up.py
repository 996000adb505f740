"""Only `send-test` can make a submission count as made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, SECRET, call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.made_up import mark
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import TEST_WAVE, load_settings
from exit_bridge.store.store import Store
from exit_bridge.worker import Worker

SETTINGS = """
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
wave = "2026-autumn"
auth = "path"
secrets = ["$FIRST_SECRET", "$SECOND_SECRET"]
[[surveys.s.send]]
by = "folder"
directory = "out"
"""
SECOND = "another-made-up-secret-of-this-survey-0123456789"


@pytest.fixture
def bridge(store: Store, tmp_path: Path) -> Bridge:
    return Bridge(load_settings(write_settings(tmp_path, SETTINGS, SECOND_SECRET=SECOND)), store)


def wave_of(bridge: Bridge, response_id: str, wave: str) -> str:
    """The wave that a submission with this hidden wave is kept under."""
    document = {
        "response_id": response_id,
        "wave": wave,
        "context": {"notice": "yes"},
        "answers": dict.fromkeys(load_bank().variants["full"].items, 4),
    }
    delivery = Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET)
    (outcome,) = bridge.receive("s", delivery)
    assert outcome.status == "accepted"
    kept = bridge.store.current("s", response_id)
    assert kept is not None
    assert kept.wave == kept.document["wave"]
    return kept.wave


def test_a_true_mark_counts(bridge: Bridge) -> None:
    """With the survey's first secret, or any other that is still in force."""
    survey = bridge.settings.surveys["s"]
    assert wave_of(bridge, "r-1", mark(survey, "r-1")) == TEST_WAVE
    assert wave_of(bridge, "r-2", mark(replace(survey, secrets=(SECOND,)), "r-2")) == TEST_WAVE


@pytest.mark.parametrize(
    "claimed",
    [
        "send-test",
        "SEND-TEST",
        " send-test ",
        "send-test.",
        "send-test.0123456789abcdef0123456789abcdef",
        "send-test.é",
    ],
)
def test_a_respondent_cannot_mark_an_answer_as_made_up(bridge: Bridge, tmp_path: Path, claimed: str) -> None:
    """Whatever stands in the link they clicked on, it is a real answer of the survey's own wave."""
    assert wave_of(bridge, "r-1", claimed) == "2026-autumn"
    assert bridge.store.counts("s") == {"2026-autumn": 1}
    assert Worker(bridge).step()
    (report,) = (tmp_path / "out").rglob("report.txt")
    assert "made up" not in report.read_text("utf-8")


def test_a_mark_fits_its_own_response_and_survey(bridge: Bridge) -> None:
    """Seen once, it is no use for another."""
    survey = bridge.settings.surveys["s"]
    for borrowed in (mark(survey, "r-2"), mark(replace(survey, name="other"), "r-1")):
        assert wave_of(bridge, "r-1", borrowed) == "2026-autumn"
        bridge.store.forget("s", "r-1")


@pytest.mark.parametrize("wave", ["", "2027-spring", "a send-test"])
def test_other_waves_are_what_the_form_says(bridge: Bridge, wave: str) -> None:
    """As before."""
    assert wave_of(bridge, "r-1", wave) == (wave or "2026-autumn")


def test_no_survey_may_be_called_so(tmp_path: Path) -> None:
    """A wave of that name would mark every real answer as made up."""
    path = write_settings(tmp_path, FIRST.replace("bank =", 'wave = "send-test"\nbank ='))
    said = call(path, "jobs")
    assert said.code == 1
    assert "surveys.first.wave" in said.err
