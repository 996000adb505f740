"""Rounds of individuals: is one overdue, and were people promised an answer that has not come?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.settings import Survey
from exit_bridge.settings_waves import WaveSettings


def overdue(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Is every round closed whose last day is over?"""
    if not scene.usable or survey.about.answered_by != "individuals":
        return
    closed = {each.wave for each in scene.store.snapshots(survey.name)}
    for wave in survey.waves.values():
        if wave.closes and wave.closes < _today() and wave.name not in closed:
            line = f"The round {wave.name!r} should have closed on {wave.closes}"
            fix = (
                f"Run exit-bridge wave list {survey.name}: below 5 people it stays open, so move the date or "
                "tell people; else look whether the worker runs"
            )
            yield Finding("look", f"survey {survey.name}", line, fix)


def promised(_: Scene, survey: Survey) -> Iterator[Finding]:
    """Has the day passed by which people were to hear back, without a word on what happens next?"""
    try:
        day = date.fromisoformat(survey.about.reply_by)
    except ValueError:
        return
    said = survey.waves.get(survey.wave, WaveSettings(survey.wave))
    if day < _today() and survey.about.answered_by == "individuals" and not (said.what_happens and said.by_when):
        line = f"People were told that they would hear back by {day}, and nothing says yet what happens next"
        fix = (
            f"Add what_happens, who and by_when to the round, then run exit-bridge wave next {survey.name} --out DIR "
            "and give the page to everybody who answered"
        )
        yield Finding("look", f"survey {survey.name}", line, fix)


def _today() -> date:
    return datetime.now(UTC).date()
