"""The Mapping: every key that may name a question, and every label that may name an option, of one bank."""

from __future__ import annotations

import re
from collections import abc
from dataclasses import dataclass
from itertools import product
from typing import Literal

from exit_bridge.bank import COMMENT_PREFIX, PRESENT, REPLY_TO, QuestionBank, Wording
from exit_bridge.bank.questionnaire import short_codes
from exit_bridge.intake.text import LONGEST, as_code, as_words

# Before it may stand a number that a tool, or an import into it, counted questions with.
_VISIBLE_CODE = re.compile(r"^\s*(?:\d{1,3}[.)]\s+)?([A-Z]{1,2}\d{1,2})[.)]\s")
_NUMBERED = re.compile(r"^(\d)(?:\.0+)?\s*(?:$|[-.:)(])\s*(.*?)\)?$")


@dataclass(frozen=True, slots=True)
class Target:
    """What a question key stands for."""

    kind: Literal["item", "context", "comment", "reply_to"]
    id: str


@dataclass(frozen=True)
class Mapping:
    """Keys and labels of one bank in every language and variant it has, ready to be looked up.

    `codes`: question ids; `folded`: the same as `as_code` writes them. `texts`: statement texts, as `as_words` writes
    them. What two questions share stands for neither. `reply_starts`: how the question for a reply address begins; it
    goes on as each survey fills it in. `options`: per question, option codes, aliases, short codes and labels -> code.
    """

    codes: abc.Mapping[str, Target]
    folded: abc.Mapping[str, Target]
    texts: abc.Mapping[str, Target]
    visible: abc.Mapping[str, Target]
    options: abc.Mapping[str, abc.Mapping[str, str]]
    reply_starts: tuple[str, ...] = ()

    def question(self, keys: abc.Iterable[str]) -> Target | None:
        """The question that the first matching key names: by id, by visible number, by text."""
        for key in keys:
            if found := self.by_code(key):
                return found
        return self.by_words(keys)

    def by_words(self, keys: abc.Iterable[str]) -> Target | None:
        """The question that the first matching key names by visible number or by text."""
        for key in keys:
            number = _VISIBLE_CODE.match(key) if len(key) <= LONGEST else None
            if number and (by_number := self.visible.get(number[1])):
                rest = self.texts.get(as_words(key[number.end() :]))
                return by_number if rest in (None, by_number) else None
            if by_text := self.texts.get(as_words(key)):
                return by_text
            if self.reply_starts and as_words(key).startswith(self.reply_starts):
                return self.codes[REPLY_TO]
        return None

    def by_code(self, key: str) -> Target | None:
        """The question with this id."""
        return self.codes.get(key) or self.folded.get(as_code(key))

    def beginning(self, start: str) -> set[Target]:
        """Every question whose text begins like this."""
        words = as_words(start)
        return {target for text, target in self.texts.items() if words and text.startswith(words)}

    def option(self, question: str, values: abc.Iterable[str]) -> str | None:
        """The option code that the first matching value names, or None."""
        known = self.options[question]
        for value in values:
            if code := known.get(value):
                return code
            if len(value) > LONGEST:
                continue
            value = " ".join(value.split())
            words = as_words(value)
            if code := known.get(words) or known.get(value.strip().casefold()):
                return code
            # "4 - Agree", "5 (Strongly agree)", "4.0": the number counts only when the rest agrees with it.
            if numbered := _NUMBERED.match(value.strip()):
                number, rest = numbered[1], numbered[2]
                if number in known and (not rest or known.get(as_words(rest)) == number):
                    return known[number]
        return None


_built: dict[tuple[str, ...], Mapping] = {}


def mapping_for(bank: QuestionBank) -> Mapping:
    """The Mapping of a bank, built once for each combination of structure and wordings."""
    key = (bank.fingerprint, *(f"{name}:{words.fingerprint}" for name, words in bank.wordings.items()))
    if key not in _built:
        _built[key] = _build(bank)
    return _built[key]


def _build(bank: QuestionBank) -> Mapping:
    items = {item.id: Target("item", item.id) for item in bank.items.values()}
    context = {question.id: Target("context", question.id) for question in bank.context}
    comments = {f"{COMMENT_PREFIX}{i.id}": Target("comment", i.id) for i in bank.ingredients}
    comments[f"{COMMENT_PREFIX}{PRESENT}"] = Target("comment", PRESENT)
    codes = {**items, **context, **comments, REPLY_TO: Target("reply_to", REPLY_TO)}
    options = {item.id: _codes(item.id, item.codes) for item in bank.items.values()}
    options |= {question.id: _codes(question.id, question.codes) for question in bank.context}
    folded: dict[str, set[Target]] = {}
    for name, target in codes.items():
        folded.setdefault(as_code(name), set()).add(target)
    texts: dict[str, set[Target]] = {}
    for words, variant in product(bank.wordings.values(), bank.variants):
        for name, text in _texts(bank, words, variant):
            texts.setdefault(as_words(text), set()).add(codes[name])
        for name, code, label in _labels(bank, words, variant):
            options[name][as_words(label)] = code
    return Mapping(
        codes=codes,
        folded=_alone(folded),
        texts=_alone(texts),
        visible={bank.visible_code(item): items[item.id] for item in bank.items.values()},
        options=options,
        reply_starts=tuple(filter(None, map(_start, bank.wordings.values()))),
    )


def _start(words: Wording) -> str:
    return as_words(words.form.get(REPLY_TO, "").partition("{")[0])


def _alone(named: abc.Mapping[str, set[Target]]) -> dict[str, Target]:
    return {name: next(iter(targets)) for name, targets in named.items() if name and len(targets) == 1}


def _codes(question: str, codes: abc.Sequence[str]) -> dict[str, str]:
    known = {short: code for code, short in short_codes(codes).items()}
    return {**known, **{code: code for code in codes}, **{f"{question}_{code}": code for code in codes}}


def _texts(bank: QuestionBank, words: Wording, variant: str) -> abc.Iterator[tuple[str, str]]:
    """(question id, its text) for everything the variant may ask."""
    chosen = bank.variants[variant]
    for item in chosen.items:
        yield item, words.item(bank.items[item], variant).text
    for question in chosen.context:
        yield question, words.context_words(question, variant).text
    for ingredient in chosen.comments:
        yield f"{COMMENT_PREFIX}{ingredient}", words.ingredient(ingredient, variant).comment
    if words.has_form_text(PRESENT, variant):
        yield f"{COMMENT_PREFIX}{PRESENT}", words.form_text(PRESENT, variant)
    yield REPLY_TO, words.form.get(REPLY_TO, "")


def texts_of(bank: QuestionBank, language: str, variant: str) -> dict[str, str]:
    """Question id -> its text, for everything the variant may ask in that language."""
    return {name: text for name, text in _texts(bank, bank.wordings[language], variant) if text}


def _labels(bank: QuestionBank, words: Wording, variant: str) -> abc.Iterator[tuple[str, str, str]]:
    """(question id, option code, label), context options also as the form shows them with their description."""
    chosen = bank.variants[variant]
    for item in chosen.items:
        for code, label in words.option_labels(bank.items[item], variant).items():
            yield item, code, label
    for question in chosen.context:
        about_it = words.context_words(question, variant)
        for code in bank.context_by_id[question].codes:
            yield question, code, about_it.options[code]
            yield question, code, about_it.described(code)
