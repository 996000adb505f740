"""An installation that nothing is wrong with, and a record of every place in the code that a finding came from."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import HEALTHY, PRODUCED, WELL

from exit_bridge.cli.checks import address
from exit_bridge.cli.checks.finding import Finding
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

HERE = Path(__file__).parent
COMPLETE = "test_every_finding_is_produced_by_a_test"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """It has been used, too."""
    path = write_settings(tmp_path, WELL)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
        store.tally("first", "", "ping")
    return path


@pytest.fixture
def disk_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make every disk have so many MiB left."""

    def left(mebibytes: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**13, 0, mebibytes * 1024 * 1024))

    return left


@pytest.fixture(autouse=True)
def _sound_machine(
    monkeypatch: pytest.MonkeyPatch, disk_with: Callable[[int], None], request: pytest.FixtureRequest
) -> None:
    """SQLite without its fault, room on the disk, and, except where that is the subject, a service that answers."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    disk_with(50_000)
    if "public_server" not in request.fixturenames:
        monkeypatch.setattr(address, "_health", lambda _: HEALTHY)


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Finding.__post_init__

    def note(self: Finding) -> None:
        real(self)
        made = sys._getframe(2)
        PRODUCED.add((made.f_code.co_filename, made.f_lineno))

    monkeypatch.setattr(Finding, "__post_init__", note)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The test that all findings were met comes last; where only some tests run it could say nothing, so it is out."""
    last = [item for item in items if item.name == COMPLETE]
    if not last:
        return
    items[:] = [item for item in items if item.name != COMPLETE]
    met = {item.path.name for item in items if item.path.parent == HERE}
    rest = {path.name for path in HERE.glob("test_*.py")} - {last[0].path.name}
    if rest <= met and not config.option.keyword and not any("::" in str(arg) for arg in config.args):
        items += last
    else:
        config.hook.pytest_deselected(items=last)
