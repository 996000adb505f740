"""Learning a binding: which of our questions and options a form's own words stand for, from what came back of it.

What is certain is taken: an id, a visible number, a text of the bank. What is merely alike is proposed to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from exit_bridge.bank import QuestionBank
from exit_bridge.errors import AmbiguousExport
from exit_bridge.intake.columns import key_of
from exit_bridge.intake.mapping import mapping_for, texts_of
from exit_bridge.intake.mapping_file import IGNORE, METADATA, MappingFile, fold, mapping_text
from exit_bridge.intake.text import as_words

ALIKE, APART = 0.6, 0.05
"""How alike two texts must be for a proposal, of 1, and how much less alike the next best must be. Both are ours."""

MOST_OPTIONS = 12
"""A question with more different answers than this is no choice."""

Values = tuple[str, ...]


@dataclass(slots=True)
class Asked:
    """One question of a form as it came back.

    `keys`: what may name it, best first, its words last. `options`: everything that was chosen, as what may name it,
    best first -> how often; emptied once there are more than `MOST_OPTIONS`.
    """

    keys: tuple[str, ...]
    options: dict[Values, int] = field(default_factory=dict)
    open: bool = False

    def met(self, values: Values) -> None:
        """One more answer. An empty one counts for nothing."""
        values = tuple(filter(None, values))
        if not values or self.open:
            return
        self.options[values] = self.options.get(values, 0) + 1
        if len(self.options) > MOST_OPTIONS:
            self.open, self.options = True, {}


@dataclass(slots=True)
class Learnt:
    """What the form's own words stand for.

    `columns`: the tool's name of a question -> our id, one of our columns or "ignore". `labels`: question id -> its
    name of an option -> code; only what the bank does not know by itself. `unknown`: questions that are nothing of
    ours, as it seems. `odd`: question id -> options that are none of its own, with how often each was chosen.
    """

    columns: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown: list[Asked] = field(default_factory=list)
    odd: dict[str, dict[Values, int]] = field(default_factory=dict)

    def take(self, one: Asked, question: str, bank: QuestionBank, given: MappingFile) -> None:
        """Hold a question for one of ours, and look at its options. Raises AmbiguousExport for the second such."""
        mine, mapping = as_key(one), mapping_for(bank)
        other = next(
            (key for key, target in self.columns.items() if target == question and fold(key) != fold(mine)), ""
        )
        if other:
            raise AmbiguousExport(
                f"Two questions of the form are {question!r}: {other!r} and {mine!r}",
                fix='Take one out of the form, or set it to "ignore" in the binding',
            )
        self.columns[mine] = question
        for values, times in one.options.items() if question in mapping.options else ():
            said = given.labels.get(question, {})
            code = next((said[as_words(v)] for v in values if as_words(v) in said), None)
            code = code or mapping.option(question, values)
            if code is None:
                self.odd.setdefault(question, {})[values] = times
            elif mapping.option(question, values[:1]) != code:
                self.labels.setdefault(question, {})[values[0]] = code

    def keep(self, before: MappingFile) -> None:
        """What an earlier binding says besides stays."""
        known = {fold(key) for key in self.columns}
        self.columns |= {key: target for key, target in before.columns.items() if key not in known}
        for question, labels in before.labels.items():
            mine = self.labels.setdefault(question, {})
            met = {as_words(label) for label in mine}
            mine |= {label: code for label, code in labels.items() if label not in met}

    def text(self, platform: str, bank: QuestionBank) -> str:
        """As a file: what the bank does not know by itself, nothing where it knows everything."""
        mapping = mapping_for(bank)
        columns = {
            key: question
            for key, question in self.columns.items()
            if not (known := mapping.question((key,))) or key_of(known) != question
        }
        return mapping_text(platform, columns, self.labels) if columns or self.labels else ""


def as_key(one: Asked) -> str:
    """What a binding calls a question: the tool's best name for it."""
    return one.keys[0]


def learn(asked: Iterable[Asked], bank: QuestionBank, given: MappingFile) -> Learnt:
    """Everything that is certain. Raises AmbiguousExport where two questions of the form are one of ours."""
    found, mapping = Learnt(), mapping_for(bank)
    for one in asked:
        named = next((given.columns[fold(key)] for key in one.keys if fold(key) in given.columns), None)
        target = None if named else mapping.question(one.keys)
        if named == IGNORE or named in METADATA:
            found.columns[as_key(one)] = named
        elif named or target:
            found.take(one, named or key_of(target), bank, given)  # type: ignore[arg-type]
        else:
            found.unknown.append(one)
    return found


def words_held_against(asked: Iterable[Asked], found: Learnt, bank: QuestionBank) -> tuple[list[str], list[str]]:
    """Questions that are known by an id, by their words: those whose words, or whose options', are the bank's for
    another one, and those whose words it does not know.
    """
    contrary, reworded, mapping = [], [], mapping_for(bank)
    for one in asked:
        question = found.columns.get(as_key(one), "")
        if len(one.keys) < 2 or question not in mapping.options:
            continue
        by_words, labels = mapping.by_words(one.keys[-1:]), found.labels.get(question, {})
        pairs = [
            (labels.get(values[0]) or mapping.option(question, values[:1]), mapping.option(question, values[-1:]))
            for values in one.options
            if len(values) > 1
        ]
        if (by_words and key_of(by_words) != question) or any(mine and said and mine != said for mine, said in pairs):
            contrary.append(question)
        elif not by_words or any(mine and not said for mine, said in pairs):
            reworded.append(question)
    return contrary, reworded


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question of the form that reads like one of ours; `text` is ours."""

    asked: Asked
    question: str
    text: str


def proposals(found: Learnt, bank: QuestionBank, variant: str, languages: Sequence[str]) -> list[Proposal]:
    """For each unknown question the one of ours it is most like, if it is clearly that one; most alike first."""
    taken = set(found.columns.values())
    ours: Mapping[str, list[str]] = {
        name: [text for words in languages if (text := texts_of(bank, words, variant).get(name, ""))]
        for name in texts_of(bank, languages[0], variant)
        if name not in taken
    }
    scored = []
    for one in found.unknown:
        words = as_words(one.keys[-1])
        ranked = sorted(
            ((max(_alike(words, as_words(text)) for text in texts), name) for name, texts in ours.items() if texts),
            reverse=True,
        )
        if ranked and ranked[0][0] >= ALIKE and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= APART):
            scored.append((ranked[0][0], Proposal(one, ranked[0][1], ours[ranked[0][1]][0])))
    scored.sort(key=lambda each: -each[0])
    best: dict[str, Proposal] = {}
    for _, proposal in scored:
        best.setdefault(proposal.question, proposal)
    return list(best.values())


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
