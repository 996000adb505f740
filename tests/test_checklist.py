"""docs/adding-a-platform.md as a test: for every platform, the line that is still to be written."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.test_docs import files_of

from exit_bridge import testing
from exit_bridge.bank import load_bank
from exit_bridge.platforms import BUILT_IN, platform
from exit_bridge.platforms.base import Platform
from exit_bridge.platforms.signatures import HmacSignature

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = ("Import the form", "Send the webhook", "Score an export", "Limits")


def still_to_do(tool: Platform, root: Path) -> list[str]:
    """What is missing under `root`, each as the file and the very line or file to write."""
    found = (part(tool, root) for part in (_class, _recorded, _simulator, _form_files, _words))
    return [line for lines in found for line in lines]


def _class(tool: Platform, _: Path) -> Iterator[str]:
    module = f"src/{type(tool).__module__.replace('.', '/')}"
    if "https://" not in (type(tool).__doc__ or ""):
        yield f'{module}: class docstring: """{tool.docs}"""'
    if not tool.docs.startswith("https://"):
        yield f'{module}: docs = "https://…" (the vendor\'s page on the formats)'


def _recorded(tool: Platform, root: Path) -> Iterator[str]:
    folder = root / "tests" / "platforms" / tool.name / "recorded"
    shown = folder.relative_to(root).as_posix()
    if "delivery" in tool.faces:
        yield from _case(shown, sorted(folder.glob("*.body")), "<case>.body", (".headers.json", ".expected.json"))
    if "export" in tool.faces:
        yield from _case(shown, sorted(folder.glob("export_*.csv")), "export_<case>.csv", (".expected.json",))
    if not (folder / "PROVENANCE.md").is_file():
        yield f"{shown}/PROVENANCE.md: where each file comes from ({tool.evidence})"


def _case(shown: str, cases: list[Path], example: str, besides: tuple[str, ...]) -> Iterator[str]:
    if not cases:
        yield f"{shown}/{example}: what the tool really sent"
    for case in cases:
        for ending in besides:
            if not case.with_suffix(ending).is_file():
                yield f"{shown}/{case.stem}{ending}"


def _simulator(tool: Platform, root: Path) -> Iterator[str]:
    path = root / "tests" / "platforms" / tool.name / "simulate.py"
    code = path.read_text("utf-8") if path.is_file() else ""
    wanted = {"delivery": "def deliver(files, said", "export": "def export(files, respondents"}
    for face, line in wanted.items():
        if "form" in tool.faces and face in tool.faces and line not in code:
            yield f"{path.relative_to(root).as_posix()}: {line}):"


def _form_files(tool: Platform, root: Path) -> Iterator[str]:
    folder = root / "form_definitions" / tool.name
    if "form" in tool.faces and not any(folder.glob("*")):
        yield f"form_definitions/{tool.name}/: run `exit-bridge forms --out form_definitions`"


def _words(tool: Platform, root: Path) -> Iterator[str]:
    page = root / "docs" / "platforms" / f"{tool.name}.md"
    text = page.read_text("utf-8") if page.is_file() else ""
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    for heading in HEADINGS:
        if heading not in headings:
            yield f"docs/platforms/{tool.name}.md: ## {heading}"
    if f"docs/platforms/{tool.name}.md" not in (root / "README.md").read_text("utf-8"):
        yield "README.md: run `python docs/generate.py`"
    name = tool.title.partition(" (")[0]
    if not re.search(rf"^- \*\*{re.escape(name)}\*\*", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE):
        yield f"CHANGELOG.md: - **{name}**: …"


@pytest.mark.parametrize("name", BUILT_IN)
def test_nothing_is_missing(name):
    """Everything docs/adding-a-platform.md asks for is there."""
    todo = still_to_do(platform(name), ROOT)
    assert [] == todo, "still to write:\n  " + "\n  ".join(todo)


@pytest.mark.parametrize("name", BUILT_IN)
def test_page_headings(name):
    """Pages of tools are built alike, so that people find their way in the next one: these headings, in this order."""
    text = (ROOT / "docs" / "platforms" / f"{name}.md").read_text("utf-8")
    assert list(HEADINGS) == re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_every_page_and_folder_belongs_to_a_platform():
    """What was left behind by a renamed or removed platform is found."""
    assert set(BUILT_IN) == {path.stem for path in (ROOT / "docs" / "platforms").glob("*.md")}
    assert set(BUILT_IN) == {path.parent.name for path in (ROOT / "tests" / "platforms").glob("*/recorded")}


def test_what_it_says_of_a_platform_with_nothing(tmp_path):
    """Every step of the page has its line, naming file and what to write into it."""
    (tmp_path / "README.md").touch()
    (tmp_path / "CHANGELOG.md").touch()
    assert still_to_do(platform("typeform"), tmp_path) == [
        "tests/platforms/typeform/recorded/<case>.body: what the tool really sent",
        "tests/platforms/typeform/recorded/export_<case>.csv: what the tool really sent",
        "tests/platforms/typeform/recorded/PROVENANCE.md: where each file comes from (from vendor docs)",
        "tests/platforms/typeform/simulate.py: def deliver(files, said):",
        "tests/platforms/typeform/simulate.py: def export(files, respondents):",
        "form_definitions/typeform/: run `exit-bridge forms --out form_definitions`",
        *(f"docs/platforms/typeform.md: ## {heading}" for heading in HEADINGS),
        "README.md: run `python docs/generate.py`",
        "CHANGELOG.md: - **Typeform**: …",
    ]


def test_what_it_says_of_an_undescribed_class(tmp_path):
    """A class without its vendor's page, and a case without its expected outcome."""
    (tmp_path / "README.md").touch()
    (tmp_path / "CHANGELOG.md").touch()
    recorded = tmp_path / "tests" / "platforms" / "bare" / "recorded"
    recorded.mkdir(parents=True)
    (recorded / "one.body").touch()

    class Bare(Platform):
        """No page."""

        name, title, docs = "bare", "Bare", "somewhere"

        def read_delivery(self, payload):
            raise NotImplementedError

    todo = still_to_do(Bare(), tmp_path)
    module = f"src/{__name__.replace('.', '/')}"
    assert f'{module}: class docstring: """somewhere"""' in todo
    assert f'{module}: docs = "https://…" (the vendor\'s page on the formats)' in todo
    assert "tests/platforms/bare/recorded/one.headers.json" in todo
    assert "tests/platforms/bare/recorded/one.expected.json" in todo


