"""Headings in several styles: which one a file is written in, and what each heading then names."""

from __future__ import annotations

import csv

import pytest

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import detect
from exit_bridge.intake.columns import lay_out
from exit_bridge.intake.detect import detect_platform
from exit_bridge.intake.exports import Filtered, read_export
from exit_bridge.intake.headings import columns_of
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.intake.mapping_file import MappingFile
from exit_bridge.platforms.base import ExportProfile, HeadingStyle, Platform, RowFilter

BANK = load_bank()
WORDS = BANK.wordings["en"]
TEXTS = {item: WORDS.items[item].text for item in BANK.items}

PROFILE = ExportProfile(
    detect=None,
    styles=(
        HeadingStyle("codes", ("no", "sent"), (r"(?:\w+/)?(?P<code>[a-z]+\d*)",)),
        HeadingStyle("codes and texts", ("no: .+", "sent: .+"), (r"(?P<code>\w+): .+",)),
        HeadingStyle("texts", ("number", "sent on"), (r".*\[(?P<text>.+)\]", r"(?P<text>.+)", r"(?P<start>.+)~")),
        HeadingStyle("joined", ("number", "sent_on"), (r"(?P<text>.+)",), space="_"),
    ),
    metadata={"response_id": ("number", "no"), "submitted_at": ("sent on", "sent"), "wave": ("wave",)},
    filters=(RowFilter("submitted_at", keep=None, reason="partial", absent_ok=False),),
    drop_like=("time .*", r"secs\d+"),
    before_id=("form",),
)


class Many(Platform):
    """A tool that writes headings as one likes."""

    name, title, docs, export = "many", "Many", "https://many.example/", PROFILE


@pytest.fixture
def export(monkeypatch, tmp_path):
    """Open a file with these headings and rows, with the tool among those that are known."""
    every = (*detect.platforms(), Many())
    monkeypatch.setattr(detect, "platforms", lambda: every)
    monkeypatch.setattr(detect, "platform", lambda name: {tool.name: tool for tool in every}[name])

    def opened(headings, *rows, **how):
        path = tmp_path / "export.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return read_export(path, bank=BANK, **how)

    return opened


ROW = ["7", "2026-01-15", "4", "na", "w"]


@pytest.mark.parametrize(
    ("headings", "rule"),
    [
        (["No", "sent", "rec01", "grid/rec02", "wave"], 'headings "no", "sent": codes'),
        (
            ["no: Number", "sent: On", f"rec01: {TEXTS['cop01']}", "rec02: Reworded", "wave: The wave"],
            'headings "no: number", "sent: on": codes and texts',
        ),
        (
            ["Number", "Sent on", TEXTS["rec01"], f"How far? [<b>{TEXTS['rec02']}</b>]", "wave"],
            'headings "number", "sent on": texts',
        ),
        (
            ["Number", "Sent_on", TEXTS["rec01"].replace(" ", "_"), TEXTS["rec02"].replace(" ", "_"), "wave"],
            'headings "number", "sent_on": joined',
        ),
    ],
)
def test_every_style_reads_alike(export, headings, rule):
    """The style is found by its own headings and said; then each heading names its question, by code before words."""
    opened = export(headings, ROW)
    assert (opened.platform, opened.rule) == ("many", rule)
    (found,) = opened
    assert (found.response_id, found.submitted_at, found.wave) == ("7", "2026-01-15T00:00:00Z", "w")
    assert found.answers == {"rec01": 4, "rec02": "na"}
    assert opened.unmapped == ()


def test_a_style_reads_all_headings_of_a_file(export):
    """Somebody's own question that begins with a word of ours is nothing of ours where headings are texts."""
    opened = export(["Number", "Sent on", TEXTS["rec01"], "role: in the team", "Stage"], ROW)
    assert opened.unmapped == ("role: in the team", "Stage")
    coded = export(["no: x", "sent: x", "rec01: x", "role: in the team", "Stage"], [*ROW[:3], "front", ""])
    assert (coded.mapped["role: in the team"], coded.unmapped) == ("role", ("Stage",))


def test_a_visible_number_says_of_which_question_a_text_is(export):
    """`R1. Other words` is R1 as long as these are no other question's words."""
    opened = export(["Number", "Sent on", "R1. Other words", f"R3. {TEXTS['rec02']}", "wave"], ROW)
    assert ("rec01", (f"R3. {TEXTS['rec02']}",)) == (opened.mapped["R1. Other words"], opened.unmapped)


