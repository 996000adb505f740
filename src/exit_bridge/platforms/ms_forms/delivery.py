"""What the flow posts. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.base import TEXT, DeliveryResult, RawAnswer, RawResponse, many, plain, shape
from exit_bridge.platforms.ms_forms.form import SOURCE, TO_FILL, flow
from exit_bridge.platforms.parse import id_text

JOINT = ":"

_WORDS = {"type": ["string", "null"]}
SCHEMA = shape(
    "source",
    "response_id",
    "answers",
    source={"const": SOURCE},
    form_id=_WORDS,
    response_id={"type": ["string", "integer"], "minLength": 1},
    answers={
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": ["string", "number", "null"]}, many(TEXT)]},
    },
    **dict.fromkeys(("submitted_at", "language", *HIDDEN), _WORDS),
)

# seen: "Get response details" names questions like this, and beside them who answered and when. Its time is text as
# Americans write it, without a zone. It is not guessed: the flow says when it ran.
_QUESTION = re.compile(r"r[0-9a-f]{32}")
_NEVER = ("responder", "submitDate")


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response. Raises UnreadableDelivery where the flow is not finished."""
    texts = [str(payload["response_id"]), *(value for value in payload["answers"].values() if isinstance(value, str))]
    if any(text.startswith(TO_FILL[0]) and text.endswith(TO_FILL[1]) for text in map(str.strip, texts)):
        raise UnreadableDelivery(
            "The flow still holds places to fill in",
            fix="In its HTTP action replace every [[…]] by the dynamic content of that name, and test it again",
        )
    said = {key: value for key, value in payload["answers"].items() if key not in _NEVER}
    ours = {key: value for key, value in said.items() if not _QUESTION.fullmatch(key)}
    if len(said) > 3 * len(ours):  # whatever else stands there, hardly any of it is a question that we can know
        raise UnreadableDelivery(
            "The flow sends ids of Microsoft Forms, which do not say which question they are",
            fix="Use the body in the .flow.json file that `exit-bridge forms ms-forms` writes: a line a question",
        )
    reply_to = ours.pop(REPLY_TO, None)
    raw = RawResponse(
        response_id=JOINT.join(filter(None, [payload.get("form_id"), id_text(payload["response_id"])])),
        answers=tuple(RawAnswer((key,), tuple(_values(value))) for key, value in ours.items()),
        submitted_at=payload.get("submitted_at") or None,
        language=payload.get("language") or None,
        hidden={name: payload[name] for name in HIDDEN if payload.get(name)},
        reply_to=reply_to if isinstance(reply_to, str) and reply_to else None,
    )
    return DeliveryResult((raw,))


def _values(value: Any) -> Iterator[str]:
    """What may name the option. Where several may be chosen Forms sends a list as text (seen); one is a choice."""
    if isinstance(value, list):
        yield "; ".join(value)
        return
    text = "" if value is None else plain(value)
    if text:
        yield text
    if text.startswith("["):
        try:
            several = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(several, list) and len(several) == 1 and isinstance(several[0], str):
            yield several[0]


def sample(asked: Questionnaire, answers: Mapping[str, str], response_id: str, submitted_at: str, wave: str) -> bytes:
    """What the flow would send when somebody gives these answers (question id -> option code or text)."""
    said = {
        question.id: next((choice.label for choice in question.choices if choice.code == code), code)
        for question in asked.questions
        for code in [answers.get(question.id, "")]
    }
    # The id is taken as it is given: nothing of a flow stands before it.
    of_it = {"form_id": "", "response_id": response_id, "submitted_at": submitted_at, "wave": wave, "answers": said}
    return json.dumps({**flow(asked), **of_it}, ensure_ascii=False).encode()
