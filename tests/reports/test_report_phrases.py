"""The phrases file: complete, all of it used, and the same in every language."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from exit_bridge.reports.phrases import phrases

PACKAGE = Path(str(files("exit_bridge")))
SPOKEN_BY = {
    PACKAGE / "reports": ("reports", "sending"),
    PACKAGE / "paper": ("paper",),
    PACKAGE / "workbook": ("workbook",),
    PACKAGE / "response_sheet": ("response_sheet",),
}
"""Folder of phrases files -> rooms whose code says these phrases."""
FOLDERS = list(SPOKEN_BY)
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("phrases.*.toml"))]
each_room = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def leaves(tree: object, at: str = "") -> dict[str, str]:
    if isinstance(tree, dict):
        return {key: text for name, inner in tree.items() for key, text in leaves(inner, f"{at}.{name}").items()}
    return {at.removeprefix("."): str(tree)}


def phrases_in(file: Path) -> dict[str, str]:
    return leaves(tomllib.loads(file.read_text("utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_language_has_the_same_phrases_and_gaps(file: Path) -> None:
    """A translation has every key, and every name in braces, of the English file."""
    ours, english = phrases_in(file), phrases_in(file.with_name("phrases.en.toml"))
    assert sorted(ours) == sorted(english)
    assert {key: set(re.findall(r"{\w+}", text)) for key, text in ours.items()} == {
        key: set(re.findall(r"{\w+}", text)) for key, text in english.items()
    }
    assert file.name == f"phrases.{ours['language']}.toml"


@each_room
def test_there_is_more_than_english(folder: Path) -> None:
    """So that the comparison above compares something; and every room speaks the same languages."""
    languages = {file.name for file in FILES if file.parent == folder}
    assert languages >= {"phrases.cy.toml", "phrases.en.toml"}
    assert languages == {file.name for file in FILES}


@each_room
def test_every_phrase_is_used(folder: Path) -> None:
    """No key that the code does not name, in full or by its family."""
    modules = [
        path for room in SPOKEN_BY[folder] for kind in ("py", "js") for path in (PACKAGE / room).rglob(f"*.{kind}")
    ]
    unused, code = [], "\n".join(path.read_text("utf-8") for path in modules)
    for key in phrases_in(folder / "phrases.en.toml"):
        stem = re.sub(r"\.(one|many)$", "", key)
        families = [stem.rsplit(".", n)[0] for n in range(1, stem.count(".") + 1)]
        named = any(f"{mark}{name}{mark}" in code for mark in "'\"" for name in (key, stem)) or any(
            f'f"{family}.{{' in code or f"f'{family}.{{" in code for family in families
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
