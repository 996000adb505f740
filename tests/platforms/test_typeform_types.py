"""The body we write, held against the types Typeform itself publishes."""

import json
import subprocess

import pytest
from tests.npm import installed

from exit_bridge.bank import load_bank
from exit_bridge.platforms import platform
from exit_bridge.testing import ABOUT

PACKAGES = ("@typeform/api-client@2.10.4", "typescript@5.9.3")
BANK = load_bank()

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def compile_ts(tmp_path_factory):
    """Compile one file against the published types."""
    folder = installed("typeform-types", PACKAGES, tmp_path_factory)

    def compile_form(form):
        source = folder / "form.ts"
        head = 'import type { Typeform } from "@typeform/api-client";\nexport const form: Typeform.Form = '
        source.write_text(f"{head}{json.dumps(form)};\n")
        command = [folder / "node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext"]
        return subprocess.run([*command, source.name], cwd=folder, capture_output=True, text=True, timeout=120).stdout

    return compile_form


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_form_compiles(compile_ts, variant):
    """Every property we write exists and has a value of its type."""
    for file in platform("typeform").write_form(BANK, variant, list(BANK.wordings), ABOUT):
        assert compile_ts(json.loads(file.content)) == ""


def test_a_wrong_property_does_not(compile_ts):
    """The check can fail: the compiler sees a misspelt property and a value that is none of the allowed ones."""
    (file,) = platform("typeform").write_form(BANK, "quick", ["en"], ABOUT)
    form = json.loads(file.content)
    assert "welcome_screen" in compile_ts({**form, "welcome_screen": []})
    form["fields"][0]["type"] = "statment"
    assert "statment" in compile_ts(form)
