"""From an export file to submissions: which tool, which column, and what becomes of every row."""

from __future__ import annotations

import csv
import importlib.util
import io
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exit_bridge.bank import HIDDEN, About, load_bank
from exit_bridge.errors import (
    AmbiguousExport,
    ExitBridgeError,
    InvalidSubmission,
    UnknownPlatform,
    UnreadableExport,
    UsageError,
)
from exit_bridge.intake import DeployedForm, Submission, decode, detect, validate
from exit_bridge.intake.detect import detect_platform
from exit_bridge.intake.exports import Export, Filtered, Refused, read_export
from exit_bridge.intake.rows import check_row
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import ExportProfile, Platform, RawAnswer, RawResponse, RowFilter
from exit_bridge.testing import respondent

BANK = load_bank()
ITEMS = BANK.variants["full"].items
MARK = "words of a respondent"


@pytest.fixture
def export(tmp_path):
    """Write rows under headings to a file and open it."""
    count = iter(range(100))

    def opened(headings, *rows, **how) -> Export:
        path = tmp_path / f"export-{next(count)}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return read_export(path, bank=BANK, **how)

    return opened


CODES = st.sampled_from(["1", "5", "dk", "na", "Strongly agree", "4 - Agree"])

HEAD = ["response_id", "submitted_at", "notice", "role", "rec01", "rec02", "cop01", "comment_receptivity"]


def row(response_id="r-1", at="2026-01-15T10:30:00Z", notice="yes", role="front", *answers):
    return [response_id, at, notice, role, *(answers or ("4", "dk", "1", ""))]


# -- detection -----------------------------------------------------------------------------------------------------


def test_detection_by_headings():
    """Case, spaces around, odd spaces and a byte-order mark do not matter; the rule is said."""
    headings = ["\ufeff # ", "Any question", "SUBMIT\u00a0DATE (UTC)"]
    assert detect_platform(headings, BANK) == ("typeform", 'headings "#", "submit date (utc)"')
    expected = ("generic", 'headings "response_id" and 4 question ids')
    assert expected == detect_platform(["response_id", "Rec01", "rec-02", "rec02", "cop01", "cop02"], BANK)


def test_a_tool_with_headings_of_its_own_comes_first():
    """An export that also holds our ids is still that tool's."""
    assert detect_platform(["#", "Submit Date (UTC)", "response_id", *ITEMS], BANK)[0] == "typeform"


@pytest.mark.parametrize("headings", [["Timestamp", "Question"], ["response_id", "rec01", "rec02"], ["#", "rec01"], []])
def test_no_tool_is_known(headings):
    """Half a match is none. The error counts, and says how to go on."""
    with pytest.raises(UnreadableExport, match=rf"these {len(headings)} headings.*--platform") as error:
        detect_platform(headings, BANK)
    assert type(error.value) is UnreadableExport


class Twin(Platform):
    """Looks like Typeform."""

    name, title, docs = "twin", "Twin", "https://twin.example/"
    export = ExportProfile(detect=("#",))


class Three(Platform):
    """Three header rows, ids in the first, our ids in the second."""

    name, title, docs = "three", "Three", "https://three.example/"
    export = ExportProfile(
        detect=("case",),
        header_rows=3,
        metadata={"response_id": ("number", "case"), "submitted_at": ("when",)},
        filters=(
            RowFilter("state", ("done", "sent"), "partial", absent_ok=False),
            RowFilter("try", ("no",), "test", blank_keeps=True),
        ),
        drop=("name",),
        strip_leading="'",
    )


@pytest.fixture
def plug(monkeypatch):
    """Make a platform known for one test."""

    def known(*tools: Platform) -> None:
        by_name = {tool.name: tool for tool in tools}
        every = (*detect.platforms(), *tools)
        monkeypatch.setattr(detect, "platforms", lambda: every)
        monkeypatch.setattr(detect, "platform", lambda name: by_name.get(name) or platform(name))

    return known


def test_two_tools_fit(plug, export):
    """Nothing is guessed; naming the tool decides."""
    plug(Twin())
    headings = ["#", "Submit Date (UTC)", "rec01"]
    with pytest.raises(AmbiguousExport, match=r"typeform or twin.*--platform"):
        export(headings)
    opened = export(headings, platform="twin")
    assert (opened.platform, opened.rule) == ("twin", "named by --platform")


