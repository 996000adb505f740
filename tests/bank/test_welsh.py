"""The Welsh wording: the same sentences with the same gaps as the English one, and marked as a draft."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.bank.check import warnings_in
from exit_bridge.bank.load import read_document
from exit_bridge.bank.wording import DRAFT, draft_fault, fill_terms

BANK = load_bank()
WORDS = read_document(BANK.ref)["wording"]
ONLY_WELSH = {
    "draft", "terms.young_people_soft", "terms.young_people_aspirate", "form.draft", "form.reply_domains_or",
    "variants.young-person.form.draft",
}  # fmt: skip


def leaves(tree: Any, at: str = "") -> dict[str, str]:
    if isinstance(tree, dict):
        return {key: text for name, inner in tree.items() for key, text in leaves(inner, f"{at}.{name}").items()}
    if isinstance(tree, list):
        return leaves(dict(enumerate(tree)), at)
    return {at.removeprefix("."): str(tree)}


def test_every_sentence_is_there_with_its_gaps() -> None:
    """The same keys, each with text of its own, and the same facts of the coordinator in each."""
    filled = {code: leaves(fill_terms(WORDS[code], WORDS[code]["terms"])) for code in ("en", "cy")}
    assert set(filled["cy"]) - set(filled["en"]) == ONLY_WELSH
    assert set(filled["en"]) <= set(filled["cy"])
    same = [key for key, text in filled["en"].items() if filled["cy"][key] == text]
    assert same == ["bank"]
    gaps = {code: {key: sorted(re.findall(r"{\w+}", filled[code][key])) for key in filled["en"]} for code in filled}
    assert gaps["cy"] == gaps["en"]


def test_another_term_reaches_every_form_of_it() -> None:
    """After treiglad meddal and treiglad llaes too: no sentence spells the term out."""
    terms = {"young_people": "xxx", "young_people_soft": "xxx", "young_people_aspirate": "xxx"}
    text = leaves(fill_terms({**WORDS["cy"], "terms": {}}, terms))
    assert [key for key, said in text.items() if re.search(r"\b(pobl|bobl|phobl) ifanc\b", said)] == [
        "this_work", "form.independence",
    ]  # fmt: skip


def test_reading_rules_made_for_english_are_for_english() -> None:
    """Welsh is held to length and to marks that tools read as code, not to English syllables."""
    document = read_document(BANK.ref)
    assert warnings_in(document) == []
    document["wording"]["cy"]["items"]["rec01"]["text"] = "or not without {x} " + "gair " * 20
    assert {fault.what.partition(" ")[2][:12] for fault in warnings_in(document)} == {"words", "is read as c"}


def test_a_form_in_a_draft_says_so_at_the_top() -> None:
    """In its own words, else in English ones; a reviewed wording says nothing."""
    for variant in BANK.variants:
        asked = questionnaire(BANK, variant, "cy", About())
        assert asked.intro[0].startswith("DRAFFT - ")
        assert not any("DRAFT" in text for text in questionnaire(BANK, variant, "en", About()).intro)
    bare = replace(BANK.wordings["en"], draft=True)
    assert questionnaire(replace(BANK, wordings={"en": bare}), "full", "en", About()).intro[0] == DRAFT


def test_domains_are_joined_in_the_form_s_language() -> None:
    """No English word between two addresses."""
    about = About(answered_by="individuals", reply_domains=("a.example", "b.example"))
    assert "@a.example neu @b.example" in repr(questionnaire(BANK, "full", "cy", about).questions)
    assert "@a.example or @b.example" in repr(questionnaire(BANK, "full", "en", about).questions)


def test_drafts_are_named_and_come_last() -> None:
    """What is picked where nobody asked for a language is a reviewed one."""
    assert list(BANK.wordings) == ["en", "cy"]
    assert draft_fault(BANK, ["en", "nope"]) == ""
    assert draft_fault(BANK, ["en", "cy"]) == "The wording of exit-open@1 in 'cy' is a draft"


@pytest.mark.parametrize(("line", "draft"), [("", True), ("draft = false\n", False)])
def test_a_file_laid_over_a_draft_says_when_it_is_none(tmp_path: Path, line: str, draft: bool) -> None:
    """Changing one sentence does not review the others."""
    file = tmp_path / "cy.toml"
    file.write_text(f'language = "cy"\n{line}[form]\nstart_button = "Ymlaen"\n', "utf-8")
    assert load_bank(BANK.ref, (str(file),)).wordings["cy"].draft is draft


def test_a_bank_that_borrows_draft_sentences_is_a_draft(tmp_path: Path) -> None:
    """Unless it has every sentence itself, or says that it is none."""
    second = Path(__file__).parents[1] / "banks/team-climate-2.toml"
    text = second.read_text("utf-8").replace("wording.en", "wording.cy").replace('language = "en"', 'language = "cy"')
    for line, draft in (("", True), ("draft = false\n", False)):
        own = tmp_path / f"{draft}.toml"
        own.write_text(text.replace("[wording.cy]\n", f"[wording.cy]\n{line}"), "utf-8")
        assert load_bank(str(own)).wordings["cy"].draft is draft
