"""`platforms`, `bank check`, `bank show`: what there is, and what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.cli_calls import call

from exit_bridge.bank import load_bank
from exit_bridge.cli import listing
from exit_bridge.platforms import BUILT_IN, BrokenPlugin

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/exit_bridge/bank/data/exit-open-1"
SECOND = ROOT / "tests/banks/team-climate-2.toml"
BANK = load_bank()
BANK_ITEM = re.compile(r"id = \"(tru01)\"")


# -- platforms -----------------------------------------------------------------------------------------------------


def test_platforms():
    """One line a tool: what it can do, how deliveries prove themselves, what our knowledge rests on."""
    said = call(None, "platforms")
    assert (0, "") == (said.code, said.err)
    head, *rows = said.out.splitlines()
    assert head.split() == ["name", "tool", "can", "do", "credentials", "shapes", "rest", "on", "sends", "again"]
    assert [row.split()[0] for row in rows] == ["typeform", "limesurvey", "ms-forms", "generic"]
    assert "form, delivery, export" in rows[0]
    assert ["yes", "no", "no", "no"] == [row.split()[-1] for row in rows]


def test_platforms_as_json():
    """The same for programs."""
    typeform, *_, generic = json.loads(call(None, "platforms", "--json").out)
    assert typeform == {
        "name": "typeform",
        "title": "Typeform",
        "docs": "https://www.typeform.com/developers/",
        "faces": ["form", "delivery", "export"],
        "auth": ["signature", "path"],
        "evidence": "from vendor docs",
        "sender_retries": True,
        "same_id_in_export": True,
    }
    assert list(typeform) == list(generic)
    assert generic["auth"] == ["signature", "header", "basic", "path"]


def test_platforms_that_cannot_be_used(monkeypatch):
    """An installed platform that is broken is told on stderr, and the others are listed all the same."""
    broken = (BrokenPlugin("mine", "my-package 1", "it has no title"),)
    monkeypatch.setattr(listing, "broken_plugins", lambda: broken)
    said = call(None, "platforms", "--json")
    assert (0, len(BUILT_IN)) == (said.code, len(json.loads(said.out)))
    assert said.err == "mine of my-package 1 cannot be used: it has no title\n"


# -- check ---------------------------------------------------------------------------------------------------------


def test_banks_without_faults():
    """A folder and a single file; each is named for what it is."""
    said = call(None, "bank", "check", SHIPPED, SECOND)
    assert (0, "") == (said.code, said.err)
    assert said.out.splitlines() == [
        f"{SHIPPED}: question bank exit-open@1: no faults, no warnings",
        f"{SECOND}: question bank team-climate@2: no faults, no warnings",
    ]


def test_faults_and_warnings(tmp_path):
    """Faults: where, what, fix, exit code 1. Warnings show where there are no faults, and end in 0."""
    text = SECOND.read_text("utf-8")
    faulty, clumsy = tmp_path / "faulty.toml", tmp_path / "clumsy.toml"
    faulty.write_text(text.replace('ingredient = "voice"', 'ingredient = "noise"', 1), "utf-8")
    clumsy.write_text(text.replace("I take my breaks.", "I take my breaks and my time."), "utf-8")
    said = call(None, "bank", "check", clumsy)
    assert (0, "1 warning" in said.out) == (said.code, True)
    assert "  warning: wording.en.items.wor04: 'and' may join two ideas. Ask one thing, or ask twice." in said.out
    assert call(None, "bank", "check", faulty, clumsy).code == 1
    said = call(None, "bank", "check", clumsy, faulty)
    assert said.code == 1
    assert "  fault: items.voi01: there is no ingredient 'noise'. Use one of" in said.out
    assert "'and' may join two ideas" in said.out


WORDS = 'language = "{}"\nbank = "{}"\n[items.{}]\ntext = "{}"\n'


def test_wording_files(tmp_path):
    """Checked as laid over the bank they name: a shipped one, or one given beside them."""
    ours, theirs = tmp_path / "ours.toml", tmp_path / "theirs.toml"
    ours.write_text(WORDS.format("en", "exit-open@1", "rec01", "People get time and money."), "utf-8")
    theirs.write_text(WORDS.format("en", "team-climate@2", "tru01", "People keep their word."), "utf-8")
    said = call(None, "bank", "check", ours, theirs, SECOND)
    assert said.code == 0
    first, warning, second, third = said.out.splitlines()
    assert first == f"{ours}: words in 'en', laid over exit-open@1: no faults, 1 warning"
    assert warning.startswith("  warning: wording.en.items.rec01: 'and' may join")
    assert second == f"{theirs}: words in 'en', laid over team-climate@2: no faults, no warnings"
    assert third.endswith("question bank team-climate@2: no faults, no warnings")


def test_wording_files_with_faults(tmp_path):
    """A language half translated, a bank nobody has, a language that is none."""
    half, lost, odd = (tmp_path / f"{name}.toml" for name in ("half", "lost", "odd"))
    half.write_text('language = "ga"\n', "utf-8")
    lost.write_text(WORDS.format("en", "nowhere@1", "rec01", "Anything."), "utf-8")
    odd.write_text("language = 3\n", "utf-8")
    said = call(None, "bank", "check", half, lost, odd)
    assert said.code == 1
    assert f"{half}: words in 'ga', laid over exit-open@1: 1 fault, no warnings" in said.out
    assert "  fault: wording.ga: " in said.out
    assert f"{lost}: cannot be checked\n  fault: There is no question bank 'nowhere@1'" in said.out
    assert f"{odd}: cannot be checked\n  fault: A wording file must say its language" in said.out


@pytest.mark.parametrize(
    "content", [None, b"", b"x = [", b"\xff\xfe", b"wording = 3", b"[wording]\nen = 5\n", b"id = []"]
)
def test_what_is_no_bank(tmp_path, content):
    """Any file ends in faults and exit code 1, never in a traceback."""
    path = tmp_path / "no.toml"
    if content is not None:
        path.write_bytes(content)
    said = call(None, "bank", "check", path)
    assert (1, "") == (said.code, said.err)
    assert "  fault: " in said.out


# -- show ----------------------------------------------------------------------------------------------------------


def test_show_as_json():
    """Ingredients with their items; each item with id, kind, core, reverse_keyed, text and options."""
    said = json.loads(call(None, "bank", "show", "--json").out)
    assert ("exit-open", 1, "CC-BY-4.0", "en") == tuple(said[k] for k in ("id", "version", "licence", "language"))
    assert [i.id for i in BANK.ingredients] == [i["id"] for i in said["ingredients"]]
    items = [item for ingredient in said["ingredients"] for item in ingredient["items"]]
    assert list(BANK.items) == [item["id"] for item in items]
    assert {"id", "kind", "core", "reverse_keyed", "text", "options"} == set(items[0])
    by_id = {item["id"]: item for item in items}
    assert by_id["mea08"] == {
        "id": "mea08",
        "kind": "agree",
        "core": False,
        "reverse_keyed": True,
        "text": BANK.wordings["en"].items["mea08"].text,
        "options": [
            {"code": "1", "label": "Strongly disagree"},
            {"code": "2", "label": "Disagree"},
            {"code": "3", "label": "Neither agree nor disagree"},
            {"code": "4", "label": "Agree"},
            {"code": "5", "label": "Strongly agree"},
            {"code": "dk", "label": "I don't know, or can't tell from my role"},
            {"code": "na", "label": "Does not apply to this work, or not yet"},
        ],
    }
    assert by_id["rec03"]["kind"] == "rubric"
    assert by_id["rec03"]["options"][0] == {"code": "1", "label": "No money agreed"}
    assert [(q["id"], q["gate"]) for q in said["context"]][:2] == [("notice", True), ("team", False)]
    assert {name: len(v["items"]) for name, v in said["variants"].items()} == {
        "full": 35,
        "extended": 40,
        "quick": 15,
        "young-person": 9,
    }


def test_show_for_people():
    """Every item with its id and options; what is not scored, or turned round, is marked."""
    said = call(None, "bank", "show", SECOND)
    lines = said.out.splitlines()
    assert lines[0] == "How is this team doing? (team-climate@2, en, CC0-1.0)"
    assert "Trust: Do we rely on each other?" in lines
    assert "  tru03  People here hide their mistakes. [reversed]" in lines
    assert "  wor04  I take my breaks. [extension]" in lines
    at = lines.index("  tru04  How well do we know what the others work on?")
    assert lines[at + 1].strip().startswith("1 We do not; 2 A little; 3 Mostly; 4 We all know; dk ")
    assert max(map(len, lines)) <= 100


def test_show_a_bank_without_words(tmp_path):
    """Codes only: ids stand for words, and no language can be asked for."""
    text = SECOND.read_text("utf-8").partition("[wording.en]")[0]
    path = tmp_path / "codes.toml"
    path.write_text(text, "utf-8")
    said = json.loads(call(None, "bank", "show", path, "--json").out)
    assert said["ingredients"][0]["items"][0]["text"] == "tru01"
    assert call(None, "bank", "show", path).code == 0
    said = call(None, "bank", "show", path, "--language", "en")
    assert (2, "") == (said.code, said.out)
    assert "codes only" in said.err


def test_show_what_is_not_there():
    """A reference nobody has, and a language nobody wrote."""
    said = call(None, "bank", "show", "nowhere@1")
    assert (1, "") == (said.code, said.out)
    assert "exit-open@1" in said.err
    said = call(None, "bank", "show", "--language", "ga")
    assert (2, "Use one of: en, cy" in said.err) == (said.code, True)


def test_words_are_checked_where_the_structure_is_wrong(tmp_path):
    """Both kinds of fault, and warnings, in one go; a row that is wrong is named by its id."""
    text = SECOND.read_text("utf-8")
    first = BANK_ITEM.search(text)
    assert first
    broken = text.replace(first[0], f'id = "Tru-1"\n# {first[1]}', 1).replace("version = 2", "version = 0", 1)
    path = tmp_path / "own.toml"
    path.write_text(
        broken + '\n[wording.en.items.zzz99]\ntext = "People and teams here do not often trust us."\n', "utf-8"
    )
    said = call(None, "bank", "check", path)
    assert said.code == 1
    assert "(id 'Tru-1'): not allowed here (pattern)" in said.out
    assert "version: not allowed here (minimum)" in said.out
    assert "warning: wording.en" in said.out