def test_platforms_that_cannot_be_used(plug, export, monkeypatch):
    """A name nobody has, and a tool whose exports are not read: both are wrong flags."""
    with pytest.raises(UnknownPlatform):
        export(HEAD, platform="nope")
    monkeypatch.setattr(Twin, "export", None)
    plug(Twin())
    with pytest.raises(UsageError, match="Export files of Twin are not read"):
        export(HEAD, platform="twin")


# -- columns -------------------------------------------------------------------------------------------------------


def test_columns_by_id_number_and_text(export):
    """What a plain table calls a question does not matter as long as it is one."""
    words = BANK.wordings["en"]
    opened = export(
        [
            "response_id",
            "REC01",
            f"R2. {words.items['rec02'].text}",
            words.items["rec03"].text.upper(),
            f"How far do you agree? [{words.items['rec04'].text}]",
            f"Part 2 - Receptivity - {words.items['rec05'].text}",
            f"Receptivity >> {words.items['rec06'].text}",
            words.ingredients["receptivity"].comment,
            words.form["reply_to"],
            "Your e-mail address",
        ],
        ["r-1", "1", "2", "3", "4", "5", "na", "Time.", "me@council.example", "somebody@council.example"],
        platform="generic",
    )
    (found,) = opened
    assert found.answers == {"rec01": 1, "rec02": 2, "rec03": 3, "rec04": 4, "rec05": 5, "rec06": "na"}
    assert found.comments == {"receptivity": "Time."}
    assert opened.unmapped == ("Your e-mail address",)
    assert "council.example" not in repr(found)
    assert "reply_to" not in opened.mapped.values()


def test_parts_of_headings_are_statements_only(export):
    """`About you: Team` is somebody's own question, though `team` is an id of ours."""
    opened = export(["response_id", "About you: Team", "rec01"], ["r-1", "North", "4"], platform="generic")
    assert opened.unmapped == ("About you: Team",)
    assert next(iter(opened)).context == {}


@pytest.mark.parametrize(
    ("headings", "match"),
    [
        (["response_id", "rec01", "REC01"], r"'rec01': \"rec01\" \(column 2\) and \"REC01\" \(column 3\)"),
        (["response_id", "rec01", f"Q [{BANK.wordings['en'].items['rec01'].text}]"], "'rec01'"),
        (["response_id", "Response_ID", "rec01"], "'response_id'"),
        (["response_id", "rec01", "role", "Role"], "'role'"),
    ],
)
def test_two_columns_are_one_question(export, headings, match):
    """Which of them counts is for a person to say."""
    with pytest.raises(AmbiguousExport, match=match):
        export(headings, platform="generic")


def test_headings_of_nobody_may_repeat(export):
    """Tools with one column for each choice repeat `Other`; those are left out once for each."""
    opened = export(["response_id", "Other", "rec01", "Other", ""], ["r-1", "a", "4", "b", "c"], platform="generic")
    assert opened.unmapped == ("Other", "Other", "column 5")
    assert next(iter(opened)).answers == {"rec01": 4}


def test_no_column_is_an_item(export):
    """How many columns are known is said, and how to go on."""
    with pytest.raises(UnreadableExport, match=r"2 of 3 columns are known.*none of them is an item.*--mapping"):
        export(["response_id", "role", "colour"], ["r-1", "front", "red"], platform="generic")


