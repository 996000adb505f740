"""The locked requirements hold what pyproject.toml asks for, all of it, each version to its hashes."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = {
    "requirements-locked.txt": PROJECT["project"]["dependencies"] + EXTRAS["server"] + EXTRAS["postgres"],
    "requirements-build.txt": PROJECT["build-system"]["requires"],
}
MEND = "run: .ci/lock"
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)

each_file = pytest.mark.parametrize("name", WANTED)


def locked(name: str) -> dict[str, str]:
    """Package -> version."""
    return {canonicalize_name(found[1]): found[2] for found in PIN.finditer((ROOT / name).read_text("utf-8"))}


@each_file
def test_what_is_asked_for_is_locked(name):
    """Every requirement has its version, one that the requirement allows. To mend: .ci/lock"""
    versions = locked(name)
    for text in WANTED[name]:
        requirement = Requirement(text)
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked; {MEND}"
        assert requirement.specifier.contains(version), f"{text}, but {version} is locked; {MEND}"


@each_file
def test_what_that_needs_is_locked_too(name):
    """With --require-hashes pip installs nothing that is not in the file, so the list must be whole."""
    versions, waiting, seen = locked(name), [Requirement(text) for text in WANTED[name]], set()
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras}
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        assert key in versions, f"{requirement.name} is not locked; {MEND}"
        for text in distribution(requirement.name).requires or ():
            needed = Requirement(text)
            chosen = needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras)
            if chosen and (canonicalize_name(needed.name), tuple(sorted(needed.extras))) not in seen:
                seen.add((canonicalize_name(needed.name), tuple(sorted(needed.extras))))
                waiting.append(needed)
    assert seen or name == "requirements-build.txt"


@each_file
def test_every_line_is_held_to_a_hash_and_names_no_registry(name):
    """Nothing but versions, markers, hashes and remarks; no address."""
    text = (ROOT / name).read_text("utf-8")
    rest = re.sub(r"^ +# .*\n", "", PIN.sub("", text), flags=re.MULTILINE)
    assert "" == rest
    assert "://" not in text
