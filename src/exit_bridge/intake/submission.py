"""The submission: one respondent's decoded answers, and the JSON Schema that every one must fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exit_bridge.bank import NON_ANSWERS, PRESENT, QuestionBank
from exit_bridge.errors import InvalidSubmission

SCHEMA_VERSION = 1
MAX_WAVE = 60
"""Characters in the name of a wave, or of a group."""

Value = int | str
"""An answer: 1..points, `dk` or `na`. A missing key is a skipped item and never a zero."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Decoded answers. Holds no name of a person, address or free text beyond `comments`.

    `sheet` names the group whose joint answers these are, where several groups fill in the same form.
    """

    survey: str
    platform: str
    response_id: str
    bank: str
    variant: str
    answers: Mapping[str, Value]
    context: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()
    wave: str = ""
    revision: int | None = None
    submitted_at: str | None = None
    language: str | None = None
    respondent_key: str | None = None
    sheet: str | None = None

    def document(self) -> dict[str, Any]:
        """As JSON, valid against `submission_schema`."""
        bank, _, version = self.bank.rpartition("@")
        optional = {
            "revision": self.revision,
            "submitted_at": self.submitted_at,
            "language": self.language,
            "respondent_key": self.respondent_key,
            "sheet": self.sheet,
        }
        return {
            "schema_version": SCHEMA_VERSION,
            "survey": self.survey,
            "platform": self.platform,
            "response_id": self.response_id,
            **{key: value for key, value in optional.items() if value is not None},
            "variant": self.variant,
            "wave": self.wave,
            "bank": {"id": bank, "version": int(version)},
            "context": dict(self.context),
            "answers": dict(self.answers),
            "not_asked": list(self.not_asked),
            "comments": dict(self.comments),
        }

    def content_hash(self) -> str:
        """Equal for two deliveries that say the same: answers, context, comments and sheet, whatever their order."""
        said: dict[str, Any] = {
            "answers": dict(self.answers),
            "context": dict(self.context),
            "comments": dict(self.comments),
            **({"sheet": self.sheet} if self.sheet else {}),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def from_document(document: Mapping[str, Any]) -> Submission:
    """The inverse of `Submission.document`, for documents read back from the store."""
    return Submission(
        survey=document["survey"],
        platform=document["platform"],
        response_id=document["response_id"],
        bank=f"{document['bank']['id']}@{document['bank']['version']}",
        variant=document["variant"],
        answers=document["answers"],
        context=document["context"],
        comments=document["comments"],
        not_asked=tuple(document["not_asked"]),
        wave=document["wave"],
        revision=document.get("revision"),
        submitted_at=document.get("submitted_at"),
        language=document.get("language"),
        respondent_key=document.get("respondent_key"),
        sheet=document.get("sheet"),
    )


def submission_schema(bank: QuestionBank) -> dict[str, Any]:
    """JSON Schema 2020-12 of a submission to this bank. Nothing but what is named here may be there."""
    # Control characters and marks that turn the direction of writing have no place in an id or a name.
    text = {"type": "string", "maxLength": 200, "not": {"pattern": r"[\u0000-\u001f\u007f-\u009f\u2028-\u202e]"}}

    def closed(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "additionalProperties": False}

    comment = {"type": "string", "minLength": 1, "maxLength": 20000}
    properties: dict[str, Any] = {
        "schema_version": {"const": SCHEMA_VERSION},
        "survey": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
        "platform": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,39}$"},
        "response_id": {**text, "minLength": 1},
        "revision": {"type": "integer", "minimum": 0},
        "submitted_at": {"type": "string", "format": "date-time", "maxLength": 40},
        "language": {"type": "string", "pattern": "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"},
        "respondent_key": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "sheet": {**text, "minLength": 1, "maxLength": MAX_WAVE},
        "variant": {"enum": list(bank.variants)},
        "wave": {**text, "maxLength": MAX_WAVE},
        "bank": {
            **closed({"id": {"const": bank.id}, "version": {"const": bank.version}}),
            "required": ["id", "version"],
        },
        "context": closed({question.id: {"enum": list(question.codes)} for question in bank.context}),
        "answers": closed(
            {item.id: {"enum": [*range(1, item.points + 1), *NON_ANSWERS]} for item in bank.items.values()}
        ),
        "not_asked": {"type": "array", "items": {"enum": list(bank.items)}, "uniqueItems": True},
        "comments": closed(dict.fromkeys((*bank.ingredient_by_id, PRESENT), comment)),
    }
    optional = {"revision", "submitted_at", "language", "respondent_key", "sheet"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://exit-bridge.example/schemas/submission-{SCHEMA_VERSION}-{bank.id}-{bank.version}.json",
        "title": f"A submission to the question bank {bank.ref}",
        "description": "A missing answer was skipped. `dk`: don't know. `na`: does not apply, or not yet.",
        **closed(properties),
        "required": [name for name in properties if name not in optional],
    }


_validators: dict[str, Any] = {}


def validate(document: Mapping[str, Any], bank: QuestionBank) -> None:
    """Hold a submission document against its schema. Raises InvalidSubmission naming paths and rules, never values."""
    validator = _validators.get(bank.fingerprint)
    if validator is None:
        from jsonschema import Draft202012Validator

        checker = Draft202012Validator.FORMAT_CHECKER
        validator = Draft202012Validator(submission_schema(bank), format_checker=checker)
        _validators[bank.fingerprint] = validator
    if errors := sorted({f"{error.json_path} breaks {error.validator}" for error in validator.iter_errors(document)}):
        raise InvalidSubmission("The submission does not fit its schema", where="; ".join(errors[:10]))
