"""Words that were lost or changed on the way: an answer ends where it belongs, or nowhere, and never as another one.

For every tool with a form: headings, titles and labels are cut, reworded, written in another case, as HTML or in
another language, columns change places. What is then still read must be what the unchanged file or delivery says.
"""

from __future__ import annotations

import csv
import html
import json
import random
from functools import cache

import pytest
from tests.platforms.test_contract import BANK, PLATFORMS, simulator

from exit_bridge import testing
from exit_bridge.bank import questionnaire
from exit_bridge.errors import UnreadableExport
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.tables import open_tables
from exit_bridge.intake.text import as_words

WRITERS = [tool for tool in PLATFORMS.values() if "form" in tool.faces]
FORMS = [(variant, language) for variant in BANK.variants for language in BANK.wordings]
EVERY = [f"{tool.name}" for tool in WRITERS]

often = pytest.mark.parametrize("cases", [60, pytest.param(10_000, marks=pytest.mark.long)])
every_tool = pytest.mark.parametrize("tool", WRITERS, ids=EVERY)


@cache
def in_other_words(variant, language):
    """Text of a question or label as people see it -> the same in another language."""
    other = next((name for name in BANK.wordings if name != language), language)
    ours, theirs = (questionnaire(BANK, variant, name, testing.ABOUT).questions for name in (language, other))
    pairs = [
        (a, b) for one, two in zip(ours, theirs, strict=True) for a, b in ((one.shown, two.shown), (one.text, two.text))
    ]
    labels = [
        (a.label, b.label)
        for one, two in zip(ours, theirs, strict=True)
        for a, b in zip(one.choices, two.choices, strict=True)
    ]
    return dict((*labels, *pairs))


def changed(rng, text, translated):
    """What may have become of words between the form and us.

    Not what makes other words of ours of them: `Cytuno'n gryf` cut after `Cytuno` is another answer to everybody.
    """
    cut = rng.randrange(1, len(text) + 1)
    number, _, words = text.partition(". ")
    became = rng.choice(
        [
            text,
            text[:cut],
            f"{text[:cut]}...",
            f"{number}. Reworded by somebody",
            words or text,
            rng.choice([text.upper(), text.lower(), text.title()]),
            html.escape(html.escape(text)),
            f"<p><b>{text}</b>&nbsp;</p>",
            text.replace(" ", "\u00a0"),
            translated.get(text, text),
            f"{number}. {translated.get(words, words)}",
            "Something of our own",
            "",
        ]
    )
    others = {as_words(other) for other in translated} - {as_words(text), as_words(words)}
    return text if as_words(became) in others else became


def right_or_nothing(found, known):
    """Every answer that is read is the one that was given."""
    for part in ("answers", "context"):
        for question, code in getattr(found, part).items() if isinstance(found, Submission) else found[part].items():
            assert known[part].get(question) == code, f"{question} is read as {code}"


@often
@every_tool
def test_a_delivery_whose_words_changed(tool, cases):
    """Read right, in part, or refused."""
    if "delivery" not in tool.faces:
        pytest.skip(f"{tool.title} delivers nothing")
    rng = random.Random(cases)
    for _ in range(cases):
        variant, language = rng.choice(FORMS)
        said, meant = testing.respondent(BANK, variant, language, rng)
        translated = in_other_words(variant, language)
        share = rng.choice([0.05, 0.3, 1.0])

        def lost(node, translated=translated, share=share):
            match node:
                case dict():
                    return {key: lost(value) for key, value in node.items()}
                case list():
                    return [lost(value) for value in node]
                case str() if node in translated and rng.random() < share:
                    return changed(rng, node, translated)
            return node

        sent = simulator(tool.name).deliver(written(tool, variant, language), said)
        payload = lost(tool.payload(sent if isinstance(sent, bytes) else json.dumps(sent).encode()))
        for found in testing.outcome(tool, payload, testing.form_of(tool, BANK, variant)).get("responses", ()):
            if "answers" in found:
                right_or_nothing(found, meant)


@cache
def written(tool, variant, language):
    return tool.write_form(BANK, variant, [language], testing.ABOUT)


@often
@every_tool
def test_a_file_whose_words_changed(tool, cases, tmp_path):
    """Each column ends on its own question, among those left out, or stops the file; so does each label."""
    if "export" not in tool.faces:
        pytest.skip(f"{tool.title} exports nothing that is read")
    rng = random.Random(cases)
    path = tmp_path / "export.csv"
    read = 0
    for _ in range(cases):
        variant, language = rng.choice(FORMS)
        people = [testing.respondent(BANK, variant, language, rng) for _ in range(2)]
        path.write_bytes(simulator(tool.name).export(written(tool, variant, language), [said for said, _ in people]))
        read += changed_file(tool, path, variant, in_other_words(variant, language), rng)
    assert read > cases / 4


def changed_file(tool, path, variant, translated, rng):
    """Change one file and compare what each of its rows says before and after. Was it read at all?"""

    def opened():
        return read_export(path, bank=BANK, platform=tool.name, variant=variant)

    (table,) = open_tables(path)
    rows = [cells for _, cells in table.records()]
    save(path, rows)
    before = opened()
    layout = before.layout
    known = [found.document() for found in before]
    head, questions = layout.header_rows, set(layout.questions.values())
    share = rng.choice([0.05, 0.3, 1.0])
    for number, row in enumerate(rows):
        for place in questions:
            words = row[place] if number < head else row[place] if row[place] in translated else ""
            if words and rng.random() < (share if number < head else share / 10):
                row[place] = changed(rng, words, translated)
    order = list(range(len(rows[0])))
    if rng.random() < 0.3:
        rng.shuffle(order)
    save(path, [[row[place] for place in order] for row in rows])
    try:
        after = opened()
    except UnreadableExport:  # no column is an item any more, or two are one
        return False
    for question, place in after.layout.questions.items():
        assert layout.questions.get(question) == order[place], f"{after.layout.headings[place]!r} is no {question}"
    for found, meant in zip(after, known, strict=True):
        if isinstance(found, Submission):
            right_or_nothing(found, meant)
    return True


def save(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
