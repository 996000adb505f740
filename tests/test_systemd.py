"""The unit files of docs/deploy/vm.md: what systemd itself says of them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import missing
from tests.test_docs import DOCS, files_of

UNITS = files_of(DOCS / "deploy" / "vm.md")


@pytest.fixture
def units(tmp_path: Path) -> dict[str, Path]:
    """The files as somebody would write them, with programs and a user that this machine has."""
    if not shutil.which("systemd-analyze"):
        missing("systemd-analyze", "install Debian's package systemd")
    found = {}
    for name, content in UNITS.items():
        text = content.replace("/opt/exit-bridge/bin/exit-bridge", sys.executable)
        text = re.sub(r"^(User|Group)=exit-bridge$", r"\1=daemon", text, flags=re.MULTILINE)
        found[name] = tmp_path / name
        found[name].write_text(text, "utf-8")
    return found


def test_each_is_shown():
    """Service, backup and its timer."""
    assert {"exit-bridge.service", "exit-bridge-backup.service", "exit-bridge-backup.timer"} == set(UNITS)


def faults(paths) -> list[str]:
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *paths]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    return [line for line in said.splitlines() if "exit-bridge" in line]


def test_systemd_finds_no_fault(units):
    """No unknown setting, no wrong value, no missing program; and it would find one."""
    assert [] == faults(units.values())
    path = units["exit-bridge.service"]
    path.write_text(path.read_text("utf-8").replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"), "utf-8")
    assert 1 == len(faults(units.values()))


def test_the_service_is_shut_in(units):
    """Systemd's own measure of what a service could still do, from 0 (nothing) to 10 (everything)."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", units["exit-bridge.service"]],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if "exposure level" not in done.stdout:
        missing("A systemd-analyze that can judge a file", "systemd 250 or newer")
    (level,) = re.findall(r"Overall exposure level for .*: (\d+\.\d)", done.stdout)
    assert float(level) < 2.5, done.stdout


def test_the_backup_goes_where_the_service_may_write(units):
    """The folder of the copies is inside what the hardened unit lets it write to."""
    for name in ("exit-bridge.service", "exit-bridge-backup.service"):
        assert "\nReadWritePaths=/srv/exit-bridge\n" in UNITS[name]
        assert "\nWorkingDirectory=/srv/exit-bridge\n" in UNITS[name]
    assert 'db backup "backups/$(date +%%FT%%H%%M%%S).sqlite3"' in UNITS["exit-bridge-backup.service"]


def test_no_copy_gets_older_than_fourteen_days(tmp_path: Path):
    """The run of a night deletes, before anything of it can fail, what would be past that before the next one."""
    lines = UNITS["exit-bridge-backup.service"].splitlines()
    (find,) = [line.partition("=-")[2] for line in lines if line.startswith("ExecStartPre=-/usr/bin/find ")]
    for days in range(20):
        copy = tmp_path / f"{days:02d}.sqlite3"
        copy.touch()
        made = time.time() - days * 86400 + 60  # that night's run began a minute after tonight's
        os.utime(copy, (made, made))
    subprocess.run(shlex.split(find.replace("/srv/exit-bridge/backups", str(tmp_path))), check=True, timeout=60)
    assert [f"{days:02d}.sqlite3" for days in range(14)] == sorted(path.name for path in tmp_path.iterdir())
