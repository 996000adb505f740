"""Does the command line start about as fast as click alone?

    python benchmarks/startup.py [--runs 15]

Times whole processes in turn: Python importing click and printing a help text, and `exit-bridge --help`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

CLICK = "import click; click.Command('x', help='y').main(['--help'], standalone_mode=False)"
COMMANDS = {
    "click alone": [sys.executable, "-c", CLICK],
    "exit-bridge --help": [sys.executable, "-m", "exit_bridge", "--help"],
}


def main() -> None:
    """Run in turn and print medians and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=15)
    runs = arguments.parse_args().runs
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for n in range(runs + 1):
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if n:
                taken[name].append(time.perf_counter() - began)
    for name, seconds in taken.items():
        print(f"{name:<20}{statistics.median(seconds) * 1000:>7.0f} ms")
    pairs = [b / a for a, b in zip(*taken.values(), strict=True)]
    print(f"exit-bridge / click: {statistics.median(pairs):.2f}")


if __name__ == "__main__":
    main()
