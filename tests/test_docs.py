"""The documents: nothing in them is stale, missing, broken or only believed to run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tests.conftest import missing

from exit_bridge import errors
from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.bank.check import faults_in, warnings_in
from exit_bridge.bank.load import read_document
from exit_bridge.bank.shape import schema
from exit_bridge.intake import DeployedForm, decode
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings, settings_schema

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES += sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"(?:^<!-- (run|file)(?:: ([^\n]+?))? -->\n)?^ *```([a-z]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@cache
def text(page: Path) -> str:
    return page.read_text("utf-8")


@dataclass(frozen=True)
class Block:
    """One fenced block; `mark` is what the comment above it says: run it, or make a file of it."""

    mark: str
    argument: str
    kind: str
    body: str


def blocks(page: Path) -> list[Block]:
    return [Block(mark or "", argument or "", kind, body) for mark, argument, kind, body in BLOCK.findall(text(page))]


def files_of(page: Path) -> dict[str, str]:
    """Name -> content of every block that stands for a file."""
    return {block.argument: block.body for block in blocks(page) if block.mark == "file"}


def without_code(markdown: str) -> str:
    """No fenced block."""
    return re.sub(r"^ *```.*?^ *```$", "", markdown, flags=re.MULTILINE | re.DOTALL)


def by_hand(page: Path) -> str:
    """Without what is generated."""
    return re.sub(r"<!-- generated: .*?<!-- end generated -->", "", text(page), flags=re.DOTALL)


def prose(page: Path) -> str:
    """Without code, addresses and generated parts."""
    return re.sub(r"`[^`]*`|\]\([^)]*\)|<?https?://\S+", "", without_code(by_hand(page)))


def sections(page: Path) -> dict[str, str]:
    """Heading of the second level -> what stands under it."""
    return dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text(page), re.MULTILINE | re.DOTALL))


@cache
def generate():
    """docs/generate.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- generated parts -----------------------------------------------------------------------------------------------


@every_page
def test_generated_parts_are_current(page):
    """What the code says is what the pages say. To mend: python docs/generate.py"""
    assert generate().filled(text(page)) == text(page), f"run: {generate().COMMAND}"


def test_every_part_stands_somewhere():
    """No generator works for nobody."""
    wanted = {name for page in PAGES for name in re.findall("<!-- generated: ([a-z]+) -->", text(page))}
    assert wanted == set(generate().PARTS)


def test_check_names_the_stale_page(tmp_path, monkeypatch, capsys):
    """With --check nothing is written, and the line says what to run; without, the page is made right."""
    page = tmp_path / "README.md"
    stale = "A.\n<!-- generated: errors -->\nold\n<!-- end generated -->\nZ.\n"
    page.write_text(stale)
    monkeypatch.setattr(generate(), "ROOT", tmp_path)
    assert 1 == generate().main(["--check"])
    assert "README.md is stale. Run: python docs/generate.py\n" == capsys.readouterr().err
    assert stale == page.read_text()
    assert 0 == generate().main([])
    assert 0 == generate().main(["--check"])
    assert "`StoreUnavailable`" in page.read_text()
    assert page.read_text().startswith("A.\n")
    assert page.read_text().endswith("Z.\n")


# -- all of it is documented ---------------------------------------------------------------------------------------


def test_every_command_and_option_is_documented():
    """Each has its section in cli.md, with its help and every option; each is told of on a page for people, too."""
    documented = {name: body for name, body in sections(DOCS / "cli.md").items() if name.startswith("exit-bridge")}
    told = " ".join(text(page) for page in PAGES if page.name not in ("cli.md", "CHANGELOG.md"))
    for name, command in generate().commands():
        section = " ".join(documented.pop(name).split())
        assert command.help, name
        assert " ".join(command.help.split()) in section.replace("\\|", "|"), name
        for option in command.params:
            for flag in option.opts if option.param_type_name == "option" else ():
                assert re.search(rf"`[^`]*{flag}\b", section), f"{name} {flag}"
        if name.count(" ") == 1:
            assert name in told or f"`{name.split()[1]}`" in told, f"no page but cli.md speaks of {name}"
    assert {} == documented


