"""The survey tool's own API, where a survey uses it. Nothing is changed there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.errors import ExitBridgeError
from exit_bridge.platforms import platform
from exit_bridge.settings import Survey
from exit_bridge.tool_api import check_api

LATE = timedelta(hours=1)
"""How long after its time a pull is looked for."""


def api(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Does it answer, with this login, and is the form there ready for what the settings want?"""
    about = f"survey {survey.name}"
    try:
        tool = platform(survey.platform)
    except ExitBridgeError:  # found by `works`
        return
    if tool.delivers_ids and survey.api is None:
        line = f"{tool.title} delivers ids alone, and the settings do not say how to fetch the responses"
        add = f"Add [surveys.{survey.name}.api] (docs/platforms/{tool.name}.md)"
        fix = f"{add}, then run exit-bridge jobs retry --all-dead"
        yield Finding("broken", about, line, fix)
    for remark in () if scene.offline else check_api(survey):
        match remark.status:
            case "ok":
                yield Finding("ok", about, remark.line)
            case "look":
                yield Finding("look", about, remark.line, remark.fix)
            case "broken":
                yield Finding("broken", about, remark.line, remark.fix)


def pulled(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Has the worker fetched everything lately, where it is to?"""
    if survey.api is None or not survey.api.pull_minutes or not scene.usable:
        return
    state = scene.store.pull_state(survey.name)
    due = datetime.now(UTC) - LATE - timedelta(minutes=survey.api.pull_minutes)
    if state is None or state.pulled_at is None or state.pulled_at < due:
        last = f"not since {state.pulled_at:%Y-%m-%d %H:%M} UTC" if state and state.pulled_at else "not yet"
        fix = f"Run: exit-bridge pull {survey.name}, and see that serve or worker runs"
        yield Finding("look", f"survey {survey.name}", f"Its responses were fetched from the tool {last}", fix)