def test_several_header_rows(plug, export):
    """Headings of one column stand below each other, and any of them may name the question."""
    plug(Three())
    head = [
        ["Case", "Number", "State", "Try", "Name", "When", "The setting", "", "Extra"],
        ["", "", "", "", "", "", "rec01", BANK.wordings["en"].items["rec02"].text, "Extra"],
        ["{}"] * 9,
    ]
    rows = [
        ["x", "'-7", "DONE", "no", "Ann Onym", "2026-01-15 10:30", "4", "'+5", "e"],
        ["x", "8", "Open", "no", "Ann Onym", "", "4", "", "e"],
        ["x", "9", "sent ", "yes", "Ann Onym", "", "4", "", "e"],
        ["x", "'ten'", "sent", "no", "Ann Onym", "", "2", "", "e"],
        ["x", "11", "", "no", "Ann Onym", "", "2", "", "e"],
        ["x", "12", "done", "", "Ann Onym", "", "3", "", "e"],
    ]
    opened = export(head[0], *head[1:], *rows)
    assert {"Number / {}", "When / {}"} < set(opened.mapped)
    assert {"response_id", "submitted_at", "rec01", "rec02"} == set(opened.mapped.values())
    assert opened.unmapped == ("Extra / {}",)
    refused, partial, test, quoted, unsaid, untried = opened
    rec02 = BANK.wordings["en"].items["rec02"].text
    assert (4, "-7", f"{rec02} / {{}}") == (refused.row, refused.response_id, refused.column)
    assert [Filtered(5, "partial"), Filtered(6, "test"), Filtered(8, "partial")] == [partial, test, unsaid]
    assert [("'ten'", {"rec01": 2}), ("12", {"rec01": 3})] == [(f.response_id, f.answers) for f in (quoted, untried)]
    with pytest.raises(UnreadableExport, match="'state' is missing, so partial rows"):
        export(["Case", "Try", "rec01"], ["", "", ""], ["", "", ""])


# -- rows ----------------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_submission(export):
    """Everything that a delivery would carry, and nothing of the columns that are not ours."""
    opened = export(
        [*HEAD, "revision", "language", *HIDDEN, "Name"],
        [*row(), "3", "en", "exit-open@1", "extended", "autumn", "somebody", "The group", "Ann Onym"],
        survey="staying-close",
        wave="spring",
    )
    (found,) = opened
    expected = Submission(
        survey="staying-close",
        platform="generic",
        response_id="r-1",
        bank="exit-open@1",
        variant="extended",
        answers={"rec01": 4, "rec02": "dk", "cop01": 1},
        context={"notice": "yes", "role": "front"},
        comments={},
        not_asked=tuple(item for item in BANK.items if item not in ("rec01", "rec02", "cop01")),
        wave="autumn",
        revision=3,
        submitted_at="2026-01-15T10:30:00Z",
        language="en",
        sheet="The group",
    )
    assert expected == found


def test_settings_fill_what_rows_do_not_say(export):
    """Variant and wave of the row win; empty cells take those given."""
    opened = export(
        [*HEAD, "variant", "wave"], [*row("a"), "", ""], [*row("b"), "full", "w2"], variant="quick", wave="w1"
    )
    assert [(found.variant, found.wave) for found in opened] == [("quick", "w1"), ("full", "w2")]
    with pytest.raises(UsageError, match="no variant 'slow'"):
        export(HEAD, variant="slow")


def test_empty_cells_are_skipped_and_missing_columns_not_asked(export):
    """The difference is kept: nobody skipped what was never in the form."""
    opened = export(["response_id", "rec01", "rec02", "rec03"], ["r-1", "4", " ", "5"])
    (found,) = opened
    assert found.answers == {"rec01": 4, "rec03": 5}
    assert set(BANK.items) - {"rec01", "rec02", "rec03"} == set(found.not_asked)


def test_a_row_without_item_answers_replaces_nothing_but_a_no_does(export):
    """Role or comment alone leave the earlier answers standing; who takes them back is not scored."""
    found = list(
        export(
            HEAD,
            row("a"),
            row("b"),
            row("a", "2026-01-16", "yes", "front", "", "", "", "Nothing more."),
            row("b", "2026-01-16", "No, keep none of my answers", "", "", "", "", ""),
            row("c", "2026-01-16", "no", "", "", "", "", ""),
        )
    )
    assert [f.response_id for f in found if isinstance(f, Submission)] == ["a"]
    assert [Filtered(3, "duplicate"), Filtered(4, "blank"), Filtered(5, "declined"), Filtered(6, "declined")] == found[
        1:
    ]


@pytest.mark.parametrize(("last", "superseding"), [("9", True), ("4", False)])
def test_a_refused_last_row_says_that_it_supersedes(export, last, superseding):
    """The earlier row is a duplicate all the same: which answers were meant is not guessed."""
    earlier, found = export(HEAD, row("a"), row("a", "2026-01-16", "yes", "front", last, "", "", ""))
    assert earlier == Filtered(2, "duplicate")
    assert (isinstance(found, Refused) and found.supersedes) is superseding


