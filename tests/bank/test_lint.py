"""The wording linter: short, plain, one idea, safe in every tool."""

from __future__ import annotations

import pytest

from exit_bridge.bank import lint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We do this and we do that.", "'and' may join two ideas"),
        (
            "One two three four five six seven eight nine ten one two three four five six seven eight nine ten me.",
            "21 words",
        ),
        ("Nobody here does not try.", "two negatives"),
        ("Institutional receptivity necessitates organisational prioritisation.", "reading grade"),
        ("A {name} is here.", "read as code"),
        ("Up | down.", "read as code"),
        ("See [[this]].", "read as code"),
        ("A line\nbreak.", "a line break"),
        ("Wait -- what.", "read as code"),
    ],
)
def test_a_statement_that_will_trouble_people_or_tools(text, said):
    """Each rule finds its own fault."""
    assert any(said in fault.what for fault in lint.statement("here", text))


def test_a_plain_statement_passes():
    """Nothing is found where nothing is wrong."""
    assert list(lint.statement("here", "We try new things here.", young=True)) == []


def test_labels_of_one_item_must_differ_and_hold_no_semicolon():
    """Tools compare labels without case, and some join answers with a semicolon."""
    found = [fault.what for fault in lint.labels("here", ["Yes", "yes", "a; b", "x" * 91])]
    assert found == ["two options read 'yes'", "a semicolon in an option label", "an option label of 91 characters"]


def test_the_reading_grade_orders_texts_as_people_would():
    """An estimate, but a monotone one: longer words and sentences read harder."""
    easy, middle, hard = (
        "We ask. They say yes.",
        "The staff doing this work stay long enough to see it through.",
        "Organisational representatives systematically prioritise participatory methodologies.",
    )
    assert lint.reading_grade(easy) < lint.reading_grade(middle) < lint.reading_grade(hard)
