"""How many deliveries a second are accepted for a minute, beside what the store alone can commit; and the backlog.

    python benchmarks/sustained.py [--seconds 60] [--processes 1 2 4] [--workers 2] [--save docs/benchmarks]

For each store and number of web processes, in turn: raw commits by as many processes straight into the same database;
deliveries as fast as they are answered, while the workers send to a mail server on this machine; raw commits again;
then the rest of the backlog is drained. Then deliveries at half the pace the workers kept up with when alone, where
the backlog must be drained meanwhile: it may never hold more than `bound` seconds of deliveries. Every accepted
delivery must be stored and its mail sent once. Exits with 1 when one is missing or double, when a backlog is not
drained within `patience` seconds, or when it grew past the bound.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from deliveries import requests_for
from findings import options, said_at_once, save
from load import Load
from plot import chart
from service import Probe, Service, running

RAW = str(Path(__file__).with_name("raw_commits.py"))


@contextmanager
def watched(probe: Probe) -> Iterator[list[tuple[float, float]]]:
    """The backlog once a second: seconds since the start, jobs."""
    seen: list[tuple[float, float]] = []
    stop, began = Event(), time.monotonic()

    def watch() -> None:
        while not stop.is_set():
            seen.append((round(time.monotonic() - began, 1), probe.backlog()))
            stop.wait(1)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
        seen.append((round(time.monotonic() - began, 1), probe.backlog()))


def raw(url: str, processes: int, seconds: float) -> float:
    """Commits a second by so many processes at once, without exit-bridge."""
    command = [sys.executable, RAW, url, str(seconds)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(float(writer.communicate()[0]) for writer in writers)


def full(kind: str, processes: int, workers: int, seconds: float, patience: float) -> dict[str, Any]:
    """One row: as fast as it goes."""
    with running(kind, processes, workers) as service:
        beside, warm = [raw(service.url, processes, seconds / 6)], min(int(20 * seconds), 200)
        Load(service.port, requests_for("/hooks/bench", "w", warm)).run()
        load = Load(service.port, requests_for("/hooks/bench", "f"))
        with watched(service.probe) as backlog:
            load.run(seconds)
            left, began = service.probe.backlog(), time.monotonic()
            beside.append(raw(service.url, processes, seconds / 6))
            left_after_raw, raw_took = service.probe.backlog(), time.monotonic() - began
            drained = service.drained(patience)
        row = common(kind, processes, load, service, load.answered + warm, drained)
        alone = left_after_raw / drained if drained else 0.0
    return row | {
        "raw": statistics.mean(beside),
        "ratio": load.rate / statistics.mean(beside),
        "backlog_at_end": left,
        "sent_meanwhile": load.answered + warm - left,
        "drained_per_second": alone,
        "drained_within": None if drained is None else drained + raw_took,
        "backlog": backlog,
    }


def paced(
    kind: str, processes: int, workers: int, seconds: float, pace: float, bound: float, patience: float
) -> dict[str, Any]:
    """One row: at a pace the workers can keep."""
    with running(kind, processes, workers) as service:
        load = Load(service.port, requests_for("/hooks/bench", "p"))
        with watched(service.probe) as backlog:
            load.run(seconds, pace)
            drained = service.drained(patience)
        row = common(kind, processes, load, service, load.answered, drained)
    longest = max(jobs for _, jobs in backlog)
    return row | {
        "pace": pace, "backlog_at_end": backlog[-1][1], "longest_backlog": longest, "drained_within": drained,
        "whole": row["whole"] and longest <= bound * pace,
    }  # fmt: skip


def common(
    kind: str, processes: int, load: Load, service: Service, accepted: int, drained: float | None
) -> dict[str, Any]:
    """What both kinds of row say, and whether everything accepted is there and was sent once."""
    stored = service.probe.number("SELECT count(*) FROM submission")
    done = service.probe.number("SELECT count(*) FROM job WHERE state = 'done'")
    mails = service.mails()
    whole = accepted == stored == done == mails["mails"] == mails["ids"]
    cuts = statistics.quantiles(load.latencies, n=100)
    return {
        "store": kind, "processes": processes, "accepted": accepted, "put_off": load.put_off, "per_second": load.rate,
        "p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000,
        "stored": stored, "done": done, **mails, "whole": whole and drained is not None,
    }  # fmt: skip


def main() -> None:
    """All rows, printed as they come."""
    chosen = options(
        __doc__, seconds=(60.0, "length of each load"), processes=([1, 2, 4], "numbers of web processes"),
        workers=(2, "worker processes"), patience=(900.0, "seconds a backlog gets to be drained"),
        bound=(5.0, "seconds of deliveries that may wait at the slower pace"),
    ).parse_args()  # fmt: skip
    rows, slow = [], []
    print(f"{'store':<12}{'web':>4}{'accepted/s':>12}{'raw/s':>8}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'put off':>9}"
          f"{'sent':>8}{'left':>8}{'drained in':>12}{'at/s':>6}  all there, once")  # fmt: skip
    for kind in chosen.stores:
        for processes in chosen.processes:
            row = full(kind, processes, chosen.workers, chosen.seconds, chosen.patience)
            rows.append(row)
            within = "not" if row["drained_within"] is None else f"{row['drained_within']:.0f} s"
            print(f"{kind:<12}{processes:>4}{row['per_second']:>12.0f}{row['raw']:>8.0f}{row['ratio']:>7.2f}"
                  f"{row['p50_ms']:>8.0f}{row['p99_ms']:>8.0f}{row['put_off']:>9}{row['sent_meanwhile']:>8}{row['backlog_at_end']:>8}"
                  f"{within:>12}{row['drained_per_second']:>6.0f}  {'yes' if row['whole'] else 'NO'}")  # fmt: skip
    for kind in chosen.stores:
        pace = max(max(row["drained_per_second"] for row in rows if row["store"] == kind) / 2, 1.0)
        for processes in chosen.processes:
            row = paced(kind, processes, chosen.workers, chosen.seconds, pace, chosen.bound, chosen.patience)
            slow.append(row)
            print(
                f"{kind}, {processes} web, {row['per_second']:.0f}/s: p50 {row['p50_ms']:.0f} ms, p99 "
                f"{row['p99_ms']:.0f} ms, longest backlog {row['longest_backlog']:.0f}, at the end "
                f"{row['backlog_at_end']:.0f}, drained meanwhile and all there, once: {'yes' if row['whole'] else 'NO'}"
            )
    if chosen.save:
        picture = chart(
            "Backlog during and after a load",
            f"Jobs not done, second by second: rising while deliveries come as fast as they are answered, for "
            f"{chosen.seconds:.0f} seconds, then falling to none.",
            "seconds", "jobs waiting or in hand",
            {f"{row['store']}, {row['processes']} web": row["backlog"] for row in rows},
        )  # fmt: skip
        figures = {"seconds": chosen.seconds, "workers": chosen.workers, "bound": chosen.bound}
        figures |= {"full": rows, "paced": slow}
        save(chosen.save, "sustained", chosen.stores, figures, picture)
    sys.exit(not all(row["whole"] for row in rows + slow))


if __name__ == "__main__":
    with said_at_once():
        main()
