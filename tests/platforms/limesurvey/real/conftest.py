"""One LimeSurvey for all tests of the real thing, with our plugin uploaded through its pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.platforms.limesurvey.real.admin import Admin
from tests.platforms.limesurvey.real.server import LimeSurvey, start
from tests.platforms.limesurvey.real.survey import survey

from exit_bridge.platforms.limesurvey.plugin import plugin_zip

NUMBERS = count(614001)


@pytest.fixture(scope="session")
def limesurvey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimeSurvey]:
    """A LimeSurvey of our own, from the release in EXIT_BRIDGE_LIMESURVEY."""
    with start(tmp_path_factory.mktemp("limesurvey")) as started:
        yield started


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A browser window without cookies."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our plugin as users get it."""
    path = tmp_path_factory.mktemp("plugin") / "ExitBridge.zip"
    path.write_bytes(plugin_zip())
    return path


@pytest.fixture(scope="session")
def installed(limesurvey: LimeSurvey, browser: Any, archive: Path) -> Iterator[Admin]:
    """An administrator who has uploaded the plugin and switched it on."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(30_000)
    admin = Admin(context.new_page(), limesurvey)
    said = admin.upload(archive)
    assert "The plugin was successfully installed" in said
    assert "Plugin was activated" in admin.switch("activate")
    yield admin
    context.close()


@pytest.fixture
def opened(limesurvey: LimeSurvey) -> Any:
    """Imports and activates a fresh small survey; its number."""

    def open_one(**settings: str) -> int:
        number = limesurvey.import_survey(survey(sid=str(next(NUMBERS)), **settings), "txt")
        limesurvey.activate(number)
        return number

    return open_one
