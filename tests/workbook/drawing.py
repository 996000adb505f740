"""Made-up answers, and the cells that hold them in an export."""

from __future__ import annotations

import random

from exit_bridge.workbook.plan import Plan

LEANINGS = [(1, 1, 1, 1, 1), (4, 2, 1, 0, 0), (0, 0, 1, 3, 5), (0, 1, 6, 1, 0), (1, 0, 0, 0, 9)]


def drawn(plan: Plan, rng: random.Random) -> dict[str, str]:
    """Question -> option code. Answers lean low, high or to the middle, each ingredient its own way, so that every
    standing comes about; a few to many are left out."""
    gaps, found = rng.choice([0, 0.05, 0.2, 0.4]), {}
    shared = rng.choice([None, *LEANINGS])
    leaning = {one.id: shared or rng.choice(LEANINGS) for one in plan.bank.ingredients}
    for item in plan.items:
        if rng.random() < gaps:
            code = rng.choice(["", "dk", "na"])
        else:
            weights = (leaning[item.ingredient] * 2)[: item.points]
            code = str(rng.choices(range(1, item.points + 1), weights if any(weights) else None)[0])
        if code:
            found[item.id] = code
    for question in plan.bank.context:
        code = rng.choice(("", *question.codes)) if not question.gate else "yes"
        if code:
            found[question.id] = code
    return found


def dressed(label: str, rng: random.Random) -> str:
    """A label as tools and people hand it on."""
    return rng.choice(
        [label, label, label.upper(), f" {label} ", label.replace("'", "\u2019"), label.replace(" ", "\u00a0", 1)]
    )


def cell_for(plan: Plan, question: str, code: str, rng: random.Random) -> str:
    """What stands in an export for it: mostly a label, at times a code."""
    if not code:
        return ""
    one = plan.asked[plan.of(question)]
    if one.item:
        labels = plan.words.option_labels(one.item, plan.variant)
        return rng.choice([dressed(labels[code], rng)] * 5 + [code])
    words = plan.words.context_words(question, plan.variant)
    return dressed(rng.choice([words.options[code], words.described(code)]), rng)