def test_every_setting_is_documented():
    """Every key of the schema stands in settings.md under its table, and none besides."""
    found = {
        (title, key)
        for title, body in sections(DOCS / "settings.md").items()
        for key in re.findall(r"^\| `([a-z_]+)` \|", body, re.MULTILINE)
    }
    survey = settings_schema()["properties"]["surveys"]["additionalProperties"]["properties"]
    expected = {("At the top", key) for key, row in settings_schema()["properties"].items() if row["type"] != "object"}
    expected |= {("[http]", key) for key in settings_schema()["properties"]["http"]["properties"]}
    for way in settings_schema()["properties"]["email"]["oneOf"]:
        expected |= {(f'[email] by = "{way["properties"]["by"]["const"]}"', key) for key in way["properties"]}
    expected |= {("[surveys.NAME]", key) for key, row in survey.items() if row.get("type") != "object"}
    for table in ("about", "api"):
        expected |= {(f"[surveys.NAME.{table}]", key) for key in survey[table]["properties"]}
    expected |= {("[[surveys.NAME.waves]]", key) for key in survey["waves"]["items"]["properties"]}
    for way in survey["send"]["items"]["oneOf"]:
        title = f'[[surveys.NAME.send]] by = "{way["properties"]["by"]["const"]}"'
        expected |= {(title, key) for key in way["properties"]}
    assert expected == found


def test_every_error_is_documented():
    """With its exit code and its HTTP status, in deploy.md."""
    page = text(DOCS / "deploy.md")
    for cls in vars(errors).values():
        if isinstance(cls, type) and issubclass(cls, errors.ExitBridgeError):
            assert f"| `{cls.__name__}` | {cls.exit_code} | {cls.http_status} |" in page


def test_every_condition_form_is_documented():
    """What the evaluator of rules can read is what scoring.md explains."""
    forms = schema("bank")["$defs"]["condition"]["oneOf"]
    page = text(DOCS / "scoring.md").partition("Conditions are small tables")[2]
    for form in forms:
        row = next((line for line in page.splitlines() if f"| `{{ {next(iter(form['required']))} = " in line), "")
        for key in form["properties"]:
            assert key in row, f"{form['required']}: {key}"


def test_pages_that_the_code_names_are_there():
    """An error that says `see docs/…` must not lead nowhere."""
    named = set()
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.toml"), *(ROOT / "src").rglob("*.json")]:
        named |= set(re.findall(r"\bdocs/[a-z0-9/-]+\.md\b", path.read_text("utf-8")))
    assert len(named) > 2
    assert [] == [name for name in sorted(named) if not (ROOT / name).is_file()]


# -- links ---------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """As the common code hosts make them from headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", without_code(text(page)), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-"))
    return found


@every_page
def test_links_lead_somewhere(page):
    """Every relative link names a file that is there, and every anchor a heading of it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(text(page))):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def test_no_page_stands_alone():
    """Every page of docs/ is reached from README.md by following links."""
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for link in re.findall(r"\]\(([^)#\s]+)", text(page)):
            target = (page.parent / link).resolve()
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target] if target.is_file() else []
    assert [] == [page for page in PAGES if page not in reached]


# -- what is shown, runs -------------------------------------------------------------------------------------------


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Every command of a console block with the output shown under it."""
    found: list[tuple[str, str]] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, shown = found.pop()
            found.append((command, f"{shown}{line}\n"))
    return found


def comes_out(shown: str, output: str) -> bool:
    """Does the output begin as shown? `…` stands for anything in a line, and alone for any number of lines."""
    lines = [r"(?:[^\n]*\n)*?" if line == "…" else line_pattern(line) for line in shown.splitlines()]
    return re.match("".join(lines), output) is not None


def line_pattern(line: str) -> str:
    return "[^\n]*".join(map(re.escape, line.split("…"))) + r"[ \t]*\n"


@pytest.mark.parametrize(
    ("shown", "output", "expected"),
    [
        ("a\nb\n", "a\nb\nc\n", True),
        ("a\nb\n", "a\n\nb\n", False),
        ("a …\n…\nd\n", "a 1\nb\nc\nd\n", True),
        ("a …\n…\nd\n", "a 1\nb\nc\n", False),
        ("…\nd …\n", "d x\n", True),
        ("d.\n", "dx\n", False),
    ],
)
def test_how_output_is_compared(shown, output, expected):
    """Before it judges the pages, the judge itself."""
    assert expected == comes_out(shown, output)


