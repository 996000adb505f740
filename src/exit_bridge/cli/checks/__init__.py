"""What `doctor` looks at. Every check is a function that yields findings; none changes anything.

A new check is one more function in the module of its subject, and its name in one of the two tuples below. Each
`Finding(...)` it makes must be produced by a test in tests/cli/doctor, which fails until one is.
"""

from __future__ import annotations

from collections.abc import Iterator

from exit_bridge.cli.checks import (
    address,
    clock,
    database,
    disk,
    files,
    mail,
    network,
    notify,
    queue,
    sender,
    survey,
    tool,
    waves,
)
from exit_bridge.cli.checks.finding import Check, Finding, Scene, SurveyCheck

__all__ = ["INSTALLATION", "SURVEY", "Finding", "Scene", "examine"]

INSTALLATION: tuple[Check, ...] = (
    files.private,
    files.secrets,
    files.install_key,
    address.public_url,
    address.reachable,
    database.tables,
    database.sqlite,
    database.vacuum,
    disk.writable,
    disk.room,
    network.authorities,
    network.proxy,
    mail.needed,
    mail.server,
    notify.account,
    sender.domain,
    clock.right,  # after all that have met other clocks
    queue.waiting,
    queue.left_over,
)
"""In the order they are told."""

SURVEY: tuple[SurveyCheck, ...] = (
    survey.works,
    survey.binding,
    survey.reports,
    survey.notice,
    survey.form,
    survey.used,
    waves.overdue,
    waves.promised,
    tool.api,
    tool.pulled,
)
"""For each survey, in the order they are told."""


def examine(scene: Scene) -> Iterator[Finding]:
    """Everything there is to say."""
    for check in INSTALLATION:
        yield from check(scene)
    for one in scene.settings.surveys.values():
        for look in SURVEY:
            yield from look(scene, one)
