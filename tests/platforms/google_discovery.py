"""Google's own description of its Forms API and of Drive's as JSON Schema, from the package that ships it.

Nothing is fetched.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from tests.conftest import missing

REQUIRED = re.compile(r"Required\b")
"""How a description begins where a property must be there; the document has no list of these."""


def forms_v1(name: str) -> Draft202012Validator:
    """A validator of that schema, which knows every property there may be."""
    return _validator("forms.v1", name)


def drive_v3(name: str) -> Draft202012Validator:
    """The same of Drive's."""
    return _validator("drive.v3", name)


@cache
def _validator(api: str, name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _closed(api)})


@cache
def _closed(api: str) -> dict[str, Any]:
    client = find_spec("googleapiclient")
    if not client or not client.origin:
        missing("google-api-python-client", "pip install -e '.[dev]'")
    document = Path(client.origin).parent / "discovery_cache" / "documents" / f"{api}.json"
    schemas = json.loads(document.read_text("utf-8"))["schemas"]
    return {name: _as_json_schema(schema) for name, schema in schemas.items()}


def _as_json_schema(of: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in of:
        return {"$ref": f"#/$defs/{of['$ref']}"}
    kept = {key: of[key] for key in ("type", "enum") if key in of}
    if "items" in of:
        kept["items"] = _as_json_schema(of["items"])
    if of.get("type") == "object":
        inner = of.get("properties", {})
        kept["properties"] = {name: _as_json_schema(schema) for name, schema in inner.items()}
        kept["required"] = [name for name, schema in inner.items() if REQUIRED.match(schema.get("description", ""))]
        kept["additionalProperties"] = (
            _as_json_schema(of["additionalProperties"]) if "additionalProperties" in of else False
        )
    return kept
