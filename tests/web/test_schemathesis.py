"""Schemathesis over the whole description: no server error, no undocumented answer, no bug of ours behind a 200."""

from __future__ import annotations

import logging
import os
import warnings
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.conftest import missing
from tests.web.test_report_links import GROUP, KEY, SECRET, create_app, path_of, posted

from exit_bridge.bridge import Bridge
from exit_bridge.platforms import BUILT_IN, platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

pytestmark = pytest.mark.dev

SEED = 20261125
HEAD = 'public_url = "https://reports.council.example"\ninstall_key = "$KEY"\n'
SURVEY = """
[surveys.{name}]
platform = "{tool}"
bank = "exit-open@1"
{answered_by}
auth = "{auth}"
secrets = ["$SECRET"]
report_link = true
reply_scores = true
"""


@pytest.fixture
def app(tmp_path):
    """An application with a survey for every tool by path, one by header, and one called `s` as in other tests."""
    surveys = [("s", "generic", "header"), ("basic", "generic", "basic")]
    surveys += [(name, name, "path") for name in BUILT_IN if "path" in platform(name).schemes]
    text = "".join(SURVEY.format(name=n, tool=t, auth=a, answered_by=GROUP) for n, t, a in surveys)
    (tmp_path / "exit-bridge.toml").write_text(HEAD + text, "utf-8")
    loaded = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET, "KEY": KEY})
    with open_store(loaded.database) as store:
        store.upgrade()
        yield create_app(loaded, Bridge(loaded, store))


def situations(operation, link):
    """What to hold fixed while the rest is made up: nothing, or the credentials that open the door."""
    yield {}
    if operation.method == "post":
        if "{token}" in operation.path:
            for name in BUILT_IN:
                if "path" in platform(name).schemes:
                    yield {"path_parameters": {"survey": name, "token": SECRET}}
        else:
            yield {"path_parameters": {"survey": "s"}, "headers": {"X-Exit-Bridge-Token": SECRET}}
            yield {"path_parameters": {"survey": "s"}}
    elif operation.path.startswith("/reports/"):
        yield {"path_parameters": {"token": link}}


def can_break(operation, fixed) -> bool:
    """Is there anything left that may be made up wrongly?"""
    return operation.method == "post" or (not fixed and "{survey}" in operation.path)


def run(app, many: int, caplog) -> Counter:
    """Put `many` cases to the application and count its answers by status."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import schemathesis
            from schemathesis.checks import not_a_server_error
            from schemathesis.specs.openapi import checks
    except ImportError:
        missing("schemathesis", "pip install -e '.[dev]'")
    held_against = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    caplog.set_level(logging.WARNING)
    link = path_of(posted(app.test_client())["report_url"]).removeprefix("/reports/")
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    plan = [
        (operation.ok(), fixed, mode)
        for operation in schema.get_all_operations()
        for fixed in situations(operation.ok(), link)
        for mode in schemathesis.GenerationMode
        if mode.is_positive or can_break(operation.ok(), fixed)
    ]
    # Most of what can go wrong is in what a hook reads.
    weights = [8 if operation.method == "post" else 1 for operation, *_ in plan]
    seen: Counter = Counter()
    for (operation, fixed, mode), weight in zip(plan, weights, strict=True):
        share = max(2, -(-many * weight // sum(weights)))  # rounded up

        @seed(SEED)
        @settings(max_examples=share, deadline=None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(mode, **fixed))
        def hold(case):
            answer = case.call()
            case.validate_response(answer, checks=held_against)
            seen[answer.status_code] += 1

        hold()
    assert "outcome=bug" not in caplog.text
    assert "reason=bug" not in caplog.text
    return seen


def test_a_few_hundred_cases(app, caplog):
    """In every run; among them answers of every kind that a lone request can get."""
    seen = run(app, 400, caplog)
    assert {200, 401, 404} <= set(seen)


@pytest.mark.long
def test_twenty_thousand_cases(app, caplog):
    """The long run: as many as EXIT_BRIDGE_FUZZ_CASES says."""
    many = int(os.environ.get("EXIT_BRIDGE_FUZZ_CASES", "20000"))
    seen = run(app, many * 11 // 10, caplog)  # where few cases are possible, the generator ends before its share
    assert sum(seen.values()) >= many
    print(f"\nschemathesis: {sum(seen.values())} cases, answered {dict(sorted(seen.items()))}")
