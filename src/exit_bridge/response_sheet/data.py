"""What the script looks things up in: how headings and answers are read, and everything that our scoring says.

Each table is made by the code that does the same job elsewhere (`intake.mapping`, `scoring.score`, `workbook.plan`), so
that a rule stands in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exit_bridge.bank import COMMENT_PREFIX, NON_ANSWERS, QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.intake.mapping import Mapping as Codes
from exit_bridge.intake.mapping import Target, mapping_for
from exit_bridge.intake.text import LONGEST
from exit_bridge.response_sheet.words import words
from exit_bridge.scoring import score
from exit_bridge.scoring.score import FEWEST_SCORED, MOST_ACTIONS, turn
from exit_bridge.workbook.plan import STAGE_COLUMNS, Plan


def data(plan: Plan) -> dict[str, Any]:
    """One variant in one language, as JSON values. Headings and answers are read in every language of the bank."""
    bank, about = plan.bank, plan.about
    codes = mapping_for(bank)
    scales: list[Mapping[str, str]] = []
    return {
        "bank": bank.ref,
        "fingerprint": bank.fingerprint,
        "variant": plan.variant,
        "language": plan.language,
        "group": about.answered_by == "group",
        # Of people who answer alone only where the notice tells them so.
        "shown": about.answered_by == "group" or about.individual_reports == "recipients",
        "stage": about.stage,
        "longest": LONGEST,
        "headings": _headings(codes),
        "questions": _questions(plan, codes, scales),
        "scales": scales,
        "nonAnswers": list(NON_ANSWERS),
        "ingredients": [
            {
                "id": ingredient.id,
                "name": plan.words.ingredients[ingredient.id].name or ingredient.id,
                "points": ingredient.core[0].points,
                "core": [item.id for item in ingredient.core],
                "statuses": _statuses(bank, plan.variant, ingredient.id),
            }
            for ingredient in bank.ingredients
        ],
        "bands": [{"id": band.id, "start": band.start, "name": plan.words.bands[band.id]} for band in bank.bands],
        "limits": {
            "low": bank.reading.low,
            "jointWeakest": bank.reading.joint_weakest,
            "standsOut": bank.reading.stands_out,
            "strength": bank.reading.strength,
            "fewestScored": FEWEST_SCORED,
            "mostActions": MOST_ACTIONS,
        },
        "stages": {stage or "": _stage(plan, stage) for stage in STAGE_COLUMNS},
        "actions": {
            action.id: [told.what, told.first_step, told.sign]
            for action in bank.actions
            for told in [plan.words.actions[action.id]]
        },
        "words": words(plan),
    }


def _headings(codes: Codes) -> dict[str, Any]:
    """What a heading may be, as `intake.mapping` compares it -> the question that a column of it holds."""
    return {
        "codes": {name: _key(target) for name, target in codes.folded.items()},
        "visible": {name: _key(target) for name, target in codes.visible.items()},
        "texts": {text: _key(target) for text, target in codes.texts.items()},
        "replyStarts": list(codes.reply_starts),
    }


def _key(target: Target) -> str:
    return f"{COMMENT_PREFIX}{target.id}" if target.kind == "comment" else target.id


def _questions(plan: Plan, codes: Codes, scales: list[Mapping[str, str]]) -> dict[str, Any]:
    """Items, then the questions about whoever answers, each with the place of its answers in `scales`."""
    found: dict[str, Any] = {}
    words = plan.words
    chosen = plan.bank.variants[plan.variant]
    for item in plan.bank.items.values():
        asked = item.id in chosen.items
        found[item.id] = {
            "item": True,
            "asked": asked,
            "gate": False,
            "points": item.points,
            "reversed": item.favourable(1) != 1,
            "history": item.history,
            "name": plan.bank.visible_code(item),
            "text": words.item(item, plan.variant).text if asked else "",
            "scale": _scale(item.id, codes, scales),
        }
    for question in plan.bank.context:
        asked = question.id in chosen.context
        text = words.context_words(question.id, plan.variant).text if asked else question.id
        scale = _scale(question.id, codes, scales)
        found[question.id] = {
            "item": False,
            "asked": asked,
            "gate": question.gate,
            "points": 0,
            "reversed": False,
            "history": False,
            "name": text,
            "text": text,
            "scale": scale,
        }
    return found


def _scale(question: str, codes: Codes, scales: list[Mapping[str, str]]) -> int:
    """Most items share one table, once what begins with their own id is taken out; the script puts that back."""
    known = {words: code for words, code in codes.options[question].items() if not words.startswith(f"{question}_")}
    if known not in scales:
        scales.append(known)
    return scales.index(known)


def _statuses(bank: QuestionBank, variant: str, ingredient: str) -> list[str]:
    """By how many of its core items are answered, from none to all."""
    core = bank.ingredient_by_id[ingredient].core
    made_up = (
        Submission("any", "any", "any", bank.ref, variant, {item.id: 1 for item in core[:answered]})
        for answered in range(len(core) + 1)
    )
    return [score(submission, bank).by_id(ingredient).status for submission in made_up]


def _stage(plan: Plan, stage: str | None) -> dict[str, Any]:
    """What depends on the stage: how early each ingredient comes, and which of equally low items, with its action."""
    items = list(plan.bank.items.values())
    order = sorted(range(len(items)), key=lambda place: (turn(items[place], stage), place))
    answers = [plan.action(item, stage) for item in items]
    return {
        "weights": dict(zip((i.id for i in plan.bank.ingredients), plan.emphasis(stage), strict=True)),
        "turns": {items[place].id: nth for nth, place in enumerate(order)},
        "actions": {
            item.id: plan.bank.actions[place].id
            for item, place in zip(items, answers, strict=True)
            if place is not None
        },
    }
