"""Microsoft Forms: what is its own, beside the contract that every tool meets."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import docx
import pytest

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.errors import BankError, UnreadableDelivery, UnreadableExport
from exit_bridge.intake import decode, parse_json
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.submission import Submission
from exit_bridge.platforms import platform
from exit_bridge.platforms.ms_forms import form
from exit_bridge.testing import ABOUT, form_of

BANK = load_bank()
TOOL = platform("ms-forms")
RECORDED = Path(__file__).parent / "ms-forms" / "recorded"


def paragraphs(variant: str = "full") -> list[tuple[str, str]]:
    asked = questionnaire(BANK, variant, "en", ABOUT)
    document = docx.Document(io.BytesIO(form.quick_import(asked)))
    return [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]


def test_the_word_file_has_numbered_questions_and_lettered_options():
    """Each question counted once, our number behind it, its options under it from A on; pages are headings."""
    asked = questionnaire(BANK, "full", "en", ABOUT)
    lines = paragraphs()
    numbered = [text for _, text in lines if re.match(r"\d+\. ", text)]
    assert [f"{place}. {question.shown}" for place, question in enumerate(asked.questions, 1)] == numbered
    at = next(place for place, (_, text) in enumerate(lines) if text.endswith("How is this work paid for?"))
    labels = [choice.label for choice in next(q for q in asked.questions if q.id == "rec03").choices]
    assert [f"{letter}. {label}" for letter, label in zip("ABCDEFG", labels, strict=True)] == [
        text for _, text in lines[at + 1 : at + 8]
    ]
    headings = [text for style, text in lines if style == "Heading 1"]
    assert [page.title for page in asked.pages] == headings
    assert ("Title", asked.title) == lines[0]


def test_a_form_that_is_too_long_is_refused(monkeypatch):
    """Rather than cut by the tool."""
    monkeypatch.setattr(form, "MAX_QUESTIONS", 10)
    with pytest.raises(BankError, match="too many for Microsoft Forms"):
        form.quick_import(questionnaire(BANK, "full", "en", ABOUT))


def test_the_recipe_names_every_question_once():
    """Our id beside the title as it stands in the form, and no word that only a person can know filled in already."""
    asked = questionnaire(BANK, "quick", "en", ABOUT)
    body = form.flow(asked)
    assert {question.id: f"[[{question.shown}]]" for question in asked.questions} == body["answers"]
    assert ("exit-open@1", "quick", "en", "") == tuple(body[key] for key in ("bank", "variant", "language", "wave"))
    assert "[[Response Id]]" == body["response_id"]


@pytest.mark.parametrize(
    ("case", "fix"), [("flow_not_filled_in", "replace every"), ("ids_of_forms_only", "flow.json")], ids=lambda v: v
)
def test_what_quarantine_says_of_an_unfinished_flow(case, fix):
    """What to do, and not a word of an answer."""
    with pytest.raises(UnreadableDelivery) as refused:
        TOOL.read(parse_json((RECORDED / f"{case}.body").read_bytes()))
    assert fix in str(refused.value)
    assert "Agree" not in str(refused.value)


def test_the_recipe_itself_is_refused():
    """Somebody pasted it and tested the flow before filling anything in."""
    body = json.loads(json.dumps(form.flow(questionnaire(BANK, "full", "en", About()))))
    with pytest.raises(UnreadableDelivery, match="places to fill in"):
        TOOL.read(body)


def test_ids_count_in_each_form():
    """So two flows never overwrite each other's first response, and `forget` finds both pieces of the id."""
    bodies = [
        {"source": "ms-forms", "form_id": flow, "response_id": 1, "answers": {"rec01": "Agree", "notice": "yes"}}
        for flow in ("flow-a", "flow-b")
    ]
    ids = [TOOL.read(body).responses[0].response_id for body in bodies]
    assert ["flow-a:1", "flow-b:1"] == ids
    assert ("flow-a", "1") == TOOL.id_parts(ids[0])


def test_times_are_read_where_the_file_tells_the_day():
    """A German CSV has its day first. What the flow says of the time is left out: it does not tell."""
    for name, said in (("workbook.xlsx", "2026-01-15T10:29:41Z"), ("saved_as_csv.csv", "2026-01-15T10:29:00Z")):
        first = next(iter(read_export(RECORDED / f"export_{name}", bank=BANK)))
        assert isinstance(first, Submission)
        assert said == first.submitted_at
    (raw,) = TOOL.read(parse_json((RECORDED / "ids_of_forms_besides.body").read_bytes())).responses
    assert "submitDate" not in {key for answer in raw.answers for key in answer.keys}
    assert isinstance(decode(raw, form_of(TOOL, BANK)), Submission)


def test_nobody_is_kept():
    """Address and name of who answered are in no outcome and among no columns that are asked about."""
    export = read_export(RECORDED / "export_saved_as_csv.csv", bank=BANK)
    kept = json.dumps([row.document() for row in export if isinstance(row, Submission)])
    assert "somebody" not in kept.lower()
    assert {"E-Mail", "Name", "Startzeit"}.isdisjoint({*export.mapped, *export.unmapped})


def table(tmp_path, *headings: str, row: str = "") -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(f"ID,Start time,Completion time,Email,Name,{','.join(headings)}\n{row}\n", "utf-8")
    return path


def test_digits_that_excel_put_there(tmp_path):
    """A heading with digits behind it is the question; two columns of one question are refused, not chosen from."""
    text = BANK.wordings["en"].item(BANK.items["rec01"], "full").text
    export = read_export(table(tmp_path, f"{text}2", row="1,,,,,Agree"), bank=BANK)
    assert {"ID": "response_id", "Completion time": "submitted_at", f"{text}2": "rec01"} == export.mapped
    with pytest.raises(UnreadableExport, match="Two columns are 'rec01'"):
        read_export(table(tmp_path, text, f"{text}2", row="1,,,,,Agree,Agree"), bank=BANK)


@pytest.mark.parametrize("tool", ["generic", "typeform"])
def test_other_tools_take_such_digits_for_words(tmp_path, tool):
    """Only a tool that writes them says so."""
    text = BANK.wordings["en"].item(BANK.items["rec01"], "full").text
    with pytest.raises(UnreadableExport, match="none of them is an item"):
        read_export(table(tmp_path, f"{text}2", row="1,,,,,Agree"), bank=BANK, platform=tool)


def test_a_number_that_counts_questions_is_no_number_of_ours():
    """`12. R3. …` is R3; a number of ours in front of another question's words is neither."""
    from exit_bridge.intake.mapping import mapping_for

    codes = mapping_for(BANK)
    words = {item: BANK.wordings["en"].item(BANK.items[item], "full").text for item in ("rec03", "rec01")}
    assert "rec03" == codes.question([f"12. R3. {words['rec03']}"]).id
    assert "rec03" == codes.question(["12) R3. In other words"]).id
    assert codes.question([f"12. R3. {words['rec01']}"]) is None