def test_what_is_no_response(export):
    """Declined, blank, repeated: filtered, each for its reason. Unfinished rows never replace finished ones."""
    opened = export(
        HEAD,
        row("a"),
        row("b", notice="no"),
        row("c", notice=""),
        [""] * 8,
        [],
        row("d", "", "", "", "", "", "", " "),
        row("a", "2026-01-16", "yes", "front", "5", "", "", ""),
        row("a", "2026-01-17", "", "", "", "", "", ""),
    )
    found = list(opened)
    reasons = [(f.row, f.reason) for f in found if isinstance(f, Filtered)]
    expected = [
        (2, "duplicate"),
        (3, "declined"),
        (4, "declined"),
        (5, "blank"),
        (6, "blank"),
        (7, "blank"),
        (9, "blank"),
    ]
    assert expected == reasons
    assert [(f.response_id, f.answers) for f in found if isinstance(f, Submission)] == [("a", {"rec01": 5})]


def test_typeform_rows_that_are_not_finished(export):
    """`Response Type` tells; older exports without it are read whole."""
    head = ["#", "R1. Anything", "Submit Date (UTC)", "Network ID"]
    kept = [["a", "4", "2026-01-15 10:30:00", "n"], ["b", "2", "2026-01-15 10:30:00", "n"]]
    assert [found.response_id for found in export(head, *kept)] == ["a", "b"]
    with_type = [[*kept[0], "started"], [*kept[1], "Completed"]]
    assert [Filtered(2, "partial")] == [
        f for f in export([*head, "Response Type"], *with_type) if isinstance(f, Filtered)
    ]


def test_values_nobody_filled_in(export):
    """A Typeform link shared with the placeholders of its share dialog says nothing about bank or wave."""
    opened = export(
        ["#", "R1. Anything", "Submit Date (UTC)", *HIDDEN], ["a", "4", "2026-01-15", *["xxxxx"] * len(HIDDEN)]
    )
    (found,) = opened
    assert (found.bank, found.variant, found.wave, found.sheet) == ("exit-open@1", "full", "", None)


def test_formula_marks_are_taken_off(export):
    """`'+44` was `+44`; a word that begins with an apostrophe keeps it."""
    head = ["#", "R1. Anything", BANK.wordings["en"].ingredients["receptivity"].comment, "Submit Date (UTC)"]
    rows = [["a", "4", "'=now, more time", "2026-01-15"], ["b", "4", "'Tis fine", "2026-01-15"]]
    assert [found.comments["receptivity"] for found in export(head, *rows)] == ["=now, more time", "'Tis fine"]


def test_without_response_ids(export):
    """Rows are called by their number, and a note says that copies are not found."""
    opened = export(["rec01", "rec02"], ["4", "4"], ["4", "4"], platform="generic")
    assert [found.response_id for found in opened] == ["row-2", "row-3"]
    assert any(note.startswith("2 of 2 rows have no response id") for note in opened.notes)
    some = export(["response_id", "rec01"], ["a", "4"], [" ", "4"], platform="generic")
    assert [found.response_id for found in some] == ["a", "row-3"]
    assert any(note.startswith("1 of 2 rows have no response id") for note in some.notes)


def test_without_the_consent_question(export):
    """Whoever holds such a file got consent elsewhere: rows are scored, and one note says so."""
    head = [heading for heading in HEAD if heading != "notice"]
    opened = export(head, [cell for cell in row() if cell != "yes"])
    assert isinstance(next(iter(opened)), Submission)
    assert [sum("consent" in note for note in found.notes) for found in (opened, export(HEAD, row()))] == [1, 0]


def test_an_older_encoding_is_said(tmp_path):
    """Windows-1252 is read, and whoever scores it is told."""
    path = tmp_path / "old.csv"
    path.write_bytes("response_id,rec01,rec02,rec03,Café\na,4,4,4,é\n".encode("cp1252"))
    assert "read as Windows-1252" in read_export(path, bank=BANK).notes[0]
    assert read_export(path, bank=BANK).unmapped == ("Café",)


