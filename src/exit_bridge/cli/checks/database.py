"""The database: there, up to date, safe?"""

from __future__ import annotations

import sqlite3
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.errors import StoreUnavailable
from exit_bridge.hosting import unsafe

# https://www.sqlite.org/wal.html: two connections that write and checkpoint at one instant could damage the file.
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))


def sqlite_file(scene: Scene) -> Path | None:
    """The file the database is in, where it is in one."""
    kind, _, path = scene.settings.database.partition(":///")
    return Path(path) if kind == "sqlite" else None


def tables(scene: Scene) -> Iterator[Finding]:
    """Can it be reached, and do its tables fit this exit-bridge?"""
    match scene.tables:
        case StoreUnavailable() as error:
            fix = error.fix or "See the database's own log"
            yield Finding("broken", "database", f"{error.what} ({error.where})", fix)
            return
        case "ahead":
            yield Finding("broken", "database", "It was written by a newer exit-bridge", "Upgrade exit-bridge")
        case "empty":
            yield Finding("broken", "database", "It has no tables yet", "Run: exit-bridge db upgrade")
        case "behind":
            line = "Its tables are older than this exit-bridge"
            yield Finding("broken", "database", line, "Back it up, then run: exit-bridge db upgrade")
        case _ if sqlite_file(scene):
            line = f"{scene.store.where}, up to date; web and worker must run on this machine"
            yield Finding("ok", "database", line)
        case _:
            yield Finding("ok", "database", f"{scene.store.where}, up to date")
    if there := scene.store.server_time():
        scene.clocks["the database server"] = (there - datetime.now(UTC)).total_seconds()


def sqlite(scene: Scene) -> Iterator[Finding]:
    """What can go wrong with a file only."""
    path = sqlite_file(scene)
    if path is None:
        return
    if found := unsafe(scene.settings, "serve"):
        yield Finding("broken", "database", found.why, found.fix)
    elif found := unsafe(scene.settings, "worker"):
        yield Finding("look", "database", found.why, found.fix)
    if WAL_RESET_BUG[0] <= sqlite3.sqlite_version_info <= WAL_RESET_BUG[1]:
        yield Finding(
            "look",
            "database",
            f"SQLite {sqlite3.sqlite_version} has a rare fault that can damage a database two processes write to",
            "Prefer `exit-bridge serve` to web and worker apart, back up (exit-bridge db backup), or use SQLite 3.51.3",
        )
    if sys.platform != "win32" and path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        line = f"{path.name} can be read by others, and it holds every answer"
        yield Finding("look", "database", line, f"Run: chmod 600 {path}")


def vacuum(scene: Scene) -> Iterator[Finding]:
    """What nobody sweeps away stays in PostgreSQL's files, and in the way of whoever looks for the next send."""
    if scene.usable and scene.store.vacuums_itself() is False:
        line = "The database server's autovacuum is off: deleted answers stay in its files, and sends get slower"
        fix = "Have it switched on (autovacuum = on), or run VACUUM every night"
        yield Finding("look", "database", line, fix)
