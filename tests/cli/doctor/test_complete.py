"""Nothing that `doctor` can print goes untested."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.cli.doctor.looking import PRODUCED

import exit_bridge.cli
from exit_bridge.cli import checks
from exit_bridge.cli.checks import Finding

CLI = Path(exit_bridge.cli.__file__).parent
SITES = [
    (path, node)
    for path in sorted(CLI.rglob("*.py"))
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Finding"
]


def named(site: tuple[Path, ast.Call]) -> str:
    path, node = site
    return f"{path.relative_to(CLI)}:{node.lineno}"


@pytest.mark.parametrize("site", SITES, ids=named)
def test_a_finding_is_one_sentence(site: tuple[Path, ast.Call]) -> None:
    """Its status is plain to see and no condition hides in it, so that meeting it once is meeting all of it."""
    _, node = site
    assert isinstance(node.args[0], ast.Constant)
    assert node.args[0].value in ("ok", "look", "broken")
    assert len(node.args) == (3 if node.args[0].value == "ok" else 4)
    assert not [part for part in ast.walk(node) if isinstance(part, ast.IfExp)]


@pytest.mark.parametrize(("status", "fix"), [("look", ""), ("broken", ""), ("ok", "Do something")])
def test_a_finding_says_what_to_do_unless_all_is_well(status: checks.finding.Status, fix: str) -> None:
    """One that does not cannot be made."""
    with pytest.raises(ValueError, match="says what to do"):
        Finding(status, "about", "line", fix)


def test_every_check_is_looked_at_by_doctor() -> None:
    """A check that is written but not listed would never run."""
    listed = {f"{check.__module__}.{check.__name__}" for check in (*checks.INSTALLATION, *checks.SURVEY)}
    written = {
        f"{checks.__name__}.{path.stem}.{node.name}"
        for path in (CLI / "checks").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and "Iterator[Finding]" in ast.unparse(node.returns or node)
    }
    public = {name for name in written if not name.rpartition(".")[2].startswith("_")}
    assert public - {f"{checks.__name__}.__init__.examine"} == listed


def test_every_finding_is_produced_by_a_test() -> None:
    """Runs after all other tests of this folder, whose findings were noted down with the line they were made in."""
    assert len(SITES) > 60
    unmet = [
        named((path, node))
        for path, node in SITES
        if not any(file == str(path) and node.lineno <= line <= (node.end_lineno or 0) for file, line in PRODUCED)
    ]
    assert unmet == []
