"""From a tool's own words to a submission. Decided here once, for every tool and for both ways in."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
from collections import abc
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from exit_bridge.bank import NON_ANSWERS, PRESENT, REPLY_TO, QuestionBank, load_bank
from exit_bridge.errors import (
    BankError,
    InvalidSubmission,
    UnknownBankVersion,
    UnknownItem,
    UnknownLabel,
    UnreadableDelivery,
)
from exit_bridge.intake.mapping import Mapping, Target, mapping_for
from exit_bridge.intake.mapping_file import IGNORE, MappingFile, fold
from exit_bridge.intake.submission import MAX_WAVE, Submission, Value, validate
from exit_bridge.intake.text import as_words
from exit_bridge.platforms.base import RawAnswer, RawResponse

V = TypeVar("V")
Check = abc.Callable[[abc.Mapping[str, Any], QuestionBank], None]

_LOOKS_LIKE_ITEM = re.compile(r"^[a-z]{3}\d{2}$")
_REFERENCE = re.compile(r"[a-z][a-z0-9-]*@[0-9]+")
_ZONE = re.compile(r"(.*[0-9]) (?:UTC|GMT)(?:([+-])([0-9]{1,2})(?::([0-9]{2}))?)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DeployedForm:
    """One form as it was put into a tool: the codebook's one argument."""

    survey: str
    platform: str
    bank: QuestionBank
    variant: str = "full"
    wave: str = ""
    binding: MappingFile = field(default_factory=MappingFile)
    """What the form's own questions and options stand for, where they are not the bank's."""
    install_key: bytes = b""
    """Key of the pseudonymous respondent keys; without it none are kept."""
    by_groups: bool = True
    """Each submission is what a group agreed on: only then does it keep the name of its sheet."""
    consent_elsewhere: bool = False
    """The form asks no gate question because consent was given outside it (exports of older surveys)."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The respondent did not agree to send the answers: nothing is kept but a count."""

    survey: str
    wave: str


def decode(raw: RawResponse, form: DeployedForm, check: Check = validate) -> Submission | Declined:
    """Match questions and options, apply the gate, and validate. `check` holds the document against its schema.

    Raises a RefusedDelivery: UnknownItem, UnknownLabel, UnknownBankVersion, UnreadableDelivery or InvalidSubmission.
    None of them quotes an answer.
    """
    bank = _bank_of(raw, form)
    mapping = mapping_for(bank)
    said = [
        (target, _bound(answer, target, form))
        for answer in raw.answers
        if not _ignored(answer.keys, form)
        for target in [_target(answer.keys, mapping, form)]
    ]
    asked = [_target(keys, mapping, form) for keys in raw.asked or ()]
    if not any(target for target, _ in said) and not any(asked):
        raise UnknownItem(
            "No question of this delivery belongs to the question bank",
            where=bank.ref,
            fix="Check that the form was made with `exit-bridge forms` and that its ids or texts were not changed",
        )
    wave = raw.hidden.get("wave") or form.wave
    # Before anything that could fail and leave the body in quarantine: of a no, nothing is kept.
    if not form.consent_elsewhere and not all(_agreed(gate.id, said, mapping) for gate in bank.context if gate.gate):
        return Declined(form.survey, wave if len(wave) <= MAX_WAVE and wave.isprintable() else form.wave)
    variant = raw.hidden.get("variant") or form.variant
    if variant not in bank.variants:
        raise UnknownBankVersion(
            "The form names a variant this bank does not have", where=bank.ref, fix="Use a form made from this bank"
        )
    answers, context, comments = _read(said, mapping)
    if not form.by_groups:
        comments.pop(PRESENT, None)
    shown = {target.id for target in asked if target} if raw.asked is not None else set(bank.variants[variant].items)
    submission = Submission(
        survey=form.survey,
        platform=form.platform,
        response_id=raw.response_id,
        bank=bank.ref,
        variant=variant,
        answers=answers,
        context=context,
        comments=comments,
        not_asked=tuple(item for item in bank.items if item not in shown and item not in answers),
        wave=wave,
        revision=raw.revision,
        submitted_at=_instant(raw.submitted_at),
        language=raw.language or raw.hidden.get("language"),
        respondent_key=_pseudonym(raw.hidden.get("respondent"), form),
        sheet=(raw.hidden.get("sheet") or "").strip() or None if form.by_groups else None,
    )
    check(submission.document(), bank)
    return submission


def reply_address(raw: RawResponse, form: DeployedForm) -> str | None:
    """Where the respondent's own report may go: what the platform found, or what our question for it was answered with.

    Raises UnknownBankVersion.
    """
    if raw.reply_to:
        return raw.reply_to
    mapping = mapping_for(_bank_of(raw, form))
    targets = ((_target(answer.keys, mapping, form), answer) for answer in raw.answers)
    return next((said.values[0] for target, said in targets if said.values and target and target.id == REPLY_TO), None)


