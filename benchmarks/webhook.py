"""How much of the webhook's time is ours: the full route beside routes that do less, in one run.

    python benchmarks/webhook.py [--seconds 6] [--rounds 5]

Routes, each served by the same gunicorn (one process, 16 threads) and loaded over 16 keep-alive connections:

    full       POST /hooks/bench: verify, parse, both validations, decode, score, one transaction
    same work  verify, parse, both validations and a commit of the same rows, written by hand with sqlite3
    body only  commit the raw body
    ok         Flask answering "ok"

Prints requests per second and p50/p99 per route, and the ratios, each as the median of the rounds. Absolute figures
belong to the machine they were taken on; only the ratios are claims.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from deliveries import SECRET, SURVEY, kept, requests_for
from load import Load
from service import gunicorn

SEND = 'by = "folder"\ndirectory = "out"\n'

# -- the server ----------------------------------------------------------------------------------------------------


def application():
    """All four routes in one application; gunicorn calls this."""
    import hashlib
    import hmac
    from base64 import b64encode
    from threading import Lock, local
    from uuid import uuid4

    from flask import request
    from jsonschema import Draft202012Validator

    from exit_bridge.bank import load_bank
    from exit_bridge.intake import submission_schema
    from exit_bridge.platforms import platform
    from exit_bridge.settings import load_settings, settings_path
    from exit_bridge.web import create_app
    from exit_bridge.web.app import collect_rarely

    settings = load_settings(settings_path())
    app = create_app(settings)
    collect_rarely()  # as `create_app()` does for a server
    bank, tool = load_bank(), platform("typeform")
    document, result = kept()
    tool_validator = Draft202012Validator(tool.delivery_schema)
    validator = Draft202012Validator(submission_schema(bank), format_checker=Draft202012Validator.FORMAT_CHECKER)
    mine, lock = local(), Lock()

    def database() -> sqlite3.Connection:
        if not hasattr(mine, "database"):
            mine.database = sqlite3.connect(os.environ["BENCH_BY_HAND"], isolation_level=None)
            mine.database.execute("PRAGMA journal_mode=WAL")
            mine.database.execute("PRAGMA synchronous=FULL")
        return mine.database

    with sqlite3.connect(os.environ["BENCH_BY_HAND"]) as made:
        made.executescript(
            """
            CREATE TABLE IF NOT EXISTS submission (
              id INTEGER PRIMARY KEY, survey, response_id, result_id, UNIQUE (survey, response_id));
            CREATE TABLE IF NOT EXISTS version (
              submission, n, content_hash, submitted_at, received_at, document, result, PRIMARY KEY (submission, n));
            CREATE TABLE IF NOT EXISTS job (
              id INTEGER PRIMARY KEY, submission, version, kind, destination, state, due_at);
            CREATE INDEX IF NOT EXISTS due ON job (state, due_at);
            CREATE TABLE IF NOT EXISTS body (id INTEGER PRIMARY KEY, body);
            """
        )
    made.close()

    @app.post("/by-hand")
    def by_hand():
        body = request.get_data()
        expected = "sha256=" + b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        if not hmac.compare_digest(request.headers["Typeform-Signature"], expected):
            return "", 401
        payload = json.loads(body)
        if any(tool_validator.iter_errors(payload)) or any(validator.iter_errors(document)):
            return "", 400
        token, now = payload["form_response"]["token"], time.time()
        with lock:
            connection = database()
            connection.execute("BEGIN IMMEDIATE")
            done = connection.execute(
                "INSERT INTO submission (survey, response_id, result_id) VALUES (?, ?, ?)",
                ("bench", token, uuid4().hex),
            )
            row = (done.lastrowid, 1, "x" * 64, document["submitted_at"], now, json.dumps(document), json.dumps(result))
            connection.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute(
                "INSERT INTO job (submission, version, kind, destination, state, due_at) VALUES (?, 1, ?, ?, ?, ?)",
                (done.lastrowid, "send", "folder-1", "ready", now),
            )
            connection.execute("COMMIT")
        return {"status": "accepted"}

    @app.post("/body-only")
    def body_only():
        with lock:
            database().execute("INSERT INTO body (body) VALUES (?)", (request.get_data(),))
        return "ok"

    @app.post("/ok")
    def ok():
        request.get_data()
        return "ok"

    return app


ROUTES = {"full": "/hooks/bench", "same work": "/by-hand", "body only": "/body-only", "ok": "/ok"}


def main() -> None:
    """Run everything and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=float, default=6)
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "exit-bridge.toml").write_text(SURVEY + SEND, "utf-8")
        os.environ |= {
            "BENCH_SECRET": SECRET,
            "BENCH_BY_HAND": str(folder / "by-hand.sqlite3"),
            "EXIT_BRIDGE_SETTINGS": str(folder / "exit-bridge.toml"),
            "PYTHONPATH": str(Path(__file__).parent),
        }
        subprocess.run([sys.executable, "-m", "exit_bridge", "db", "upgrade"], check=True, stdout=subprocess.DEVNULL)
        with ExitStack() as stack:
            port, _ = gunicorn(stack, "webhook:application()", dict(os.environ), 1, threads=16)
            measure(port, chosen.rounds, chosen.seconds)


def measure(port: int, rounds: int, seconds: float) -> None:
    """All routes in turn, round after round, so that a change of the machine's speed meets all of them."""
    rates: dict[str, list[float]] = {name: [] for name in ROUTES}
    cuts: dict[str, list[list[float]]] = {name: [] for name in ROUTES}
    for n in range(rounds + 1):
        for name, path in ROUTES.items():
            few = n == 0
            # Made beforehand: signing while the server is loaded would slow the routes that do least.
            wire = list(requests_for(path, f"{n:02d}", 300 if few else int(seconds * (6000 if name == "ok" else 2500))))
            load = Load(port, wire)
            load.run(2 if few else seconds)
            if not few:
                rates[name].append(load.rate)
                cuts[name].append(statistics.quantiles(load.latencies, n=100))
    print(f"{'route':<12}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}")
    for name in ROUTES:
        p50, p99 = (statistics.median(cut[n] for cut in cuts[name]) * 1000 for n in (49, 98))
        print(f"{name:<12}{statistics.median(rates[name]):>8.0f}{p50:>9.1f}{p99:>9.1f}")
    for name in list(ROUTES)[1:]:
        pairs = [mine / other for mine, other in zip(rates["full"], rates[name], strict=True)]
        print(f"full / {name}: {statistics.median(pairs):.2f} (median of {rounds} rounds)")


if __name__ == "__main__":
    main()
