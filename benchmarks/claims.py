"""Does it cost more to claim a job when a million are done? A finished job must cost nothing.

    python benchmarks/claims.py [--finished 1000 10000 100000 1000000] [--rounds 20] [--save docs/benchmarks]

Fills a database for each number of finished jobs, each job taken through the states it really has, and then claims and
finishes new jobs in all of them by turns, so that a change of the machine's speed meets all of them. On PostgreSQL it
waits for the server's autovacuum first, which the queue's table asks for every thousand rows. Exits with 1 when the
median claim with the most finished jobs takes more than `bound` times that with the fewest.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from deliveries import kept
from findings import options, said_at_once, save
from plot import chart
from service import new_store

CHUNK = 50_000
# The states of a job one after the other, so that the index of what is due has seen all of them come and go.
FILL = {
    "submission (id, survey, response_id, result_id, current)": "i, 'old', 'o-' || i, 'o-' || i, 1",
    "job (id, kind, survey, submission, version, destination, state, due_at, lease, attempts, created_at)": (
        "i, 'send', 'old', i, 1, 'email-1', 'ready', i, 0, 0, i"
    ),
    "attempt (job, n, started_at, ended_at, outcome, detail)": "i, 1, i, i, 'done', 'accepted by the mail server'",
}
WORK = (
    "state = 'leased', due_at = due_at + 120000000, leased_by = 'w', lease = 1, attempts = 1",
    "state = 'done', due_at = NULL, leased_by = NULL",
)


def filled(url: str, finished: int) -> None:
    """A database with that many finished jobs."""
    from exit_bridge.store import open_store

    with open_store(url) as store:
        store.upgrade()
        for low in range(1, finished + 1, CHUNK):
            high = min(low + CHUNK - 1, finished)
            numbers = f"WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i < {high})"
            with store._writing() as connection:  # noqa: SLF001 (a million by way of the service would take an hour)
                for into, values in FILL.items():
                    connection.exec_driver_sql(f"INSERT INTO {into} {numbers} SELECT {values} FROM n")
                for values in WORK:
                    connection.exec_driver_sql(f"UPDATE job SET {values} WHERE id BETWEEN {low} AND {high}")
            if not url.startswith("sqlite"):
                with store._writing() as connection:  # noqa: SLF001 (ids of new rows go on where these end)
                    for table in ("submission", "job"):
                        connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {high})")


def swept(url: str, patience: float = 300.0) -> str:
    """Wait for PostgreSQL's autovacuum, which comes within minutes; where it is off, do its work. Says which."""
    import psycopg

    seen = "SELECT last_autovacuum IS NOT NULL AND n_dead_tup < 2000 "
    seen += "FROM pg_stat_user_tables WHERE relid = 'job'::regclass"
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SHOW autovacuum").fetchone() == ("off",):
            connection.execute("VACUUM job")
            return "autovacuum is off on this server: vacuumed by hand"
        began = time.monotonic()
        while connection.execute(seen).fetchone() != (True,):
            if time.monotonic() - began > patience:
                raise SystemExit("PostgreSQL's autovacuum did not come")
            time.sleep(1)
        return f"autovacuum came within {time.monotonic() - began:.0f} s"


def measure(urls: dict[int, str], rounds: int, jobs: int) -> dict[int, dict[str, float]]:
    """Median microseconds of a claim, of finishing it, and of a claim that finds nothing, by finished jobs."""
    from exit_bridge.store import Arrival, NewJob, open_store

    document, result = kept()
    taken: dict[int, dict[str, list[float]]] = {n: {"claim": [], "finish": [], "nothing": []} for n in urls}
    with ExitStack() as stack:
        stores = {n: stack.enter_context(open_store(url)) for n, url in urls.items()}
        for turn in range(rounds + 1):
            for i in range(jobs):
                for n, store in stores.items():
                    new = Arrival("new", f"{turn}-{i}", "w", "h", None, None, datetime.now(UTC), document, result)
                    store.accept(new, [NewJob("send", "email-1")], [])
                    began = time.perf_counter()
                    job = store.claim("bench", 120)
                    claimed = time.perf_counter()
                    assert job is not None
                    store.done(job, "accepted")
                    finished = time.perf_counter()
                    assert store.claim("bench", 120) is None
                    seconds = claimed - began, finished - claimed, time.perf_counter() - finished
                    if turn:  # the first one warms up
                        for times, taken_now in zip(taken[n].values(), seconds, strict=True):
                            times.append(taken_now)
    return {n: {what: statistics.median(times) * 1e6 for what, times in kinds.items()} for n, kinds in taken.items()}


def main() -> None:
    """Fill, measure, print, judge."""
    chosen = options(
        __doc__, finished=([1_000, 10_000, 100_000, 1_000_000], "numbers of finished jobs"),
        rounds=(20, "turns over all of them"), jobs=(20, "new jobs in each turn"),
        bound=(1.5, "how many times as long a claim may take"),
    ).parse_args()  # fmt: skip
    found: dict[str, dict[int, dict[str, float]]] = {}
    for kind in chosen.stores:
        with TemporaryDirectory() as folder, ExitStack() as stack:
            urls = {n: stack.enter_context(new_store(kind, Path(folder), f"done-{n}")) for n in chosen.finished}
            for n, url in urls.items():
                began = time.perf_counter()
                filled(url, n)
                print(f"{kind}: {n:,} finished jobs made in {time.perf_counter() - began:.0f} s")
            if kind == "postgresql":
                for n, url in urls.items():
                    print(f"{kind}: {n:,} finished jobs, {swept(url)}")
            found[kind] = measure(urls, chosen.rounds, chosen.jobs)
    print(f"{'store':<12}{'finished':>12}{'claim µs':>10}{'finish µs':>11}{'nothing due µs':>16}")
    ratios = {}
    for kind, rows in found.items():
        for n, row in rows.items():
            print(f"{kind:<12}{n:>12,}{row['claim']:>10.0f}{row['finish']:>11.0f}{row['nothing']:>16.0f}")
        ratios[kind] = rows[max(rows)]["claim"] / rows[min(rows)]["claim"]
    few, many = min(chosen.finished), max(chosen.finished)
    for kind, ratio in ratios.items():
        print(f"{kind}: a claim among {many:,} takes {ratio:.2f} times that among {few:,}")
    if chosen.save:
        words = "; ".join(f"{kind}: {ratio:.2f} times from {few:,} to {many:,}" for kind, ratio in ratios.items())
        lines = {
            f"{kind}, {label}": [(n, row[key]) for n, row in rows.items()]
            for kind, rows in found.items()
            for key, label in (("claim", "claim"), ("nothing", "nothing due"))
        }
        picture = chart(
            "Time to claim a job",
            f"Median time of a claim by finished jobs. {words}.",
            "finished jobs in the database",
            "microseconds",
            lines,
            log_x=True,
        )
        figures = {"bound": chosen.bound, "ratios": ratios, "medians_us": found}
        save(chosen.save, "claims", chosen.stores, figures, picture)
    sys.exit(any(ratio > chosen.bound for ratio in ratios.values()))


if __name__ == "__main__":
    with said_at_once():
        main()