def test_two_consent_questions(tmp_path):
    """Where one of them has a column, the missing other is no consent given elsewhere."""
    text = (Path(__file__).parents[1] / "banks/team-climate-2.toml").read_text("utf-8")
    text = text.replace(
        '[[context]]\nid = "role"',
        '[[context]]\nid = "team"\ncodes = ["yes", "no"]\ngate = true\n[[context]]\nid = "role"',
    )
    text = text.replace('context = ["consent"', 'context = ["consent", "team"')
    (tmp_path / "two.toml").write_text(text, "utf-8")
    path = tmp_path / "export.csv"
    path.write_text("response_id,consent,tru01\na,yes,4\n", "utf-8")
    assert list(read_export(path, bank=load_bank(str(tmp_path / "two.toml")), platform="generic")) == [
        Filtered(2, "declined")
    ]


def test_notes(export):
    """Nothing is left out in silence."""
    opened = export([*HEAD, "Team name", "Shoe size"], row("a", notice=""))
    assert any(
        n == '2 of 10 columns are no questions and were left out: "Team name", "Shoe size"' for n in opened.notes
    )
    assert any(n.startswith("32 of the 35 items of the variant 'full' have no column") for n in opened.notes)
    assert any("no row" in note for note in export(HEAD).notes)
    assert list(export(HEAD)) == []
    own_variant = export(
        ["response_id", "variant", "notice", "rec01", "rec02", "rec03"], ["a", "quick", "yes", "4", "4", "4"]
    )
    assert own_variant.notes == ()
    everything = export(["response_id", "variant", "notice", *ITEMS], ["a", "full", "yes", *["4"] * 35])
    assert everything.notes == ()


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"rec02": MARK}, "rec02", "'rec02' is none of its options. Send one of the codes 1, 2, 3, 4, 5, dk, na"),
        ({"rec01": "6"}, "rec01", "'rec01' is none of its options"),
        ({"role": MARK}, "role", "'role' is none of its options. Send one of the codes senior, middle"),
        ({"submitted_at": f"13/12/2025 {MARK}"}, "submitted_at", "no date we can read"),
        ({"submitted_at": "0001-01-01T00:00:00+05:00"}, "submitted_at", "no date we can read"),
        ({"revision": MARK}, "revision", "no whole number"),
        ({"language": MARK}, "language", "$.language breaks pattern"),
        ({"bank": f"other@1 {MARK}"}, "bank", "another question bank than exit-open@1. Name its own with --bank"),
        ({"variant": MARK}, "variant", "variant this bank does not have"),
        ({"wave": MARK * 10}, "wave", "$.wave breaks maxLength"),
        ({"response_id": "r" * 201}, "response_id", "$.response_id breaks maxLength"),
        ({"comment_receptivity": MARK * 2000}, "comment_receptivity", "$.comments.receptivity breaks maxLength"),
    ],
)
def test_a_row_is_refused(export, cells, column, reason):
    """Row, column and reason are told; what stood in the cell never is. The others are scored."""
    head = [*HEAD, "revision", "language", *HIDDEN]
    good = dict(zip(head, [*row("a"), *[""] * (2 + len(HIDDEN))], strict=True))
    bad = {**good, "response_id": "b", **cells}
    fine, refused = export(head, good.values(), bad.values())
    assert isinstance(fine, Submission)
    assert (3, bad["response_id"]) == (refused.row, refused.response_id)
    assert (column, True) == (refused.column, reason in refused.reason)
    assert MARK not in repr(refused)


def test_rows_of_another_width(tmp_path):
    """A row with a cell too many or too few has shifted: it is refused, whatever it holds."""
    path = tmp_path / "ragged.csv"
    path.write_text('response_id,rec01,rec02\na,4\nb,4,4,\nc,4,4\nd,4,"4"4\n', "utf-8")
    short, long, good, broken = read_export(path, bank=BANK, platform="generic")
    assert (short.row, short.response_id, short.column) == (2, "", "")
    assert "2 cells under 3 headings" in short.reason
    assert "4 cells under 3 headings" in long.reason
    assert good.answers == {"rec01": 4, "rec02": 4}
    assert (broken.row, "quotation marks" in broken.reason) == (5, True)


def test_errors_name_the_file(tmp_path):
    """With several files it must be clear which one is meant."""
    path = tmp_path / "this.csv"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(UnreadableExport, match=r"this\.csv"):
        read_export(path, bank=BANK)


