"""A bank with a second language: every word of the first with a mark in front, so that a mix-up shows."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

from exit_bridge.bank.load import load_bank

LANGUAGE, MARK = "cy", "Cy: "


def bilingual(bank=None):
    """The bank in English and in marked English that says it is Welsh."""
    bank = bank or load_bank()
    english = bank.wordings["en"]
    words = {
        field.name: marked(getattr(english, field.name)) for field in fields(english) if field.name != "fingerprint"
    }
    other = replace(english, **{**words, "language": LANGUAGE, "draft": False, "fingerprint": LANGUAGE})
    return replace(bank, wordings={"en": english, LANGUAGE: other})


def marked(value):
    """Every text in a value with the mark in front; empty ones stay empty."""
    if isinstance(value, str):
        return MARK + value if value else value
    if isinstance(value, tuple):
        return tuple(map(marked, value))
    if isinstance(value, Mapping):
        return {key: marked(inner) for key, inner in value.items()}
    if is_dataclass(value):
        return replace(value, **{field.name: marked(getattr(value, field.name)) for field in fields(value)})
    return value
