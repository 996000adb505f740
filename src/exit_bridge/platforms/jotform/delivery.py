"""Jotform's webhook, and a submission as its API tells it. What each fact rests on: the package's docstring."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from exit_bridge.bank import HIDDEN, REPLY_TO
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.base import (
    TEXT,
    DeliveryResult,
    RawAnswer,
    RawResponse,
    parse_json,
    plain,
    shape,
)
from exit_bridge.platforms.multipart import text_fields

FIELDS = ("formID", "submissionID", "rawRequest")
"""seen: what is read of the 23 fields of a delivery. Address, account, network address and `pretty` are not."""

# seen: ids have 18 or 19 digits, beyond what a number holds exactly in many programs, so a number is refused.
SCHEMA = {
    **shape(
        "submissionID",
        formID=TEXT,
        submissionID={"type": "string", "minLength": 1},
        rawRequest={"type": "object"},
        submitted_at={"type": ["string", "null"]},
        answers={"type": "object", "patternProperties": {"^[0-9]+$": shape(name=TEXT, text=TEXT)}},
    ),
    "anyOf": [{"required": ["rawRequest"]}, {"required": ["answers"]}],
}

_KEY = re.compile(r"q([0-9]{1,9})_(.*)", re.DOTALL)  # seen: the question's number, then its name
_TAG = re.compile(r"<[^<>]{0,200}>")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_BOUNDARY = "------------------------MadeUpByExitBridge"

Named = tuple[str, tuple[str, ...], Any]
"""A question's folded name, everything that may name it, and what was answered."""


def payload(body: bytes) -> Any:
    """A posted form -> its fields, `rawRequest` parsed; the JSON of what was fetched by the API as it is."""
    if not body.startswith(b"--"):
        return parse_json(body)
    fields: dict[str, Any] = text_fields(body, FIELDS)
    if "rawRequest" in fields:
        fields["rawRequest"] = parse_json(fields["rawRequest"].encode())
    return fields


def read(payload: Mapping[str, Any]) -> DeliveryResult:
    """A payload that fits SCHEMA -> one response, or why it is none."""
    raw = payload.get("rawRequest", {})
    if str(raw.get("preview", "")).strip().lower() in ("true", "1"):  # seen: sent from the builder's preview
        return DeliveryResult(ignored=("test",))
    answers: list[RawAnswer] = []
    hidden: dict[str, str] = {}
    reply_to = None
    for name, keys, value in (*_posted(raw), *_fetched(payload.get("answers", {}))):
        if name in HIDDEN:
            if text := "".join(_values(value)):
                hidden[name] = text
        elif name == _fold(REPLY_TO):
            reply_to = next(iter(_values(value)), reply_to)
        else:
            answers += _answers(keys, value)
    response = RawResponse(
        response_id=payload["submissionID"].strip(),
        answers=tuple(answers),
        submitted_at=payload.get("submitted_at") or _instant(raw.get("submitDate")),
        hidden=hidden,
        reply_to=reply_to,
    )
    return DeliveryResult((response,))


def _posted(raw: Mapping[str, Any]) -> Iterator[Named]:
    """seen: keys are `q<number>_<name>`; what was left empty is "" or missing."""
    for key, value in raw.items():
        if found := _KEY.fullmatch(key):
            number, name = found.groups()
            yield _fold(name), _keys(number, name), value


def _fetched(answers: Mapping[str, Any]) -> Iterator[Named]:
    """seen: number -> name, text and answer; there is no answer where there was none to give, or none was given."""
    for number, entry in answers.items():
        if isinstance(entry, dict):
            name, text = entry.get("name", ""), _without_tags(entry.get("text", ""))
            yield _fold(name), tuple(filter(None, (*_keys(number, name), text))), entry.get("answer")


def _keys(number: str, name: str) -> tuple[str, ...]:
    """Our name first. A name Jotform made itself may end in the question's number (seen: `age11`, number 11) and then
    only looks like an id of ours, so what it is called in the delivery goes before it."""
    whole = f"q{number}_{name}"
    made = re.fullmatch(r"\D+([0-9]+)", name)
    return (whole, name, number) if made and made[1] == number else (name, whole, number)


def _fold(name: str) -> str:
    """believed: Jotform may write a name without the marks in it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _answers(keys: tuple[str, ...], value: Any) -> Iterator[RawAnswer]:
    """One answer, or one a row of a table whose rows are named by their text.

    seen: a table is a list in the order of its rows, an object by number (where rows were left out), or, from the API,
    an object by the text of the row. Only the last says which row is which: the others stay one answer to the table,
    which is no question of ours. Parts of a name, an address or a date are called by one word, statements are not.
    """
    rows = {_without_tags(key): cell for key, cell in value.items()} if isinstance(value, dict) else {}
    statements = {key: cell for key, cell in rows.items() if " " in key}
    if not statements:
        yield RawAnswer(keys, _values(value))
    for key, cell in statements.items():
        yield RawAnswer((key,), _values(_unwrapped(cell)))


def _unwrapped(cell: Any) -> Any:
    """seen: a cell may hold a list as text, `["1"]`."""
    if isinstance(cell, str) and cell.startswith("["):
        try:
            return parse_json(cell.encode("utf-8", "surrogatepass"))
        except UnreadableDelivery:
            return cell
    return cell


def _values(value: Any) -> tuple[str, ...]:
    """What may name the option. Several at once are one text, which is no option: the delivery waits in quarantine."""
    texts = list(filter(None, map(_text, _leaves(value))))
    return ("; ".join(texts),) if texts else ()


def _leaves(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value


def _text(value: str | float) -> str:
    """seen: `&quot;`, `&#039;`. Twice, because a relay may escape what is escaped; never until nothing changes."""
    try:
        return plain(html.unescape(html.unescape(str(value))))
    except ValueError:  # an entity with more digits than Python turns into a number
        return plain(str(value))


def _without_tags(text: str) -> str:
    """seen: rows may end in a tab or hold `<br />`."""
    return " ".join(_TAG.sub(" ", text).split())


def _instant(milliseconds: Any) -> str | None:
    """seen since 2025: when it was sent, by the clock of the respondent's device. Anything else is no time."""
    if not _MILLISECONDS.fullmatch(str(milliseconds)):
        return None
    return f"{datetime.fromtimestamp(int(str(milliseconds)) // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


# -- made up -------------------------------------------------------------------------------------------------------


def sample(written: Mapping[str, Any], said: Mapping[str, str], response_id: str, submitted_at: str) -> bytes:
    """What Jotform would post when somebody gives these answers (name -> label or text) to a form."""
    raw: dict[str, str] = {"slug": "submit/made-up", "submitSource": "form"}
    raw["submitDate"] = f"{datetime.fromisoformat(submitted_at).timestamp() * 1000:.0f}"
    for number, question in written["questions"].items():
        name = question["name"]
        if text := said.get(name) or question.get("defaultValue"):
            raw[f"q{number}_{name}"] = text
    return post({"formID": "made-up", "submissionID": response_id, "rawRequest": json.dumps(raw)})


def post(fields: Mapping[str, str]) -> bytes:
    """Text fields as `multipart/form-data`."""
    parts = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    return f"{parts}--{_BOUNDARY}--\r\n".encode()
