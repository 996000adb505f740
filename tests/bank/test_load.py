"""Loading the shipped bank, laying other words over it, and bringing a bank of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scoring.test_score import even, submission

from exit_bridge.bank import About, is_path, load_bank, questionnaire, shipped_banks
from exit_bridge.bank.check import faults_in, warnings_in
from exit_bridge.bank.load import read_document
from exit_bridge.bank.wording import words_for
from exit_bridge.errors import BankError, UnknownBank
from exit_bridge.scoring import score

DATA = Path(__file__).parents[2] / "src/exit_bridge/bank/data"

CODES_ONLY = """
id = "codes"
version = 1
bands = [{ id = "low", start = 0 }, { id = "high", start = 50 }]
scales.likert = { points = 4, labels = "shared" }
ingredients = [{ id = "alpha", mark = "A" }]
items = [
  { id = "alp01", ingredient = "alpha", scale = "likert" },
  { id = "alp02", ingredient = "alpha", scale = "likert", reverse_keyed = true },
]
"""


RULE = 'version = 1\nrules = [{ id = "r", priority = 1, trigger = "ours", claim = ["SL reported"], when = { WHEN } }]'


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("ref", shipped_banks())
def test_every_shipped_bank_has_no_fault_and_reads_well(ref):
    """Shape, meaning and wording of everything we ship."""
    document = read_document(DATA / ref.replace("@", "-"))
    assert faults_in(document) == []
    assert warnings_in(document) == []


def test_the_bank_is_what_the_plan_says():
    """Five ingredients of seven core items and one extension item, one of them reverse-keyed and not core."""
    bank = load_bank("exit-open@1")
    assert [i.id for i in bank.ingredients] == ["receptivity", "coproduction", "leadership", "measurement", "adaption"]
    assert [(len(i.core), len(i.items)) for i in bank.ingredients] == [(7, 8)] * 5
    assert [i.id for i in bank.items.values() if i.reverse_keyed] == ["mea08"]
    assert {name: len(v.items) for name, v in bank.variants.items()} == {
        "full": 35,
        "extended": 40,
        "quick": 15,
        "young-person": 9,
    }
    assert all(sum(a.ingredient == i.id for a in bank.actions) == 6 for i in bank.ingredients)


def test_structure_never_changes_behind_a_published_version():
    """A published structure keeps its fingerprint for ever; a change needs a new version."""
    assert load_bank("exit-open@1").fingerprint == "2b39dda91bb62b07"


def test_every_item_action_and_rule_names_its_evidence():
    """Nothing stands in the bank without saying what it rests on."""
    bank = load_bank()
    assert all(item.evidence for item in bank.items.values())
    assert all(action.evidence for action in bank.actions)
    assert all(rule.claim for rule in bank.rules)


def test_an_unknown_bank_names_those_there_are():
    """A reference nobody shipped is one clear error."""
    with pytest.raises(UnknownBank, match="exit-open@1"):
        load_bank("exit-open@99")


# -- own words -----------------------------------------------------------------------------------------------------


def test_other_words_move_no_score(tmp_path):
    """An organisation's own wording changes what people read, the wording fingerprint, and no number."""
    own = write(
        tmp_path / "own.toml",
        'language = "en"\nbank = "exit-open@1"\n[terms]\nyoung_people = "care leavers"\n'
        '[items.rec01]\ntext = "Bosses give us time to try things."\n',
    )
    plain, changed = load_bank("exit-open@1"), load_bank("exit-open@1", (own,))
    assert changed.wordings["en"].items["rec01"].text == "Bosses give us time to try things."
    assert "care leavers" in changed.wordings["en"].items["cop02"].text
    assert changed.wordings["en"].fingerprint != plain.wordings["en"].fingerprint
    assert changed.fingerprint == plain.fingerprint
    assert score(submission(even(rec=2)), changed) == score(submission(even(rec=2)), plain)


def test_a_new_language_must_be_complete(tmp_path):
    """Half a language is refused with every missing part named."""
    half = write(
        tmp_path / "ga.toml",
        'language = "ga"\ntitle = "x"\nthis_work = "x"\nnon_answers = { dk = "a", na = "b" }\n'
        "[ingredients]\n[items]\n[form]\n",
    )
    with pytest.raises(BankError, match=r"wording\.ga\.items\.rec01: no words for it"):
        load_bank("exit-open@1", (half,))


def test_a_wording_for_another_bank_is_refused(tmp_path):
    """Words belong to one bank."""
    wrong = write(tmp_path / "w.toml", 'language = "en"\nbank = "other@3"\n')
    with pytest.raises(BankError, match="other@3"):
        load_bank("exit-open@1", (wrong,))


def test_a_wording_file_cannot_bring_items(tmp_path):
    """Structure in a wording file would move scores behind the version's back."""
    sly = write(tmp_path / "w.toml", 'language = "en"\n[[items]]\nid = "rec01"\n')
    with pytest.raises(BankError, match="words only"):
        load_bank("exit-open@1", (sly,))


