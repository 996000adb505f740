"""What stands on the printed form, and what must not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.banks.second_language import LANGUAGE, MARK, bilingual
from tests.paper.printed import Printed

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.bank.lint import reading_grade
from exit_bridge.paper import PaperForms
from exit_bridge.paper.render import as_html
from exit_bridge.paper.sheet import sheet

BANK = load_bank()
GROUP = About(
    innovation="Staying Close",
    controller="Northmoor Council",
    contact="staying-close@northmoor.example",
    purpose="to decide together what to do next.",
    worried_contact="the duty team, 01632 960000",
    reply_by="31 January",
    retain_days=90,
)
ALONE = replace(GROUP, answered_by="individuals", reply_domains=("northmoor.example",), report_link_days=14)
SCORING = re.compile(r"\b(scor\w+|bands?|points?|weakest|provisional|average|out of 100|ingredients?)\b", re.IGNORECASE)

every_variant = pytest.mark.parametrize("variant", list(BANK.variants))
unscored = pytest.mark.parametrize("variant", [name for name, one in BANK.variants.items() if not one.scored])
scored = pytest.mark.parametrize("variant", [name for name, one in BANK.variants.items() if one.scored])


def printed(variant: str, about: About = GROUP) -> Printed:
    return Printed(as_html(sheet(BANK, variant, "en", about)))


@every_variant
@pytest.mark.parametrize("about", [GROUP, replace(ALONE, reply_domains=(), report_link_days=0)])
def test_every_question_stands_there_once_with_all_its_boxes(variant: str, about: About) -> None:
    """The same questions, numbers, options and order as in the form of every tool."""
    asked, page = questionnaire(BANK, variant, "en", about, paper=True), printed(variant, about)
    boxes = [question for question in asked.questions if question.kind == "choice"]
    assert [(question.id, [choice.label for choice in question.choices]) for question in boxes] == [
        (question.id, question.boxes) for question in page.questions
    ]
    assert [f"{question.code}. {question.text}" if question.code else question.text for question in boxes] == [
        question.legend for question in page.questions
    ]
    assert [question.id for question in asked.questions if question.kind == "text"] == page.open
    assert set(BANK.variants[variant].items) <= {question.id for question in page.questions}


@every_variant
def test_the_notice_of_the_settings_stands_there(variant: str) -> None:
    """Who is responsible, what for, how long, whom to tell, when one hears back; and what 'this work' is."""
    text = printed(variant).text
    for said in (
        "Northmoor Council", "staying-close@northmoor.example", "the duty team, 01632 960000", "31 January", "90 days",
        "'this work' means Staying Close", "to decide together", "ico.org.uk",
    ):  # fmt: skip
        assert said in text
    assert "SAMPLE" not in text
    assert "SAMPLE" in printed(variant, About(sample=True)).text


@every_variant
def test_nothing_is_promised_that_paper_cannot_do(variant: str) -> None:
    """No address is asked for, no link, no page to close, no copy that a survey tool keeps."""
    for about in (ALONE, replace(ALONE, individual_reports="recipients"), replace(GROUP, scores_in_tool=True)):
        asked = questionnaire(BANK, variant, "en", about, paper=True)
        said = " ".join([*asked.intro, *asked.notice, asked.thanks, asked.declined])
        for word in ("email", "link", "page", "tool", "website", "have been sent"):
            assert not re.search(rf"\b{word}\b", said), word
        assert {"choice", "text"} >= {question.kind for question in asked.questions}
    assert "may be able to see" in said


def test_the_young_paper_notice_is_as_easy_as_the_other() -> None:
    """Grade 8 at most, and 5 on average, as on the screen."""
    said = questionnaire(BANK, "young-person", "en", GROUP, paper=True)
    sentences = [part for line in (*said.notice, said.declined) for part in line.rstrip(".").split(". ")]
    grades = [reading_grade(sentence) for sentence in sentences]
    assert max(grades) <= 8
    assert sum(grades) / len(grades) <= 5


def test_words_of_a_variant_go_before_words_for_paper() -> None:
    """A young person never gets the sentence written for staff because it is the one for paper."""
    words = BANK.wordings["en"]
    assert words.form_text("thanks", "full", paper=True) == words.form["thanks_paper"]
    assert words.form_text("thanks", "young-person", paper=True) == words.form_text("thanks", "young-person")
    assert words.form_text("thanks", "full") == words.form["thanks"]


@every_variant
def test_a_group_says_who_was_there(variant: str) -> None:
    """Fields for the group; none for people who answer alone."""
    assert printed(variant).fields == ["Group / organisation", "People present (number)", "Roles present", "Date"]
    assert printed(variant, ALONE).fields == []


@unscored
@pytest.mark.parametrize("about", [GROUP, ALONE])
def test_forms_without_scores_speak_of_none(variant: str, about: About) -> None:
    """No scoring word besides the bank's own sentence that there are no scores, and no table at all."""
    page = printed(variant, about)
    own = " ".join(questionnaire(BANK, variant, "en", about, paper=True).intro)
    assert SCORING.findall(page.text.replace(own, "")) == []
    assert page.tables == []
    assert page.titles == []


