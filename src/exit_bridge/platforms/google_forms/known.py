"""Which of our questions an id of Google's stands for, in forms that were made through the API.

A client knows its form and not the bank it was written from, so the ids of every bank that is shipped are looked up.
Questions of an organisation's own bank, and those of a form that the script or a person made, go by their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from exit_bridge.bank import About, load_bank, questionnaire, shipped_banks
from exit_bridge.platforms.google_forms import form
from exit_bridge.platforms.google_forms.api_body import question_ids

_EVERYTHING = (About(), About(answered_by="individuals", reply_domains=("council.example",)))
"""Between them these ask all that a form may ask."""


@dataclass(frozen=True, slots=True)
class Known:
    """Our id of a question, and of which bank and form it is."""

    ref: str
    bank: str
    variant: str


@cache
def known() -> Mapping[str, Known]:
    """Google's id -> what it is, for every bank that is shipped."""
    return {
        number: Known(ref, bank.ref, variant)
        for bank in map(load_bank, shipped_banks())
        for variant in bank.variants
        for language in list(bank.wordings)[:1]
        for about in _EVERYTHING
        for number, ref in question_ids(form.plan(questionnaire(bank, variant, language, about))).items()
    }