RUN = [page for page in PAGES if any(block.mark == "run" for block in blocks(page))]


@pytest.mark.server
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_shown_commands_run(page, tmp_path):
    """Blocks marked `<!-- run -->` are run one after the other in one folder; they end and speak as the page says."""
    from tests.web.servers import free_port

    if "$ curl " in text(page) and not shutil.which("curl"):
        missing("curl", "install Debian's package curl")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    hidden = ("EXIT_BRIDGE_SETTINGS", "COLUMNS", "CI")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment |= {"PATH": programs, "PORT": str(free_port()), "EXIT_BRIDGE_NO_PLUGINS": "1", "PYTHONUTF8": "1"}
    running = []
    try:
        for block in blocks(page):
            if block.mark == "file":
                (tmp_path / block.argument).write_text(block.body, "utf-8")
            elif block.argument == "background":
                ((command, shown),) = commands_of(block)
                running.append(in_background(command, shown, tmp_path, environment))
            elif block.mark == "run":
                code = int((block.argument or "exit 0").removeprefix("exit "))
                for command, shown in commands_of(block):
                    said = run(command, tmp_path, environment)
                    assert said.returncode == code, f"$ {command}\n{said.stdout}"
                    assert comes_out(shown, said.stdout), f"$ {command}\nshown:\n{shown}\nbut:\n{said.stdout}"
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        ended = [process.wait(timeout=20) for process in running]
    assert [0] * len(running) == ended


