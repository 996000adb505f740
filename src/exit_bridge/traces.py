"""Does a raw body hold a given response?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from exit_bridge.errors import RefusedDelivery
from exit_bridge.platforms.base import Platform


def holds(tool: Platform | None, response_id: str) -> Callable[[bytes], bool]:
    """Tells of a body whether it holds the response with that id, as `tool` reads it.

    Where it cannot be read, or nobody knows the tool, the body must mention every part that the id is made of.
    """
    parts = (response_id,) if tool is None else tool.id_parts(response_id)

    def held(body: bytes) -> bool:
        if tool is not None:
            try:
                read = tool.read(tool.payload(body))
            except RefusedDelivery:
                pass
            except Exception:  # noqa: BLE001, S110 (a bug of ours put it there, and must not keep it there)
                pass
            else:
                ids = {response.response_id for response in read.responses} | set(read.fetch)
                if response_id in ids or not read.bad:
                    return response_id in ids
        return all(mentions(body, part) for part in parts)

    return held


def mentions(body: bytes, response_id: str) -> bool:
    """Whether `response_id` stands in `body` as a word of its own: plain, JSON-escaped or form-encoded.

    Errs on the side of yes: a short id such as `7` also matches any other 7.
    """
    if not response_id:
        return False
    in_json = json.dumps(response_id)[1:-1]
    in_form = quote(response_id, safe="", errors="surrogatepass"), quote_plus(response_id, errors="surrogatepass")
    spellings = {response_id, in_json, in_json.replace("/", r"\/"), *in_form}
    either = b"|".join(re.escape(spelling.encode(errors="surrogatepass")) for spelling in sorted(spellings))
    plain = re.search(rb"(?<![\w-])(?:" + either + rb")(?![\w-])", body, re.IGNORECASE) is not None
    return plain or _in_json(body, response_id)


def _in_json(body: bytes, response_id: str) -> bool:
    """Whatever way the sender's encoder escapes characters."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        return False
    word = re.compile(rf"(?<![\w-]){re.escape(response_id)}(?![\w-])", re.IGNORECASE)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and word.search(value):
            return True
    return False
