"""Every platform against the shipped contract, check by check. A new one needs a folder here and no line of code."""

import importlib.util
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge import testing
from exit_bridge.bank import load_bank
from exit_bridge.platforms import platforms

HERE = Path(__file__).parent
BANK = load_bank()
PLATFORMS = {tool.name: tool for tool in platforms()}
CASES = [
    (tool, case) for tool in PLATFORMS.values() for case in testing.recorded_cases(tool, HERE / tool.name / "recorded")
]
EXPORTS = [
    (tool, path)
    for tool in PLATFORMS.values()
    for path in testing.recorded_exports(tool, HERE / tool.name / "recorded")
]
FORMS = [
    (tool, variant, language) for tool in PLATFORMS.values() for variant in BANK.variants for language in BANK.wordings
]

every_platform = pytest.mark.parametrize("tool", PLATFORMS.values(), ids=PLATFORMS)
every_form = pytest.mark.parametrize(
    ("tool", "variant", "language"),
    [form for form in FORMS if "form" in form[0].faces],
    ids=[f"{tool.name}-{variant}-{language}" for tool, variant, language in FORMS if "form" in tool.faces],
)
every_case = pytest.mark.parametrize(("tool", "case"), CASES, ids=[f"{tool.name}-{case.name}" for tool, case in CASES])


@cache
def simulator(name):
    """`tests/platforms/<name>/simulate.py`: the tool, as far as its documentation tells."""
    path = HERE / name / "simulate.py"
    assert path.is_file(), f"platform {name!r}: still to do: write a simulator ({name}/simulate.py)"
    spec = importlib.util.spec_from_file_location(f"simulate_{name.replace('-', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@every_platform
def test_description(tool):
    """Name, title, link, faces."""
    testing.check_description(tool)


@pytest.mark.parametrize(
    ("tool", "mode"),
    [(tool, mode) for tool in PLATFORMS.values() for mode in tool.schemes],
    ids=lambda v: getattr(v, "name", v),
)
def test_credentials(tool, mode):
    """Good, bad, missing, rotated and garbage credentials, for every mode the tool can carry."""
    testing.check_scheme(tool.scheme(mode), f"{tool.name}, auth = {mode!r}")


@every_form
def test_form(tool, variant, language):
    """All of the questionnaire is in the form, once, and the same every time."""
    testing.check_form(tool, BANK, variant, language)


@pytest.mark.parametrize("seed", range(int(os.environ.get("EXIT_BRIDGE_ROUND_TRIPS", "3"))))
@every_form
def test_round_trip(tool, variant, language, seed):
    """What somebody answers who can only read the written form comes back as what they meant."""
    testing.check_round_trip(tool, BANK, variant, language, simulator(tool.name).deliver, seed)


@every_form
def test_file_round_trip(tool, variant, language):
    """The same by export file, and by delivery the same submission where the tool keeps its ids."""
    if "export" in tool.faces:
        sim = simulator(tool.name)
        testing.check_file_round_trip(tool, BANK, variant, language, sim.deliver, sim.export)


@pytest.mark.parametrize("variant", BANK.variants)
@every_platform
def test_sample(tool, variant):
    """What the demo and `send-test` post is a delivery of this tool."""
    testing.check_sample(tool, BANK, variant)


@every_platform
def test_recorded_files(tool):
    """They say where they come from, and hold nothing personal."""
    testing.check_provenance(tool, HERE / tool.name / "recorded")
    testing.check_scrubbed(HERE / tool.name / "recorded")


@every_case
def test_recorded(tool, case):
    """Bytes and headers as received give the expected outcome."""
    testing.check_recorded(tool, case, BANK)


@pytest.mark.parametrize(("tool", "path"), EXPORTS, ids=[f"{tool.name}-{path.stem}" for tool, path in EXPORTS])
def test_export(tool, path):
    """A saved export is detected, and every row gives the expected outcome."""
    testing.check_export(tool, path, BANK)


@every_platform
def test_same_by_file(tool):
    """One response that came both ways is one submission."""
    testing.check_same_by_file(tool, HERE / tool.name / "recorded", BANK)


@every_case
def test_mutations(tool, case):
    """Broken in any single place, it ends in a submission, a count or one of our errors."""
    testing.check_mutations(tool, case, BANK)


@every_case
def test_unknown_fields(tool, case):
    """Fields the tool adds one day change nothing."""
    testing.check_unknown_fields(tool, case, BANK)


keys = st.sampled_from(
    ["response_id", "answers", "event_type", "form_response", "token", "field", "ref", "rec01", "notice"]
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), keys)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(keys | st.text(), inner), max_leaves=20
)


@every_platform
@given(payload=documents)
def test_any_json_is_read_or_refused(tool, payload):
    """Whatever an authenticated sender posts ends in a submission, a count or one of our errors."""
    testing.outcome(tool, payload, testing.form_of(tool, BANK))


@every_platform
def test_the_whole_contract_is_one_call(tool, monkeypatch):
    """`check_platform` is what outside authors call: it runs every check above but the round trips."""
    called = []
    for name in [name for name in testing.__all__ if name.startswith("check_") and name != "check_platform"]:
        monkeypatch.setattr(testing, name, lambda *_, name=name: called.append(name))
    testing.check_platform(tool, HERE / tool.name / "recorded", BANK)
    ours = {"check_platform", "check_round_trip", "check_file_round_trip"}
    assert set(called) == {name for name in testing.__all__ if name.startswith("check_")} - ours
