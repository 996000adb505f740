"""The published schema of a closed wave: what `team.json` and receivers get."""

from __future__ import annotations

from typing import Any, get_args

from exit_bridge.scoring.disclosure import LEAST, MOST
from exit_bridge.scoring.picture import SCHEMA_VERSION, Held
from exit_bridge.scoring.result import result_schema
from exit_bridge.scoring.spread import Spread

_OF_SCORES = (
    "stage",
    "ingredients",
    "standing",
    "weakest",
    "furthest",
    "strength",
    "priorities",
    "notes",
    "actions",
    "checklist",
)


def team_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a team's report, for every bank. Nothing but what is named here may be there."""
    name = {"type": "string", "minLength": 1}
    people = {"type": "integer", "minimum": 5}
    mean = {"type": "integer", "minimum": LEAST, "maximum": MOST}

    def closed(properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def many(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": closed(properties)}

    def perhaps(schema: dict[str, Any], description: str) -> dict[str, Any]:
        return {"anyOf": [schema, {"type": "null"}], "description": description}

    ends = f"A whole number; {LEAST} stands for that or less, {MOST} for that or more."
    ingredient = {
        "id": name,
        "n": perhaps(people, "People behind the mean; null where it is kept back."),
        "mean": perhaps(mean, ends),
        "spread": perhaps({"enum": list(get_args(Spread))}, "How far views lie apart."),
        "bands": many({"first": name, "last": name, "n": {"type": "integer", "minimum": 3}}),
        "by_role": many({"role": name, "n": people, "mean": mean}),
        "unsure": perhaps({"type": "boolean"}, 'Did three answers in ten or more say "I don\'t know"?'),
    }
    gap = {"rule": {"enum": ["leaders", "young"]}, "ingredient": name, "higher": name, "lower": name}
    of_scores = {key: value for key, value in result_schema()["properties"].items() if key in _OF_SCORES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://exit-bridge.example/schemas/team-{SCHEMA_VERSION}.json",
        "title": "The report on a team, of one closed wave",
        "description": "Figures over several people, never one person's. There is no total.",
        **closed(
            {
                "survey": {"type": "string"},
                "wave": {"type": "string"},
                "report": {"type": "integer", "minimum": 1, "description": "Number of the report on this wave."},
                "closed_on": {"type": "string", "format": "date"},
                "bank": name,
                "schema_version": {"const": SCHEMA_VERSION},
                "n": perhaps(people, "People counted; null where they are too few, and then nothing else is there."),
                "floors": closed({"mean": people, "role": people}),
                "roles": many({"role": name, "n": people}),
                "ingredients": {"type": "array", "minItems": 1, "items": closed(ingredient)},
                "scores": perhaps(
                    closed(of_scores),
                    "What follows from the printed means, as if one person had answered so; an item's own mean is told "
                    "by no fact.",
                ),
                "talk": {"type": "array", "items": name, "description": "Items with the widest spread, widest first."},
                "gaps": many(gap),
                "one_stage": perhaps({"type": "boolean"}, "Do people name the same stage?"),
                "stage_most": perhaps(name, "The stage that most, and at least five, named."),
                "held": {"type": "array", "items": {"enum": list(get_args(Held))}},
            }
        ),
    }
