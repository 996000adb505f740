"""Turn a question bank's document, which has no faults, into values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from exit_bridge.bank.types import (
    Action,
    Band,
    ContextQuestion,
    Evidence,
    Ingredient,
    Item,
    QuestionBank,
    Reading,
    Rule,
    Source,
    StageEmphasis,
    Variant,
)
from exit_bridge.bank.wording import wording

Document = dict[str, Any]

_READING = {"low": 50, "strength": 50, "joint_weakest": 12, "stands_out": 16}


def build(document: Document) -> QuestionBank:
    """Values from a document that has no faults."""
    structure = {key: value for key, value in document.items() if key not in ("wording", "sources")}
    scales = document["scales"]
    items = [_item(row, scales) for row in document["items"]]
    ingredients = tuple(
        Ingredient(
            row["id"],
            row["mark"],
            tuple(
                sorted((item for item in items if item.ingredient == row["id"]), key=lambda item: not item.core),
            ),
        )
        for row in document["ingredients"]
    )
    context = tuple(
        ContextQuestion(row["id"], tuple(row["codes"]), row.get("gate", False)) for row in document.get("context", ())
    )
    bank = QuestionBank(
        id=document["id"],
        version=document["version"],
        licence=document.get("licence", ""),
        ingredients=ingredients,
        context=context,
        variants=_variants(document, ingredients, context),
        emphasis=tuple(
            StageEmphasis(stage, ingredient, *cell.split())
            for stage, row in document.get("emphasis", {}).items()
            for ingredient, cell in row.items()
        ),
        rules=tuple(sorted((_rule(row) for row in document.get("rules", ())), key=lambda rule: rule.priority)),
        actions=tuple(_action(row) for row in document.get("actions", ())),
        bands=tuple(Band(row["id"], float(row["start"])) for row in document["bands"]),
        reading=Reading(**{**_READING, **document.get("reading", {})}),
        sources={key: Source(key, **row) for key, row in document.get("sources", {}).items()},
        wordings={},
        fingerprint=_fingerprint(structure),
    )
    reviewed_first = sorted(document["wording"].items(), key=lambda pair: pair[1].get("draft", False))
    wordings = {language: wording(words, _fingerprint(words)) for language, words in reviewed_first}
    return replace(bank, wordings=wordings)


def _fingerprint(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def evidence(texts: Iterable[str]) -> tuple[Evidence, ...]:
    """`"SL reported"` -> Evidence."""
    return tuple(Evidence(*text.split()) for text in texts)  # type: ignore[arg-type]


def _item(row: Document, scales: Document) -> Item:
    scale = scales[row["scale"]]
    return Item(
        id=row["id"],
        ingredient=row["ingredient"],
        kind="rubric" if scale["labels"] == "own" else "agree",
        scale=row["scale"],
        points=scale["points"],
        core=row.get("core", True),
        reverse_keyed=row.get("reverse_keyed", False),
        level=row.get("level", "both"),
        starts=row.get("from", "conception"),
        history=row.get("history", False),
        evidence=evidence(row.get("evidence", ())),
    )


def _variants(
    document: Document, ingredients: Sequence[Ingredient], context: Sequence[ContextQuestion]
) -> dict[str, Variant]:
    every = [item for ingredient in ingredients for item in ingredient.items]
    default = {"full": {"items": "core", "scored": True, "context": [q.id for q in context], "comments": "all"}}
    out = {}
    for name, row in document.get("variants", default).items():
        chosen = row["items"]
        wanted = {i.id for i in every if chosen == "all" or (chosen == "core" and i.core) or i.id in chosen}
        comments = [i.id for i in ingredients] if row["comments"] == "all" else row["comments"]
        out[name] = Variant(
            name,
            tuple(item.id for item in every if item.id in wanted),
            row["scored"],
            tuple(row["context"]),
            tuple(comments),
            row.get("reply", True),
        )
    return out


def _rule(row: Document) -> Rule:
    return Rule(
        row["id"], row["priority"], row["when"], tuple(row.get("silences", ())), evidence(row["claim"]), row["trigger"]
    )


def _action(row: Document) -> Action:
    return Action(
        row["id"],
        row["ingredient"],
        tuple(row["items"]),
        row["from"],
        tuple(row["sectors"]),
        tuple(row["who"]),
        evidence(row["evidence"]),
    )