def run(command: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, shell=True, cwd=folder, env=environment, text=True, encoding="utf-8", timeout=120,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def in_background(command: str, shown: str, folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    """Start it and wait until it says what is shown."""
    log = folder / "background.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.split(), cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 20
    while not comes_out(shown, log.read_text("utf-8")):
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.1)
    return process


# -- examples ------------------------------------------------------------------------------------------------------


def test_the_own_bank_has_no_faults(tmp_path):
    """The bank of own-bank.md can be used as it is, and a form written from it."""
    page = files_of(DOCS / "own-bank.md")
    path = tmp_path / "mentoring.toml"
    path.write_text(page["mentoring.toml"], "utf-8")
    assert [] == faults_in(read_document(path))
    assert [] == warnings_in(read_document(path))
    asked = questionnaire(load_bank(str(path)), "full", "en", About())
    assert ["notice", "comment_present", "mat01", "mat02", "mat03", "sta01", "sta02", "sta03"] == [
        q.id for q in asked.questions
    ]


def test_the_own_words_change_what_they_say(tmp_path):
    """The wording file of own-bank.md lies over ours: its item, and its term everywhere."""
    path = tmp_path / "our-words.toml"
    path.write_text(files_of(DOCS / "own-bank.md")["our-words.toml"], "utf-8")
    ours, theirs = load_bank(), load_bank("exit-open@1", (str(path),))
    assert ours.fingerprint == theirs.fingerprint
    words = theirs.wordings["en"]
    assert "How does the cabinet member see this work?" == words.items["lea05"].text
    assert "Care leavers get the support they need to take part." == words.items["cop05"].text
    assert ours.wordings["en"].items["rec01"] == words.items["rec01"]


def test_the_settings_example_loads(tmp_path):
    """settings.md shows a file that works once its secrets are set."""
    (example,) = [block.body for block in blocks(DOCS / "settings.md") if block.kind == "toml"]
    path = tmp_path / "exit-bridge.toml"
    path.write_text(example, "utf-8")
    secrets = {"MAIL_PASSWORD": "made up", "STAYING_CLOSE_SECRET": "0123456789abcdefghijklmnopqrstuv"}
    assert ["staying-close"] == list(load_settings(path, secrets).surveys)


def test_the_mail_examples_load(tmp_path):
    """Every way of email.md is one that the settings take, and doctor finds no fault in it that can be seen offline."""
    from exit_bridge.cli.checks import Scene, mail, notify, sender

    path = tmp_path / "exit-bridge.toml"
    key = "made-up-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
    ways = []
    for block in blocks(DOCS / "email.md"):
        if block.kind == "toml":
            path.write_text(block.body, "utf-8")
            settings = load_settings(path, {"MAIL_PASSWORD": "made up", "NOTIFY_KEY": key})
            scene = Scene(settings, offline=True)
            found = [finding for check in (mail.server, notify.account, sender.domain) for finding in check(scene)]
            assert [] == [finding for finding in found if finding.status != "ok"]
            ways.append(type(settings.email).__name__)
    assert ["EmailServer", "EmailServer", "Notify"] == ways


def test_the_template_for_notify_is_the_one_that_is_filled_in():
    """email.md tells people to copy exactly what the code sends values for."""
    from exit_bridge.sending.notify import TEMPLATE

    page = text(DOCS / "email.md")
    shown = re.findall(r"<!-- file: notify-\w+\.txt -->\n *```text\n(.*?)\n *```", page, re.DOTALL)
    assert list(TEMPLATE) == [re.sub(r"^ +", "", part, flags=re.MULTILINE) for part in shown]


def test_the_generic_payload_is_accepted():
    """The JSON that generic.md tells people to copy is a submission, label and all."""
    bank, tool = load_bank(), platform("generic")
    payload = json.loads(files_of(DOCS / "platforms" / "generic.md")["payload.json"])
    (response,) = tool.read(payload).responses
    submission = decode(response, DeployedForm("a-survey", "generic", bank))
    assert {"rec01": 4, "rec02": 4, "rec03": 2, "cop01": "dk", "lea04": "na"} == submission.answers
    flat = re.search(r"put everything at the top: `(\{.*?\})`", " ".join(text(DOCS / "platforms/generic.md").split()))
    (response,) = tool.read(json.loads(flat[1])).responses
    assert {"rec01": 4} == decode(response, DeployedForm("a-survey", "generic", bank)).answers


def test_the_example_of_a_mapping_file_is_right(tmp_path):
    """bulk.md's mapping file is read without a fault."""
    from exit_bridge.intake.mapping_file import read_mapping

    path = tmp_path / "mapping.toml"
    path.write_text(files_of(DOCS / "bulk.md")["mapping.toml"], "utf-8")
    mapping = read_mapping(path, load_bank())
    assert {"ignore", "response_id", "rec01"} == set(mapping.columns.values())
    assert {"fully agree": "5"} == mapping.labels["rec01"]


# -- form ----------------------------------------------------------------------------------------------------------


def test_pages_stay_short():
    """README in two screens, contributing in a page and a half, every page about one thing."""
    assert len(text(ROOT / "README.md").splitlines()) <= 150
    assert len(prose(ROOT / "CONTRIBUTING.md").split()) <= 700
    for page in DOCS.rglob("*.md"):
        assert len(by_hand(page).splitlines()) <= (15 if page.parent.name == "decisions" else 150), page.name


AMERICAN = re.compile(
    r"\b(\w*(?:organi|recogni|summari|normali|anonymi|pseudonymi|customi|minimi|maximi|optimi|prioriti|categori|reali"
    r"|generali|utili|authori|standardi|initiali|seriali|visuali|emphasi)z\w*|analyz\w*|colors?|behaviors?|centers?|favors?|labors?"
    r"|neighbors?|catalogs?|fulfill|label(?:ed|ing)|cancel(?:ed|ing)|travel(?:ed|ing)|gray|license|defense|whilst)\b",
    re.IGNORECASE,
)


@every_page
def test_spelling_is_british(page):
    """The people who read these pages write British English. Titles of works stay as they are."""
    found = [word for word in AMERICAN.findall(prose(page)) if word != "License"]
    assert [] == found


@every_page
def test_plain_words(page):
    """No word that only fills, and no dash where a full stop would do."""
    for word in (
        "simply",
        "just ",
        "easily",
        "seamless",
        "powerful",
        "leverage",
        "utilise",
        "robust",
        " \u2014 ",
        "--- ",
    ):
        assert word not in prose(page).lower(), word


def tracked() -> list[Path]:
    """Every text file that is, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_this_machine_or_a_registry():
    """Paths of a maker's machine and hosts of package registries stand in no file."""
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "proxy." + "golang.org"]
    folders = ["/work" + "/", "/Users" + "/", "/root" + "/"]
    pattern = re.compile("|".join(map(re.escape, {*hosts, *folders, f"{ROOT}/"})))
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:1024] and (hit := pattern.search(content.decode("utf-8", "replace"))):
            found[str(path.relative_to(ROOT))] = hit[0]
    assert {} == found


