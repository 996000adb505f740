"""public_url with a path: behind a proxy that takes it away and behind one that leaves it, and nothing else trusted."""

from __future__ import annotations

import json
import re

import pytest
from tests.cli.cli_calls import call, started, write_settings
from tests.web.proxy import proxied
from tests.web.servers import free_port

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.http import HttpPolicy, request
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web import create_app
from exit_bridge.web.prefix import ROOTS, below

BANK = load_bank()
SECRET = "whsec_cHJlZml4LXByZWZpeC1wcmVmaXgtcHJlZml4LXByZWY="
KEY = "0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210"
SETTINGS = """
public_url = "{public_url}"
install_key = "$KEY"
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$SECRET"]
report_link = true
[[surveys.s.send]]
by = "folder"
directory = "reports"
[surveys.open]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "none"
"""
ANSWERS = {"context": {"notice": "yes"}, "answers": dict.fromkeys(BANK.variants["full"].items, 4)}


def asked(method, url, body=b"", **headers):
    port = re.search(r":(\d+)", url)[1]
    policy = HttpPolicy(internal=f"http://127.0.0.1:{port}")
    return request(method, url, body, {"Content-Type": "application/json", **headers}, policy)


def posted(base, path, response_id, **headers):
    return asked("POST", base + path, json.dumps({"response_id": response_id, **ANSWERS}).encode(), **headers)


@pytest.mark.server
@pytest.mark.parametrize("strips", [True, False], ids=["stripped", "left"])
def test_the_whole_service_works_behind_either_proxy(tmp_path, strips):
    """Hook, link, page, health and send-test, all under the path of public_url and reached through the proxy."""
    port = free_port()
    with proxied(port, "/exit-bridge", strips=strips) as front:
        base = f"http://127.0.0.1:{front}/exit-bridge"
        settings = write_settings(tmp_path, SETTINGS.format(public_url=base), SECRET=SECRET, KEY=KEY)
        with started(settings, "serve", "--port", port) as service:
            service.wait_for(rf"s \(.*\): {re.escape(base)}/hooks/s/<secret>")
            assert asked("GET", f"{base}/healthz").status == 200
            assert asked("GET", f"{base}/hooks/s").body == b"exit-bridge receives form submissions here by POST.\n"
            answer = posted(base, f"/hooks/s/{SECRET}", "r-1")
            said = json.loads(answer.body)
            assert (answer.status, said["status"]) == (200, "accepted")
            assert said["report_url"].startswith(f"{base}/reports/")
            page = asked("GET", said["report_url"])
            assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert b"Leadership" in page.body
            assert json.loads(asked("GET", said["report_url"] + ".json").body)["response_id"] == "r-1"
            assert posted(base, "/hooks/s/wrong", "r-2").status == 401
            assert posted(base, "/elsewhere", "r-2").status == 401
            assert asked("GET", f"{base}/elsewhere").status == 404
            test = call(settings, "send-test", "s")
            assert test.code == 0, test.err
            assert "The hook answered 200 accepted." in test.out
            (link,) = re.findall(r"Whoever has this link can read the report: (\S+)", test.out)
            assert b"made up" in asked("GET", link).body
            # Straight to the port, as the proxy itself asks, both spellings work.
            assert asked("GET", f"http://127.0.0.1:{port}/healthz").status == 200
            assert asked("GET", f"http://127.0.0.1:{port}/exit-bridge/healthz").status == 200
            assert asked("GET", f"http://127.0.0.1:{port}/exit-bridge/exit-bridge/healthz").status == 404
    assert "Traceback" not in service.err


def test_the_doctor_shows_the_address_with_its_path(tmp_path):
    """What tools must be given, whole."""
    text = SETTINGS.format(public_url="https://reports.council.example/exit-bridge/")
    settings = write_settings(tmp_path, text, SECRET=SECRET, KEY=KEY)
    assert (
        "ok      public_url: https://reports.council.example/exit-bridge." in call(settings, "doctor", "--offline").out
    )


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Server": "evil.example",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
    "X-Real-IP": "127.0.0.1",
    "X-Script-Name": "/evil",
    "Via": "1.1 evil.example",
}


@pytest.mark.server
def test_serve_believes_nothing_that_a_header_says_of_its_proxy(tmp_path):
    """Links are made from public_url alone, and a request that came through a proxy is never one from this machine."""
    text = SETTINGS.format(public_url="https://reports.council.example/exit-bridge")
    settings = write_settings(tmp_path, text, SECRET=SECRET, KEY=KEY)
    with started(settings, "serve", "--port", 0) as service:
        base = service.wait_for(r"listening on (http://\S+)")[1]
        for n, headers in enumerate([{"Host": "evil.example"}, FORGED, *({k: v} for k, v in FORGED.items())]):
            said = json.loads(posted(base, f"/hooks/s/{SECRET}", f"r-{n}", **headers).body)
            assert said["report_url"].startswith("https://reports.council.example/exit-bridge/reports/")
        assert posted(base, "/hooks/open", "local").status == 200
        for name in set(FORGED) - {"X-Script-Name"}:
            assert posted(base, "/hooks/open", "forged", **{name: FORGED[name]}).status == 401, name
        assert posted(base, "/evil/hooks/open", "forged", **FORGED).status == 401
    assert "evil" not in service.err + service.out


def seen(public_url, path):
    """SCRIPT_NAME and PATH_INFO as the application gets them."""
    got = {}
    below(public_url, lambda environ, _: got.update(environ) or [])({"PATH_INFO": path, "SCRIPT_NAME": ""}, None)
    return got["SCRIPT_NAME"], got["PATH_INFO"]


@pytest.mark.parametrize(
    ("public_url", "path", "expected"),
    [
        ("https://h.example", "/hooks/s", ("", "/hooks/s")),
        ("https://h.example/", "/hooks/s", ("", "/hooks/s")),
        ("https://h.example/x", "/x/hooks/s/t", ("/x", "/hooks/s/t")),
        ("https://h.example/x", "/hooks/s/t", ("", "/hooks/s/t")),
        ("https://h.example/x/y", "/x/y/openapi.json", ("/x/y", "/openapi.json")),
        ("https://h.example/x/y", "/x/openapi.json", ("", "/x/openapi.json")),
        ("https://h.example/x", "/xhooks/s", ("", "/xhooks/s")),
        ("https://h.example/x", "/x//hooks/s", ("", "/x//hooks/s")),
        ("https://h.example/x", "/x/../hooks/s", ("", "/x/../hooks/s")),
        ("https://h.example/x", "/x", ("", "/x")),
        ("https://h.example/hooks", "/hooks/hooks/s", ("/hooks", "/hooks/s")),
        ("https://h.example/hooks", "/hooks/s", ("", "/hooks/s")),
        ("https://h.example/caf%C3%A9", "/caf\u00c3\u00a9/hooks/s", ("/caf\u00c3\u00a9", "/hooks/s")),
    ],
)
def test_what_the_application_sees(public_url, path, expected):
    """The prefix goes only where one of our own paths is left, and only once."""
    assert seen(public_url, path) == expected


def test_every_root_is_a_root(tmp_path):
    """A path added to the application must be added to the middleware."""
    settings = load_settings(write_settings(tmp_path))
    with open_store(settings.database) as store:
        rules = create_app(settings, Bridge(settings, store)).url_map.iter_rules()
        assert set(ROOTS) == {rule.rule.split("/")[1] for rule in rules}
