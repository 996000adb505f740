"""The fixed sentences of reports, read from `phrases.<language>.toml`."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FALLBACK = "en"


class Phrases:
    """Phrases by dotted key, filled in with values. A key that is not there is a bug and raises KeyError."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._tree = tree

    @property
    def language(self) -> str:
        """Language tag, such as `en`."""
        return str(self._tree["language"])

    @property
    def draft(self) -> bool:
        """Are they a draft that nobody has reviewed?"""
        return bool(self._tree["draft"])

    def __call__(self, key: str, /, **values: object) -> str:
        """One phrase, filled in."""
        return str(self._leaf(key)).format(**values)

    def counted(self, key: str, number: int, /, **values: object) -> str:
        """The phrase for that number of things."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", **values)

    def several(self, key: str) -> tuple[str, ...]:
        """A phrase that is a list."""
        return tuple(self._leaf(key))

    def get(self, key: str) -> str:
        """One phrase as it stands, or nothing."""
        try:
            return str(self._leaf(key))
        except KeyError:
            return ""

    def all(self) -> dict[str, str | list[str]]:
        """Every phrase and every list of them by its dotted key, as they stand."""
        return dict(_leaves(self._tree, ""))

    def listed(self, names: Iterable[str], last: str = "and") -> str:
        """`A, B and C`; with a comma before the last where a name itself holds the joining word."""
        *front, end = names
        joint = (self.get(f"{last}_vowel") if _begins_with_vowel(end) else "") or self(last)
        if any(joint in name for name in (*front, end)):
            joint = self("comma").rstrip() + joint
        return self("comma").join(front) + joint + end if front else end

    def day(self, when: date) -> str:
        """`21 November 2026`."""
        return self("date", day=when.day, month=self.several("months")[when.month - 1], year=when.year)

    def _leaf(self, key: str) -> Any:
        found: Any = self._tree
        for part in key.split("."):
            found = found[part]
        return found


def _leaves(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, str | list[str]]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, str | list):
            yield f"{above}{key}", value


def _begins_with_vowel(name: str) -> bool:
    return unicodedata.normalize("NFD", name)[:1].casefold() in tuple("aeiouy")


@lru_cache(maxsize=16)
def phrases(language: str | None = None, room: str = "exit_bridge.reports") -> Phrases:
    """A room's phrases in that language or, region apart, its nearest; English where there are none."""
    folder = files(room)
    wanted = (language or _FALLBACK).replace("_", "-")
    for name in (wanted, wanted.partition("-")[0], _FALLBACK):
        file = folder / f"phrases.{name.lower()}.toml"
        if name.replace("-", "").isalnum() and file.is_file():
            return Phrases(tomllib.loads(file.read_text("utf-8")))
    raise AssertionError("the package has no English phrases")
