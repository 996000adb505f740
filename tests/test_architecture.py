"""Who may import whom, and which outside library belongs to which room."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import exit_bridge

ROOT = Path(exit_bridge.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PLATFORMS = ROOT / "platforms"

ALLOWED = {
    "errors": set(),
    "addresses": set(),
    "http": {"errors", "addresses"},
    "logs": set(),
    "wall_clock": set(),
    "bank": {"errors"},
    "word": {"bank"},
    "platforms": {"errors", "bank", "word"},
    "intake": {"errors", "bank", "platforms"},
    "scoring": {"errors", "bank", "intake"},
    "reports": {"errors", "bank", "intake", "scoring", "word"},
    "paper": {"errors", "bank", "intake", "platforms", "reports", "scoring"},
    "sheets": {"bank", "platforms", "reports", "word"},
    "response_sheet": {"bank", "intake", "platforms", "reports", "scoring", "workbook"},
    "workbook": {"errors", "bank", "intake", "platforms", "reports", "scoring"},
    "sending": {"errors", "http", "reports"},
    "store": {"errors"},
    "settings_faults": set(),
    "settings_api": {"errors", "http", "bank", "platforms"},
    "settings_email": {"http", "sending"},
    "settings_links": {"errors", "bank"},
    "settings_logo": {"errors", "bank"},
    "settings_send": {"errors", "http", "sending"},
    "settings_waves": {"errors"},
    "settings": {
        "errors",
        "http",
        "bank",
        "platforms",
        "sending",
        "settings_api",
        "settings_email",
        "settings_faults",
        "settings_links",
        "settings_logo",
        "settings_send",
        "settings_waves",
        "scoring",
    },
    "tool_api": {"errors", "http", "platforms", "settings", "settings_api"},
    "hosting": {"errors", "settings"},
    "trust": {"errors", "platforms", "settings"},
    "made_up": {"platforms", "settings"},
    "replies": {"settings", "store"},
    "links": set(),
    "openapi": {"platforms", "scoring"},
    "deployed": {"errors", "intake", "settings"},
    "bridge": {
        "bank",
        "deployed",
        "errors",
        "intake",
        "links",
        "made_up",
        "platforms",
        "replies",
        "reports",
        "scoring",
        "settings",
        "store",
        "trust",
    },
    "closing": {
        "bank",
        "bridge",
        "errors",
        "intake",
        "reports",
        "scoring",
        "settings",
        "settings_waves",
        "store",
    },
    "outgoing_team": {"errors", "bridge", "closing", "links", "reports", "sending", "settings", "store"},
    "outgoing": {
        "errors",
        "bank",
        "intake",
        "links",
        "outgoing_team",
        "scoring",
        "reports",
        "sending",
        "settings",
        "store",
        "bridge",
    },
    "fetching": {"errors", "store", "bridge", "tool_api"},
    "pulling": {"errors", "platforms", "settings", "store", "bridge", "tool_api"},
    "writing_back": {"errors", "bank", "intake", "reports", "settings", "store", "bridge", "tool_api"},
    "traces": {"errors", "intake", "platforms"},
    "upkeep": {"errors", "sending", "settings", "store", "bridge"},
    "worker": {
        "errors",
        "store",
        "bridge",
        "closing",
        "fetching",
        "outgoing",
        "outgoing_team",
        "pulling",
        "upkeep",
        "wall_clock",
        "writing_back",
    },
    "testing": {"errors", "bank", "platforms", "intake", "scoring", "traces"},
}
EVERYTHING = {*ALLOWED, "web", "cli"}
ALLOWED |= {"web": EVERYTHING, "cli": EVERYTHING, "__main__": {"cli"}, "__init__": {"bank", "intake", "scoring"}}
OUTSIDE = {
    "flask": {"web"},
    "werkzeug": {"web"},
    "itsdangerous": {"links"},
    "requests": {"http"},
    "requests_hardened": {"http"},
    "urllib3": {"http"},
    "smtplib": {"sending"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "click": {"cli"},
    "python_calamine": {"intake"},
    "docx": set(),
}


def room(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Full names of all modules a file imports, wherever in it, for types only too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path}: import by full name"
            assert node.level == 0, f"{path}: import by full name"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module, *filter(is_module, inner)}
            assert node.module != "exit_bridge" or all(map(is_module, inner)), f"{path}: import from where it stands"
    return found


def is_module(name: str) -> bool:
    parts = name.split(".")
    place = ROOT.joinpath(*parts[1:])
    return parts[0] == "exit_bridge" and (place.is_dir() or place.with_suffix(".py").is_file())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_downwards_only(path):
    """Data flows one way, and so do imports; only web, worker and cli stand on everything."""
    here = room(path)
    inside = {name.split(".")[1] for name in imports(path) if name.startswith("exit_bridge.")} - {here}
    assert here in ALLOWED, f"say in ALLOWED what {here} may import"
    allowed = ALLOWED[here]
    assert inside - allowed == set(), f"{here} may import {sorted(allowed)}"
    for name in imports(path):
        outside = name.split(".")[0]
        assert here in OUTSIDE.get(outside, {here}), f"{outside} is imported in {OUTSIDE.get(outside)} only"


@pytest.mark.parametrize("path", sorted(PLATFORMS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLATFORMS)))
def test_platforms_never_import_each_other(path):
    """A survey tool knows what all share, its own modules, and nothing of its siblings or of the list."""
    own = path.relative_to(PLATFORMS).parts[0].removesuffix(".py")
    known = {name.split(".")[2] for name in imports(path) if name.startswith("exit_bridge.platforms.")}
    assert known <= {"base", "api", "profile", "signatures", "parse", "multipart", "rest", own}
    assert "exit_bridge.platforms" not in imports(path)


@pytest.mark.parametrize("path", sorted((ROOT / "intake").rglob("*.py")), ids=lambda path: path.stem)
def test_intake_needs_no_platform_module(path):
    """It works on the types every platform shares; only reading a file whose tool is not known asks for the list."""
    registry = {"exit_bridge.platforms"} if path.stem in ("detect", "exports") else set()
    used = {name for name in imports(path) if name.startswith("exit_bridge.platforms")}
    assert used <= {"exit_bridge.platforms.base", *registry}


HELP = """
import sys
from exit_bridge.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("command", "never"),
    [
        ("", {"flask", "sqlalchemy", "jsonschema", "requests", "jinja2"}),
        *((command, {"flask", "sqlalchemy"}) for command in ("score", "forms", "bank", "serve")),
    ],
)
def test_help_loads_nothing_heavy(command, never):
    """The command line answers at once: what only some commands need is loaded by them, when they run."""
    done = subprocess.run(
        [sys.executable, "-c", HELP, *command.split(), "--help"], capture_output=True, text=True, check=True
    )
    assert "--help" in done.stdout
    loaded = set(done.stderr.split())
    assert "exit_bridge" in loaded
    assert loaded & never == set()


def test_modules_stay_small():
    """One idea a module; three hundred lines hold most of them."""
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > 300}
    assert long == {}
