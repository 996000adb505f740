"""Our own documented JSON, for every tool that can send or export a table of its answers under our ids.

Power Automate, Apps Script, Zapier, Make, n8n, Qualtrics workflows and programs of your own can all build it. Answers
may stand in `answers`, `context` and `comments`, or beside each other at the top, because some tools flatten what they
send; numbers may come as text, because some turn everything into text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from exit_bridge.bank import COMMENT_PREFIX, HIDDEN, PRESENT, REPLY_TO, About, QuestionBank, questionnaire
from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.base import (
    BadElement,
    DeliveryResult,
    ExportProfile,
    FormFile,
    Platform,
    RawAnswer,
    RawResponse,
    fault_in,
    file_stem,
    plain,
    shape,
)
from exit_bridge.platforms.parse import id_text
from exit_bridge.platforms.signatures import BasicAuth, HeaderToken, PathToken, StandardWebhooks

SCHEMA_VERSION = 1
MAX_BATCH = 1000

METADATA = ("response_id", "submitted_at", "revision", "language", *HIDDEN)
"""Top-level keys and column headings that are no questions."""

_ITEM = "^[a-z]{3}[0-9]{2}$"
_WORDS = {"type": ["string", "null"]}
_VALUE = {"type": ["string", "number", "null"]}
_RESPONSE = {
    **shape(
        "response_id",
        schema_version={"enum": [SCHEMA_VERSION, str(SCHEMA_VERSION)]},
        response_id={"type": ["string", "integer"], "minLength": 1},
        revision={"type": ["string", "integer", "null"], "pattern": "^[0-9]{0,9}$", "minimum": 0, "maximum": 10**9},
        answers={"type": "object", "additionalProperties": _VALUE},
        context={"type": "object", "additionalProperties": _VALUE},
        comments={"type": "object", "additionalProperties": _WORDS},
        **dict.fromkeys(("submitted_at", "language", *HIDDEN, REPLY_TO), _WORDS),
    ),
    "patternProperties": {_ITEM: _VALUE, f"^{COMMENT_PREFIX}": _WORDS},
}


class Generic(Platform):
    """Whatever builds our JSON. Signatures as on https://www.standardwebhooks.com/"""

    name = "generic"
    title = "Any other tool (our JSON or CSV)"
    docs = "https://www.standardwebhooks.com/"

    schemes: ClassVar = {
        "signature": StandardWebhooks(),
        "header": HeaderToken(),
        "basic": BasicAuth(),
        "path": PathToken(),
    }
    same_id_in_export = True
    evidence = "ours"
    delivery_schema: ClassVar = {
        "if": {"type": "array"},
        "then": {"minItems": 1, "maxItems": MAX_BATCH},
        "else": _RESPONSE,
    }
    export = ExportProfile(
        detect=("response_id",),
        detect_items=3,
        metadata={name: (name,) for name in METADATA},
        drop=("schema_version", REPLY_TO),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """What to ask, an example of what to send for it, and the headings of a table that can be scored."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            stem = file_stem(bank.ref, variant, language)
            files.append(FormFile.json(f"{stem}.form.json", asdict(asked), _BUILD))
            example = _document(bank, variant, _example(asked), "example-1", "2026-01-15T10:30:00Z", "example")
            files.append(FormFile.json(f"{stem}.example.json", {**example, "language": language}, _SEND))
        chosen = bank.variants[variant]
        ids = (*chosen.context, *chosen.items, *map(_comment, (PRESENT, *chosen.comments)))
        files.append(FormFile(f"{file_stem(bank.ref, variant)}.template.csv", _headings(ids), _FILL))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response, or a list of them in which the bad ones are told by their index."""
        if not isinstance(payload, list):
            return DeliveryResult((_response(payload),))
        responses, bad = [], []
        for index, element in enumerate(payload):
            fault = fault_in(element, _RESPONSE)
            try:
                if fault:
                    raise UnreadableDelivery("This element does not fit our JSON", where=fault)
                responses.append(_response(element))
            except UnreadableDelivery as error:
                bad.append(BadElement(index, str(error)))
        return DeliveryResult(tuple(responses), bad=tuple(bad))

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """Our JSON with everything in its own place."""
        document = _document(bank, variant, answers, response_id, submitted_at, wave)
        return json.dumps(document, ensure_ascii=False).encode()


# -- writing -------------------------------------------------------------------------------------------------------

_BUILD = """\
1. Make a form in your tool with these pages, questions and choices, in this order; only `required` ones need an answer.
2. Name every question by its `id` and give every choice its `code` where your tool lets you.
3. Send people to the `declined` text when the gate question is answered with anything but `yes`.
4. Have your tool send one JSON object like the `.example.json` file beside this one for every finished response.
"""
_SEND = """\
1. Send this by POST to the address of your hook, as application/json, with one finished response in it.
2. Prove who you are as your survey's `auth` says: sign it (Standard Webhooks), send the secret in the header
   X-Exit-Bridge-Token, use Basic authentication as exit-bridge, or put the secret at the end of the address.
3. `response_id` must be the same whenever the same response is sent again. Leave out what was not answered.
4. A list of up to 1000 such objects is read as well.
"""
_FILL = """\
1. Put one response in each row under these headings: option codes (1 to 5, dk, na) or the full labels.
2. Leave a cell empty where a question was not answered, and leave out columns you do not have.
3. Score it with: exit-bridge score FILE.csv
"""


def _document(
    bank: QuestionBank, variant: str, answers: Mapping[str, str], response_id: str, submitted_at: str, wave: str
) -> dict[str, Any]:
    """Question id -> option code or text, as one delivery."""
    comments = {
        key.removeprefix(COMMENT_PREFIX): text for key, text in answers.items() if key.startswith(COMMENT_PREFIX)
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "response_id": response_id,
        "submitted_at": submitted_at,
        "bank": bank.ref,
        "variant": variant,
        "wave": wave,
        "context": {key: code for key, code in answers.items() if key in bank.context_by_id},
        "answers": {key: int(code) if code.isdigit() else code for key, code in answers.items() if key in bank.items},
        "comments": comments,
        **({REPLY_TO: answers[REPLY_TO]} if REPLY_TO in answers else {}),
    }


def _example(asked: Questionnaire) -> dict[str, str]:
    """Made-up answers: the scale up and down, the first option of everything else, two texts."""
    items = [question.id for question in asked.questions if question.code]
    others = {q.id: q.choices[0].code for q in asked.questions if q.kind == "choice" and not q.code}
    comments = [question.id for question in asked.questions if question.kind == "text"][:2]
    answers = {item: ("4", "2", "5", "3", "dk", "1")[place % 6] for place, item in enumerate(items)}
    return others | answers | dict.fromkeys(comments, "Made up.")


def _headings(ids: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*METADATA, *ids])
    return out.getvalue().encode()


