"""Has a question bank the shape that the published schemas ask for? What is said in it is looked at elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from exit_bridge.errors import Fault

Document = Mapping[str, Any]


def schema(name: str) -> dict[str, Any]:
    """The published JSON Schema (2020-12) called `bank` or `wording`."""
    loaded: dict[str, Any] = json.loads((files("exit_bridge.bank") / "data" / f"{name}.schema.json").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    registry: Any = Registry().with_resources(
        [("https://exit-bridge.example/schemas/wording-1.json", Resource.from_contents(schema("wording")))]
    )
    return Draft202012Validator(schema("bank"), registry=registry)


def shape_faults(document: Document) -> list[Fault]:
    """Every place where a bank document breaks the schema; empty when its shape is right."""
    faults = []
    for error in sorted(_validator().iter_errors(document), key=lambda error: error.json_path):
        where = (error.json_path.removeprefix("$").removeprefix(".") or "the file") + _whose(document, error)
        match error.validator:
            case "required":
                missing = [name for name in error.validator_value if name not in error.instance]
                faults.append(Fault(where, f"{', '.join(missing)} missing", "Add it"))
            case "additionalProperties":
                allowed = ", ".join(error.schema.get("properties", {}))
                extra = sorted(set(error.instance) - set(error.schema.get("properties", {})))
                faults.append(Fault(where, f"{', '.join(extra)} is not known here", f"Use only {allowed}"))
            case "enum" | "const" | "pattern" | "type" | "minimum" | "maximum" | "minLength" | "minItems" | "maxItems":
                faults.append(
                    Fault(where, f"not allowed here ({error.validator})", f"It must be {error.validator_value}")
                )
            case "oneOf":
                faults.append(Fault(where, "fits none of the forms allowed here", "See docs/own-bank.md"))
            case _:
                faults.append(Fault(where, f"breaks the rule {error.validator}", f"It must be {error.validator_value}"))
    return list(dict.fromkeys(faults))


def _whose(document: Document, error: Any) -> str:
    """The id of a row that is otherwise only numbered, or the name of an entry that is itself at fault."""
    if "propertyNames" in error.absolute_schema_path:
        return f".{error.instance}"
    match [*error.absolute_path]:
        case [str() as section, int() as place, *_] if (
            isinstance(row := document[section][place], dict) and "id" in row
        ):
            return f" (id {row['id']!r})"
    return ""


def sound(document: Document) -> Document:
    """The document without the rows, languages and sections whose shape is wrong."""
    wrong = [tuple(error.absolute_path)[:2] for error in _validator().iter_errors(document)]
    kept: dict[str, Any] = {"items": [], "scales": {}}
    for section, content in document.items():
        if (section,) in wrong:
            continue
        if isinstance(content, list):
            kept[section] = [row for place, row in enumerate(content) if (section, place) not in wrong]
        elif isinstance(content, dict):
            kept[section] = {name: row for name, row in content.items() if (section, name) not in wrong}
        else:
            kept[section] = content
    return kept
