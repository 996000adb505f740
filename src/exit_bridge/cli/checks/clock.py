"""This machine's clock. Signatures with a time stamp, retention and the order of edits rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from exit_bridge.cli.checks.finding import Finding, Scene

TOLERANCE = 60
"""Seconds by which clocks may differ; a signature is good for five minutes, at GOV.UK Notify for half of one."""


def right(scene: Scene) -> Iterator[Finding]:
    """Is it, as far as others' clocks tell?"""
    now = datetime.now(UTC)
    if not 2026 <= now.year < 2100:
        yield Finding("broken", "clock", f"This machine believes that it is {now.year}", "Set its clock")
        return
    wrong = {who: ahead for who, ahead in scene.clocks.items() if abs(ahead) > TOLERANCE}
    for who, ahead in wrong.items():
        side = "behind" if ahead > 0 else "ahead of"
        line = f"This machine's clock is {abs(ahead):.0f} seconds {side} that of {who}: signatures will be refused"
        yield Finding("broken", "clock", line, "Set it and keep it right, for example with: timedatectl set-ntp true")
    if not scene.clocks:
        line = f"It says {now:%Y-%m-%d %H:%M} UTC; there was no other clock to compare it with"
        yield Finding("ok", "clock", line)
    elif not wrong:
        yield Finding("ok", "clock", f"It agrees with {' and '.join(scene.clocks)}")
