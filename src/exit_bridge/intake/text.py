"""One way to compare words that passed through a survey tool."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

_TAG = re.compile(r"<[^<>]{0,200}>")
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_NUMBER = re.compile(r"^q?\d+(\.\d+)*[.):]?\s+", re.IGNORECASE)
LONGEST = 1000
"""Characters. Far beyond any statement or label, tags and entities included."""

_SEPARATORS = str.maketrans("", "", "-._ ")


def as_code(key: str) -> str:
    """A key as a code: case does not matter, nor do separators, which some tools swap and some forbid."""
    return key.strip().strip("\ufeff").casefold().translate(_SEPARATORS)


def as_words(text: str) -> str:
    """Words only: entities and tags undone, quotes and spaces made plain, case and final marks gone.

    Two different statements stay different; one statement in two tools' dress becomes equal. Text longer than
    anything in a bank is given back as it is: normalising takes time that grows with the square of some lengths.
    """
    return text if len(text) > LONGEST else _as_words(text)


@lru_cache(maxsize=4096)
def _as_words(text: str) -> str:
    try:
        plain = html.unescape(html.unescape(text))
    except ValueError:  # a numeric entity with more digits than Python turns into a number
        return text
    plain = _TAG.sub(" ", plain)
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", plain)).translate(_QUOTES)
    plain = " ".join(plain.split()).casefold()
    return _NUMBER.sub("", plain).rstrip(" .?!:*") or plain
