"""Strict JSON: what an authenticated sender may hand us before anybody looks at a value; and ids in it."""

from __future__ import annotations

import json
from itertools import accumulate
from math import isfinite
from typing import Any, NoReturn

from exit_bridge.errors import UnreadableDelivery

MAX_DEPTH = 64
EXACT = 2**53 - 1
"""The largest number that every program holds as it is, JavaScript included."""

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def parse_json(body: bytes) -> Any:
    """Parse UTF-8 JSON, refusing what `json.loads` lets through: NaN, Infinity, repeated keys, deep nesting.

    Raises UnreadableDelivery, which never quotes the body.
    """
    try:
        text = body.decode("utf-8")
        payload = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise UnreadableDelivery("The body is not UTF-8", fix="Send JSON as UTF-8") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        detail = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise UnreadableDelivery("The body is not the JSON we read", where=detail, fix="Send plain JSON") from None
    if b"\\ud" in body or b"\\uD" in body:
        _check_whole_characters(payload)
    # Brackets inside strings only raise this count, so the exact walk runs for suspicious bodies alone.
    if max(accumulate(map(_STEP.__getitem__, body.translate(None, _NOT_BRACKETS))), default=0) > MAX_DEPTH:
        _check_depth(payload)
    return payload


def id_text(value: str | float) -> str:
    """An id, text or a whole number, as text. Some programs write 17 as 17.0, which is the same response.

    Raises UnreadableDelivery for a number that may have been rounded on its way, and would then be somebody else's.
    """
    if isinstance(value, str):
        return value.strip()
    if abs(value) > EXACT:
        raise UnreadableDelivery("The response's id is a number that many programs round", fix="Send the id as text")
    return str(int(value))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"the constant {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number too large to hold")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return out


def _check_whole_characters(payload: Any) -> None:
    """Half of a surrogate pair is no character and can be stored nowhere."""
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UnreadableDelivery("The body holds half a character", fix="Send whole Unicode characters") from None


def _check_depth(payload: Any) -> None:
    level, depth = [payload], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]


def _too_deep() -> UnreadableDelivery:
    return UnreadableDelivery("The body is nested too deeply", fix=f"Send at most {MAX_DEPTH} levels")
