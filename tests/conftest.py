"""Fixtures every room may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, NoReturn
from urllib.parse import quote
from uuid import uuid4

import pytest

from exit_bridge.store import open_store
from exit_bridge.store.store import Store

# Platforms that happen to be installed on a developer's machine must not change what is tested here.
os.environ["EXIT_BRIDGE_NO_PLUGINS"] = "1"

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

POSTGRES = os.environ.get("EXIT_BRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def missing(part: str, how: str) -> NoReturn:
    """Skip the test for want of a real part; where everything must be there (CI=true) fail instead."""
    message = f"{part} is missing: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several processes each takes whole files, and those of `doctor`, which count on each other, all together."""
    from xdist.scheduler import LoadScopeScheduling

    class WholeFiles(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "doctor" if file.startswith("tests/cli/doctor/") else file

    return WholeFiles(config, log)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database that nobody else uses: a SQLite file, then a PostgreSQL schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'exit-bridge.sqlite3'}"
    else:
        yield from _postgres_schema()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store with all its tables, on either engine."""
    with open_store(store_url) as opened:
        opened.upgrade()
        yield opened


def _postgres_schema() -> Iterator[str]:
    try:
        import psycopg
    except ImportError:
        missing("PostgreSQL's driver", "pip install psycopg[binary]")
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        missing("PostgreSQL", "start a server and name it in EXIT_BRIDGE_TEST_POSTGRES")
    schema = f"exit_bridge_test_{uuid4().hex[:12]}"
    with server:
        server.execute("SET lock_timeout = '10s'")  # a test that leaves a transaction open must fail, not hang
        server.execute(f"CREATE SCHEMA {schema}")
        joiner = "&" if "?" in POSTGRES else "?"
        yield f"{POSTGRES}{joiner}options={quote(f'-csearch_path={schema}')}"
        server.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, headless."""
    if not shutil.which(CHROMIUM):
        missing("Chromium", "install Debian's package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call a function in `n` threads that start together; what they returned. An exception in one is raised here."""

    def run(call: Callable[[int], Any], n: int = 8) -> list[Any]:
        barrier = Barrier(n)

        def wait_and_call(i: int) -> Any:
            barrier.wait(timeout=10)
            return call(i)

        with ThreadPoolExecutor(n) as pool:
            return list(pool.map(wait_and_call, range(n)))

    return run
