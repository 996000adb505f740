"""The survey tools: those built in, and those that other packages bring."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from exit_bridge.errors import UnknownPlatform
from exit_bridge.platforms.base import ExportProfile, Platform

BUILT_IN = {
    "typeform": "exit_bridge.platforms.typeform:Typeform",
    "limesurvey": "exit_bridge.platforms.limesurvey:LimeSurvey",
    "tally": "exit_bridge.platforms.tally:Tally",
    "formbricks": "exit_bridge.platforms.formbricks:Formbricks",
    "jotform": "exit_bridge.platforms.jotform:Jotform",
    "surveymonkey": "exit_bridge.platforms.surveymonkey:SurveyMonkey",
    "google-forms": "exit_bridge.platforms.google_forms:GoogleForms",
    "smartsurvey": "exit_bridge.platforms.smartsurvey:SmartSurvey",
    "ms-forms": "exit_bridge.platforms.ms_forms:MicrosoftForms",
    "generic": "exit_bridge.platforms.generic:Generic",
}
"""Name -> class. Imported when asked for, so that the command line starts fast. `generic` stays last."""

GROUP = "exit_bridge.platforms"
"""The entry-point group under which another package names its platforms: `name = "package.module:Class"`."""

NOT_A_TOOL = ("paper", "sheet", "workbook")
"""What `forms` writes besides and into folders of these names, so that no survey tool may have them."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""Names stand in addresses, settings and folder names."""


_KINDS: dict[str, Any] = {
    "title": str,
    "docs": str,
    "schemes": Mapping,
    "content_types": tuple,
    "max_body": int,
    "export": ExportProfile | None,
    "api": type | None,
}
"""What is read of every platform wherever platforms are listed."""


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """An installed platform that cannot be used, and why."""

    name: str
    distribution: str
    reason: str


def platform(name: str) -> Platform:
    """The platform of that name. Raises UnknownPlatform, which lists the names there are."""
    if name in BUILT_IN:
        return _built_in(name)
    plugins, broken = _plugins()
    if name in plugins:
        return plugins[name]
    reason = next((f"it is installed but cannot be used: {b.reason}" for b in broken if b.name == name), "")
    raise UnknownPlatform(
        f"There is no platform {name!r}", where=reason, fix=f"Use one of: {', '.join((*BUILT_IN, *plugins))}"
    )


def platforms() -> tuple[Platform, ...]:
    """Every platform that can be used: the built-in ones, then the installed ones by name."""
    return (*map(_built_in, BUILT_IN), *_plugins()[0].values())


def broken_plugins() -> tuple[BrokenPlugin, ...]:
    """Installed platforms that are left out, so that one bad package never stops the service."""
    return _plugins()[1]


@cache
def _built_in(name: str) -> Platform:
    module, _, attribute = BUILT_IN[name].partition(":")
    found: type[Platform] = getattr(import_module(module), attribute)
    return found()


@cache
def _plugins() -> tuple[dict[str, Platform], tuple[BrokenPlugin, ...]]:
    if os.environ.get("EXIT_BRIDGE_NO_PLUGINS") == "1":
        return {}, ()
    good: dict[str, Platform] = {}
    broken: list[BrokenPlugin] = []
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    for entry in entries:
        others = [other for other in entries if other.name == entry.name]
        try:
            good[entry.name] = _load(entry, others)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever it does on import must not stop us)
            broken.append(BrokenPlugin(entry.name, _distribution(entry), f"{type(error).__name__}: {error}"))
    return good, tuple(broken)


def _load(entry: EntryPoint, same_name: list[EntryPoint]) -> Platform:
    if entry.name in (*BUILT_IN, *NOT_A_TOOL):
        raise ValueError(f"exit-bridge itself has something called {entry.name!r}; choose another name")
    if len(same_name) > 1:
        raise ValueError(f"{' and '.join(map(_distribution, same_name))} share this name; uninstall all but one")
    if not NAME.fullmatch(entry.name):
        raise ValueError("a name is lower-case letters, digits and hyphens")
    found = entry.load()
    if not (isinstance(found, type) and issubclass(found, Platform)):
        raise TypeError(f"{entry.value} is no subclass of exit_bridge.platforms.base.Platform")
    if getattr(found, "name", None) != entry.name:
        raise ValueError(f"the entry point is called {entry.name!r}, but the class has another `name`")
    for attribute, kind in _KINDS.items():
        if not isinstance(getattr(found, attribute, None), kind):
            raise TypeError(f"the class has no `{attribute}` of the right kind")
    return found()


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed package"
