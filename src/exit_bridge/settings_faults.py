"""What is wrong with a settings document, in words that say what to write instead. No value is ever quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Schema = Mapping[str, Any]

_INSTEAD = {
    "string": 'must be text, in quotes: "…"',
    "integer": "must be a whole number, without quotes",
    "boolean": "must be true or false, without quotes",
    "array": 'must be a list: ["…"]',
    "object": "must be a table, with a heading in square brackets",
}

_BY = {"email": "smtp"}
"""What `by` is where it is left out."""


def faults_in(raw: Mapping[str, Any], schema: Schema, secrets_file: str) -> list[str]:
    """Every fault, as place and remedy. `secrets_file`: where the secrets themselves belong."""
    return sorted({f"{where}: {what}" for where, what in _faults(raw, schema, (), secrets_file)})


def _faults(raw: Any, schema: Schema, above: tuple[str | int, ...], secrets_file: str) -> Iterator[tuple[str, str]]:
    for error in _validator().evolve(schema=schema).iter_errors(raw):
        place = (*above, *error.absolute_path)
        if error.validator == "oneOf" and isinstance(error.instance, dict):
            ways = {way["properties"]["by"]["const"]: way for way in error.validator_value}
            by = error.instance.get("by", _BY.get(error.path[-1]) if error.path else None)
            if isinstance(by, str) and by in ways:
                yield from _faults(error.instance, ways[by], place, secrets_file)
            else:
                yield _named((*place, "by")), f"must be one of {', '.join(ways)}"
        elif error.validator != "oneOf" or "type" not in error.schema:  # else the wrong type is a fault of its own
            if "propertyNames" in error.absolute_schema_path:
                place = (*place, error.instance)
            yield _named(place), _what(error, secrets_file)


def _what(error: Any, secrets_file: str) -> str:
    rule, schema = error.validator_value, error.schema
    match error.validator:
        case "required":
            return f"{', '.join(name for name in rule if name not in error.instance)} missing"
        case "additionalProperties":
            extra = sorted(set(error.instance) - set(schema.get("properties", {})))
            return f"{', '.join(extra)} is no setting (docs/settings.md lists them)"
        case "enum":
            return f"must be one of {', '.join(map(str, rule))}"
        case "type":
            return _INSTEAD[rule]
        case "oneOf":
            return "must be tables, each under [[surveys.NAME.send]]"
        case "minimum" | "maximum":
            return f"must be from {schema['minimum']} to {schema['maximum']}"
        case "minItems":
            return "must not be empty"
        case "maxLength":
            return f"must have at most {rule} characters"
        case "pattern" if rule.startswith(r"^\$"):
            return f'write "$NAME"; the secret itself stands in {secrets_file}'
        case _:
            return f"must look like {_examples(schema['examples'])}"


def _examples(values: Iterable[str]) -> str:
    return " or ".join(f'"{value}"' for value in values)


def _named(place: Iterable[str | int]) -> str:
    """`surveys.first.send no. 2.to`: TOML counts nothing, so a number is said as people count."""
    text = "".join(f" no. {part + 1}" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".") or "the file"


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({})
