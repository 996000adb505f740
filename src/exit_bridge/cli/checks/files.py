"""The settings file, the file of secrets beside it, and what is in them."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.settings import MIN_SECRET_BITS, secret_bits

_OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def private(scene: Scene) -> Iterator[Finding]:
    """May others read the secrets, or say where reports go?"""
    if sys.platform == "win32":  # no such bits: what Python shows there says nothing about who may read a file
        return
    path = scene.settings.path
    beside = path.with_suffix(".env")
    if beside.is_file() and beside.stat().st_mode & _OTHERS_READ:
        yield Finding("look", "secrets", f"{beside.name} can be read by others", f"Run: chmod 600 {beside}")
    if path.stat().st_mode & _OTHERS_WRITE:
        line = f"{path.name} can be changed by others, who could send the reports elsewhere"
        yield Finding("look", "settings", line, f"Run: chmod go-w {path}")


def secrets(scene: Scene) -> Iterator[Finding]:
    """Strength of each survey's secrets is held by the settings themselves; here is what they cannot see."""
    owners: dict[str, str] = {}
    for survey in scene.settings.surveys.values():
        for secret in survey.secrets:
            other = owners.setdefault(secret, survey.name)
            if other != survey.name:
                fix = "Give each survey its own"
                yield Finding("look", "secrets", f"{other} and {survey.name} share a secret", fix)
    held = sum(len(survey.secrets) for survey in scene.settings.surveys.values())
    yield Finding("ok", "secrets", f"{held} secret(s) set, each long enough")


def install_key(scene: Scene) -> Iterator[Finding]:
    """What turns a person's id into a pseudonym."""
    key = scene.settings.install_key
    if key and secret_bits(key.decode()) < MIN_SECRET_BITS:
        yield Finding("broken", "secrets", "The install_key is too short to be safe", "Use 32 random bytes")
    if not key and any(survey.about.answered_by == "individuals" for survey in scene.settings.surveys.values()):
        line = "No install_key is set: two forms of one person cannot be told from those of two people"
        fix = 'Set install_key = "$EXIT_BRIDGE_INSTALL_KEY" and put 32 random bytes into that variable'
        yield Finding("look", "secrets", line, fix)
