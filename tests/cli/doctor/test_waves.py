"""Rounds that should have closed, and answers that people were promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import ALONE, KEY, wrong

ROUND = '[[surveys.first.waves]]\nname = "{name}"\n'


def ask(settings: Path, *, reply_by: str = "", rounds: str = "") -> list[tuple[str, str]]:
    """What is wrong with a survey of individuals that has these."""
    text = ALONE.replace('contact = "a@b.example"', f'contact = "a@b.example"\nreply_by = "{reply_by}"')
    named = text.replace("[surveys.first]", '[surveys.first]\nwave = "autumn"')
    write_settings(settings.parent, named + rounds, INSTALL_KEY=KEY)
    return [(status, line) for status, line in wrong(settings) if "round" in line or "hear back" in line]


def test_a_round_past_its_day_is_found(settings: Path) -> None:
    past = ROUND.format(name="autumn") + 'closes = "2026-01-31"\n'
    assert ask(settings, rounds=past) == [("look", "survey first: The round 'autumn' should have closed on 2026-01-31")]
    assert ask(settings, rounds=past.replace("2026", "2999")) == []


@pytest.mark.parametrize(("reply_by", "found"), [("2026-01-31", True), ("2999-01-31", False), ("end of May", False)])
def test_a_promise_that_was_not_kept_is_found(settings: Path, reply_by: str, found: bool) -> None:
    """Where the day can be read; until the round says what happens next."""
    told = f"People were told that they would hear back by {reply_by}"
    line = f"survey first: {told}, and nothing says yet what happens next"
    assert ask(settings, reply_by=reply_by) == ([("look", line)] if found else [])
    said = ROUND.format(name="autumn") + 'what_happens = "This."\nwho = "Me"\nby_when = "May"\n'
    assert ask(settings, reply_by=reply_by, rounds=said) == []
