"""`forms`: files for survey tools, schemas and a README; and whether files made earlier are still right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.cli_calls import call, write_settings

from exit_bridge.bank import About, load_bank
from exit_bridge.paper import PaperForms
from exit_bridge.platforms import platform, platforms
from exit_bridge.platforms.base import Platform
from exit_bridge.response_sheet import ResponseSheetForms
from exit_bridge.sheets import SheetForms

BANK = load_bank()
ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests/banks/team-climate-2.toml"
BESIDES = {
    "README.md",
    "submission.schema.json",
    "result.schema.json",
    "team.schema.json",
    "bank.schema.json",
    "wording.schema.json",
    "openapi.json",
}


def written(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_everything_is_written():
    """Every tool with a form, every variant, every language that is no draft, as samples; and nothing else."""
    said = call(None, "forms")
    expected = {
        f"{tool.name}/{file.path}": file.content
        for tool in (
            *(tool for tool in platforms() if "form" in tool.faces),
            PaperForms(),
            SheetForms(),
            ResponseSheetForms(),
        )
        for variant in BANK.variants
        for file in (*tool.write_form(BANK, variant, ["en"], About(sample=True)), *tool.companions())
    }
    found = written(Path("form_definitions"))
    assert (0, set(expected) | BESIDES) == (said.code, set(found))
    assert expected == {name: content for name, content in found.items() if name not in BESIDES}
    assert f"{len(found)} files written to form_definitions" in said.out
    forms = [
        content.decode(errors="replace")
        for name, content in found.items()
        if name.endswith((".en.json", ".form.json", ".html", ".docx"))
    ]
    assert len(forms) >= 16
    assert all("SAMPLE" in form for form in forms)


def test_the_same_every_time():
    """Two runs in two processes, with other hash seeds, write the same bytes."""
    for seed in ("1", "2"):
        line = [sys.executable, "-m", "exit_bridge", "forms", "--out", seed]
        subprocess.run(line, check=True, capture_output=True, env={"PYTHONHASHSEED": seed}, timeout=60)
    assert written(Path("1")) == written(Path("2"))


def test_schemas_are_schemas():
    """Each of the four is JSON Schema 2020-12."""
    call(None, "forms", "--out", "out")
    for name in BESIDES - {"README.md"}:
        Draft202012Validator.check_schema(json.loads(Path("out", name).read_text("utf-8")))


def test_the_readme():
    """Tools, files, variants and steps are in it, every link leads to a file, and samples are called samples."""
    call(None, "forms", "--out", "out")
    text = Path("out/README.md").read_text("utf-8")
    files = set(written(Path("out")))
    links = {part.partition(")")[0] for part in text.split("](")[1:]}
    assert {name for name in files if "/" in name} == links
    assert "**These are samples.**" in text
    for tool in platforms():
        assert f"### {tool.title}\n" in text
    for line in (
        "| `full` | 35, and 5 open | a report with a score for each of 5 themes |",
        "| `quick` | 15 | a report with the answers and where to look first, without scores |",
        "| `young-person` | 9, and 1 open | thanks, and no scores; a group's answers also go to the people you name |",
        "Languages: English (`en`).",
    ):
        assert line in text
    assert "--data @THIS_FILE" in text
    assert "exit-bridge forms --survey YOUR_SURVEY" in text


def test_a_selection():
    """Tools, variants and languages that are named, and no others."""
    said = call(
        None, "forms", "typeform", "--variant", "quick", "--variant", "full", "--language", "en", "--out", "out"
    )
    assert said.code == 0
    expected = {"typeform/exit-open-1.quick.en.json", "typeform/exit-open-1.full.en.json"}
    assert expected | BESIDES == set(written(Path("out")))


def test_drafts_are_written_only_where_they_are_asked_for():
    """All of them with --draft, each saying so at its top; a bank that has drafts only is refused without it."""
    assert call(None, "forms", "--draft", "--out", "all").code == 0
    found = written(Path("all"))
    forms = {name: content.decode("utf-8", "replace") for name, content in found.items() if "example" not in name}
    welsh = {name for name in forms if ".cy." in name or name.endswith((".txt", ".lss"))}
    assert len({name for name in welsh if ".cy." in name}) == len({name for name in forms if ".en." in name}) >= 16
    # What holds none of the form's words, or the last of them only, goes nowhere without the form.
    assert all("DRAFFT" in forms[name] for name in welsh if not name.endswith((".weblink.json", ".flow.json")))
    assert "Languages: English (`en`), Cymraeg (`cy`, draft)." in forms["README.md"]
    stale = call(None, "forms", "--draft", "--language", "cy", "--out", "welsh", "--check")
    assert "forms --draft --out welsh --language cy" in stale.err
    own = SECOND.read_text("utf-8").replace("[wording.en]\n", "[wording.en]\ndraft = true\n")
    Path("own.toml").write_text(own, "utf-8")
    said = call(None, "forms", "--bank", "own.toml", "--out", "own")
    assert (2, "in 'en' is a draft" in said.err, Path("own").exists()) == (said.code, True, False)
    assert call(None, "forms", "--bank", "own.toml", "--draft", "--out", "own").code == 0


def test_another_language_and_another_bank():
    """--wording adds a language, --bank takes another bank; each form is in its own words."""
    words = Path("words.toml")
    text = (ROOT / "src/exit_bridge/bank/data/exit-open-1/wording.en.toml").read_text("utf-8")
    text = text.replace('language = "en"', 'language = "cy"\ndraft = true', 1).replace('"Agree"', '"Cytuno"')
    words.write_text(text.replace('name = "English"', 'name = "Cymraeg"'), "utf-8")
    assert call(None, "forms", "typeform", "--wording", words, "--draft", "--out", "welsh").code == 0
    found = written(Path("welsh"))
    assert b"Cytuno" in found["typeform/exit-open-1.full.cy.json"]
    assert b"Cytuno" not in found["typeform/exit-open-1.full.en.json"]
    assert b"Languages: English (`en`), Cymraeg (`cy`, draft)." in found["README.md"]
    assert call(None, "forms", "--bank", SECOND, "--out", "second").code == 0
    found = written(Path("second"))
    assert b"People here keep what they promise." in found["typeform/team-climate-2.pulse.en.json"]
    assert b"team-climate" in found["submission.schema.json"]
    assert b"EXIT study" not in found["README.md"]


SURVEY = """\
[surveys.staying-close]
platform = "typeform"
bank = "exit-open@1"
variant = "quick"
answered_by = "individuals"
retain_days = 90
wordings = ["words.toml"]
secrets = ["$FIRST_SECRET"]
[surveys.staying-close.about]
innovation = "Staying Close"
controller = "Any Council"
"""


def test_for_a_survey(tmp_path):
    """Its own tool, variant and notice; no sample any more."""
    settings = write_settings(tmp_path, SURVEY)
    Path("words.toml").write_text('language = "en"\ntitle = "How are we doing?"\n', "utf-8")
    assert call(settings, "forms", "--survey", "staying-close", "--out", "out").code == 0
    found = written(Path("out"))
    assert {"typeform/exit-open-1.quick.en.json"} | BESIDES == set(found)
    form = found["typeform/exit-open-1.quick.en.json"].decode()
    assert "Any Council is responsible for your answers" in form
    assert "The answers are deleted here after 90 days" in form
    assert "SAMPLE" not in form
    assert "How are we doing?" in form
    assert "for the survey `staying-close`" in found["README.md"].decode()
    assert "samples" not in found["README.md"].decode()
    flags = ["generic", "--variant", "full", "--survey", "staying-close", "--out", "more"]
    assert call(settings, "forms", *flags).code == 0
    assert "generic/exit-open-1.full.en.form.json" in written(Path("more"))


def test_build_sheets():
    """Named alone, or beside a tool: a Word file and a table for each variant and language, and steps in the README."""
    assert call(None, "forms", "sheet", "typeform", "--variant", "quick", "--out", "out").code == 0
    sheets = {"sheet/exit-open-1.quick.en.docx", "sheet/exit-open-1.quick.en.csv"}
    assert sheets | {"typeform/exit-open-1.quick.en.json"} | BESIDES == set(written(Path("out")))
    text = Path("out/README.md").read_text("utf-8")
    assert "### Build sheets for any other tool" in text
    assert "Open THIS_FILE in Word" in text


def test_on_paper(tmp_path):
    """Named among the tools: a page of the survey's own variant and notice, and a PDF where one is asked for."""
    settings = write_settings(tmp_path, SURVEY)
    Path("words.toml").write_text('language = "en"\ntitle = "How are we doing?"\n', "utf-8")
    assert call(settings, "forms", "paper", "--survey", "staying-close", "--out", "out").code == 0
    found = written(Path("out"))
    assert {"paper/exit-open-1.quick.en.html"} | BESIDES == set(found)
    page = found["paper/exit-open-1.quick.en.html"].decode()
    assert "Any Council is responsible for your answers" in page
    assert "destroyed after 90 days" in page
    assert "How are we doing?" in page
    assert "SAMPLE" not in page
    flags = ["forms", "typeform", "paper", "--variant", "full", "--pdf", "--survey", "staying-close", "--out", "more"]
    assert call(settings, *flags).code == 0
    found = written(Path("more"))
    assert found["paper/exit-open-1.full.en.pdf"].startswith(b"%PDF-")
    assert {"typeform/exit-open-1.full.en.json", "paper/exit-open-1.full.en.html"} < set(found)
    assert call(settings, *flags, "--check").code == 0
    Path("more/paper/exit-open-1.full.en.pdf").unlink()
    said = call(settings, *flags, "--check")
    assert said.out.splitlines() == ["missing: more/paper/exit-open-1.full.en.pdf"]
    assert f"--settings {settings} forms typeform paper --pdf --out more" in said.err


