"""`provision` for a tool that makes the secret of a hook itself: it goes into the file of secrets, and nowhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.cli.cli_calls import Said, call, write_settings
from tests.platforms.formbricks.management import KEY, SIGNS_WITH, URL, WORKSPACE, Formbricks

from exit_bridge import tool_api
from exit_bridge.cli import files
from exit_bridge.settings import load_settings

HOOK = "https://bridge.example/hooks/staying-close"
OLD = "whsec_dGhlLW9uZS10aGF0LWluaXQtbWFkZS0wMTIzNDU2Nzg5MDE="
SETTINGS = f"""\
public_url = "https://bridge.example"

[surveys.staying-close]
platform = "formbricks"
bank = "exit-open@1"
answered_by = "group"
auth = "signature"
secrets = ["$HOOK_SECRET"]

[surveys.staying-close.api]
url = "{URL}"
user = "{WORKSPACE}"
secret = "$API"
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Formbricks:
    """Every request of a tool's API goes to it."""
    server = Formbricks()
    monkeypatch.setattr(tool_api, "caller", lambda _: server)
    return server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_settings(tmp_path, SETTINGS, HOOK_SECRET=OLD, API=KEY)
    beside = path.with_suffix(".env")
    beside.write_text(f"# kept as it is\n{beside.read_text()}")
    beside.chmod(0o640)
    return path


def provision(path: Path) -> Said:
    said = call(path, "provision", "staying-close", "--yes")
    assert not any(secret in said.out + said.err for secret in (SIGNS_WITH, OLD, KEY))
    return said


def secrets(path: Path) -> tuple[str, ...]:
    return load_settings(path).surveys["staying-close"].secrets


def test_the_secret_takes_the_place_of_the_surveys_own(server: Formbricks, path: Path) -> None:
    """Nothing else in the file changes, nor who may read it; it is said that a restart is due, and never what it is."""
    before = path.with_suffix(".env").read_text()
    said = provision(path)
    assert (said.code, said.err) == (0, "")
    assert "It posts completed responses here now.\n" in said.out
    assert "exit-bridge.env holds the secret that Formbricks signs with. Start exit-bridge again.\n" in said.out
    assert path.with_suffix(".env").read_text() == before.replace(OLD, SIGNS_WITH)
    assert secrets(path) == (SIGNS_WITH,)
    assert stat.S_IMODE(path.with_suffix(".env").stat().st_mode) == 0o640
    assert sorted(each.name for each in path.parent.iterdir()) == ["exit-bridge.env", "exit-bridge.toml"]


def test_again_nothing_is_made_and_it_is_said_what_to_do_if_the_secret_was_lost(server: Formbricks, path: Path) -> None:
    provision(path)
    said = provision(path)
    assert "It posts completed responses here already." in said.out
    assert "If deliveries are refused, delete that webhook there and run this again." in said.out
    assert (len(server.hooks), secrets(path)) == (1, (SIGNS_WITH,))


def test_it_says_so_before(server: Formbricks, path: Path) -> None:
    said = call(path, "provision", "staying-close", answers="n\n")
    assert "put the secret that Formbricks signs with in the place of this survey's" in said.out
    assert server.calls == []


def test_where_the_address_is_the_secret_nothing_is_put_anywhere(server: Formbricks, path: Path) -> None:
    path.write_text(SETTINGS.replace('auth = "signature"', 'auth = "path"'))
    said = provision(path)
    assert (server.hooks[0]["url"], secrets(path)) == (f"{HOOK}/{OLD}", (OLD,))
    assert "signs with" not in said.out


@pytest.mark.parametrize("elsewhere", ["environment", "twice in the file", "another survey"])
def test_a_secret_that_is_not_this_files_alone_is_left(
    server: Formbricks, path: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No webhook is made whose secret nobody would know."""
    beside = path.with_suffix(".env")
    match elsewhere:
        case "environment":
            monkeypatch.setenv("HOOK_SECRET", OLD)
        case "twice in the file":
            beside.write_text(f"{beside.read_text()}HOOK_SECRET={OLD}\n")
        case _:
            other = SETTINGS.partition("[surveys.staying-close]")[2].partition("[surveys.")[0]
            path.write_text(f"{SETTINGS}\n[surveys.other]{other}")
    before = beside.read_text()
    said = provision(path)
    assert said.code == 0
    assert "which is set elsewhere" in said.out
    assert "by hand: docs/platforms/formbricks.md" in said.out
    assert (server.hooks, beside.read_text()) == ([], before)


def test_a_disk_that_is_full(server: Formbricks, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is as it was, and no webhook is left; the next run does it."""
    before = path.with_suffix(".env").read_text()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        said = provision(path)
    assert (said.code, "No space left on device" in said.err) == (1, True)
    assert (server.hooks, path.with_suffix(".env").read_text()) == ([], before)
    assert provision(path).code == 0
    assert secrets(path) == (SIGNS_WITH,)


def test_whoever_owns_the_file_goes_on_owning_it(
    server: Formbricks, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service may run as somebody else than who calls this; where that is not allowed, it is done all the same."""
    asked = []

    def refuse(_: int, user: int, group: int) -> None:
        asked.append((user, group))
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refuse)
    about = path.with_suffix(".env").stat()
    assert provision(path).code == 0
    assert (asked, secrets(path)) == ([(about.st_uid, about.st_gid)], (SIGNS_WITH,))
