"""Spool, report folders and database file: can they be written, and is there room?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exit_bridge.cli.checks.database import sqlite_file
from exit_bridge.cli.checks.finding import Finding, Scene

MEBIBYTE = 1024 * 1024
LITTLE_ROOM = 1024 * MEBIBYTE
NO_ROOM = 100 * MEBIBYTE


def writable(scene: Scene) -> Iterator[Finding]:
    """Can this user write the spool and the report folders?"""
    for about, directory in _folders(scene):
        try:
            # A file that never has a name: what the permissions say is not all that can be wrong with a disk.
            with tempfile.TemporaryFile(dir=_nearest(directory)) as probe:
                probe.write(b"\0")
        except OSError as error:
            fix = "Give this user the right to, and check the disk"
            yield Finding("broken", about, f"{directory} cannot be written: {error.strerror}", fix)
        else:
            yield Finding("ok", about, f"{directory} can be written")


def room(scene: Scene) -> Iterator[Finding]:
    """How much is left on each disk in use?"""
    places = [directory for _, directory in _folders(scene)]
    if file := sqlite_file(scene):
        places.insert(0, file.parent)
    disks = {nearest.stat().st_dev: nearest for nearest in map(_nearest, reversed(places))}
    for place in disks.values():
        free = shutil.disk_usage(place).free
        left = f"{free // MEBIBYTE:,} MiB are left on the disk of {place}"
        if free < NO_ROOM:
            line = f"{left}: soon nothing can be kept, and senders will be told to try again"
            yield Finding("broken", "disk", line, "Make room now; old logs and backups are the usual cause")
        elif free < LITTLE_ROOM:
            yield Finding("look", "disk", left, "Make room; old logs and backups are the usual cause")
        else:
            yield Finding("ok", "disk", left)


def _folders(scene: Scene) -> Iterator[tuple[str, Path]]:
    yield "spool", scene.settings.spool
    for survey in scene.settings.surveys.values():
        for directory in survey.folders:
            yield f"survey {survey.name}", Path(directory)


def _nearest(directory: Path) -> Path:
    """The folder itself, or the one it would be made in."""
    return next(folder for folder in (directory, *directory.parents) if folder.exists())
