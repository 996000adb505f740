"""The keystone: a form as written, filled in by somebody who can only read it, comes back as what they meant."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exit_bridge.bank import COMMENT_PREFIX, REPLY_TO, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import FormFile, Platform
from exit_bridge.testing.forms import ABOUT, TOGETHER
from exit_bridge.testing.recorded import alike, export_outcome, form_of, outcome
from exit_bridge.testing.saying import must

Said = Mapping[str, str]
"""What one respondent did: the question as people read it -> the label they chose, or the text they typed."""

Deliver = Callable[[Sequence[FormFile], Said], Any]
"""A simulator: the files written for one language, read and filled in -> the JSON the tool would send, or the bytes.
It may look at nothing but these files, so that an id written beside the wrong words is found."""

Export = Callable[[Sequence[FormFile], Sequence[Said]], bytes]
"""The same for several respondents -> the table the tool would export."""


def check_round_trip(
    platform: Platform, bank: QuestionBank, variant: str, language: str, deliver: Deliver, seed: int = 0
) -> None:
    """Form as written -> respondent -> delivery -> the answers, context and comments they meant, skips included."""
    rng = random.Random(seed)  # noqa: S311 (no secret in it)
    for about in (ABOUT, TOGETHER):
        files = platform.write_form(bank, variant, [language], about)
        said, meant = respondent(bank, variant, language, rng, about)
        payload = _payload(platform, deliver(files, said))
        (given,) = outcome(platform, payload, form_of(platform, bank, variant))["responses"]
        got = {part: given.get(part) for part in meant}
        must(meant == got, f"{platform.name}, {variant}, {language}: meant\n{meant}\nbut it gives\n{got}")


def check_file_round_trip(
    platform: Platform, bank: QuestionBank, variant: str, language: str, deliver: Deliver, export: Export, seed: int = 0
) -> None:
    """Form as written -> three respondents -> export file -> what they meant, and what a delivery says of the first."""
    rng = random.Random(seed)  # noqa: S311 (no secret in it)
    for about in (ABOUT, TOGETHER):
        _check_file(platform, bank, variant, language, deliver, export, rng, about)


def _check_file(
    platform: Platform,
    bank: QuestionBank,
    variant: str,
    language: str,
    deliver: Deliver,
    export: Export,
    rng: random.Random,
    about: About,
) -> None:
    files = platform.write_form(bank, variant, [language], about)
    people = [respondent(bank, variant, language, rng, about) for _ in range(3)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(export(files, [said for said, _ in people]))
        rows = export_outcome(platform, path, bank, variant)["rows"]
    got = [{part: row.get(part) for part in meant} for row, (_, meant) in zip(rows, people, strict=True)]
    meant = [meant for _, meant in people]
    must(meant == got, f"{platform.name}, {variant}, {language}: meant\n{meant}\nbut the file gives\n{got}")
    if platform.same_id_in_export:
        payload = _payload(platform, deliver(files, people[0][0]))
        (delivered,) = outcome(platform, payload, form_of(platform, bank, variant))["responses"]
        must(alike(platform, delivered, rows[0]), f"{platform.name}: by file\n{rows[0]}\nbut by webhook\n{delivered}")


def _payload(platform: Platform, sent: Any) -> Any:
    return platform.payload(sent if isinstance(sent, bytes) else json.dumps(sent).encode())


def check_sample(platform: Platform, bank: QuestionBank, variant: str) -> None:
    """What the demo and `send-test` post is a delivery this platform reads, and says what it was made up to say."""
    if type(platform).sample_delivery is Platform.sample_delivery:
        return
    answers = {item: _code(bank, item, place) for place, item in enumerate(bank.variants[variant].items)}
    said = {**answers, **{name: bank.context_by_id[name].codes[0] for name in bank.variants[variant].context}}
    body = platform.sample_delivery(bank, variant, said, "made-up-1", "2026-01-15T10:30:00Z", "a-wave")
    (given,) = outcome(platform, platform.payload(body), form_of(platform, bank))["responses"]
    got = [given.get(part) for part in ("response_id", "submitted_at", "variant", "wave", "answers")]
    meant = ["made-up-1", "2026-01-15T10:30:00Z", variant, "a-wave"]
    must(got == [*meant, _values(answers)], f"{platform.name}, {variant}: sample_delivery must say {meant}, not {got}")


def _code(bank: QuestionBank, item: str, place: int) -> str:
    return bank.items[item].codes[place % len(bank.items[item].codes)]


def _values(codes: Mapping[str, str]) -> dict[str, int | str]:
    return {key: int(code) if code.isdigit() else code for key, code in codes.items()}


def respondent(
    bank: QuestionBank, variant: str, language: str, rng: random.Random, about: About = ABOUT
) -> tuple[dict[str, str], dict[str, Any]]:
    """Somebody who agrees to the notice and answers four questions in five: what they do, and what they mean by it."""
    said: dict[str, str] = {}
    meant: dict[str, Any] = {"answers": {}, "context": {}, "comments": {}}
    for question in questionnaire(bank, variant, language, about).questions:
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
