"""Whether PostgreSQL cleans up after itself."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import WELL, wrong
from tests.conftest import POSTGRES

from exit_bridge.cli.checks import Scene, database
from exit_bridge.settings import load_settings
from exit_bridge.store.store import Store

server = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


@pytest.mark.postgres
@server
def test_the_server_is_asked(store: Store, store_url: str) -> None:
    """What it says itself."""
    with psycopg.connect(POSTGRES) as connection:
        (said,) = connection.execute("SHOW autovacuum").fetchone() or ("",)
    assert {"on": True, "off": False}[said] is store.vacuums_itself()


@pytest.mark.postgres
@server
@pytest.mark.parametrize("itself", [True, False])
def test_a_server_that_does_not_is_found(
    settings: Path, store: Store, store_url: str, itself: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said with both things that come of it; nothing where it does."""
    monkeypatch.setattr(Store, "vacuums_itself", lambda _: itself)
    store.tally("first", "", "ping")
    write_settings(settings.parent, 'database = "$DATABASE"\n' + WELL, DATABASE=store_url)
    line = "database: The database server's autovacuum is off: deleted answers stay in its files, and sends get slower"
    assert ([] if itself else [("look", line)]) == wrong(settings)


def test_sqlite_has_nothing_to_ask(settings: Path) -> None:
    """Its file is rewritten by ourselves."""
    scene = Scene(load_settings(settings))
    scene.store.upgrade()
    assert scene.store.vacuums_itself() is None
    assert [] == list(database.vacuum(scene))
