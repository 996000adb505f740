"""What the store alone can take: the rows of one submission committed one by one, by hand, without exit-bridge.

    python benchmarks/raw_commits.py DATABASE_URL SECONDS

Prints how many a second. Several may run at once. Its tables are its own and look like those of the service.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from uuid import uuid4

from deliveries import kept

SCRIPT = """
CREATE TABLE IF NOT EXISTS raw_submission (
  {key}, survey TEXT, response_id TEXT, result_id TEXT UNIQUE, current INTEGER, UNIQUE (survey, response_id));
CREATE TABLE IF NOT EXISTS raw_version (
  submission INTEGER, n INTEGER, wave TEXT, content_hash TEXT, submitted_at TEXT, received_at BIGINT,
  document {json}, result {json}, PRIMARY KEY (submission, n));
CREATE TABLE IF NOT EXISTS raw_job (
  {key}, kind TEXT, survey TEXT, submission INTEGER, version INTEGER, destination TEXT, state TEXT, due_at BIGINT,
  lease INTEGER, attempts INTEGER, created_at BIGINT);
CREATE INDEX IF NOT EXISTS raw_due ON raw_job (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS raw_of ON raw_job (submission)
"""
SUBMISSION = (
    "INSERT INTO raw_submission (survey, response_id, result_id, current) VALUES ({0}, {0}, {0}, 1) RETURNING id"
)
VERSION = "INSERT INTO raw_version VALUES ({0}, 1, 'bench', {0}, '2026-11-20T10:00:00Z', {0}, {0}, {0})"
JOB = (
    "INSERT INTO raw_job (kind, survey, submission, version, destination, state, due_at, lease, attempts, created_at) "
    "VALUES ('send', 'bench', {0}, 1, 'email-1', 'ready', {0}, 0, 0, {0})"
)


def sqlite(path: str) -> Callable[[str, tuple[object, ...], str], None]:
    """Commits with the settings the service uses."""
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    connection.execute("BEGIN IMMEDIATE")
    for table in SCRIPT.split(";"):
        connection.execute(table.format(key="id INTEGER PRIMARY KEY AUTOINCREMENT", json="JSON"))
    connection.execute("COMMIT")
    submission, version, job = (statement.format("?") for statement in (SUBMISSION, VERSION, JOB))

    def commit(response: str, row: tuple[object, ...], result_id: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        ((n,),) = connection.execute(submission, ("bench", response, result_id)).fetchall()
        connection.execute(version, (n, *row))
        connection.execute(job, (n, row[1], row[1]))
        connection.execute("COMMIT")

    return commit


def postgresql(url: str) -> Callable[[str, tuple[object, ...], str], None]:
    """Commits over one connection."""
    import psycopg

    connection = psycopg.connect(url)
    connection.execute("SELECT pg_advisory_xact_lock(1)")  # several writers may make the tables at once
    for table in SCRIPT.split(";"):
        connection.execute(table.format(key="id BIGSERIAL PRIMARY KEY", json="JSON"))
    connection.commit()
    submission, version, job = (statement.format("%s") for statement in (SUBMISSION, VERSION, JOB))

    def commit(response: str, row: tuple[object, ...], result_id: str) -> None:
        ((n,),) = connection.execute(submission, ("bench", response, result_id)).fetchall()
        connection.execute(version, (n, *row))
        connection.execute(job, (n, row[1], row[1]))
        connection.commit()

    return commit


def main(url: str, seconds: float) -> None:
    """Commit until the time is up."""
    document, result = (json.dumps(part, separators=(",", ":")) for part in kept())
    commit = sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else postgresql(url)
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        commit(uuid4().hex, ("x" * 64, time.time_ns() // 1000, document, result), uuid4().hex)
        done += 1
    print(done / (time.perf_counter() - began))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
