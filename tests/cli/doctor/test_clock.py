"""The clock, beside those of the servers that are asked anyway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import WELL, examine, wrong

from exit_bridge.cli.checks import Finding, Scene, clock, database
from exit_bridge.settings import load_settings
from exit_bridge.store.store import Store


def test_without_another_clock_that_is_said(settings: Path) -> None:
    """SQLite has this machine's own."""
    (line,) = [line for line in examine(settings)["ok"] if line.startswith("clock: ")]
    assert line.endswith("UTC; there was no other clock to compare it with")


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_postgresql_has_a_clock_of_its_own(
    settings: Path, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked in the same breath as the tables."""
    monkeypatch.setattr(Store, "vacuums_itself", lambda _: True)  # whatever this server is set to
    assert abs(store.server_time() - datetime.now(UTC)) < timedelta(seconds=5)
    store.tally("first", "", "ping")
    write_settings(settings.parent, 'database = "$DATABASE"\n' + WELL, DATABASE=store_url)
    assert wrong(settings) == []
    ok = examine(settings)["ok"]
    assert "clock: It agrees with the database server" in ok
    assert [line for line in ok if line.startswith("database: PostgreSQL") and line.endswith(", up to date")] != []


def test_sqlite_has_none(settings: Path) -> None:
    """It would only agree with itself."""
    assert Scene(load_settings(settings)).store.server_time() is None


def scene_of_a_server(settings: Path, ahead: float) -> Scene:
    """As PostgreSQL's, with a clock that is so many seconds ahead."""
    write_settings(settings.parent, 'database = "$DATABASE"\n' + WELL, DATABASE="postgresql://nobody@db.example/x")
    scene = Scene(load_settings(settings))
    there = datetime.now(UTC) + timedelta(seconds=ahead)
    scene.__dict__["tables"] = "current"
    scene.__dict__["store"] = SimpleNamespace(where="PostgreSQL, db.example/x", server_time=lambda: there)
    return scene


@pytest.mark.parametrize(
    ("ahead", "side"), [(-61.5, "61 seconds ahead of"), (61.5, "61 seconds behind"), (3600, "3600 seconds behind")]
)
def test_a_minute_is_too_much(settings: Path, ahead: float, side: str) -> None:
    """A signature is good for five."""
    scene = scene_of_a_server(settings, ahead)
    assert list(database.tables(scene)) == [Finding("ok", "database", "PostgreSQL, db.example/x, up to date")]
    (found,) = clock.right(scene)
    assert (found.status, found.about) == ("broken", "clock")
    assert found.line.removeprefix("This machine's clock is ").startswith(side.partition(" ")[0][:-1])
    assert side.partition(" ")[2] in found.line
    assert "timedatectl" in found.fix


def test_less_is_not(settings: Path) -> None:
    """Clocks of two machines never agree to the second."""
    scene = scene_of_a_server(settings, 58)
    list(database.tables(scene))
    (found,) = clock.right(scene)
    assert found == Finding("ok", "clock", "It agrees with the database server")


def test_every_clock_that_differs_is_named(settings: Path) -> None:
    """One may be the wrong one itself."""
    scene: Any = Scene(load_settings(settings), clocks={"a.example": 100.0, "b.example": 0.0, "c.example": -90.0})
    lines = [found.line for found in clock.right(scene)]
    assert lines == [
        "This machine's clock is 100 seconds behind that of a.example: signatures will be refused",
        "This machine's clock is 90 seconds ahead of that of c.example: signatures will be refused",
    ]