def test_several_files_count_as_one(export):
    """The last complete row of a response id counts, in whichever file it stands."""
    first = export(HEAD, row("a"), row("b"), row("c"))
    second = export(HEAD, row("b", at="2026-02-01"), row("a", notice="no"), after=first)
    third = export(["rec01", "rec02"], ["1", "1"], platform="generic", after=second)
    assert [Filtered(2, "duplicate"), Filtered(3, "duplicate")] == list(first)[:2]
    assert list(first)[2].response_id == "c"
    assert [getattr(f, "response_id", getattr(f, "reason", "")) for f in second] == ["b", "declined"]
    assert [found.response_id for found in third] == ["file-3-row-2"]


def test_ids_that_share_a_hash_are_two(export, monkeypatch):
    """Hashes only say where to look closer."""
    monkeypatch.setattr("exit_bridge.intake.exports.hash", lambda text: 7, raising=False)
    opened = export(HEAD, row("a"), row("b"), row("a"), row("c"))
    assert [getattr(f, "response_id", getattr(f, "reason", "")) for f in opened] == ["duplicate", "b", "a", "c"]


# -- round trips ---------------------------------------------------------------------------------------------------


def simulator(name):
    path = Path(__file__).parents[1] / "platforms" / name / "simulate.py"
    spec = importlib.util.spec_from_file_location(f"export_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("variant", BANK.variants)
@pytest.mark.parametrize("name", ["typeform", "generic"])
def test_what_was_answered_comes_back(tmp_path, name, variant):
    """Form as written, filled in by people who only read it, exported: the submissions are what they meant."""
    files = platform(name).write_form(BANK, variant, ["en"], About(answered_by="individuals"))
    people = [respondent(BANK, variant, "en", random.Random(seed)) for seed in range(8)]
    tables = [simulator(name).export(files, [said]).decode() for said, _ in people]
    rows = [list(csv.reader(io.StringIO(table, newline=""))) for table in tables]
    place = rows[0][0].index("#" if name == "typeform" else "response_id")
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(rows[0][0])
        for number, (_, only) in enumerate(rows):
            table.writerow([f"p-{number}" if n == place else cell for n, cell in enumerate(only)])
    opened = read_export(path, bank=BANK, variant=variant)
    assert (name, ()) == (opened.platform, opened.unmapped)
    given = [{"answers": f.answers, "context": f.context, "comments": f.comments} for f in opened]
    assert [meant for _, meant in people] == given
    assert {variant} == {found.variant for found in opened}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["", "4", "na", "yes", "x", "'=1", "2026-01-15", '"', "\n", ",", "é", " "]), max_size=9
        ),
        max_size=8,
    )
)
def test_every_row_has_one_outcome(tmp_path, rows):
    """Whatever the rows hold: nothing is lost, nothing is counted twice, nothing but our errors is raised."""
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    outcomes = Counter(type(found) for found in read_export(path, bank=BANK))
    assert len(rows) == sum(outcomes.values())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_end_well(tmp_path, content):
    """Any file is read, or refused by one of our errors."""
    path = tmp_path / "any.csv"
    for start in (b"", b"response_id,rec01,rec02,rec03\n"):
        path.write_bytes(start + content)
        with suppress(ExitBridgeError):
            list(read_export(path, bank=BANK))


WORDS = st.text(max_size=3) | st.sampled_from(["en", "cy-GB", "x" * 60, "x" * 61, "x" * 201, "é", "e1", "en\n", "\x7f"])


@settings(deadline=None)
@given(response_id=WORDS, wave=WORDS, language=st.none() | WORDS, comment=WORDS | st.just("y" * 20_001), code=CODES)
def test_rows_are_checked_as_by_the_schema(response_id, wave, language, comment, code):
    """The short cut for rows lets nothing through that the published schema refuses."""
    answers = (RawAnswer(("rec01",), (code,)), RawAnswer(("comment_receptivity",), (comment,)))
    raw = RawResponse(response_id or "r", answers, language=language, hidden={"wave": wave})
    form = DeployedForm("s", "generic", BANK, consent_elsewhere=True)

    def outcome(check):
        try:
            return decode(raw, form, check)
        except InvalidSubmission as error:
            return str(error)

    assert outcome(validate) == outcome(check_row)


def test_names_that_hold_for_every_row(export):
    """Survey and wave are held against the schema once, before any row."""
    with pytest.raises(InvalidSubmission, match="survey"):
        export(HEAD, survey="No Name")
    with pytest.raises(InvalidSubmission, match="wave"):
        export(HEAD, wave="w" * 61)
