"""Does the memory of web process and worker stay flat over 100,000 submissions?

    python benchmarks/memory.py [--count 100000] [--bound 20] [--stores sqlite] [--save docs/benchmarks]

Delivers so many different submissions to one web process, while one worker sends their reports to a mail server on
this machine, until none is left. Reads the resident memory of both every second (Linux only). After a first tenth, in
which caches fill, the straight line through a process's memory must not rise by more than `bound` KiB for a thousand
submissions, nor may the last tenth of its readings lie higher above the first tenth than that. Else exits with 1.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

from deliveries import requests_for
from findings import options, said_at_once, save, slope
from load import Load
from plot import chart
from service import running

Points = list[tuple[float, float]]


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def measure(kind: str, count: int, every: float, patience: float) -> dict[str, Points]:
    """Memory of each process by the submissions it has dealt with."""
    points: dict[str, Points] = {"web": [], "worker": []}
    with running(kind, 1, 1) as service:
        load = Load(service.port, requests_for("/hooks/bench", "m", count))
        over = Event()

        def look() -> int:
            left = service.probe.backlog()
            if load.answered < count or not points["web"]:
                points["web"].append((load.answered, resident(service.web[0])))
            points["worker"].append((max(load.answered - left, 0), resident(service.workers[0])))
            return left

        def watch() -> None:
            while not over.wait(every):
                look()

        watcher = Thread(target=watch)
        watcher.start()
        load.run()
        print(f"{kind}: {count:,} accepted in {load.seconds:.0f} s")
        done, quiet = 0, time.monotonic()
        while left := service.probe.backlog():
            if count - left > done:
                done, quiet = count - left, time.monotonic()
            elif time.monotonic() - quiet > patience:
                raise SystemExit(f"{left} jobs are left and nothing moves")
            time.sleep(every)
        over.set()
        watcher.join()
        look()
        points["web"].append((count, resident(service.web[0])))
        mails = service.mails()
        if mails != {"mails": count, "ids": count}:
            raise SystemExit(f"{count} accepted, but {mails}")
    return points


def judged(points: Points, count: int, bound: float) -> dict[str, Any]:
    """How it rose after the first tenth, and whether that is flat."""
    settled = [point for point in points if point[0] >= count / 10]
    few = max(len(settled) // 10, 1)
    early, late = (statistics.median(mib for _, mib in part) for part in (settled[:few], settled[-few:]))
    rise, step = slope(settled) * 1024 * 1000, (late - early) * 1024 / (0.9 * count / 1000)
    return {
        "first_mib": points[0][1], "early_mib": early, "late_mib": late, "most_mib": max(mib for _, mib in points),
        "kib_per_thousand": rise, "kib_per_thousand_end_to_end": step, "flat": max(rise, step) <= bound,
    }  # fmt: skip


def main() -> None:
    """Run, print, judge."""
    chosen = options(
        __doc__, count=(100_000, "submissions"), bound=(20.0, "KiB for a thousand submissions"),
        every=(1.0, "seconds between readings"), patience=(120.0, "seconds without any mail before giving up"),
    ).parse_args()  # fmt: skip
    lines, found = {}, {}
    for kind in chosen.stores:
        for process, points in measure(kind, chosen.count, chosen.every, chosen.patience).items():
            name = f"{kind}, {process}"
            lines[name], found[name] = points, judged(points, chosen.count, chosen.bound)
    print(f"{'process':<20}{'at first':>9}{'early':>8}{'late':>8}{'most':>8} MiB{'rise':>9} KiB per 1,000")
    for name, row in found.items():
        print(
            f"{name:<20}{row['first_mib']:>9.1f}{row['early_mib']:>8.1f}{row['late_mib']:>8.1f}{row['most_mib']:>8.1f}"
            f"{row['kib_per_thousand']:>13.1f}  {'flat' if row['flat'] else 'NOT FLAT'}"
        )
    if chosen.save:
        words = "; ".join(
            f"{name}: {row['early_mib']:.0f} MiB early, {row['late_mib']:.0f} MiB late" for name, row in found.items()
        )
        picture = chart(
            "Memory over many submissions", f"Resident memory by submissions dealt with. {words}.", "submissions",
            "MiB", lines,
        )  # fmt: skip
        save(
            chosen.save,
            "memory",
            chosen.stores,
            {"count": chosen.count, "bound": chosen.bound, "processes": found},
            picture,
        )
    sys.exit(not all(row["flat"] for row in found.values()))


if __name__ == "__main__":
    with said_at_once():
        main()
