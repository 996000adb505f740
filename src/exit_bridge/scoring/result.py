"""The result: what leaves as JSON, under a published and versioned schema of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from exit_bridge.bank import NON_ANSWERS, QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.scoring.score import MOST_ACTIONS, MOST_NOTES
from exit_bridge.scoring.types import (
    ChosenAction,
    Fact,
    IngredientScore,
    Note,
    Priority,
    Reasons,
    Scores,
)

SCHEMA_VERSION = 1


def result_document(submission: Submission, scores: Scores, bank: QuestionBank, wording: str) -> dict[str, Any]:
    """The result as JSON, valid against `result_schema`. `wording` is the fingerprint of the words it was read with.

    Scores are unrounded. There is no grand total, and none can be asked for.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "survey": submission.survey,
        "response_id": submission.response_id,
        "variant": submission.variant,
        "wave": submission.wave,
        "bank": {
            "id": bank.id,
            "version": bank.version,
            "structure_fingerprint": bank.fingerprint,
            "wording_fingerprint": wording,
        },
        **scores_document(scores),
    }


def scores_document(scores: Scores) -> dict[str, Any]:
    """Readings and what follows from them, as they stand in a result."""
    return {
        "stage": scores.stage,
        "ingredients": [
            {
                "id": reading.id,
                "score": reading.score,
                "status": reading.status,
                "band": reading.band,
                "answered": reading.answered,
                "asked": reading.asked,
                "reasons": asdict(reading.reasons),
                "lowest": list(reading.lowest),
            }
            for reading in scores.ingredients
        ],
        "standing": scores.standing,
        "weakest": list(scores.weakest),
        "furthest": list(scores.furthest),
        "strength": scores.strength,
        "priorities": [
            {"ingredient": p.ingredient, "emphasis": p.emphasis, "later": p.later} for p in scores.priorities
        ],
        "notes": [
            {
                "rule": note.rule,
                "claim": [{"source": source, "strength": strength} for source, strength in note.claim],
                "trigger": {
                    "strength": note.trigger,
                    "facts": [{"kind": f.kind, "subject": f.subject, "found": f.found} for f in note.facts],
                },
            }
            for note in scores.notes
        ],
        "actions": [
            {"action": a.action, "ingredient": a.ingredient, "item": a.item, "why": a.why, "from_now_on": a.from_now_on}
            for a in scores.actions
        ],
        "checklist": list(scores.checklist),
    }


def without_answers(document: Mapping[str, Any]) -> dict[str, Any]:
    """A result for people who may not see single answers: what brought a note up is told without them."""
    notes = [
        {**note, "trigger": {**note["trigger"], "facts": [f for f in note["trigger"]["facts"] if f["kind"] != "value"]}}
        for note in document["notes"]
    ]
    return {**document, "notes": notes}


def scores_from_document(document: Mapping[str, Any], bank: QuestionBank) -> Scores:
    """The inverse of `result_document`, so that a report always shows the numbers that were kept."""
    return scores_of(document, scored=bank.variants[document["variant"]].scored)


def scores_of(document: Mapping[str, Any], *, scored: bool) -> Scores:
    """The inverse of `scores_document`. `scored`: of a form that gives scores."""
    return Scores(
        ingredients=tuple(
            IngredientScore(**{**row, "reasons": Reasons(**row["reasons"]), "lowest": tuple(row["lowest"])})
            for row in document["ingredients"]
        ),
        standing=document["standing"],
        weakest=tuple(document["weakest"]),
        furthest=tuple(document["furthest"]),
        strength=document["strength"],
        priorities=tuple(Priority(**row) for row in document["priorities"]),
        notes=tuple(
            Note(
                row["rule"],
                tuple((claim["source"], claim["strength"]) for claim in row["claim"]),
                row["trigger"]["strength"],
                tuple(Fact(**fact) for fact in row["trigger"]["facts"]),
            )
            for row in document["notes"]
        ),
        actions=tuple(ChosenAction(**row) for row in document["actions"]),
        checklist=tuple(document["checklist"]),
        stage=document["stage"],
        scored_variant=scored,
    )


