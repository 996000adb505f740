"""Can a SQLite file be kept here? Not where it vanishes, nor where web and worker cannot both open it.

What can be told from inside: marks that hosts put into the environment, and the kind of file system. What cannot: two
machines that each run a service of their own with the same settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exit_bridge.errors import SettingsError
from exit_bridge.settings import Settings

Role = Literal["serve", "web", "worker"]
"""`serve` holds both halves of the service in one process; `web` and `worker` are one half each."""

_WIPED = {
    "DYNO": "Heroku",
    "VCAP_APPLICATION": "Cloud Foundry",
    "K_SERVICE": "Cloud Run",
    "GAE_SERVICE": "App Engine",
    "WEBSITE_INSTANCE_ID": "Azure App Service",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
}
"""Hosts whose disks are wiped at a restart, or lie on a network."""

_APART = {
    "FLY_MACHINE_ID": "Fly.io",
    "RENDER_SERVICE_ID": "Render",
    "RAILWAY_SERVICE_ID": "Railway",
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
}
"""Hosts that give each part of a service its own disk, which may be a lasting one."""

# SQLite's log is shared memory between the processes that have the file open, so they must be on one machine, and its
# locks must be the real ones. https://www.sqlite.org/wal.html
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "gpfs", "9p"})
_NETWORK_FUSE = ("sshfs", "s3fs", "gcsfuse", "blobfuse", "rclone", "glusterfs", "ceph", "goofys", "davfs", "juicefs")

_POSTGRESQL = 'use PostgreSQL: database = "$DATABASE_URL"'
MOUNTS = Path("/proc/mounts")


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Why a SQLite file must not be used here, and what to do instead."""

    why: str
    fix: str


def unsafe(
    settings: Settings, role: Role, environ: Mapping[str, str] | None = None, mounts: str | None = None
) -> Unsafe | None:
    """What speaks against running these settings in this role here, or None.

    `environ` and `mounts` (as in /proc/mounts): those of this process unless given.
    """
    if not settings.database.startswith("sqlite"):
        return None
    environ = os.environ if environ is None else environ
    path = Path(settings.database.partition("///")[2]).resolve()
    kind = _file_system(path, _mounts() if mounts is None else mounts)
    if kind in _NETWORK or (kind.startswith("fuse.") and kind[5:].startswith(_NETWORK_FUSE)):
        return Unsafe(
            f"The SQLite file lies on a network file system ({kind}), where its locks and its log do not work",
            f"Put it on a disk of this machine, or {_POSTGRESQL}",
        )
    if settings.one_disk:
        return None
    for mark, host in _WIPED.items():
        if mark in environ:
            return Unsafe(
                f"{host} (it sets {mark}) wipes its disks at a restart, and gives each process its own",
                _POSTGRESQL[0].upper() + _POSTGRESQL[1:],
            )
    for mark, host in _APART.items():
        if mark in environ and role != "serve":
            other = "worker" if role == "web" else "web process"
            return Unsafe(
                f"On {host} (it sets {mark}) this {role} process and the {other} have no disk in common",
                f"Run `exit-bridge serve` alone, on a disk that lasts, or {_POSTGRESQL}",
            )
    return None


def refuse_unsafe(settings: Settings, role: Role) -> None:
    """Raise SettingsError where what is accepted could be lost, or never sent."""
    if found := unsafe(settings, role):
        raise SettingsError(found.why, where="database", fix=found.fix)


def _mounts() -> str:
    try:
        return MOUNTS.read_text("utf-8", errors="replace")
    except OSError:
        return ""  # not Linux: nothing to be told


def _file_system(path: Path, mounts: str) -> str:
    """The kind of file system that holds a path; later mounts hide earlier ones."""
    longest, kind = -1, ""
    for line in mounts.splitlines():
        _, point, found, *_ = [*line.split(" "), "", "", ""]
        point = point.replace(r"\040", " ").replace(r"\011", "\t").replace(r"\012", "\n").replace(r"\134", "\\")
        if point and path.is_relative_to(point) and len(point) >= longest:
            longest, kind = len(point), found
    return kind
