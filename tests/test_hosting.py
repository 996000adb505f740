"""SQLite is refused where its file vanishes, or where web and worker cannot both open it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, call, started, write_settings

from exit_bridge import hosting
from exit_bridge.errors import SettingsError
from exit_bridge.hosting import unsafe
from exit_bridge.settings import Settings, load_settings
from exit_bridge.web import create_app

ONE_DISK = "/dev/vda / ext4 rw 0 0\nproc /proc proc rw 0 0\n"
WIPED = ("DYNO", "VCAP_APPLICATION", "K_SERVICE", "GAE_SERVICE", "WEBSITE_INSTANCE_ID", "AWS_LAMBDA_FUNCTION_NAME")
APART = ("FLY_MACHINE_ID", "RENDER_SERVICE_ID", "RAILWAY_SERVICE_ID", "KUBERNETES_SERVICE_HOST")
ROLES = ("serve", "web", "worker")


@pytest.fixture(autouse=True)
def _no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for mark in (*WIPED, *APART):
        monkeypatch.delenv(mark, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(write_settings(tmp_path)), database="sqlite:////srv/data here/db.sqlite3")


@pytest.mark.parametrize("role", ROLES)
def test_one_machine_is_fine(settings: Settings, role) -> None:
    """Its own disk, and no mark of a host."""
    assert unsafe(settings, role, {"PATH": "/bin"}, ONE_DISK) is None
    assert unsafe(settings, role, {"PATH": "/bin"}, "") is None  # no such file: not Linux


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mark", WIPED)
def test_a_disk_that_is_wiped_keeps_no_database(settings: Settings, role, mark: str) -> None:
    """Not even for one process alone: what was accepted would be gone after a restart."""
    found = unsafe(settings, role, {mark: "x"}, ONE_DISK)
    assert found is not None
    assert mark in found.why
    assert "PostgreSQL" in found.fix
    assert "serve" not in found.fix


@pytest.mark.parametrize(("role", "refused"), [("serve", False), ("web", True), ("worker", True)])
@pytest.mark.parametrize("mark", APART)
def test_halves_on_disks_of_their_own_are_refused(settings: Settings, role, refused: bool, mark: str) -> None:
    """One process that is both, on a volume of its own, is fine there."""
    found = unsafe(settings, role, {mark: "x"}, ONE_DISK)
    assert refused == (found is not None)
    if found:
        assert "`exit-bridge serve` alone" in found.fix
        assert "PostgreSQL" in found.fix


@pytest.mark.parametrize("mark", [*WIPED, *APART])
def test_who_knows_better_may_say_so(settings: Settings, mark: str) -> None:
    """A host that only looks like one of them, with a lasting disk for all processes; and PostgreSQL, of course."""
    for allowed in (replace(settings, one_disk=True), replace(settings, database="postgresql://host/db")):
        assert unsafe(allowed, "worker", {mark: "x"}, ONE_DISK) is None


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("host:/export /srv nfs4 rw 0 0", True),
        ("host:/export /srv nfs rw 0 0", True),
        ("//host/share /srv cifs rw 0 0", True),
        ("me@host: /srv fuse.sshfs rw 0 0", True),
        ("bucket /srv fuse.gcsfuse rw 0 0", True),
        ("bucket /srv fuse.blobfuse2 rw 0 0", True),
        (r"host:/export /srv/data\040here nfs4 rw 0 0", True),
        (r"host:/export /srv/data nfs4 rw 0 0", False),
        ("host:/export /home nfs4 rw 0 0", False),
        ("/dev/vdb /srv ext4 rw 0 0", False),
        ("thing /srv fuse.lxcfs rw 0 0", False),
        ("host:/export /srv nfs4 rw 0 0\n/dev/vdc /srv/data\\040here xfs rw 0 0", False),
        ("host:/export /srv nfs4 rw 0 0\n/dev/vdc /srv xfs rw 0 0", False),
        ("/dev/vdc /srv xfs rw 0 0\nhost:/export /srv nfs4 rw 0 0", True),
        ("half-a-line", False),
    ],
)
def test_a_network_file_system_is_refused(settings: Settings, line: str, refused: bool) -> None:
    """For every role, whoever says what: SQLite's locks and log do not work there."""
    mounts = f"{ONE_DISK}{line}\n"
    assert [refused] * 3 == [unsafe(settings, role, {}, mounts) is not None for role in ROLES]
    assert refused == (unsafe(replace(settings, one_disk=True), "serve", {}, mounts) is not None)


def test_every_start_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve`, `worker` and the application that a WSGI server asks for: one line, before anything is opened."""
    path = write_settings(tmp_path)
    monkeypatch.setenv("DYNO", "web.1")
    for command in (("serve", "--port", 0), ("worker",)):
        said = call(path, *command)
        assert (said.code, said.out) == (1, "")
        assert said.err.count("\n") == 1
        assert "Heroku (it sets DYNO)" in said.err
    with pytest.raises(SettingsError, match="PostgreSQL"):
        create_app(load_settings(path))
    assert not (tmp_path / "exit-bridge.sqlite3").exists()


@pytest.mark.server
def test_who_says_one_disk_is_believed(tmp_path: Path) -> None:
    """In the settings file."""
    with started(write_settings(tmp_path, f"one_disk = true\n{FIRST}"), "serve", "--port", 0, DYNO="web.1") as service:
        service.wait_for("listening on")


def test_this_machine_is_looked_at(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being told, environment and mounts are those of this process."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"{ONE_DISK}host:/x /srv nfs4 rw 0 0\n")
    assert unsafe(settings, "serve") is None
    monkeypatch.setattr(hosting, "MOUNTS", mounts)
    assert unsafe(settings, "serve") is not None
    monkeypatch.setattr(hosting, "MOUNTS", tmp_path / "none")
    assert unsafe(settings, "serve") is None
