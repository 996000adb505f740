"""The survey we write, held against the description of its API that Formbricks publishes.

EXIT_BRIDGE_FORMBRICKS names that file, docs/api-v3-reference/openapi.yml of its repository. It is not ours to copy.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest

from exit_bridge.bank import load_bank
from exit_bridge.platforms import platform
from exit_bridge.testing import ABOUT
from exit_bridge.testing.forms import TOGETHER

pytestmark = pytest.mark.dev

BANK = load_bank()


@pytest.fixture(scope="module")
def faults():
    path = os.environ.get("EXIT_BRIDGE_FORMBRICKS")
    if not path:
        pytest.skip("name Formbricks' openapi.yml in EXIT_BRIDGE_FORMBRICKS")
    yaml, jsonschema = pytest.importorskip("yaml"), pytest.importorskip("jsonschema")
    described = yaml.safe_load(Path(path).read_text("utf-8"))
    body = described["paths"]["/api/v3/surveys"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**body, "components": described["components"]})
    return lambda document: [error.json_path for error in validator.iter_errors(document)]


@pytest.mark.parametrize("about", [ABOUT, TOGETHER], ids=["alone", "together"])
@pytest.mark.parametrize("variant", BANK.variants)
@pytest.mark.parametrize("languages", [["en"], ["cy"], ["en", "cy"]], ids="+".join)
def test_every_survey_fits(faults, variant, languages, about):
    (file,) = platform("formbricks").write_form(BANK, variant, languages, about)
    assert [] == faults(json.loads(file.content) | {"workspaceId": "clx0madeup0workspace00000"})


def test_a_survey_that_does_not_is_found(faults):
    """The check can fail: a key that nobody knows, and a question of no kind."""
    (file,) = platform("formbricks").write_form(BANK, "quick", ["en"], ABOUT)
    good = json.loads(file.content) | {"workspaceId": "clx0madeup0workspace00000"}
    assert faults({**good, "blocs": []})
    bad = copy.deepcopy(good)
    bad["blocks"][0]["elements"][0]["type"] = "multipleChoiseSingle"
    assert faults(bad)
