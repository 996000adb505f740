"""Is the wording fit for people and safe in every survey tool?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exit_bridge.errors import Fault

MAX_WORDS = 20
MAX_GRADE = 8.0
MAX_GRADE_YOUNG = 6.0
MAX_LABEL = 90

_UNSAFE = ("{", "}", "|", "[[", "]]", "${", " -- ", "\n", "\r", "\t")
_JOINERS = re.compile(r"\b(and|or|while|rather than|including|really)\b", re.IGNORECASE)
_NEGATIONS = re.compile(
    r"\b(not|never|no|none|nobody|nothing|without|\w+n't|un(?:able|aware|clear|likely))\b", re.IGNORECASE
)


def unsafe(where: str, text: str) -> Iterator[Fault]:
    """Marks that some survey tool reads as code, and line breaks that some cannot hold."""
    for mark in _UNSAFE:
        if mark in text:
            shown = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(mark, repr(mark))
            yield Fault(where, f"{shown} is read as code by some survey tools", "Take it out")


def statement(where: str, text: str, *, young: bool = False, english: bool = True) -> Iterator[Fault]:
    """The rules for an item's own text: short, one idea, easy to read, no double negative.

    `english`: is it? The last three look at English words and sounds, and say nothing about another language.
    """
    yield from unsafe(where, text)
    words = text.split()
    if len(words) > MAX_WORDS:
        yield Fault(where, f"{len(words)} words", f"Use {MAX_WORDS} at most")
    if not english:
        return
    for joiner in _JOINERS.findall(text):
        yield Fault(where, f"{joiner!r} may join two ideas", "Ask one thing, or ask twice")
    if len(_NEGATIONS.findall(text)) > 1:
        yield Fault(where, "two negatives in one statement", "Say it the positive way")
    limit = MAX_GRADE_YOUNG if young else MAX_GRADE
    if (grade := reading_grade(text)) > limit:
        yield Fault(
            where, f"reading grade {grade:.1f}", f"Use shorter words or a shorter sentence (at most {limit:.0f})"
        )


def labels(where: str, texts: list[str]) -> Iterator[Fault]:
    """The rules for one item's option labels together."""
    seen: dict[str, str] = {}
    for text in texts:
        yield from unsafe(where, text)
        if ";" in text:
            yield Fault(where, "a semicolon in an option label", "Some tools join answers with it, use a comma")
        if len(text) > MAX_LABEL:
            yield Fault(where, f"an option label of {len(text)} characters", f"Use {MAX_LABEL} at most")
        if text.casefold() in seen:
            yield Fault(where, f"two options read {text!r}", "Make them differ")
        seen[text.casefold()] = text


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade of one statement, with syllables counted by vowel groups (an estimate, good to about 1).

    Source: Kincaid and others (1975), 0.39 words/sentences + 11.8 syllables/words - 15.59.
    """
    sentences = [s for s in re.split(r"[.?!]+", text) if s.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    if not words:
        return 0.0
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    word = word.lower().strip("'")
    count = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    past = word.endswith("ed") and not word.endswith(("ted", "ded")) and count > 1
    plural = word.endswith("es") and not re.search(r"(s|x|z|ch|sh|g|c)es$", word) and count > 1
    return max(1, count - (silent or past or plural))