PICTURES = {
    "flow.svg": ("question bank", "form file", "survey tool", "report"),
    "data-protection/flow.svg": (
        "person", "survey tool", "database", "spool folder", "log", "report folder", "backups", "mail provider",
        "gov.uk notify", "post", "link",
    ),
}  # fmt: skip
"""Picture -> what is said in it and in its description."""


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_read_by_everybody(name):
    """It has a title and a description, draws its own ground, and follows a dark setting."""
    import xml.etree.ElementTree as ET

    root = ET.parse(DOCS / name).getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert "img" == root.get("role")
    assert (
        {"t", "d"}
        == {root.find(f"{space}{name}").get("id") for name in ("title", "desc")}
        == set(root.get("aria-labelledby").split())
    )
    assert "paper" == root.find(f"{space}rect").get("class")
    assert "prefers-color-scheme: dark" in root.find(f"{space}style").text
    words = " ".join(element.text for element in root.iter(f"{space}text")).lower()
    described = " ".join(root.find(f"{space}desc").text.split()).lower()
    for word in PICTURES[name]:
        assert word in words
        assert word in described


def test_tests_that_pages_name_are_there():
    """A page that says what proves a thing must not name a test that was renamed or never written."""
    named = {found for page in PAGES for found in re.findall(r"`(tests/[a-z0-9_/]+\.py)(?:::(\w+))?`", text(page))}
    assert len(named) > 20
    for path, test in sorted(named):
        assert (ROOT / path).is_file(), path
        assert f"\ndef {test}(" in (ROOT / path).read_text("utf-8") or not test, f"{path}::{test}"


def test_every_field_and_table_is_told_of():
    """Data-protection papers stay whole: a new column of people's data cannot come without words on it."""
    from exit_bridge.intake import submission_schema
    from exit_bridge.store.tables import metadata

    page = text(DOCS / "data-protection" / "retention.md")
    assert [] == [name for name in submission_schema(load_bank())["properties"] if f"| `{name}` |" not in page]
    assert [] == [name for name in metadata.tables if f"database, `{name}`" not in page]


def test_the_licence_says_what_is_under_which():
    """MIT for code, CC BY 4.0 for the question bank, with the credit to give."""
    licence = " ".join(text(ROOT / "LICENSE").split())
    assert licence.startswith("MIT License Copyright (c) 2026 exit-bridge contributors")
    assert "Creative Commons Attribution 4.0 International" in licence
    assert 'give credit to "exit-bridge contributors"' in licence
    assert "https://creativecommons.org/licenses/by/4.0/" in licence
    assert "CC-BY-4.0" == load_bank().licence
    assert "MIT AND CC-BY-4.0" == tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["license"]


def test_independence_is_said_at_once():
    """Whoever reads the first screen of README.md knows what this is not."""
    first = " ".join(text(ROOT / "README.md").split()[:120])
    for said in ("not the official EXIT", "not affiliated", "not been tested with", 'Nothing here is "the EXIT score"'):
        assert said in first.replace("> ", "")


# -- pictures --------------------------------------------------------------------------------------------------------


def shown_pictures() -> set[str]:
    """Names of the pictures that pages show."""
    return {name for page in PAGES for name in re.findall(r"!\[[^\]]+\]\(pictures/([a-z]+)\.png\)", text(page))}


def test_every_picture_is_shown_and_made_by_the_command():
    """Each with words for those who do not see it."""
    spec = importlib.util.spec_from_file_location("docs_pictures", DOCS / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert shown_pictures() == {path.stem for path in (DOCS / "pictures").glob("*.png")} == set(module.PICTURES)


@pytest.mark.browser
def test_the_command_makes_the_pictures(tmp_path, browser):
    """Of the size they have here. To mend: python docs/pictures.py"""
    command = [sys.executable, DOCS / "pictures.py", tmp_path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for name in shown_pictures():
        made, kept = ((folder / f"{name}.png").read_bytes()[16:24] for folder in (tmp_path, DOCS / "pictures"))
        assert made == kept, name