# -- reading -------------------------------------------------------------------------------------------------------


def _response(element: Mapping[str, Any]) -> RawResponse:
    answers: dict[str, str] = {}
    parts = [element.get("answers", {}), element.get("context", {})]
    parts += [{_comment(key): text for key, text in element.get("comments", {}).items()}]
    # Which of the other keys are questions is for the bank to say; intake keeps nothing else of them.
    parts += [{key: value for key, value in element.items() if key not in _RESPONSE["properties"]}]
    for key, value in ((key, value) for part in parts for key, value in part.items()):
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            text = plain(value)
            if answers.setdefault(key, text) != text:
                raise UnreadableDelivery("One question is answered twice, and not alike", fix="Ask each question once")
    return RawResponse(
        response_id=id_text(element["response_id"]),
        answers=tuple(RawAnswer((key,), (text,) if text else ()) for key, text in answers.items()),
        revision=int(element["revision"]) if element.get("revision") not in (None, "") else None,
        submitted_at=element.get("submitted_at") or None,
        language=element.get("language") or None,
        hidden={name: element[name] for name in HIDDEN if element.get(name)},
        reply_to=element.get(REPLY_TO) or None,
    )


def _comment(key: str) -> str:
    return key if key.startswith(COMMENT_PREFIX) else f"{COMMENT_PREFIX}{key}"