def test_without_the_headings_that_show_a_style():
    """A file of chosen columns is read in the first style that finds an item; without the date it is refused."""
    columns = [["no", "sent on", "rec01: x", "Team: who"], ["sent on", TEXTS["rec01"], "Team: who", ""]]
    layouts = [lay_out([headings], PROFILE, BANK, MappingFile()) for headings in columns]
    assert [dict(layout.questions) for layout in layouts] == [{"rec01": 2, "team": 3}, {"rec01": 1}]
    with pytest.raises(UnreadableExport, match=r"'submitted_at' is missing, so partial rows.*--mapping"):
        lay_out([["no", "rec01"]], PROFILE, BANK, MappingFile())


def test_headings_that_are_cut_short(export):
    """The only statement that begins like this is the one; that it was matched so is said."""
    opened = export(["Number", "Sent on", f"{TEXTS['rec01'][:15]}~", f"{TEXTS['rec02'][:12]}~", "wave"], ROW)
    assert next(iter(opened)).answers == {"rec01": 4, "rec02": "na"}
    assert any(note.startswith("2 headings are cut short and were matched by how they begin") for note in opened.notes)
    assert export(["Number", "Sent on", "No statement of ours~", TEXTS["rec02"], ""], ROW).unmapped[0][:2] == "No"


def test_headings_that_are_cut_too_short(export):
    """Where several begin like this nothing is guessed."""
    with pytest.raises(AmbiguousExport, match=r'"Young people wh…" may be cop03 or cop07.*Export again with codes'):
        export(["Number", "Sent on", "Young people wh~", TEXTS["rec02"], "wave"], ROW)


def test_an_empty_date_is_a_partial_response(export):
    """Any text in that column keeps a row, whatever it says."""
    opened = export(["no", "sent", "rec01"], ["1", "", "4"], ["2", " ", "4"], ["3", "2026-01-15", "4"])
    assert [Filtered(2, "partial"), Filtered(3, "partial")] == list(opened)[:2]
    assert list(opened)[2].response_id == "3"


def test_a_mapping_file_may_name_that_column(tmp_path, export):
    """The filter goes by our name of it, whatever its heading."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('platform = "many"\n[columns]\n"Nummer" = "response_id"\n"Datum" = "submitted_at"\n')
    partial, found = export(
        ["Nummer", "Datum", "rec01"], ["1", "", "4"], ["2", "2026-01-15", "4"], mapping_file=mapping
    )
    assert (partial, found.response_id) == (Filtered(2, "partial"), "2")


def test_ids_that_repeat_between_forms(export):
    """The form's own number goes before them; a row without one keeps its id, and no id stays none."""
    head, at = ["no", "sent", "rec01", "form"], "2026-01-15"
    rows = [["7", at, "4", "614001"], ["7", at, "4", "614002"], ["7", at, "4", ""], ["", at, "4", "614001"]]
    opened = export(head, *rows)
    assert [found.response_id for found in opened] == ["614001-7", "614002-7", "7", "row-5"]
    assert opened.unmapped == ()


def test_columns_like_those_to_drop(export):
    """They are neither questions nor listed as unknown, even where a code of ours stands in them."""
    opened = export(["no", "sent", "rec01", "secs12", "time rec02"], ["1", "2026-01-15", "4", "9.1", "3"])
    assert (opened.unmapped, next(iter(opened)).answers) == ((), {"rec01": 4})


def test_two_tools_with_styles(monkeypatch, export):
    """Nothing is guessed between them."""
    twin = type("Twin", (Many,), {"name": "twin"})
    monkeypatch.setattr(detect, "platforms", lambda: (Many(), twin()))
    with pytest.raises(AmbiguousExport, match="many or twin"):
        detect_platform(["no", "sent", "rec01"], BANK)


@pytest.mark.parametrize("own", ["How far do you agree? [{}]", "Receptivity - {}", "{}"])
def test_a_visible_number_behind_the_question(own):
    """Tools that write the question before the statement keep the number in it; mixed up it counts for neither."""
    (first, second), codes = list(TEXTS)[:2], mapping_for(BANK)
    number = BANK.visible_code(BANK.items[first])
    heads = [own.format(f"{number}. {text}") for text in (TEXTS[first], "Words of somebody else", TEXTS[second])]
    columns = columns_of([heads], ExportProfile(detect=None), codes)
    found = [target and target.id for target, _ in (column.question(codes) for column in columns)]
    assert found == [first, first, None]
