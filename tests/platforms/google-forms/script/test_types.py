"""The script held against the types of Apps Script, which a community of its users publishes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import missing
from tests.platforms.apps_script import BANK, written

PACKAGES = ("@types/google-apps-script@2.0.13", "typescript@5.9.3")
STRICT = ("--noEmit", "--checkJs", "--strict", "--skipLibCheck", "--noImplicitReturns", "--noUnusedLocals")
V8 = ("--target", "es2022", "--lib", "es2022", "--types", "google-apps-script")  # no DOM: Apps Script has none

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Check one script; the types are fetched once, into EXIT_BRIDGE_NODE_CACHE."""
    npm = shutil.which("npm") or missing("npm", "install Node.js 18 or newer")
    kept = os.environ.get("EXIT_BRIDGE_NODE_CACHE")
    folder = Path(kept) / "apps-script-types" if kept else tmp_path_factory.mktemp("apps-script-types")
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / "node_modules" / package.rpartition("@")[0]).is_dir() for package in PACKAGES):
        (folder / "package.json").write_text('{"private": true}')
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *PACKAGES]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            missing("the types of Apps Script", f"npm install {' '.join(PACKAGES)} did not work; is there a network?")

    def checked(code):
        (folder / "script.js").write_text(code, "utf-8")
        command = [folder / "node_modules/.bin/tsc", *STRICT, *V8, "script.js"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120).stdout

    return checked


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_script_is_well_typed(check, variant):
    """Every service, method and argument exists, and the plan has the shape that the code reads."""
    assert "" == check(written(variant, "cy")[1])


MISTAKES = {
    "addGridItem()": "addGritItem()",
    "PageNavigationType.SUBMIT": "PageNavigationType.SUMBIT",
    ".setRequired(part.required)": '.setRequired("yes")',
    ".everyHours(1)": ".everyHours()",
    "muteHttpExceptions": "muteHttpException",
    "row.title": "row.titel",
    '"bank": ': '"bnak": ',
    "let moved": "let unused, moved",
}


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_is_found(check, right):
    """The check can fail."""
    code = written("quick", "en")[1]
    assert right in code
    assert "error TS" in check(code.replace(right, MISTAKES[right], 1))