@scored
def test_the_scoring_sheet_lists_every_core_question(variant: str) -> None:
    """Seven for each ingredient with 0 to 4 points; extension items are not among them."""
    page = printed(variant)
    tables = [table for table in page.tables if table.kind == "points"]
    assert [table.caption for table in tables] == [BANK.wordings["en"].ingredients[i.id].name for i in BANK.ingredients]
    for ingredient, table in zip(BANK.ingredients, tables, strict=True):
        assert [row[0].split(".")[0] for row in table.rows[1:]] == [BANK.visible_code(item) for item in ingredient.core]
        assert {tuple(row[1:]) for row in table.rows[1:]} == {("0", "1", "2", "3", "4", "")}
    assert ("Questions that are not listed here are not scored." in page.text) == (variant == "extended")
    for said in ("Not scored: too few answers", "Provisional", "Less than 16?", "up to 12 points", "fewer than 3?"):
        assert said in page.text


def test_reverse_keyed_questions_show_their_points_turned_round() -> None:
    """And say so."""
    bank = load_bank(str(Path(__file__).parents[1] / "banks" / "team-climate-2.toml"))
    page = Printed(as_html(sheet(bank, "full", "en", GROUP)))
    rows = {row[0].split(".")[0]: row for table in page.tables if table.kind == "points" for row in table.rows[1:]}
    assert rows["T1"][1:] == ["0", "1", "2", "3", ""]
    assert rows["T3"][1:] == ["3", "2", "1", "0", ""]
    assert "agreeing counts as low" in rows["T3"][0]
    assert len([title for title in page.titles if title.startswith("Table ")]) == 3


@every_variant
def test_there_is_no_total(variant: str) -> None:
    """Nor a word for one."""
    assert re.findall(r"\b(total|overall|grand)\b", printed(variant).text, re.IGNORECASE) == []


@scored
def test_people_alone_keep_their_scoring_sheet(variant: str) -> None:
    """It is theirs, and is not handed in."""
    assert "Keep these pages when you hand in the form." in printed(variant, ALONE).text
    assert "For the group" in printed(variant).text


def test_each_language_is_a_file_in_its_own_words() -> None:
    """Every word of the bank in the other language, and the page says which it is."""
    files = PaperForms().write_form(bilingual(), "full", ["en", LANGUAGE], GROUP)
    assert [file.path for file in files] == ["exit-open-1.full.en.html", f"exit-open-1.full.{LANGUAGE}.html"]
    english, other = (file.content.decode() for file in files)
    assert '<html lang="en">' in english
    assert f'<html lang="{LANGUAGE}">' in other
    assert MARK not in english
    assert all(question.boxes[0].startswith(MARK) for question in Printed(other).questions)


def test_words_are_never_read_as_code() -> None:
    """Whatever a coordinator writes into the settings."""
    page = as_html(sheet(BANK, "full", "en", replace(GROUP, controller="<script>alert(1)</script>")))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
