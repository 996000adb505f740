"""Where recorded files come from: what a PROVENANCE.md must say, and what it must not."""

from pathlib import Path

import pytest

from exit_bridge import testing
from exit_bridge.platforms import platform
from exit_bridge.testing.provenance import KINDS, Provenance, provenance

HERE = Path(__file__).parent
HEAD = "| file | what it holds | provenance |\n|---|---|---|\n"
GOOD = "| `one`, `two` | a response, and another | from vendor docs: page on webhooks |\n"
EXPORT = "| `export_one` | the same as CSV and XLSX | synthetic from files of users |\n"
THERE = ("one.body", "two.body", "export_one.csv", "export_one.xlsx", "export_one.expected.json")


@pytest.fixture
def folder(tmp_path):
    """Two deliveries and one export in two formats, each accounted for."""
    for name in THERE:
        (tmp_path / name).touch()
    (tmp_path / "PROVENANCE.md").write_text(f"# Where from\n\nWords.\n\n{HEAD}{GOOD}{EXPORT}\nMore words.\n", "utf-8")
    return tmp_path


def fault(tool, folder, text):
    """What is said of a folder with that PROVENANCE.md."""
    (folder / "PROVENANCE.md").write_text(text, "utf-8")
    with pytest.raises(AssertionError) as failed:
        testing.check_provenance(tool, folder)
    return str(failed.value)


def saying(evidence):
    """A platform that says it rests on that."""
    base = type(platform("typeform"))
    return type("Paper", (base,), {"name": "paper", "evidence": evidence})()


def test_rows_are_read_in_their_order(folder):
    """Several cases may share a row; words around the table are no rows."""
    assert provenance((folder / "PROVENANCE.md").read_text("utf-8")) == [
        Provenance(("one", "two"), "a response, and another", "from vendor docs: page on webhooks", "from vendor docs"),
        Provenance(("export_one",), "the same as CSV and XLSX", "synthetic from files of users", "synthetic"),
    ]


def test_a_folder_that_says_it_all_passes(folder):
    """One row for an export in several formats; a recorded case may stand among those that were made."""
    testing.check_provenance(saying("from vendor docs"), folder)
    (folder / "three.body").touch()
    row = "| `three` | a response | recorded: a trial account, 2026-11 |\n"
    (folder / "PROVENANCE.md").write_text(HEAD + GOOD + EXPORT + row, "utf-8")
    testing.check_provenance(saying("from vendor docs"), folder)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("recorded", "recorded"),
        ("recorded: a trial account", "recorded"),
        ("ours", "ours"),
        ("from vendor docs, as of 2026", "from vendor docs"),
        ("synthetic from nothing published (believed)", "synthetic"),
        ("synthetic", ""),
        ("synthetic from ", ""),
        ("recorded somewhere", ""),
        ("from vendor docs:", ""),
        ("from the vendor", ""),
        ("made up", ""),
        ("Recorded", ""),
        ("partly recorded", ""),
        ("", ""),
    ],
)
def test_what_a_provenance_begins_with(source, kind):
    """One of four, spelled like this; what is synthetic names its source."""
    (row,) = provenance(f"{HEAD}| `one` | a response | {source} |\n")
    assert kind == row.kind
    assert kind in (*KINDS, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("`one`, `two` and `export_one` are from vendor docs.", "begin the table with `| file | what it holds |"),
        ("| file | provenance |\n|---|---|\n| `one` | recorded |\n", "begin the table with"),
        (HEAD, "begin the table with"),
        (HEAD + GOOD, "say where `export_one` comes from"),
        (HEAD + EXPORT, "say where `one` comes from"),
        (HEAD + GOOD + EXPORT + "| `gone` | a response | recorded |\n", "`gone` has a row and no files"),
        (HEAD + GOOD + EXPORT + EXPORT, "`export_one` has 2 rows"),
        (
            HEAD + GOOD + EXPORT.replace("synthetic from", "made up from"),
            "export_one: begin the provenance with",
        ),
        (HEAD + GOOD + EXPORT.replace("the same as CSV and XLSX", ""), "export_one: name the files as `code`, and say"),
        (HEAD + GOOD + EXPORT + "| three | a response | recorded |\n", "a row without a file: name the files"),
    ],
)
def test_what_is_missing_is_named(folder, text, sentence):
    """Every case has one row, every row its files, and each says what it holds and what that rests on."""
    assert sentence in fault(saying("from vendor docs"), folder, text)


@pytest.mark.parametrize(
    ("evidence", "kind", "sentence"),
    [
        ("recorded", "from vendor docs", "says evidence = 'recorded', so each of its rows is `recorded`"),
        ("recorded", "synthetic from the one above", "so each of its rows is `recorded`"),
        ("ours", "synthetic from our own", "says evidence = 'ours', so each of its rows is `ours`"),
        ("from vendor docs", "ours", "says evidence = 'from vendor docs', so none of its rows is `ours`"),
    ],
)
def test_the_class_and_its_rows_agree(folder, evidence, kind, sentence):
    """What the table of survey tools promises holds for each of its cases."""
    own = evidence if evidence != "from vendor docs" else "synthetic from payloads"
    text = f"{HEAD}| `one`, `two` | a response | {own} |\n| `export_one` | a file | {kind} |\n"
    assert sentence in fault(saying(evidence), folder, text)


def test_a_tool_of_which_all_is_recorded_says_so(folder):
    """Whoever replaces the last made-up case is told what else to write."""
    text = f"{HEAD}| `one`, `two`, `export_one` | what was sent | recorded |\n"
    assert 'say that all was recorded (evidence = "recorded")' in fault(saying("from vendor docs"), folder, text)
    testing.check_provenance(saying("recorded"), folder)


def test_a_folder_without_it(folder):
    """The author reads which file to write."""
    (folder / "PROVENANCE.md").unlink()
    with pytest.raises(AssertionError, match="say where the recorded files come from"):
        testing.check_provenance(saying("recorded"), folder)


@pytest.mark.parametrize("path", sorted(HERE.glob("*/recorded/PROVENANCE.md")), ids=lambda path: path.parts[-3])
def test_every_row_fits_into_the_page(path):
    """docs/payloads.md shows the rows; a bar in one would break its table, and a link would lead nowhere from there."""
    text = path.read_text("utf-8")
    rows = provenance(text)
    assert len([line for line in text.splitlines() if line.startswith("| `")]) == len(rows) > 0
    assert [] == [row for row in rows if "](" in row.holds + row.source]
