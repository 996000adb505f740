"""The phrases file: complete, all of it used, and the same in every language."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from exit_bridge.reports.phrases import phrases

FOLDER = Path(str(files("exit_bridge.reports")))
FILES = sorted(FOLDER.glob("phrases.*.toml"))
CODE = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))


def leaves(tree: object, at: str = "") -> dict[str, str]:
    if isinstance(tree, dict):
        return {key: text for name, inner in tree.items() for key, text in leaves(inner, f"{at}.{name}").items()}
    return {at.removeprefix("."): str(tree)}


ENGLISH = leaves(tomllib.loads((FOLDER / "phrases.en.toml").read_text("utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_language_has_the_same_phrases_and_gaps(file: Path) -> None:
    """A translation has every key, and every name in braces, of the English file."""
    ours = leaves(tomllib.loads(file.read_text("utf-8")))
    assert sorted(ours) == sorted(ENGLISH)
    assert {key: set(re.findall(r"{\w+}", text)) for key, text in ours.items()} == {
        key: set(re.findall(r"{\w+}", text)) for key, text in ENGLISH.items()
    }
    assert file.name == f"phrases.{ours['language']}.toml"


def test_there_is_more_than_english() -> None:
    """So that the comparison above compares something."""
    assert {file.name for file in FILES} >= {"phrases.cy.toml", "phrases.en.toml"}


def test_every_phrase_is_used() -> None:
    """No key that the code does not name, in full or by its family."""
    unused = []
    for key in ENGLISH:
        stem = re.sub(r"\.(one|many)$", "", key)
        families = [stem.rsplit(".", n)[0] for n in range(1, stem.count(".") + 1)]
        named = any(f"{mark}{stem}{mark}" in CODE for mark in "'\"") or any(
            f'f"{family}.{{' in CODE or f"f'{family}.{{" in CODE for family in families
        )
        if not named and key not in ("language", "draft", "months", "date", "comma"):
            unused.append(key)
    assert [key for key in unused if stem_is_not_built(key)] == []


def stem_is_not_built(key: str) -> bool:
    """Keys put together from a variable: `priorities.first_emphasis`, `summary.keep_judged`, joiners."""
    return key not in {
        "and", "or", "and_vowel",
        "priorities.first_emphasis", "priorities.equal_emphasis", "priorities.next_emphasis",
        "summary.keep_judged", "standing.keep_what_judged", "standing.keep_top_judged",
    }  # fmt: skip


def test_a_language_we_do_not_have_is_english() -> None:
    """Region tags find their language, odd tags cannot reach another file."""
    assert [phrases(tag).language for tag in (None, "", "en", "en-GB", "en_GB", "ga", "../../x", "e.n")] == ["en"] * 8
    assert [phrases(tag).language for tag in ("cy", "cy-GB", "cy_GB")] == ["cy"] * 3


def test_lists_read_as_people_write_them() -> None:
    """Commas, and one joining word at the end."""
    say = phrases("en")
    assert [say.listed(names) for names in (["A"], ["A", "B"], ["A", "B", "C"])] == ["A", "A and B", "A, B and C"]
    assert say.listed(["A", "B"], last="or") == "A or B"
    assert say.listed(["A", "B or C", "D"], last="or") == "A, B or C, or D"
    say = phrases("cy")
    assert [say.listed(names) for names in (["B", "Mesur"], ["B", "Addasu"], ["B", "Ôl"])] == [
        "B a Mesur",
        "B ac Addasu",
        "B ac Ôl",
    ]
    assert say.listed(["B", "A"], last="or") == "B neu A"


def test_a_missing_phrase_is_a_bug() -> None:
    """It raises at once, nothing is left blank."""
    with pytest.raises(KeyError):
        phrases("en")("no.such.phrase")
