"""What a claim has to look at, counted in index pages by PostgreSQL itself rather than timed."""

from __future__ import annotations

import json
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from exit_bridge.store.store import Store

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)]

WORKED = (
    (
        "INSERT INTO job (id, kind, survey, destination, state, due_at, lease, attempts, created_at) "
        "SELECT i, 'send', 's', 'mail', 'done', NULL, 1, 1, i FROM generate_series(1, 200000) i"
    ),
    "UPDATE job SET state = 'ready', due_at = id WHERE id <= 600",
    "UPDATE job SET state = 'leased', due_at = due_at + 120000000 WHERE id <= 600",
    "UPDATE job SET state = 'done', due_at = NULL WHERE id <= 600",
)
LOOK = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT id FROM job WHERE due_at <= :now ORDER BY due_at, id LIMIT 1"


def pages(store: Store) -> int:
    """Pages read to find the next job."""
    with store._reading() as connection:
        (found,) = connection.execute(text(LOOK), {"now": 2**60}).scalar_one()
    plan = (found if isinstance(found, dict) else json.loads(found))["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def test_a_vacuum_takes_ended_jobs_out_of_the_claims_way(store: Store) -> None:
    """Also when those that ended since the last one lie on few pages of a large table: it must not pass them over."""
    with store._writing() as connection:
        for statement in WORKED:
            connection.execute(text(statement))
    assert store.claim("w", 60) is None
    assert pages(store) > 4
    # PostgreSQL keeps what an open transaction may still see, whoever's it is: other tests may have one for a moment.
    deadline = monotonic() + 60
    while True:
        with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM job"))
        if pages(store) <= 2:
            return
        assert monotonic() < deadline
        sleep(0.5)


def test_the_queue_is_vacuumed_by_jobs_not_by_share(store: Store) -> None:
    """By default a table of a million done jobs waits for two hundred thousand changes."""
    with store._reading() as connection:
        found = connection.execute(text("SELECT reloptions FROM pg_class WHERE oid = 'job'::regclass")).scalar_one()
    assert {
        "autovacuum_vacuum_scale_factor=0",
        "autovacuum_vacuum_threshold=1000",
        "vacuum_index_cleanup=on",
    } == set(found)
