"""The description for programs: valid, complete, the same as what is served, and true of what is answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator
from tests.conftest import missing
from tests.web.test_report_links import GROUP, SECRET, Bridge, create_app, loaded, path_of, posted

from exit_bridge.openapi import REFUSALS, STATUSES, description, proofs, reply_schema, tools
from exit_bridge.scoring import result_schema
from exit_bridge.store import open_store
from exit_bridge.store.types import AcceptedStatus

ROOT = Path(__file__).parents[2]
DESCRIBED = description()


@pytest.fixture
def client(tmp_path):
    settings = loaded(tmp_path, f"{GROUP}\nreply_scores = true")
    with open_store(settings.database) as store:
        store.upgrade()
        yield create_app(settings, Bridge(settings, store)).test_client()


def schema_of(path, method, code, kind="application/json"):
    """The schema of one documented answer, with what it refers to."""
    schema = DESCRIBED["paths"][path][method]["responses"][str(code)]["content"][kind]["schema"]
    return Draft202012Validator({**schema, "components": DESCRIBED["components"]})


@pytest.mark.dev
def test_it_is_openapi():
    """Against the specification's own schema for version 3.1."""
    try:
        from openapi_spec_validator import validate
    except ImportError:
        missing("openapi-spec-validator", "pip install -e '.[dev]'")
    validate(DESCRIBED)
    validate(description("https://h.example/exit-bridge"))


def test_it_is_made_from_the_schemas_in_force():
    """Result and deliveries are the very schemas that are published and checked with, not copies by hand."""
    schemas = DESCRIBED["components"]["schemas"]
    assert schemas["Result"].items() <= result_schema().items()
    for tool in tools():
        assert tool.delivery_schema.items() <= schemas[f"Delivery-{tool.name}"].items()
    assert {f"Delivery-{tool.name}" for tool in tools()} | {"Result", "Reply", "Batch"} == set(schemas)


def test_every_way_to_prove_a_delivery_is_there():
    """Each header that some tool sends is a scheme, and those sent together are demanded together."""
    demanded = DESCRIBED["paths"]["/hooks/{survey}"]["post"]["security"]
    named = {name.lower() for _, _, headers in proofs() for name in headers} - {"authorization"} | {"basic"}
    assert named == set(DESCRIBED["components"]["securitySchemes"]) == {name for row in demanded for name in row}
    assert {"webhook-id": [], "webhook-timestamp": [], "webhook-signature": []} in demanded
    assert DESCRIBED["paths"]["/hooks/{survey}/{token}"]["post"]["security"] == []


def test_it_describes_every_path(client):
    """Every rule of the application, with every method but HEAD, and none besides."""
    rules = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
    }
    written = {(path, method) for path, item in DESCRIBED["paths"].items() for method in item if method != "parameters"}
    assert written - {("/reports/{token}.json", "get")} == rules


def test_served_is_committed(client):
    """The same document as in form_definitions/, and besides where it is served."""
    answer = client.get("/openapi.json")
    committed = json.loads((ROOT / "form_definitions" / "openapi.json").read_text("utf-8"))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {**committed, "servers": [{"url": "https://reports.council.example"}]}
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_status_of_a_submission_is_described():
    """What the store can answer, and what never reaches it."""
    others = {"ignored", "declined", "quarantined", "fetching", "spooled"}
    assert set(get_args(AcceptedStatus)) | others == set(STATUSES)
    assert reply_schema()["properties"]["status"]["enum"] == list(STATUSES)


def test_the_documented_tables_say_the_same():
    """docs/deploy.md and the description name the same HTTP statuses for every path."""
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    hooks, others = re.findall(r"^\| (?:Case|Path) \|.*?(?=\n\n)", page, re.MULTILINE | re.DOTALL)
    said = {int(row.split("|")[2].split(",")[0]) for row in hooks.splitlines()[2:]}
    assert said == {200, *REFUSALS} == {int(code) for code in responses("/hooks/{survey}", "post")}
    assert said == {int(code) for code in responses("/hooks/{survey}/{token}", "post")}
    told: dict[str, set[str]] = {}
    for row in others.splitlines()[2:]:
        _, paths, _, codes, *_ = row.split("|")
        for path in re.findall(r"`(/[^`]*)`", paths):
            told.setdefault(path.replace("SURVEY", "{survey}").replace("TOKEN", "{token}"), set()).update(
                re.findall(r"\b\d{3}\b", codes)
            )
    assert told == {path: responses(path, "get") for path in DESCRIBED["paths"]}


def responses(path, method):
    return set(DESCRIBED["paths"][path][method]["responses"])


def test_answers_fit_what_is_described(client):
    """One of each kind, held against its schema."""
    hook = schema_of("/hooks/{survey}", "post", 200)
    said = posted(client)
    assert {"score_receptivity", "status_receptivity", "report_url"} <= set(said)
    for reply in (
        said,
        posted(client),
        posted(client, context={"notice": "no"}),
        posted(client, answers={"rec01": 99}),
    ):
        hook.validate(reply)
    sent = {"X-Exit-Bridge-Token": SECRET, "Content-Type": "application/json"}
    batch = [{"response_id": f"b-{n}", "context": {"notice": "yes"}, "answers": {"rec01": n}} for n in (4, 99)]
    answer = client.post("/hooks/s", json=batch, headers=sent)
    assert answer.json["status"] == "batch"
    hook.validate(answer.json)
    path = path_of(said["report_url"])
    schema_of("/reports/{token}.json", "get", 200).validate(client.get(f"{path}.json").json)
    schema_of("/reports/{token}.json", "get", 404).validate(client.get("/reports/x.json").json)
    schema_of("/healthz", "get", 200).validate(client.get("/healthz").json)
    for code, answer in {
        401: client.post("/hooks/s", data=b"{}"),
        413: client.post("/hooks/s", data=b" " * (1024 * 1024 + 1), headers=sent),
        415: client.post("/hooks/s", data=b"{}", headers={**sent, "Content-Type": "text/plain"}),
    }.items():
        assert answer.status_code == code
        schema_of("/hooks/{survey}", "post", code).validate(answer.json)
