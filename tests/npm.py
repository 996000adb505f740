"""Packages of npm that hold what a vendor publishes: its types, and TypeScript to hold something against them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import missing

STRICT = ("--noEmit", "--checkJs", "--strict", "--skipLibCheck", "--noImplicitReturns", "--noUnusedLocals")
V8 = ("--target", "es2022", "--lib", "es2022", "--types", "google-apps-script")
"""Without the parts of a browser, which a script for Google's services does not have."""


def installed(name: str, packages: Sequence[str], temporary: Any) -> Path:
    """A folder with these packages, each `name@version`; they are fetched once, into EXIT_BRIDGE_NODE_CACHE.

    `name`: of its own for each file of tests, as several of them may run at once.
    """
    npm = shutil.which("npm") or missing("npm", "install Node.js 18 or newer")
    # Without a folder to keep them in they are fetched in every run.
    kept = os.environ.get("EXIT_BRIDGE_NODE_CACHE")
    folder = Path(kept) / name if kept else temporary.mktemp(name)
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / "node_modules" / package.rpartition("@")[0]).is_dir() for package in packages):
        (folder / "package.json").write_text('{"private": true}')
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *packages]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            missing("The vendor's types", f"npm install {' '.join(packages)} did not work; is there a network?")
    return folder


def type_checker(name: str, packages: Sequence[str], temporary: Any) -> Callable[[str], str]:
    """What TypeScript says of a script for Google's services; nothing where all is well."""
    folder = installed(name, packages, temporary)

    def check(script: str) -> str:
        (folder / "script.js").write_text(script, "utf-8")
        command = [folder / "node_modules/.bin/tsc", *STRICT, *V8, "script.js"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120).stdout

    return check
