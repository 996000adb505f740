"""Does a raw body speak of a given response?"""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus


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