# -- own banks -----------------------------------------------------------------------------------------------------


def test_a_codes_only_bank_scores_and_writes_no_form(tmp_path):
    """Words may live in the tool; then there is no form to write, and reports show the codes."""
    bank = load_bank(write(tmp_path / "codes.toml", CODES_ONLY))
    assert words_for(bank, "en").items["alp01"].text == "alp01"
    with pytest.raises(BankError, match="codes-only"):
        questionnaire(bank, "full", "en", About())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("points = 4", "points = 1"), "scales.likert.points"),
        (('scale = "likert" },\n', 'scale = "other" },\n'), "there is no scale 'other'"),
        (('"alp02"', '"alp01"'), "stands 2 times"),
        (('"alp02"', '"bet2"'), "items[1].id"),
        (("start = 0", "start = 10"), "must begin at 0"),
        (('ingredient = "alpha", scale', 'ingredient = "beta", scale'), "there is no ingredient 'beta'"),
        (("version = 1", "version = 1\nowner = 'x'"), "owner is not known here"),
        (("version = 1", ""), "version missing"),
        (
            (
                "version = 1",
                RULE.replace("WHEN", 'value = "alp01", at_most = 9'),
            ),
            "has only 4 points",
        ),
        (
            (
                "version = 1",
                RULE.replace("WHEN", 'score = "gamma", below = 9'),
            ),
            "there is no ingredient 'gamma'",
        ),
        (("version = 1", "version = 1\nsources = 3"), "sources: not allowed here"),
        (("bands = [", "bands = [,"), "This is not TOML"),
    ],
)
def test_every_fault_says_where_what_and_what_to_change(tmp_path, change, said):
    """A broken bank is never loaded, and the reader can mend it without us."""
    text = CODES_ONLY.replace(*change)
    assert text != CODES_ONLY
    with pytest.raises(BankError) as caught:
        load_bank(write(tmp_path / "broken.toml", text))
    assert said in str(caught.value)


def test_a_bank_may_be_a_folder(tmp_path):
    """Structure, rules and words in files of their own; one key in two files is a fault."""
    for folder in ("good", "bad"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "bank.toml", CODES_ONLY)
        write(tmp_path / folder / "rules.toml", "rules = []\n")
    assert load_bank(str(tmp_path / "good")).id == "codes"
    write(tmp_path / "bad" / "again.toml", "rules = []\n")
    with pytest.raises(BankError, match="stands in two files"):
        load_bank(str(tmp_path / "bad"))


# -- files that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bank", ["own.toml", "a@2.toml", "banks/own", "./team@2", "C:\\banks\\own@1", "C:own", "own"])
def test_a_path_is_told_from_a_reference(bank):
    """By its text alone, for any system's paths, so that a folder lying about never takes a bank's place."""
    assert is_path(bank)
    assert not any(map(is_path, shipped_banks()))


def test_a_link_that_leads_nowhere_is_one_clear_error(tmp_path):
    """As the bank itself, among a bank's files, and as a wording."""
    link = tmp_path / "gone.toml"
    link.symlink_to(tmp_path / "nothing")
    for bank, wordings in ((str(link), ()), (str(tmp_path), ()), ("exit-open@1", (str(link),))):
        with pytest.raises(BankError, match=r"cannot be read: No such file.*gone\.toml|gone\.toml.*cannot be read"):
            load_bank(bank, wordings)


def test_a_folder_called_like_a_file_is_one_clear_error(tmp_path):
    """`rules.toml` is a folder: said, not a traceback."""
    write(tmp_path / "bank.toml", CODES_ONLY)
    (tmp_path / "rules.toml").mkdir()
    with pytest.raises(BankError, match="It cannot be read: Is a directory"):
        load_bank(str(tmp_path))
    with pytest.raises(BankError, match="It cannot be read: Is a directory"):
        load_bank("exit-open@1", (str(tmp_path),))


@pytest.mark.parametrize("method", ["read_bytes", "iterdir"])
def test_a_file_of_somebody_else_is_one_clear_error(tmp_path, monkeypatch, method):
    """Neither a file nor a folder without the right to read it ends in a traceback."""
    write(tmp_path / "bank.toml", CODES_ONLY)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(BankError, match="It cannot be read: Permission denied"):
        load_bank(str(tmp_path))


@pytest.mark.parametrize("name", ["a\0b.toml", "nothing.toml", "exit-open"])
def test_a_name_of_nothing_is_one_clear_error(name):
    """A mistyped path, and a reference without its version: the error shows what a reference looks like."""
    with pytest.raises(BankError, match=r"It cannot be read.*exit-open@1"):
        load_bank(name)


def test_endless_brackets_are_one_clear_error(tmp_path):
    """The parser's depth is no traceback."""
    with pytest.raises(BankError, match="nested too deeply"):
        load_bank(write(tmp_path / "deep.toml", "a = " + "[" * 20_000))
