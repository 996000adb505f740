"""Who may import whom, and which outside library belongs to which room."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import exit_bridge

ROOT = Path(exit_bridge.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "migrations" not in path.parts)

ALLOWED = {
    "errors": set(),
    "http": {"errors"},
    "logs": set(),
    "bank": {"errors"},
    "platforms": {"errors", "bank"},
    "intake": {"errors", "bank", "platforms.base", "platforms"},
    "scoring": {"errors", "bank", "intake"},
    "reports": {"errors", "bank", "intake", "scoring"},
    "sending": {"errors", "http", "reports"},
    "store": {"errors"},
    "settings_faults": set(),
    "settings": {"errors", "http", "bank", "platforms", "sending", "settings_faults"},
    "trust": {"errors", "platforms", "settings"},
    "replies": {"settings"},
    "bridge": {"reports", "replies", "trust", "errors", "bank", "platforms", "intake", "scoring", "settings", "store"},
    "outgoing": {"errors", "bank", "intake", "scoring", "reports", "sending", "settings", "store", "bridge"},
    "upkeep": {"errors", "sending", "store", "bridge"},
    "worker": {"errors", "store", "bridge", "outgoing", "upkeep"},
    "testing": {"errors", "bank", "platforms", "intake", "scoring"},
}
EVERYTHING = {*ALLOWED, "web", "cli"}
OUTSIDE = {
    "flask": {"web"},
    "werkzeug": {"web"},
    "requests": {"http"},
    "smtplib": {"sending"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "click": {"cli"},
}


def room(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: import by full name"
            found.add(node.module)
            if node.module == "exit_bridge":
                found |= {f"exit_bridge.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_downwards_only(path):
    """Data flows one way, and so do imports; only web, worker and cli stand on everything."""
    here = room(path)
    inside = {name.split(".")[1] for name in imports(path) if name.startswith("exit_bridge.")} - {here}
    allowed = ALLOWED.get(here, EVERYTHING)
    assert inside - allowed == set(), f"{here} may import {sorted(allowed)}"
    for name in imports(path):
        outside = name.split(".")[0]
        assert here in OUTSIDE.get(outside, {here}), f"{outside} is imported in {OUTSIDE.get(outside)} only"


@pytest.mark.parametrize("path", sorted((ROOT / "platforms").glob("*.py")), ids=lambda path: path.stem)
def test_platforms_never_import_each_other(path):
    """A survey tool knows the base, the signatures and nothing of its siblings."""
    siblings = {name for name in imports(path) if name.startswith("exit_bridge.platforms.")}
    assert siblings <= {"exit_bridge.platforms.base", "exit_bridge.platforms.signatures"}


def test_intake_needs_no_platform_module():
    """The codebook works on the types every platform shares."""
    for path in (ROOT / "intake").glob("codebook.py"):
        assert {n for n in imports(path) if ".platforms" in n} == {"exit_bridge.platforms.base"}


def test_modules_stay_small():
    """One idea a module; three hundred lines hold most of them."""
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > 300}
    assert long == {}
