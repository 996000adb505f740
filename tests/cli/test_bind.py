"""`bind`: a form whose words were changed in its tool is understood again, and nothing is ever guessed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.cli_calls import SECRET, call, write_settings

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.intake.mapping_file import read_mapping
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

BANK = load_bank()
WORDS = BANK.wordings["en"]
ITEMS = BANK.variants["full"].items
CHANGED = {
    "rec01": "Senior managers give people protected time for trying new ideas",
    "cop02": "Something else altogether",
}
SETTINGS = """\
[surveys.changed]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "header"
secrets = ["$FIRST_SECRET"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return write_settings(tmp_path, SETTINGS)


@pytest.fixture
def bridge(settings: Path) -> Iterator[Bridge]:
    with open_store(load_settings(settings).database) as store:
        store.upgrade()
        yield Bridge(load_settings(settings), store)


def table(folder: Path, agree: str = "Agree", rows: int = 3) -> Path:
    """An export whose headings are the texts of the questions, two of them changed, with the bank's own labels."""
    path = folder / "export.csv"
    texts = {item: CHANGED.get(item, WORDS.item(BANK.items[item]).text) for item in ITEMS}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "Name of your dog", *texts.values()])
        kinds = [BANK.items[item] for item in ITEMS]
        labels = [agree if item.kind == "agree" else WORDS.item(item).levels[2] for item in kinds]
        writer.writerows([f"r-{row}", "Rex", *labels] for row in range(rows))
    return path


def received(bridge: Bridge, **answers: str) -> str:
    """A delivery in which the tool has names and words of its own; what became of it."""
    body = {"response_id": "r-1", "context": {"notice": "yes"}, "answers": dict.fromkeys(ITEMS[2:], 4), **answers}
    (outcome,) = bridge.take(
        bridge.settings.survey("changed"), platform("generic"), json.dumps(body).encode(), "application/json"
    )
    return outcome.status


