"""The keystone: a form as written, filled in by somebody who can only read it, comes back as what they meant."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exit_bridge.bank import COMMENT_PREFIX, REPLY_TO, QuestionBank, questionnaire
from exit_bridge.intake import parse_json
from exit_bridge.platforms.base import FormFile, Platform
from exit_bridge.testing.forms import ABOUT
from exit_bridge.testing.recorded import form_of, outcome
from exit_bridge.testing.saying import must

Said = Mapping[str, str]
"""What one respondent did: the question as people read it -> the label they chose, or the text they typed."""

Deliver = Callable[[Sequence[FormFile], Said], Any]
"""A simulator: the files written for one language, read and filled in -> the JSON the tool would send.
It may look at nothing but these files, so that an id written beside the wrong words is found."""

Export = Callable[[Sequence[FormFile], Sequence[Said]], bytes]
"""The same for several respondents -> the table the tool would export."""


def check_round_trip(
    platform: Platform, bank: QuestionBank, variant: str, language: str, deliver: Deliver, seed: int = 0
) -> None:
    """Form as written -> respondent -> delivery -> the answers, context and comments they meant, skips included."""
    files = platform.write_form(bank, variant, [language], ABOUT)
    said, meant = respondent(bank, variant, language, random.Random(seed))  # noqa: S311 (no secret in it)
    payload = parse_json(json.dumps(deliver(files, said)).encode())
    (given,) = outcome(platform, payload, form_of(platform, bank, variant))["responses"]
    got = {part: given.get(part) for part in meant}
    must(meant == got, f"{platform.name}, {variant}, {language}: meant\n{meant}\nbut it gives\n{got}")


def respondent(
    bank: QuestionBank, variant: str, language: str, rng: random.Random
) -> tuple[dict[str, str], dict[str, Any]]:
    """Somebody who agrees to the notice and answers four questions in five: what they do, and what they mean by it."""
    said: dict[str, str] = {}
    meant: dict[str, Any] = {"answers": {}, "context": {}, "comments": {}}
    for question in questionnaire(bank, variant, language, ABOUT).questions:
        if not question.required and rng.random() < 0.2:
            continue
        if question.kind == "choice":
            choice = question.choices[0] if question.required else rng.choice(question.choices)
            said[question.text] = choice.label
            part = "answers" if question.id in bank.items else "context"
            meant[part][question.id] = int(choice.code) if choice.code.isdigit() else choice.code
        elif question.id == REPLY_TO:
            said[question.text] = "somebody@council.example"
        else:
            said[question.text] = f'Made up: "why", {rng.randint(1, 99)} & more.'
            meant["comments"][question.id.removeprefix(COMMENT_PREFIX)] = said[question.text]
    return said, meant
