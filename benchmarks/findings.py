"""What a benchmark found: printed, and with --save kept as figures and a picture that the docs are made from."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from service import POSTGRES, STORES


def options(about: str, **flags: tuple[Any, str]) -> argparse.ArgumentParser:
    """A parser with the flags every benchmark has, and its own numbers: name -> (default, help)."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--stores", nargs="+", choices=STORES, default=list(STORES), help="default: both")
    parser.add_argument(
        "--save", type=Path, metavar="FOLDER", help="write figures and picture there, such as docs/benchmarks"
    )
    for name, (default, words) in flags.items():
        many = {"nargs": "+"} if isinstance(default, list) else {}
        kind = type(default[0] if many else default)
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{words} (default: {default})", **many)  # type: ignore[arg-type]
    return parser


def machine(stores: Sequence[str]) -> dict[str, Any]:
    """What the figures were taken on."""
    found = {
        "taken_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "exit_bridge": version("exit-bridge"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
    }
    if "postgresql" in stores:
        import psycopg

        with psycopg.connect(POSTGRES) as connection:
            number = connection.info.server_version
        found["postgresql"] = f"{number // 10_000}.{number % 10_000}"
    return found


def save(folder: Path, name: str, stores: Sequence[str], figures: dict[str, Any], picture: str) -> None:
    """NAME.json with the figures, the command and the machine; NAME.svg beside it."""
    command = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *_without_save(sys.argv[1:])])
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"command": command, "machine": machine(stores), **figures}
    (folder / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    (folder / f"{name}.svg").write_text(picture, "utf-8")


def _without_save(arguments: list[str]) -> list[str]:
    rest = iter(arguments)
    return [word for word in rest if word != "--save" or not next(rest)]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line that lies closest to the points (least squares)."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    across = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / across if across else 0.0


@contextmanager
def said_at_once() -> Iterator[None]:
    """Long runs show each line when it is known, also through a pipe."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    yield
