"""What a person finds in the printed tables is what our scoring says, for every answer there can be."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.cli_calls import call
from tests.paper.printed import Found, Printed, by_hand, look_up

from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.paper.render import as_html
from exit_bridge.paper.sheet import sheet
from exit_bridge.platforms import platform
from exit_bridge.reports.case import whole
from exit_bridge.scoring import score

BANKS = Path(__file__).parents[1] / "banks"
OURS = load_bank()
FORMS = [
    (bank, variant)
    for bank in (OURS, load_bank(f"{BANKS}/team-climate-2.toml"))
    for variant, chosen in bank.variants.items()
    if chosen.scored
]
PAGES = {
    (bank.id, variant): Printed(as_html(sheet(bank, variant, "en", About(answered_by="group"))))
    for bank, variant in FORMS
}
every_scored_form = pytest.mark.parametrize(
    ("bank", "variant"), FORMS, ids=[f"{bank.id}-{variant}" for bank, variant in FORMS]
)


def computed(bank, variant, answers):
    """Ingredient's name -> what our scoring says, as a report prints it."""
    words = bank.wordings["en"]
    scores = score(Submission("s", "paper", "1", bank.ref, variant, answers), bank)
    found = {}
    for one in scores.ingredients:
        number = None if one.score is None else whole(one.score, bank if one.band else None)
        found[words.ingredients[one.id].name] = Found(one.status, number, words.bands[one.band] if one.band else None)
    return found, scores


def drawn(bank, variant, draw):
    """Random answers: item -> 1..points, dk, na; a skipped one is left out."""
    return {
        item: int(code) if code.isdigit() else code
        for item in bank.variants[variant].items
        if (code := draw(("", *bank.items[item].codes)))
    }


def places(bank, answers):
    """Visible code -> place of the ticked box on the scale."""
    return {bank.visible_code(bank.items[item]): n for item, n in answers.items() if isinstance(n, int)}


@every_scored_form
def test_every_place_of_every_table(bank, variant):
    """For each ingredient, every number of questions answered, and every sum of points these can have."""
    page = PAGES[bank.id, variant]
    names = {one.id: bank.wordings["en"].ingredients[one.id].name for one in bank.ingredients}
    seen = 0
    for ingredient in bank.ingredients:
        title = next(title for title in page.titles if names[ingredient.id] in title)
        number = title.removeprefix("Table ").partition(",")[0]
        for answered in range(len(ingredient.core) + 1):
            most = ingredient.core[0].points - 1
            for points in range(answered * most + 1):
                shares = [min(most, max(0, points - place * most)) for place in range(answered)]
                answers = {
                    item.id: item.points - share if item.reverse_keyed else share + 1
                    for item, share in zip(reversed(ingredient.core), shares, strict=False)
                }
                expected = computed(bank, variant, answers)[0][names[ingredient.id]]
                assert expected == look_up(page, number, answered, points), (ingredient.id, answered, points)
                seen += 1
    assert seen > 100


@pytest.mark.parametrize("variant", ["full", "extended"])
def test_our_ingredients_share_one_table_of_known_numbers(variant):
    """The worked example of docs/scoring.md, the edges, and what too few answers get."""
    page = PAGES["exit-open", variant]
    assert [title.partition(",")[0] for title in page.titles] == ["Table 1"]
    assert Found("scored", 65, "Mixed or partly in place") == look_up(page, "1", 5, 13)
    assert Found("scored", 100, "Largely in place") == look_up(page, "1", 7, 28)
    assert Found("scored", 25, "Early") == look_up(page, "1", 7, 7)
    assert Found("provisional", 100, None) == look_up(page, "1", 4, 16)
    assert Found("not_scored", None, None) == look_up(page, "1", 3, 12)


@every_scored_form
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_person_and_the_program_agree(bank, variant, data):
    """Any answers, walked through the printed page from the box that is ticked to band and number."""
    answers = drawn(bank, variant, lambda codes: data.draw(st.sampled_from(codes)))
    assert computed(bank, variant, answers)[0] == by_hand(PAGES[bank.id, variant], places(bank, answers))


@settings(deadline=None, max_examples=300)
@given(seed=st.integers(0, 2**32), low=st.integers(1, 3))
def test_the_weakest_by_hand(seed, low):
    """Step 4, followed line by line, names what the program names, but within 1 of a limit, as the sheet says."""
    dice = random.Random(seed)
    levels = {one.id: dice.randint(low, 5) for one in OURS.ingredients}
    answers = {
        item: max(1, min(5, levels[OURS.items[item].ingredient] + dice.choice((-1, 0, 0, 1))))
        for item in OURS.variants["full"].items
        if dice.random() > 0.15
    }
    found, scores = computed(OURS, "full", answers)
    bands = {name: one for name, one in found.items() if one.band}
    numbers = {name: one.number for name, one in bands.items()}
    names = {one.id: OURS.wordings["en"].ingredients[one.id].name for one in OURS.ingredients}
    weakest = []
    if len(bands) >= 3 and not all(one.band == "Largely in place" for one in bands.values()):
        least, distance = min(numbers.values()), max(numbers.values()) - min(numbers.values())
        if abs(distance - 16) <= 1 or any(abs(number - least - 12) <= 1 for number in numbers.values()):
            return
        weakest = [name for name, number in numbers.items() if number - least <= 12] if distance >= 16 else []
    assert [names[one] for one in scores.weakest] == weakest


def test_forms_that_are_typed_in_score_the_same(tmp_path):
    """Boxes ticked on the page, typed into the table as docs/paper.md says, scored by the command line."""
    page, dice = PAGES["exit-open", "full"], random.Random(7)
    (template,) = [
        file
        for file in platform("generic").write_form(OURS, "full", ["en"], About())
        if file.path.endswith(".template.csv")
    ]
    heading = template.content.decode().strip().split(",")
    assert {*(question.id for question in page.questions), *page.open} <= set(heading)
    lines, expected = [",".join(heading)], {}
    for form in range(1, 41):
        ticked = {asked.id: dice.randint(-1, 6) for asked in page.questions if asked.id in OURS.items}
        codes = ("1", "2", "3", "4", "5", "dk", "na")
        row = {item: codes[place] for item, place in ticked.items() if place >= 0}
        row |= {"response_id": str(form), "notice": "yes", "variant": "full", "sheet": f"Group {form}"}
        row |= {"stage": "sustaining", "comment_receptivity": "Made up."}
        lines.append(",".join(row.get(name, "") for name in heading))
        visible = {OURS.visible_code(OURS.items[item]): place + 1 for item, place in ticked.items() if 0 <= place < 5}
        expected[str(form)] = by_hand(page, visible)
    (tmp_path / "typed.csv").write_text("\n".join(lines) + "\n", "utf-8")
    said = call(None, "score", tmp_path / "typed.csv", "--out", tmp_path / "out.json")
    assert (0, True) == (said.code, "40 scored" in said.err)
    words = OURS.wordings["en"]
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert 40 == len(rows)
    for row in rows:
        for one in OURS.ingredients:
            number, band = row[f"{one.id}_score"], row[f"{one.id}_band"]
            found = Found(
                row[f"{one.id}_status"],
                None if number is None else whole(number, OURS if band else None),
                words.bands[band] if band else None,
            )
            assert expected[row["response_id"]][words.ingredients[one.id].name] == found
