"""Many single reports from one export: `score --reports` on a few thousand rows and on ten times as many.

    python benchmarks/many.py [--rows 10000] [--memory 1.15]

Both run as processes of their own and write a page, a text and a result for each row. Prints the time for one report
and the peak of memory of both. Only the ratio of the peaks is a claim: at most 1.15, or as the option says, else it
exits with 1.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from exit_bridge.bank import load_bank

ITEMS = load_bank().variants["full"].items


def export(path: Path, rows: int) -> None:
    """Made-up answers, all different, as the generic tool's CSV has them."""
    chance = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(["response_id", "notice", "stage", *ITEMS])
        for n in range(rows):
            write([f"r{n}", "yes", "sustaining", *(chance.randint(1, 5) for _ in ITEMS)])


def scored(folder: Path, rows: int) -> tuple[float, float]:
    """Seconds, and the peak of memory in MiB, of one run."""
    export(folder / "answers.csv", rows)
    line = [sys.executable, "-m", "exit_bridge", "score", str(folder / "answers.csv")]
    line += ["--reports", str(folder / "reports"), "--out", str(folder / "scores.csv")]
    began = time.perf_counter()
    process = subprocess.Popen(line, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    if process.returncode or sum(1 for _ in (folder / "reports").iterdir()) != rows:
        sys.exit("It did not write every report")
    return took, used.ru_maxrss / 1024


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--memory", type=float, default=1.15)
    given = parser.parse_args()
    peaks = []
    for rows in (given.rows // 10, given.rows):
        with tempfile.TemporaryDirectory() as folder:
            took, peak = scored(Path(folder), rows)
        peaks.append(peak)
        print(f"{rows:>7,} reports: {1000 * took / rows:.1f} ms each, {took:.0f} s in all, peak {peak:.1f} MiB")
    ratio = peaks[1] / peaks[0]
    print(f"peak of memory, ten times as many / so many: {ratio:.2f} (at most {given.memory:g})")
    if ratio > given.memory:
        sys.exit("Memory grows with the number of reports")


if __name__ == "__main__":
    main()