# -- the outside package of docs/adding-a-platform.md ---------------------------------------------------------------

DRIVE = """
import json, sys
from pathlib import Path

from exit_bridge.bridge import Bridge
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web import create_app
from exit_bridge.worker import Worker

settings = load_settings(Path("exit-bridge.toml").absolute())
survey = settings.survey("papyrus-survey")
body = Path("one.body").read_bytes()
signed = platform("papyrus").scheme("signature").sign(body, survey.secrets[0])
with open_store(settings.database) as store:
    store.upgrade()
    bridge = Bridge(settings, store)
    client = create_app(settings, bridge).test_client()
    for headers in ({}, signed, signed):
        headers = {"Content-Type": "application/json", **headers}
        answer = client.post("/hooks/papyrus-survey", data=body, headers=headers)
        print(answer.status_code, answer.json["status"])
    while Worker(bridge).step():
        pass
"""
SETTINGS = """
[surveys.papyrus-survey]
platform = "papyrus"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$PAPYRUS_SECRET"]

[[surveys.papyrus-survey.send]]
by = "folder"
directory = "reports"
"""


@pytest.fixture
def outside(tmp_path):
    """An installed package with one platform, made from the blocks of the page, and a folder to work in."""
    site, work = tmp_path / "site", tmp_path / "work"
    page = files_of(ROOT / "docs" / "adding-a-platform.md")
    installed = site / "exit_bridge_papyrus-1.0.dist-info"
    for folder in (installed, work / "recorded"):
        folder.mkdir(parents=True)
    (site / "exit_bridge_papyrus.py").write_text(page["exit_bridge_papyrus.py"], "utf-8")
    (work / "test_papyrus.py").write_text(page["test_papyrus.py"], "utf-8")
    (work / "exit-bridge.toml").write_text(SETTINGS, "utf-8")
    # What an installer writes for the pyproject.toml of the page; installing for real would need the network.
    project = tomllib.loads(page["pyproject.toml"])["project"]
    ((group, entries),) = project["entry-points"].items()
    lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
    (installed / "entry_points.txt").write_text(f"[{group}]\n{lines}", "utf-8")
    (installed / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    _record(site / "exit_bridge_papyrus.py", work)
    environment = {key: value for key, value in os.environ.items() if key != "EXIT_BRIDGE_NO_PLUGINS"}
    environment |= {"PYTHONPATH": str(site), "PAPYRUS_SECRET": testing.SECRET, "PYTHONUTF8": "1"}

    def run(*arguments):
        ended = subprocess.run(
            [sys.executable, *arguments], cwd=work, env=environment, text=True, encoding="utf-8", timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert 0 == ended.returncode, ended.stdout
        return ended.stdout

    return work, run


def _record(module: Path, work: Path) -> None:
    """One delivery of Papyrus, as its author would save it."""
    spec = importlib.util.spec_from_file_location("exit_bridge_papyrus", module)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    bank, papyrus = load_bank(), loaded.Papyrus()
    said = {"notice": "yes", "stage": "sustaining"} | dict.fromkeys(bank.variants["full"].items, "4")
    body = json.dumps({"id": "p-1", "said": said}).encode()
    headers = HmacSignature("X-Papyrus-Signature", encoding="hex").sign(body, testing.SECRET)
    expected = testing.outcome(papyrus, json.loads(body), testing.form_of(papyrus, bank))
    (work / "one.body").write_bytes(body)
    (work / "recorded" / "one.body").write_bytes(body)
    (work / "recorded" / "one.headers.json").write_text(json.dumps(headers), "utf-8")
    (work / "recorded" / "one.expected.json").write_text(json.dumps(expected), "utf-8")
    table = ["| file | what it holds | provenance |", "|---|---|---|", "| `one` | one answer | from vendor docs |"]
    (work / "recorded" / "PROVENANCE.md").write_text("\n".join(table), "utf-8")


@pytest.mark.server
def test_an_outside_platform_goes_the_whole_way(outside):
    """Listed, its form written, a delivery accepted and refused unsigned, a report made, and the contract passed."""
    work, run = outside
    listed = json.loads(run("-m", "exit_bridge", "platforms", "--json"))
    assert [*BUILT_IN, "papyrus"] == [tool["name"] for tool in listed]
    assert ["form", "delivery"] == listed[-1]["faces"]
    run("-m", "exit_bridge", "forms", "papyrus", "--variant", "quick", "--out", "forms")
    form = json.loads((work / "forms" / "papyrus" / "exit-open-1.quick.en.json").read_text("utf-8"))
    assert "exit-open@1" == form["bank"]
    assert ["401 untrusted", "200 accepted", "200 duplicate"] == run("-c", DRIVE).split("\n")[:3]
    (report,) = (work / "reports" / "papyrus-survey").glob("*/report.txt")
    assert "75 of 100" in report.read_text("utf-8")
    assert "1 passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_papyrus.py")


def test_a_broken_outside_platform_is_named_and_stops_nothing(outside):
    """`platforms` says on stderr which package cannot be used and why; everything else is there."""
    work, run = outside
    (work.parent / "site" / "exit_bridge_papyrus.py").write_text("raise RuntimeError('no licence file')", "utf-8")
    said = run("-m", "exit_bridge", "platforms")
    assert "papyrus of exit-bridge-papyrus 1.0 cannot be used: RuntimeError: no licence file" in said
    assert "Typeform" in said