def test_check():
    """Missing, stale and superfluous files are told, with the command that mends them; nothing is written."""
    call(None, "forms", "typeform", "--out", "out")
    assert (0, "") == (call(None, "forms", "typeform", "--out", "out", "--check").code, "")
    Path("out/typeform/exit-open-1.full.en.json").unlink()
    Path("out/result.schema.json").write_text("{}\n", "utf-8")
    Path("out/typeform/old.json").write_text("{}", "utf-8")
    Path("out/.hidden").write_text("", "utf-8")
    before = written(Path("out"))
    said = call(None, "forms", "typeform", "--out", "out", "--check")
    assert said.code == 1
    assert said.out.splitlines() == [
        "stale: out/result.schema.json",
        "missing: out/typeform/exit-open-1.full.en.json",
        "too many: out/typeform/old.json",
    ]
    assert "run `exit-bridge forms typeform --out out`" in said.err
    assert before == written(Path("out"))
    call(None, "forms", "typeform", "--out", "out")
    Path("out/typeform/old.json").unlink()
    assert call(None, "forms", "typeform", "--out", "out", "--check").code == 0


def test_check_of_nothing():
    """A folder that is not there misses everything; the command repeats every flag."""
    said = call(None, "forms", "--variant", "quick", "--language", "en", "--bank", "exit-open@1", "--check")
    assert said.code == 1
    assert {"missing"} == {line.partition(":")[0] for line in said.out.splitlines()}
    assert "run `exit-bridge forms --language en --variant quick --bank exit-open@1`" in said.err


