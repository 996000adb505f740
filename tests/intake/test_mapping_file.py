"""What a person decided about columns and labels: read, checked, applied, and written for the next export."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import Refused, read_export
from exit_bridge.intake.mapping_file import fold, mapping_text, read_mapping

BANK = load_bank()

EXPORT = """\
Answer no.;Name of your team;We get time;Blame;rec02;Where it stands
7;North;Fully agree;never;4;growing
8;South;No view;always;5;
"""

MAPPING = """\
platform = "generic"

[columns]
"answer NO." = "response_id"
"Name of your team" = "ignore"
"We get time" = "rec01"
"Blame" = "rec02"
"Where it stands" = "stage"
"Not in this export" = "rec07"

[labels.rec01]
"fully agree" = "5"
"No view" = "dk"
[labels.rec02]
"Never" = "5"
"Always" = "1"
[labels.stage]
"Growing" = "scaling"
"""


@pytest.fixture
def files(tmp_path):
    export, mapping = tmp_path / "answers.csv", tmp_path / "mapping.toml"
    export.write_text(EXPORT, "utf-8")
    mapping.write_text(MAPPING, "utf-8")
    return export, mapping


def test_a_mapping_file_decides(files):
    """Platform, columns and labels are as it says; what it says wins over what would be recognised."""
    export, mapping = files
    opened = read_export(export, bank=BANK, mapping_file=mapping)
    assert (opened.platform, opened.rule) == ("generic", "named by the mapping file")
    assert opened.mapped == {
        "Answer no.": "response_id",
        "We get time": "rec01",
        "Blame": "rec02",
        "Where it stands": "stage",
    }
    assert opened.unmapped == ("rec02",)
    first, second = opened
    assert isinstance(first, Submission)
    assert (first.response_id, first.answers, first.context) == ("7", {"rec01": 5, "rec02": 5}, {"stage": "scaling"})
    assert (second.response_id, second.answers, second.context) == ("8", {"rec01": "dk", "rec02": 1}, {})


def test_a_column_of_ours_can_be_ignored(tmp_path):
    """A `bank` or `language` column that means something else is taken out by name."""
    export, mapping = tmp_path / "a.csv", tmp_path / "m.toml"
    export.write_text("response_id,bank,rec01,rec02,rec03\na,Barclays,4,4,4\n", "utf-8")
    mapping.write_text('[columns]\nbank = "ignore"\n', "utf-8")
    assert isinstance(next(iter(read_export(export, bank=BANK))), Refused)
    assert isinstance(next(iter(read_export(export, bank=BANK, mapping_file=mapping))), Submission)


def test_labels_of_the_bank_still_count(files):
    """A mapping file adds labels; those of the bank, codes among them, are read as before."""
    export, mapping = files
    export.write_text("Answer no.;We get time\n1;Agree\n2;2\n3;Growing\n", "utf-8")
    agree, code, unknown = read_export(export, bank=BANK, mapping_file=mapping)
    assert [agree.answers, code.answers] == [{"rec01": 4}, {"rec01": 2}]
    assert isinstance(unknown, Refused)
    assert (unknown.row, unknown.column) == (4, "We get time")


def test_the_platform_flag_wins(files):
    """`--platform` overrules the mapping file as it overrules detection."""
    export, mapping = files
    assert read_export(export, bank=BANK, platform="typeform", mapping_file=mapping).platform == "typeform"


def test_what_was_decided_is_written_down(files, tmp_path):
    """The saved file reads the same export without a question, and is the same every time."""
    export, mapping = files
    opened = read_export(export, bank=BANK, mapping_file=mapping)
    saved = tmp_path / "saved.toml"
    saved.write_text(opened.mapping(), "utf-8")
    again = read_export(export, bank=BANK, mapping_file=saved)
    assert (list(opened), opened.mapped, ()) == (list(again), again.mapped, again.unmapped)
    assert opened.mapping() == again.mapping()
    assert tomllib.loads(opened.mapping())["columns"] == {
        "Name of your team": "ignore",
        "rec02": "ignore",
        "Answer no.": "response_id",
        "We get time": "rec01",
        "Blame": "rec02",
        "Where it stands": "stage",
    }


def test_two_columns_mapped_to_one_question(files):
    """Said by a person or not, two columns cannot be one question."""
    export, mapping = files
    mapping.write_text(MAPPING.replace('"Not in this export" = "rec07"', '"rec02" = "rec01"'), "utf-8")
    with pytest.raises(AmbiguousExport, match="'rec01'"):
        read_export(export, bank=BANK, mapping_file=mapping)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("platform = 3", "platform must be a name"),
        ("colums = {}", "colums is not known here"),
        ("columns = 3", "must be tables"),
        ("labels = []", "must be tables"),
        ('columns = { A = "rec99" }', 'columns."A": there is no such question in exit-open@1'),
        ("columns = { A = 4 }", 'columns."A": there is no such question'),
        ("columns = { A = [] }", 'columns."A": there is no such question'),
        ('columns = { A = "rec01", " a " = "rec02" }', "the heading stands twice"),
        ('labels.rec99 = { A = "1" }', "labels.rec99: no question with options"),
        ("labels.rec01 = 3", "labels.rec01: no question with options"),
        ('labels.rec01 = { A = "6" }', 'labels.rec01."A": use one of 1, 2, 3, 4, 5, dk, na'),
        ("labels.rec01 = { A = [] }", 'labels.rec01."A": use one of'),
        ('columns = { "MEA08_value " = "mea08" }', 'columns."MEA08_value ": these numbers are turned round already'),
        ("columns = ", "is not TOML"),
    ],
)
def test_faults(tmp_path, text, fault):
    """Each is told with its place, and the file with it."""
    path = tmp_path / "mapping.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UnreadableExport) as error:
        read_mapping(path, BANK)
    assert fault in str(error.value)
    assert str(path) in str(error.value)


def test_numbers_that_are_as_answered_may_be_mapped(tmp_path):
    """The code as answered of a reverse-keyed item, and either of any other."""
    path = tmp_path / "mapping.toml"
    path.write_text('columns = { mea08_raw = "mea08", rec01_value = "rec01", mea08_value = "ignore" }', "utf-8")
    expected = {"mea08_raw": "mea08", "rec01_value": "rec01", "mea08_value": "ignore"}
    assert expected == read_mapping(path, BANK).columns


def test_files_that_cannot_be_read(tmp_path):
    """One that is not there, and one that is no text."""
    with pytest.raises(UnreadableExport, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.toml", BANK)
    (tmp_path / "no.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableExport, match="not UTF-8"):
        read_mapping(tmp_path / "no.toml", BANK)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["rec01", "ignore"])))
def test_any_heading_can_be_written(columns):
    """Quotation marks, line breaks, control characters: what is written is read back as it was."""
    text = mapping_text("generic", columns, {"rec01": dict.fromkeys(columns, "4")})
    expected = {"platform": "generic", "columns": columns, "labels": {"rec01": dict.fromkeys(columns, "4")}}
    assert expected == tomllib.loads(text)


def test_headings_are_compared_without_their_dress():
    """Case, spaces, odd spaces, full-width letters and a byte-order mark do not matter; words do."""
    assert {fold(text) for text in ("Your Role", "\ufeff your  role ", "YOUR\u00a0ROLE\n", "Ｙour role")} == {
        "your role"
    }
    assert fold("Your roles") != fold("Your role")
