"""Exports in which a question is a column for each of its options, named by the option or by `row - option`."""

from __future__ import annotations

import csv

import pytest

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport
from exit_bridge.intake.exports import Filtered, Refused, read_export
from exit_bridge.intake.mapping_file import read_mapping

BANK = load_bank()
WORDS = BANK.wordings["en"]
LABELS = {item: list(WORDS.option_labels(BANK.items[item], "full").values()) for item in BANK.items}
NOTICE = WORDS.context["notice"]
GATE = [NOTICE.text, *NOTICE.options.values()]
OWN = ["Respondent ID", "Collector ID"]


def single(item, chosen="", labels=None):
    """Columns of an item that stands alone, as (row 1, row 2, cell)."""
    labels = labels or LABELS[item]
    head = f"{BANK.visible_code(BANK.items[item])}. {WORDS.items[item].text}"
    return [(head if place == 0 else "", label, label if label == chosen else "") for place, label in enumerate(labels)]


def matrix(items, chosen, question="How far do you agree?"):
    """Columns of a matrix whose rows are these items."""
    columns = [
        ("", f"{BANK.visible_code(BANK.items[item])}. {WORDS.items[item].text} - {label}", label * (label == said))
        for item, said in zip(items, chosen, strict=True)
        for label in LABELS[item]
    ]
    return [(question, *columns[0][1:]), *columns[1:]]


def gate(chosen="Yes, send my answers"):
    return [
        (GATE[0] if place == 0 else "", label, label if label == chosen else "") for place, label in enumerate(GATE[1:])
    ]


@pytest.fixture
def export(tmp_path):
    def opened(*columns, **how):
        table = [
            [*OWN, *(c[0] for c in columns)],
            ["", "", *(c[1] for c in columns)],
            ["7", "1", *(c[2] for c in columns)],
        ]
        path = tmp_path / "export.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
        return read_export(path, bank=BANK, **how)

    return opened


def test_what_was_chosen_is_the_answer(export):
    """Alone and in a matrix, by label; nothing chosen is skipped, and not unasked."""
    opened = export(*gate(), *single("rec03", LABELS["rec03"][2]), *matrix(["rec01", "rec02"], ["Agree", ""]))
    (found,) = opened
    assert (found.answers, found.context) == ({"rec03": 3, "rec01": 4}, {"notice": "yes"})
    assert "rec02" not in found.not_asked
    assert "rec04" in found.not_asked
    assert opened.unmapped == ()


def test_a_no_takes_back_everything(export):
    """Also where the gate is two columns."""
    assert list(export(*gate("No, keep none of my answers"), *single("rec03"))) == [Filtered(3, "declined")]


@pytest.mark.parametrize("cell", ["1", "x", LABELS["rec03"][0]])
def test_a_cell_that_is_not_its_columns_option(export, cell):
    """A number may be a place, a weight or a mark: it is refused, and so is another option's label."""
    columns = single("rec03")
    columns[2] = (*columns[2][:2], cell)
    (refused,) = export(*gate(), *columns)
    assert isinstance(refused, Refused)
    assert "R3." in refused.column
    assert cell not in refused.reason.split()


def test_several_options_are_no_answer(export):
    """Somebody changed the question to allow that."""
    columns = single("rec03", LABELS["rec03"][0])
    columns[1] = (*columns[1][:2], columns[1][1])
    (refused,) = export(*gate(), *columns)
    assert isinstance(refused, Refused)


@pytest.mark.parametrize("left", [slice(1, None), slice(None, -1)])
def test_options_of_which_some_are_missing(export, left):
    """That all the others are blank would mean nothing: they are left out, listed, and the item counts as not asked."""
    columns = single("rec03", LABELS["rec03"][2])[left]
    columns[0] = (single("rec03")[0][0], *columns[0][1:])
    opened = export(*gate(), *single("rec06", LABELS["rec06"][0]), *columns)
    (found,) = opened
    assert (found.answers, "rec03" in found.not_asked) == ({"rec06": 1}, True)
    assert len(opened.unmapped) == len(columns)


def test_an_option_that_was_reworded(export):
    """Alone, the question is left out; in a matrix such a column looks like all of the item, which is said."""
    labels = ["We get nothing", *LABELS["rec03"][1:]]
    opened = export(*gate(), *single("rec06", LABELS["rec06"][0]), *single("rec03", labels=labels))
    assert "rec03" in next(iter(opened)).not_asked
    columns = matrix(["rec01"], ["Agree"])
    columns[0] = (columns[0][0], columns[0][1].replace("Strongly disagree", "Never"), "")
    with pytest.raises(AmbiguousExport, match="rec01"):
        export(*gate(), *columns)


def test_an_item_twice_is_refused(export):
    """As a whole and by its options: which of them counts is for a person to say."""
    whole = [(single("rec03")[0][0], "Response", LABELS["rec03"][0])]
    with pytest.raises(AmbiguousExport, match="rec03"):
        export(*gate(), *whole, *single("rec03", LABELS["rec03"][1]))


def test_somebody_elses_question_with_our_options(export):
    """It is no item of ours, whatever can be chosen."""
    own = [("Do you agree?" if place == 0 else "", label, "") for place, label in enumerate(LABELS["rec01"])]
    opened = export(*gate(), *single("rec03", LABELS["rec03"][0]), *own)
    assert (len(opened.unmapped), next(iter(opened)).answers) == (len(own), {"rec03": 1})


def test_the_mapping_that_is_saved_reads_the_same_again(export, tmp_path):
    """Columns of single options are found anew, and not taken for the whole question."""
    columns = [*gate(), *single("rec03", LABELS["rec03"][2]), *matrix(["rec01"], ["Agree"])]
    first = export(*columns)
    saved = tmp_path / "mapping.toml"
    saved.write_text(first.mapping(), "utf-8")
    assert "rec03" not in first.mapping()
    assert read_mapping(saved, BANK).platform == "surveymonkey"
    assert list(export(*columns, mapping_file=saved)) == list(first)