def test_a_question_in_other_words_is_taken_when_somebody_says_so(settings: Path) -> None:
    """Shown beside the bank's words; what reads like nothing of ours is listed and stays out."""
    path = table(settings.parent)
    said = call(settings, "bind", "changed", path, answers="y\n")
    assert said.code == 0, said.err
    assert f'The form has   "{CHANGED["rec01"][:60]}' in said.out
    assert f"The bank has   R1. {WORDS.item(BANK.items['rec01']).text}" in said.out
    assert 'stay out: "Name of your dog", "Something else altogether"' in said.out
    assert "33 of the 35 questions with a scale are known." in said.out
    assert "Rex" not in said.out
    binding = settings.with_name("changed.binding.toml")
    assert read_mapping(binding, BANK).columns == {CHANGED["rec01"].lower(): "rec01"}
    assert load_settings(settings).survey("changed").binding == str(binding)
    out = settings.parent / "scores.csv"
    scored = call(settings, "score", path, "--survey", "changed", "--out", out, "--items", "raw")
    assert scored.code == 0, scored.err
    first = next(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert (first["rec01_raw"], first["cop02_raw"], first["receptivity_answered"]) == ("4", "", "7")


def test_a_question_whose_words_were_changed_twice_is_learnt_twice(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question counts once, and the words before are still known: answers given under them may come yet."""
    call(settings, "bind", "changed", table(settings.parent), answers="y\n")
    monkeypatch.setitem(CHANGED, "rec01", "Senior managers see to it that people have time to try new ideas")
    said = call(settings, "bind", "changed", table(settings.parent), answers="y\n")
    assert said.code == 0, said.err
    assert "33 of the 35 questions with a scale are known." in said.out
    monkeypatch.undo()
    again = call(settings, "bind", "changed", table(settings.parent), "--no-ask")
    assert "34 of the 35 questions with a scale are known." in again.out
    learnt = read_mapping(settings.with_name("changed.binding.toml"), BANK).columns
    assert list(learnt.values()) == ["rec01", "rec01"]


@pytest.mark.parametrize("flags", [["--no-ask"], []])
def test_nothing_that_is_only_alike_is_taken_by_itself(settings: Path, flags: list[str]) -> None:
    """Without a yes it stays out, and where the bank knows the rest no file is written."""
    said = call(settings, "bind", "changed", table(settings.parent), *flags, answers="" if flags else "n\n")
    assert said.code == 0, said.err
    assert "Nothing has to be written down" in said.out
    assert not settings.with_name("changed.binding.toml").exists()
    assert load_settings(settings).survey("changed").binding == ""


def test_options_in_other_words_are_asked_for_one_by_one(settings: Path) -> None:
    """With the labels of the bank beside their codes; Enter leaves an answer refused."""
    path = table(settings.parent, agree="Yes, rather")
    changed = len([item for item in ITEMS if BANK.items[item].kind == "agree" and item not in CHANGED])
    said = call(settings, "bind", "changed", path, answers="n\n" + "4\n" * (changed - 1) + "\n")
    assert said.code == 0, said.err
    assert 'rec02 has an answer that is none of its options, 3 time(s): "Yes, rather"' in said.out
    assert "   4  Agree" in said.out
    labels = read_mapping(settings.with_name("changed.binding.toml"), BANK).labels
    assert labels["rec02"] == {"yes, rather": "4"}
    assert len(labels) == changed - 1
    assert "1 answer(s) are none of its options, and stay refused" in said.out


def test_a_delivery_that_waited_is_taken_after_that(settings: Path, bridge: Bridge) -> None:
    """Learnt from quarantine by the tool's own name of the question, which holds when its words change again."""
    assert received(bridge, rec01="Rather yes") == "quarantined"
    said = call(settings, "bind", "changed", answers="4\n")
    assert said.code == 0, said.err
    assert "exit-bridge replay --all --survey changed" in said.out
    assert read_mapping(settings.with_name("changed.binding.toml"), BANK).labels == {"rec01": {"rather yes": "4"}}
    again = call(settings, "replay", "--all", "--survey", "changed")
    assert (again.code, again.out) == (0, "1: accepted\n")
    (kept,) = bridge.store.submissions("changed")
    assert kept.document["answers"]["rec01"] == 4


def test_what_was_learnt_before_stays(settings: Path) -> None:
    """A second run adds to the file, and asks only for what is new."""
    path = table(settings.parent)
    assert call(settings, "bind", "changed", path, answers="y\n").code == 0
    binding = settings.with_name("changed.binding.toml")
    with binding.open("a", encoding="utf-8") as file:
        file.write('\n[labels.rec02]\n"Rather" = "4"\n')
    said = call(settings, "bind", "changed", path, answers="")
    assert said.code == 0, said.err
    read = read_mapping(binding, BANK)
    assert read.labels == {"rec02": {"rather": "4"}}
    assert set(read.columns.values()) == {"rec01"}


def test_a_question_that_stands_twice_is_refused(settings: Path) -> None:
    """Neither of two can be right for certain."""
    path = settings.parent / "twice.csv"
    text = WORDS.item(BANK.items["rec01"]).text
    path.write_text(f'response_id,"{text}","R1. {text}"\nr-1,Agree,Disagree\n', "utf-8")
    said = call(settings, "bind", "changed", path)
    assert said.code == 1
    assert "Two questions of the form are 'rec01'" in said.err


def test_without_anything_to_learn_from(settings: Path, bridge: Bridge) -> None:
    """What to do instead, in one line; a body that cannot be read teaches nothing."""
    bridge.take(bridge.settings.survey("changed"), platform("generic"), b"{", "application/json")
    said = call(settings, "bind", "changed")
    assert (said.code, said.out) == (2, "")
    assert "send one submission through the form first" in said.err


def test_a_binding_that_is_broken_loses_nothing(settings: Path, bridge: Bridge) -> None:
    """The delivery waits in quarantine and says so; mended, it is taken."""
    settings.write_text(settings.read_text() + 'binding = "mine.toml"\n')
    broken = Bridge(load_settings(settings), bridge.store)
    assert received(broken) == "quarantined"
    (kept,) = bridge.store.quarantined()
    assert (kept.reason, "binding cannot be used" in kept.detail) == ("unreadable", True)
    settings.with_name("mine.toml").write_text('[columns]\n"nothing" = "ignore"\n')
    assert [outcome.status for outcome in broken.replay(kept.id)] == ["accepted"]


def test_what_the_binding_leaves_out_is_left_out(settings: Path, bridge: Bridge) -> None:
    """A question of the form that is set to "ignore" is no answer, even under one of our ids."""
    settings.write_text(settings.read_text() + 'binding = "mine.toml"\n')
    settings.with_name("mine.toml").write_text('[columns]\n"rec03" = "ignore"\n"Q17" = "rec01"\n')
    bound = Bridge(load_settings(settings), bridge.store)
    assert received(bound, Q17="Agree") == "accepted"
    (kept,) = bridge.store.submissions("changed")
    assert kept.document["answers"]["rec01"] == 4
    assert "rec03" not in kept.document["answers"]


def test_no_secret_or_answer_is_told(settings: Path, bridge: Bridge) -> None:
    """Of comments nothing is shown at all."""
    received(bridge, rec01="Rather yes", comments={"receptivity": "words of a respondent"})
    said = call(settings, "bind", "changed", "--no-ask")
    assert "words of a respondent" not in said.out + said.err
    assert SECRET not in said.out + said.err
