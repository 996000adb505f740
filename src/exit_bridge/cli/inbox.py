"""A folder that files land in. Where a file lies is all that is known of it, so a restart loses nothing.

DIR/name -> DIR/working/name while it is read -> DIR/done/name, or DIR/failed/name with a text on why.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from exit_bridge.errors import ExitBridgeError

WORKING, DONE, FAILED = "working", "done", "failed"
ENDINGS = (".csv", ".tsv", ".xlsx", ".json")
"""Whatever ends otherwise is left alone: half-written downloads, pictures, notes."""

Look = Mapping[str, tuple[int, int]]
"""Name -> size and time of the last change."""


class Inbox:
    """One watched folder. Raises ExitBridgeError where it cannot be used."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise ExitBridgeError("There is no such folder", where=str(directory), fix="Make it, or check the path")
        self.directory = directory
        for name in (WORKING, DONE, FAILED):
            try:
                (directory / name).mkdir(exist_ok=True)
            except OSError as error:
                raise _unusable(directory / name, error) from None

    def look(self) -> Look:
        """The exports that lie there now; empty files are still being written."""
        found = {}
        try:
            with os.scandir(self.directory) as entries:
                for entry in entries:
                    if _is_export(entry.name) and entry.is_file(follow_symlinks=False):
                        about = entry.stat(follow_symlinks=False)
                        if about.st_size:
                            found[entry.name] = (about.st_size, about.st_mtime_ns)
        except OSError as error:
            raise _unusable(self.directory, error) from None
        return found

    def left_over(self) -> list[Path]:
        """Files that were being read when an earlier watch was cut off."""
        return sorted(path for path in (self.directory / WORKING).iterdir() if _is_export(path.name))

    def take(self, before: Look, now: Look) -> Iterator[Path]:
        """Every file that was the same at both looks, moved to where it is read; oldest first.

        One that another program holds open cannot be moved on Windows: it stays and is tried at the next look.
        """
        still = [name for name in now if before.get(name) == now[name]]
        for name in sorted(still, key=lambda name: (now[name][1], name)):
            target = self.directory / WORKING / name
            try:
                (self.directory / name).rename(target)
            except OSError:
                continue
            yield target

    def put(self, taken: Path, where: str) -> Path:
        """Move a file out of `working`, beside others of its name that came before. Returns where it lies then."""
        target, place = self.directory / where / taken.name, 1
        while target.exists():
            place += 1
            target = self.directory / where / f"{taken.stem} ({place}){taken.suffix}"
        try:
            return taken.rename(target)
        except OSError as error:
            raise _unusable(target, error) from None


def _is_export(name: str) -> bool:
    """Office programs put `~$` before the name of what they have open; a dot hides what is not yet whole."""
    return name.lower().endswith(ENDINGS) and not name.startswith(("~", "."))


def _unusable(path: Path, error: OSError) -> ExitBridgeError:
    fix = "Check that this account may read, write and rename there"
    return ExitBridgeError(f"The folder cannot be used: {error.strerror}", where=str(path), fix=fix)