Said = abc.Sequence[tuple[Target | None, RawAnswer]]


def _target(keys: abc.Sequence[str], mapping: Mapping, form: DeployedForm) -> Target | None:
    named = _named(keys, form)
    return mapping.codes.get(named) if named else mapping.question(keys)


def _named(keys: abc.Sequence[str], form: DeployedForm) -> str | None:
    columns = form.binding.columns
    return next((columns[fold(key)] for key in keys if fold(key) in columns), None) if columns else None


def _ignored(keys: abc.Sequence[str], form: DeployedForm) -> bool:
    return _named(keys, form) == IGNORE


def _bound(answer: RawAnswer, target: Target | None, form: DeployedForm) -> RawAnswer:
    """The answer with what the binding says its options stand for put first."""
    labels = form.binding.labels.get(target.id) if target else None
    codes = [labels[as_words(value)] for value in answer.values if as_words(value) in labels] if labels else []
    return replace(answer, values=(codes[0], *answer.values)) if codes else answer


def _agreed(gate: str, said: Said, mapping: Mapping) -> bool:
    """Was this gate question answered with yes, and not also with something else?"""
    codes = [_option(gate, answer, mapping) for target, answer in said if target and target.id == gate]
    return bool(codes) and set(codes) == {"yes"}


def _read(said: Said, mapping: Mapping) -> tuple[dict[str, Value], dict[str, str], dict[str, str]]:
    answers: dict[str, Value] = {}
    context: dict[str, str] = {}
    comments: dict[str, str] = {}
    for target, answer in said:
        if target is None:
            if answer.keys and _LOOKS_LIKE_ITEM.match(answer.keys[0]):
                raise UnknownItem(
                    f"The question id {answer.keys[0]!r} is not in the question bank",
                    fix="Use a form made from this bank",
                )
        elif target.kind == "comment":
            if text := _plain(answer.values):
                _once(comments, target.id, text)
        elif target.id != REPLY_TO and (code := _option(target.id, answer, mapping)):
            if target.kind == "context":
                _once(context, target.id, code)
            else:
                _once(answers, target.id, code if code in NON_ANSWERS else int(code))
    return answers, context, comments


def _plain(values: abc.Sequence[str]) -> str:
    """A comment in one line, without control characters, which no database and no report can hold."""
    text = " ".join(" ".join(values[:1]).split())
    return "".join(character for character in text if character.isprintable())


def _bank_of(raw: RawResponse, form: DeployedForm) -> QuestionBank:
    wanted = raw.hidden.get("bank")
    if not wanted or wanted == form.bank.ref:
        return form.bank
    if _REFERENCE.fullmatch(wanted):
        with contextlib.suppress(BankError):
            return load_bank(wanted)
    raise UnknownBankVersion(
        "The form was made from a question bank this installation does not have",
        fix="Install the exit-bridge version that has it, or set it as the survey's bank, then replay",
    )


def _option(question: str, answer: RawAnswer, mapping: Mapping) -> str | None:
    values = [value for value in answer.values if value.strip()]
    if not values:
        return None
    code = mapping.option(question, values)
    if code is None:
        codes = ", ".join(dict.fromkeys(mapping.options[question].values()))
        raise UnknownLabel(
            f"The answer to {question!r} is none of its options",
            fix=f"Send one of the codes {codes}, or the label as it stands in the question bank",
        )
    return code


def _once(found: dict[str, V], key: str, value: V) -> None:
    if found.setdefault(key, value) != value:
        raise UnreadableDelivery(f"{key!r} is answered twice, and not alike", fix="Ask each question once")


def _instant(text: str | None) -> str | None:
    """RFC 3339 in UTC. Times without a zone are taken as UTC, which is what the tools that leave it out mean."""
    if not text:
        return None
    text = text.strip()
    if zone := _ZONE.fullmatch(text):  # `10:00 GMT+5:30`, as browsers write it
        text = f"{zone[1]}{zone[2] or '+'}{int(zone[3] or 0):02}:{zone[4] or '00'}"
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidSubmission(
            "The time of submission is no date we can read", fix="Send it as 2026-11-21T09:30:00Z"
        ) from None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _pseudonym(respondent: str | None, form: DeployedForm) -> str | None:
    if not respondent or not form.install_key:
        return None
    message = f"{form.survey}\0{respondent}".encode()
    return hmac.new(form.install_key, message, hashlib.sha256).hexdigest()[:32]
