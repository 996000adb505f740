"""Answers nobody gave, for `send-test`: valid for any question bank, and plain to see through."""

from __future__ import annotations

from exit_bridge.bank import COMMENT_PREFIX, QuestionBank

COMMENT = "This submission was made up by `exit-bridge send-test`."
_PATTERN = ("4", "2", "5", "3", "dk", "4", "1", "na")


def answers(bank: QuestionBank, variant: str) -> dict[str, str]:
    """Question id -> option code or text for every question of the variant, the gate passed."""
    chosen = bank.variants[variant]
    said = {}
    for name in chosen.context:
        question = bank.context_by_id[name]
        said[name] = "yes" if question.gate else question.codes[0]
    for place, item in enumerate(chosen.items):
        codes, wanted = bank.items[item].codes, _PATTERN[place % len(_PATTERN)]
        said[item] = wanted if wanted in codes else codes[0]
    return said | {f"{COMMENT_PREFIX}{ingredient}": COMMENT for ingredient in chosen.comments[:1]}