def result_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a result, for every bank."""
    name = {"type": "string", "minLength": 1}
    names = {"type": "array", "items": name}
    count = {"type": "integer", "minimum": 0}
    strength = {"enum": ["reported", "adjacent", "inferred"]}

    def closed(properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def many(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": closed(properties)}

    def with_status(status: str, score: str, band: str) -> dict[str, Any]:
        return {
            "if": {"properties": {"status": {"const": status}}},
            "then": {"properties": {"score": {"type": score}, "band": {"type": band}}},
        }

    reading = {
        "id": name,
        "score": {"type": ["number", "null"], "minimum": 0, "maximum": 100, "description": "Unrounded, 0 to 100."},
        "status": {"enum": ["scored", "provisional", "not_scored"]},
        "band": {"type": ["string", "null"], "description": "Only when scored."},
        "answered": {**count, "description": "Core items that count."},
        "asked": {**count, "description": "Core items that were asked."},
        "reasons": closed({"dont_know": count, "not_relevant": count, "skipped": count, "not_asked": count}),
        "lowest": names,
    }
    readings = {
        "type": "array",
        "minItems": 1,
        "items": {
            **closed(reading),
            "allOf": [
                with_status("scored", "number", "string"),
                with_status("provisional", "number", "null"),
                with_status("not_scored", "null", "null"),
            ],
        },
    }
    fact = {
        "kind": {"enum": ["score", "value", "count", "stage", "about", "gap"]},
        "subject": name,
        "found": {"type": ["number", "string"]},
    }
    note = {
        "rule": name,
        "claim": many({"source": name, "strength": strength}),
        "trigger": closed({"strength": {"enum": ["ours", "reported"]}, "facts": many(fact)}),
    }
    action = {
        "action": name,
        "ingredient": name,
        "item": name,
        "why": {"enum": ["weakest", "low", "stage"]},
        "from_now_on": {"type": "boolean"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://exit-bridge.example/schemas/result-{SCHEMA_VERSION}.json",
        "title": "The result of one submission",
        "description": "Scores per ingredient, side by side. There is no total, and ingredients are not ranked.",
        **closed(
            {
                "schema_version": {"const": SCHEMA_VERSION},
                "survey": name,
                "response_id": name,
                "variant": name,
                "wave": {"type": "string"},
                "bank": closed(
                    {
                        "id": name,
                        "version": {"type": "integer", "minimum": 1},
                        "structure_fingerprint": name,
                        "wording_fingerprint": {"type": "string"},
                    }
                ),
                "stage": {"enum": ["conception", "implementation", "sustaining", "scaling", None]},
                "ingredients": readings,
                "standing": {"enum": ["found", "none_stands_out", "all_in_place", "too_few_scored"]},
                "weakest": names,
                "furthest": names,
                "strength": {"type": "boolean", "description": "May the furthest be called a strength?"},
                "priorities": many(
                    {
                        "ingredient": name,
                        "emphasis": {"enum": ["high", "medium", "background", None]},
                        "later": {"type": "boolean"},
                    }
                ),
                "notes": {**many(note), "maxItems": MOST_NOTES},
                "actions": {**many(action), "maxItems": MOST_ACTIONS},
                "checklist": names,
            }
        ),
    }


def columns(bank: QuestionBank, items: str = "") -> list[str]:
    """Headings of the flat table `score` writes; `items` is "", "raw", "value" or "both"."""
    head = ["response_id", "survey", "platform", "bank", "variant", "submitted_at", "role", "stage", "wave"]
    for ingredient in bank.ingredients:
        head += [f"{ingredient.id}_{part}" for part in ("score", "status", "band", "answered", "asked")]
    head.append("weakest")
    if items in ("raw", "both"):
        head += [f"{item}_raw" for item in bank.items]
    if items in ("value", "both"):
        head += [f"{item}_value" for item in bank.items]
    return head


def flat_row(submission: Submission, scores: Scores, bank: QuestionBank, items: str = "") -> dict[str, Any]:
    """One response as one row under `columns`; None means empty.

    `<item>_raw` is the option code as answered; `<item>_value` the favourable value with reverse-keyed items recoded.
    """
    row: dict[str, Any] = {
        "response_id": submission.response_id,
        "survey": submission.survey,
        "platform": submission.platform,
        "bank": submission.bank,
        "variant": submission.variant,
        "submitted_at": submission.submitted_at,
        "role": submission.context.get("role"),
        "stage": submission.context.get("stage"),
        "wave": submission.wave or None,
    }
    for reading in scores.ingredients:
        for part in ("score", "status", "band", "answered", "asked"):
            row[f"{reading.id}_{part}"] = getattr(reading, part)
    row["weakest"] = ";".join(scores.weakest) or None
    for item in bank.items.values():
        answer = submission.answers.get(item.id)
        if items in ("raw", "both"):
            row[f"{item.id}_raw"] = answer
        if items in ("value", "both"):
            counts = answer is not None and answer not in NON_ANSWERS
            row[f"{item.id}_value"] = item.favourable(int(answer)) if counts and answer is not None else None
    return row
