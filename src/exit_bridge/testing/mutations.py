"""Broken copies of a payload: every single place, or a few at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

MARK = "Words of a respondent, which no message may repeat. "
"""Stands in mutated payloads, so that a message that quotes what was sent is found."""

REPLACEMENTS: tuple[Any, ...] = (None, "", 0, 10**400, [], {}, True, MARK * 100)

_DELETE = object()
_Path = tuple[str | int, ...]


def mutations(payload: Any) -> Iterator[tuple[str, Any]]:
    """Every copy of a payload with one place deleted or replaced, each with a word on what was done to it."""
    for path, _ in list(nodes(payload)):
        name = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        yield f"without {name}", _with(payload, path, _DELETE)
        for value in REPLACEMENTS:
            yield f"{name} = {str(value)[:10]!r}", _with(payload, path, value)


def random_mutation(rng: random.Random, payload: Any) -> Any:
    """A copy with one to three places deleted or replaced at random, also by each other: for long runs."""
    for _ in range(rng.randint(1, 3)):
        everything = list(nodes(payload))
        (path, _), (_, other) = rng.choice(everything), rng.choice(everything)
        payload = _with(payload, path, rng.choice([_DELETE, other, *REPLACEMENTS, -1, 4.5, 1e300, "dk", "rec01"]))
    return payload


def nodes(payload: Any, path: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    """Every place of a JSON document with its path, the whole first."""
    yield path, payload
    inner = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for key, value in inner:
        yield from nodes(value, (*path, key))


def _with(payload: Any, path: _Path, value: Any) -> Any:
    """The payload with another value at that path; parts off the path are shared, not copied."""
    if not path:
        return None if value is _DELETE else value
    key, rest = path[0], path[1:]
    copy = payload.copy()
    if value is _DELETE and not rest:
        del copy[key]
    else:
        copy[key] = _with(payload[key], rest, value)
    return copy