class ReadsOnly(Platform):
    """Has no form."""

    name, title, docs = "reads-only", "Reads only", "https://reads.example/"


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (["nope"], "There is no platform 'nope'"),
        (["--variant", "nope"], "has no variant 'nope'"),
        (["typeform", "--pdf"], "Only the form on paper is made as PDF"),
        (["--language", "ga"], "has no language 'ga'"),
        (["--language", "cy"], "The wording of exit-open@1 in 'cy' is a draft. Have it reviewed first, or add --draft"),
        (["--language", "en", "--language", "cy"], "in 'cy' is a draft"),
        (["reads-only"], "No form is written for Reads only"),
    ],
)
def test_flags_that_cannot_be_right(monkeypatch, flags, what):
    """Exit code 2, what there is instead, and nothing written."""
    monkeypatch.setattr(
        "exit_bridge.cli.forms.platform_called", lambda name: ReadsOnly() if name == "reads-only" else platform(name)
    )
    said = call(None, "forms", *flags)
    assert (2, "") == (said.code, said.out)
    assert what in said.err
    assert not list(Path().iterdir())


def test_a_folder_that_cannot_be_written():
    """One line, exit code 1."""
    Path("out").write_text("", "utf-8")
    said = call(None, "forms", "--out", "out")
    assert (1, "") == (said.code, said.out)
    assert "cannot be written" in said.err


def test_a_bank_with_faults():
    """Told in full, exit code 1, nothing written."""
    Path("bad.toml").write_text('id = "bad"\n', "utf-8")
    said = call(None, "forms", "--bank", "bad.toml")
    assert (1, "") == (said.code, said.out)
    assert "missing" in said.err
    assert ["bad.toml"] == [path.name for path in Path().iterdir()]


def test_the_committed_files_are_right():
    """What lies in form_definitions/ is what this version writes."""
    said = call(None, "forms", "--out", ROOT / "form_definitions", "--check")
    assert said.code == 0, said.out + said.err


def test_a_survey_has_its_own_folder(tmp_path):
    """The very files that `init` writes, beside the settings, and nothing else."""
    flags = ("--survey", "alone", "--platform", "generic", "--answered-by", "group", "--variant", "quick")
    settings = tmp_path / "exit-bridge.toml"
    assert call(settings, "init", "--yes", *flags).code == 0
    folder = tmp_path / "forms-alone"
    before = written(folder)
    assert "HOW-TO.txt" in before
    assert call(settings, "forms", "--survey", "alone", "--check").code == 0
    next(folder.glob("*.form.json")).write_text("{}", "utf-8")
    (folder / "HOW-TO.txt").unlink()
    said = call(settings, "forms", "--survey", "alone", "--check")
    assert said.code == 1
    assert f"run `exit-bridge --settings {settings} forms --survey alone`" in said.err
    said = call(settings, "forms", "--survey", "alone")
    assert f"{len(before)} files written to {folder}. {folder / 'HOW-TO.txt'} says" in said.out
    assert before == written(folder)
    assert {"exit-bridge.toml", "exit-bridge.env", "exit-bridge.sqlite3", "forms-alone"} == {
        path.name for path in tmp_path.iterdir() if not path.name.endswith(("-wal", "-shm"))
    }


@pytest.mark.parametrize(
    "flags", [["generic"], ["paper"], ["--pdf"], ["--variant", "full"], ["--language", "en"], ["--bank", "exit-open@1"]]
)
def test_the_own_folder_holds_what_the_settings_say(tmp_path, flags):
    """Anything else goes to a folder that is named."""
    settings = write_settings(tmp_path)
    said = call(settings, "forms", "--survey", "first", *flags)
    assert said.code == 2
    assert "Add --out DIR" in said.err
    assert not (tmp_path / "forms-first").exists()
