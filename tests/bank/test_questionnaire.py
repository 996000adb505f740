"""What people are told and asked, for every way of setting a survey up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exit_bridge.bank import REPLY_TO, About, load_bank, questionnaire
from exit_bridge.bank.lint import reading_grade
from exit_bridge.bank.wording import FORM_SENTENCES

BANK = load_bank()
ALONE = About(answered_by="individuals", reply_domains=("a.example", "b.example"))
GROUP = About(answered_by="group")

every_variant = pytest.mark.parametrize("variant", list(BANK.variants))


def notice(variant: str, about: About) -> str:
    return " ".join(questionnaire(BANK, variant, "en", about).notice)


def intro(variant: str, about: About) -> str:
    return " ".join(questionnaire(BANK, variant, "en", about).intro)


def asked(variant: str, about: About) -> dict[str, str]:
    return {question.id: question.text for question in questionnaire(BANK, variant, "en", about).questions}


@every_variant
@pytest.mark.parametrize("about", [GROUP, ALONE, replace(ALONE, individual_reports="none")])
def test_who_may_look_and_where_to_complain_are_always_said(variant: str, about: About) -> None:
    """Even when nobody has set a controller or a contact."""
    for settings in (about, replace(about, controller="Northmoor Council", contact="ask@northmoor.example")):
        said = notice(variant, settings)
        assert said.count("may be able to see") == 1
        assert said.count("ico.org.uk") == 1


@every_variant
def test_only_a_group_is_asked_who_is_in_the_room(variant: str) -> None:
    """Before anything else about them, in no form of one person, and not where paper has fields for it."""
    there = asked(variant, GROUP)
    assert list(there)[1] == "comment_present"
    assert "names" in there["comment_present"]
    assert "comment_present" not in asked(variant, ALONE)
    on_paper = questionnaire(BANK, variant, "en", GROUP, paper=True)
    assert "comment_present" not in {question.id for question in on_paper.questions}


def test_a_wording_without_that_question_asks_nobody() -> None:
    """Wordings of others, made before there was one, stay as they are."""
    words = BANK.wordings["en"]
    older = replace(words, form={key: text for key, text in words.form.items() if key != "present"})
    bank = replace(BANK, wordings={"en": older})
    assert "comment_present" not in {q.id for q in questionnaire(bank, "full", "en", GROUP).questions}
    with_it = {q.id for q in questionnaire(BANK, "full", "en", GROUP).questions}
    assert with_it - {q.id for q in questionnaire(bank, "full", "en", GROUP).questions} == {"comment_present"}


@every_variant
def test_copies_elsewhere_are_owned_up_to(variant: str) -> None:
    """What is deleted is deleted here; the tool's copy and emails are not ours to delete."""
    said = notice(variant, replace(GROUP, retain_days=90))
    assert "deleted here after 90 days." in said or "delete your answers here after 90 days." in said
    assert "email" in said


@pytest.mark.parametrize("variant", ["full", "quick", "extended"])
def test_an_address_is_asked_for_only_where_a_report_can_go_to_it(variant: str) -> None:
    """Question and notice name the domains; without any there is neither question nor promise."""
    rule = "We can only send it to an address that ends in @a.example or @b.example."
    assert rule in asked(variant, ALONE)[REPLY_TO]
    assert rule in notice(variant, ALONE)
    without = replace(ALONE, reply_domains=())
    assert REPLY_TO not in asked(variant, without)
    assert notice(variant, without) == notice(variant, replace(ALONE, individual_reports="none"))
    assert "Nobody gets a report on your answers alone." in notice(variant, without)


@pytest.mark.parametrize("reports", ["respondent", "recipients", "none"])
def test_young_people_are_promised_no_report_and_no_reader(reports: str) -> None:
    """Whatever is set for others: nobody gets a report about one of them, and they are asked for no address."""
    about = replace(ALONE, individual_reports=reports)  # type: ignore[arg-type]
    assert REPLY_TO not in asked("young-person", about)
    assert "Nobody gets a report about just you. If you say yes below, your answers are added" in notice(
        "young-person", about
    )


@pytest.mark.parametrize(
    ("variant", "alone", "together"),
    [
        ("full", "They take about 12 to 15 minutes.", "Allow about 90 minutes together, or two shorter meetings."),
        ("extended", "They take about 12 to 15 minutes.", "Allow about 90 minutes together, or two shorter meetings."),
        ("quick", "It takes 3 to 5 minutes.", "Allow 30 to 45 minutes together."),
    ],
)
def test_a_group_is_told_how_long_a_group_takes(variant: str, alone: str, together: str) -> None:
    """A talk about every question takes longer than answering alone."""
    assert (alone in intro(variant, ALONE), together in intro(variant, ALONE)) == (True, False)
    assert (alone in intro(variant, GROUP), together in intro(variant, GROUP)) == (False, True)


@every_variant
@pytest.mark.parametrize("about", [GROUP, ALONE, replace(ALONE, reply_domains=())])
def test_nothing_is_left_to_fill_in(variant: str, about: About) -> None:
    """No {name} reaches a respondent."""
    form = questionnaire(BANK, variant, "en", about)
    texts = [*form.intro, *form.notice, form.thanks, form.declined, *(question.text for question in form.questions)]
    assert [text for text in texts if "{" in text] == []


def test_the_quick_look_promises_no_report() -> None:
    """Whether anybody gets one is the notice's to say."""
    assert "report" not in questionnaire(BANK, "quick", "en", ALONE).intro[1].lower()


def test_a_group_of_young_people_is_told_so_in_plain_words() -> None:
    """Their own sentence, not that of a meeting of managers."""
    assert "Fill it in together. If you don't agree, choose 'I don't know'." in intro("young-person", GROUP)
    assert "middle managers" not in intro("young-person", GROUP)


def test_the_young_notice_can_be_read_at_age_nine() -> None:
    """Grade 5 or below on average, no sentence above 8."""
    sentences = [
        sentence
        for about in (GROUP, ALONE)
        for paragraph in questionnaire(BANK, "young-person", "en", about).notice
        for sentence in paragraph.replace("? ", ". ").rstrip(".").split(". ")
    ]
    grades = {sentence: reading_grade(sentence) for sentence in sentences}
    assert max(grades.values()) <= 8, grades
    assert sum(grades.values()) / len(grades) <= 5, grades


def test_every_sentence_a_form_may_need_is_asked_of_a_wording() -> None:
    """A language that lacks one is refused when it is loaded, not when somebody writes a form."""
    optional = {
        "controller_unnamed",
        "independence",
        "innovation_unnamed",
        "present",
        "role_help",
        "stage_help",
        "time",
        "time_group",
    }
    form = load_bank().wordings["en"].form
    paper = {name for name in form if name.endswith("_paper")}
    assert {name.removesuffix("_paper") for name in paper} <= set(FORM_SENTENCES)
    assert set(form) - paper == set(FORM_SENTENCES) | optional
