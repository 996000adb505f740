from importlib.metadata import EntryPoint

import pytest

from exit_bridge import platforms
from exit_bridge.errors import SettingsError, UnknownPlatform
from exit_bridge.platforms.base import Platform
from exit_bridge.platforms.signatures import Open


class Outside(Platform):
    """A platform that another package brings."""

    name = "outside"
    title = "Outside"
    docs = "https://outside.example/formats"


class Typeform(Outside):
    """One that would take a built-in name."""

    name = "typeform"


class Untitled(Platform):
    """One that was left half written."""

    name = "untitled"


class Distribution:
    def __init__(self, name):
        self.name, self.version = name, "1.2"


def entry(name, value, package="their-package"):
    """An installed entry point, as importlib.metadata gives it."""
    made = EntryPoint(name, f"{__name__}:{value}", platforms.GROUP)
    made.__dict__["dist"] = Distribution(package)
    return made


@pytest.fixture
def installed(monkeypatch):
    """Install entry points; what was found before is forgotten."""

    def install(*entries):
        monkeypatch.delenv("EXIT_BRIDGE_NO_PLUGINS", raising=False)
        monkeypatch.setattr(platforms, "entry_points", lambda group: list(entries) if group == platforms.GROUP else [])
        platforms._plugins.cache_clear()

    yield install
    platforms._plugins.cache_clear()


def reason():
    (broken,) = platforms.broken_plugins()
    return broken.reason


@pytest.mark.parametrize("name", platforms.BUILT_IN)
def test_every_built_in_is_there_under_its_own_name(name):
    """The table names a class whose `name` is the key."""
    assert name == platforms.platform(name).name


def test_built_ins_come_in_the_order_of_the_table():
    """`generic`, the way in for everything else, stands last."""
    assert [*platforms.BUILT_IN] == [tool.name for tool in platforms.platforms()]
    assert [*platforms.BUILT_IN][-1] == "generic"


def test_an_unknown_name_lists_those_there_are():
    """The error says what can be written instead."""
    with pytest.raises(UnknownPlatform) as unknown:
        platforms.platform("surveymonkee")
    for name in platforms.BUILT_IN:
        assert name in str(unknown.value)
    assert unknown.value.exit_code == 2


def test_an_installed_platform_is_found_and_listed(installed):
    """One class and one entry point are all it takes."""
    installed(entry("outside", "Outside"))
    assert isinstance(platforms.platform("outside"), Outside)
    assert platforms.platforms()[-1].name == "outside"
    assert platforms.broken_plugins() == ()


def test_a_name_of_ours_is_refused(installed):
    """Names stand in addresses and settings: nobody may take over a built-in one, and ours goes on working."""
    installed(entry("typeform", "Typeform"))
    assert "choose another name" in reason()
    assert not isinstance(platforms.platform("typeform"), Typeform)


@pytest.mark.parametrize("name", ["paper", "sheet", "workbook"])
def test_names_of_forms_for_no_tool_are_refused(installed, name):
    """`forms paper` writes the form to print, `forms sheet` build sheets: they would write over the tool's files."""
    installed(entry(name, "Outside"))
    assert "choose another name" in reason()


def test_two_packages_with_one_name_are_both_left_out(installed):
    """Which of them is meant cannot be known, so both are named."""
    installed(entry("outside", "Outside", "first"), entry("outside", "Outside", "second"))
    assert [*platforms.BUILT_IN] == [tool.name for tool in platforms.platforms()]
    for broken in platforms.broken_plugins():
        assert "first 1.2 and second 1.2" in broken.reason


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("outside", "NoSuchClass", "AttributeError"),
        ("outside", "Distribution", "no subclass of exit_bridge.platforms.base.Platform"),
        ("outside", "entry", "no subclass of exit_bridge.platforms.base.Platform"),
        ("another", "Outside", "the class has another `name`"),
        ("Out_Side", "Outside", "lower-case letters, digits and hyphens"),
        ("untitled", "Untitled", "no `title`"),
    ],
)
def test_a_broken_one_is_listed_with_its_reason(installed, name, value, expected):
    """It never takes anything else down, and asking for it says what is wrong with it."""
    installed(entry(name, value))
    assert expected in reason()
    assert [*platforms.BUILT_IN] == [tool.name for tool in platforms.platforms()]
    with pytest.raises(UnknownPlatform, match="installed but cannot be used"):
        platforms.platform(name)


def test_one_whose_import_fails_is_listed(installed, monkeypatch, tmp_path):
    """Whatever the package raises while it is imported."""
    (tmp_path / "exploding_platform.py").write_text("raise RuntimeError('no licence file')")
    monkeypatch.syspath_prepend(tmp_path)
    installed(EntryPoint("exploding", "exploding_platform:Tool", platforms.GROUP))
    (broken,) = platforms.broken_plugins()
    assert (broken.distribution, broken.reason) == ("an unnamed package", "RuntimeError: no licence file")


def test_plugins_can_be_switched_off(installed, monkeypatch):
    """Our own test run uses this, so that no installed package changes a result."""
    installed(entry("outside", "Outside"))
    monkeypatch.setenv("EXIT_BRIDGE_NO_PLUGINS", "1")
    platforms._plugins.cache_clear()
    assert [*platforms.BUILT_IN] == [tool.name for tool in platforms.platforms()]


def test_asking_for_one_platform_imports_no_other():
    """`exit-bridge --help` and a single hook pay for what they use."""
    import subprocess
    import sys

    code = (
        "import sys; from exit_bridge.platforms import platform; platform('generic'); "
        "print('exit_bridge.platforms.typeform' in sys.modules, 'jsonschema' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False False"


def test_a_mode_the_tool_cannot_carry_names_those_it_can():
    """The settings' author reads it, so it says what to write."""
    with pytest.raises(SettingsError, match="Use one of: signature, path"):
        platforms.platform("typeform").scheme("basic")


def test_none_is_the_same_for_every_tool():
    """Whether it is allowed is decided by the web service."""
    assert Open() == platforms.platform("typeform").scheme("none")
