"""The page behind a link in a real browser: it looks as it should, passes axe, and breaks none of its own policy."""

from __future__ import annotations

import json

import pytest
from tests.cli.cli_calls import started, write_settings
from tests.web.test_path_prefix import KEY, SECRET, SETTINGS, posted

pytestmark = [pytest.mark.server, pytest.mark.browser]


@pytest.fixture
def served(tmp_path):
    """A running service, and the link it gave for one submission."""
    settings = write_settings(tmp_path, SETTINGS.format(public_url="https://h.example"), SECRET=SECRET, KEY=KEY)
    with started(settings, "serve", "--port", 0) as service:
        base = service.wait_for(r"listening on (http://\S+)")[1]
        said = json.loads(posted(base, f"/hooks/s/{SECRET}", "r-1").body)
        yield base, said["report_url"].replace("https://h.example", base)


WATCH = "window.broken = []; addEventListener('securitypolicyviolation', event => broken.push(event.blockedURI))"
STYLE = "selector => getComputedStyle(document.querySelector(selector))"


def opened(browser, url, **options):
    page, said, asked = browser.new_page(**options), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.blockedURI))"
    )
    page.goto(url, wait_until="load")
    return page, said, asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_whole_and_breaks_no_rule(browser, served, scheme):
    """Its styles apply under the policy, nothing else is asked for, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    _, url = served
    page, said, asked = opened(browser, url, color_scheme=scheme)
    assert page.evaluate("broken") == []
    assert said == []
    assert [one for one in asked if one != url and not one.endswith("/favicon.ico")] == []
    assert page.evaluate(f"({STYLE})('h1').fontWeight") == "700"
    assert page.evaluate(f"({STYLE})('.zones').display") == "grid"
    assert page.evaluate(f"({STYLE})('.zones').gridTemplateColumns.split(' ').length") == 4
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("broken") == []
    page.close()


def test_the_neutral_page_too(browser, served):
    """What a link that does not work shows."""
    from axe_playwright_python.sync_playwright import Axe

    base, _ = served
    page, said, _ = opened(browser, f"{base}/reports/no-such-link")
    assert [line for line in said if "404" not in line] == []
    assert page.get_by_role("heading", name="Nothing to show").count() == 1
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("broken") == []
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    page.close()


def test_no_script_runs_and_no_frame_holds_it(browser, served):
    """The policy is in force: an injected script does nothing, and another page cannot put the report in a frame."""
    _, url = served
    page, said, _ = opened(browser, url)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in line for line in said)
    page.close()
    outer = browser.new_page()
    said = []
    outer.on("console", lambda message: said.append(message.text))
    outer.set_content(f'<iframe src="{url}"></iframe>', wait_until="load")
    assert [frame for frame in outer.frames if frame.url == url and frame.locator("h1").count()] == []
    outer.close()
