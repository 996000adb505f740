"""`provision`, `pull` and `bind --live` against Tally's API, as its documentation describes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.cli_calls import SECRET, Said, call, write_settings
from tests.platforms.tally.server import FORM, KEY, Server
from tests.platforms.tally.simulate import deliver

from exit_bridge import tool_api
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.cli.survey_forms import survey_forms
from exit_bridge.errors import ExitBridgeError
from exit_bridge.http import Reply
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

WORDS = load_bank().wordings["en"]
SETTINGS = """\
public_url = "https://bridge.example"

[surveys.staying-close]
platform = "tally"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$FIRST_SECRET"]

[surveys.staying-close.api]
url = "https://api.tally.so"
secret = "$API"
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """Every request of a tool's API goes to it."""
    server = Server()
    monkeypatch.setattr(tool_api, "caller", lambda _: server)
    return server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_settings(tmp_path, SETTINGS, API=KEY)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
    return path


def provision(path: Path, *options: str) -> Said:
    return call(path, "provision", "staying-close", *options)


def said(notice: str = "yes", **answers: str) -> dict[str, str]:
    """What somebody reads and says."""
    words, labels = WORDS.context_words("notice", "full"), WORDS.option_labels(load_bank().items["rec01"], "full")
    chosen = {WORDS.items[item].text: labels[code] for item, code in answers.items()}
    return {words.text: words.described(notice)} | chosen


def test_form_and_hook_in_one_go(server: Server, path: Path) -> None:
    """Signed with the survey's own secret, or with it at the end of the address. Again, and nothing is made twice."""
    path.write_text(path.read_text().replace('auth = "path"', 'auth = "signature"'))
    made = provision(path, "--yes")
    assert (made.code, made.err) == (0, "")
    assert made.out == (
        f"The tool made the form {FORM}.\nexit-bridge.toml names it now.\n"
        "Written: staying-close.binding.toml\nexit-bridge.toml names it now.\nPeople can fill it in now.\n"
        f"It posts completed responses here now.\nGive them this address: https://tally.so/r/{FORM}\n"
    )
    (hook,) = server.hooks
    assert (hook["url"], hook["signingSecret"]) == ("https://bridge.example/hooks/staying-close", SECRET)
    again = provision(path, "--yes")
    assert "It posts completed responses here already." in again.out
    assert (server.asked.count("POST /forms"), len(server.hooks)) == (1, 1)


def test_where_a_header_proves_a_delivery_the_webhook_is_made_by_hand(server: Server, path: Path) -> None:
    """One without that header would be refused every time."""
    path.write_text(path.read_text().replace('auth = "path"', 'auth = "header"'))
    made = provision(path, "--yes")
    assert "by hand: docs/platforms/tally.md" in made.out
    assert server.hooks == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_what_goes_wrong_is_one_sentence(server: Server, path: Path, status: int) -> None:
    """With what to do; run again, it goes on."""
    server.down = status
    made = provision(path, "--yes")
    assert (made.code, made.err.startswith("exit-bridge: ")) == (1, True)
    # What Tally refuses is not done; of what it does not answer nobody knows.
    told = "The form may have been made all the same. Look in Tally before you run this again" in made.out
    assert (told, bool(made.out)) == ((True, True) if status in (429, 500, 503) else (False, False))
    assert KEY not in made.err
    server.down = 0
    assert provision(path, "--yes").code == 0
    assert len(server.forms) == 1


def test_drift_is_found_and_bound(server: Server, path: Path) -> None:
    """A question with other words and an option with others are known by their ids; made anew, bound by a yes."""
    provision(path, "--yes")
    assert provision(path, "--check").out == "35 of 35 questions with a scale are there and understood.\n"
    blocks = server.forms[FORM]["blocks"]
    (title,) = [block for block in blocks if block["payload"].get("html", "").startswith("R1. ")]
    title["payload"]["html"] = "Senior managers see that people have time to try new ideas"
    (second,) = [n for n, block in enumerate(blocks) if block["payload"].get("html", "").startswith("R2. ")]
    blocks[second + 4]["payload"]["text"] = "Rather yes"
    found = provision(path, "--check")
    assert (found.code, found.out.splitlines()[1:]) == (
        0,
        ["In other words there, and known all the same: rec01, rec02"],
    )
    path.with_name("staying-close.binding.toml").write_text('platform = "tally"\n')
    found = provision(path, "--check")
    assert found.code == 3
    assert "34 of 35 questions with a scale are there and understood.\nNot found: rec01\n" in found.out
    assert 'rec02 has options that are none of its own: "Rather yes"' in found.out
    bound = call(path, "bind", "staying-close", "--live", answers="y\n4\n")
    assert bound.code == 0, bound.err
    assert provision(path, "--check").code == 0


@pytest.mark.parametrize("texts", [True, False])
def test_what_came_both_ways_is_one_response(server: Server, path: Path, texts: bool) -> None:
    """Posted first, then pulled; new ones and noes beside it."""
    provision(path, "--yes")
    server.texts = texts
    settings = load_settings(path)
    files = survey_forms(settings.survey("staying-close"))
    first = server.respond(files, said(rec01="4", rec02="2"), "2026-01-15T10:00:00.000Z", wave="spring")
    posted = json.dumps(deliver(files, said(rec01="4", rec02="2"), first, {"wave": "spring"})).encode()
    with open_store(settings.database) as store:
        arrived = Delivery(posted, {"content-type": "application/json"}, SECRET)
        (outcome,) = Bridge(settings, store).receive("staying-close", arrived)
    assert outcome.status == "accepted"
    server.respond(files, said(rec01="3"), "2026-01-15T10:01:00.000Z")
    server.respond(files, said("no"), "2026-01-15T10:02:00.000Z")
    pulled = call(path, "pull", "staying-close")
    assert pulled.out == "3 fetched: 1 new, 1 kept already, 1 declined the notice.\n"
    since = call(path, "pull", "staying-close", "--since", "2026-01-15T10:01:00Z")
    assert since.out == "2 fetched: 1 kept already, 1 declined the notice.\n"


def test_a_form_whose_answer_got_lost_is_not_made_twice_unawares(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request was done and its answer broke off: the person is told to look before the next try."""

    def half(method: str, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        reply = server(method, url, body, headers)
        return Reply(reply.status, {}, reply.body[:5], truncated=True) if method == "POST" else reply

    monkeypatch.setattr(tool_api, "caller", lambda _: half)
    made = provision(path, "--yes")
    assert (made.code, len(server.forms)) == (1, 1)
    assert "Look in Tally before you run this again: if it is\nthere, delete it, or write its id" in made.out


def test_a_binding_that_cannot_be_written_ends_nothing(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is there: it is opened all the same, and what is left to do is said."""

    def full(*_: object) -> None:
        raise ExitBridgeError("It cannot be written: No space left on device", where="binding", fix="Make room")

    monkeypatch.setattr("exit_bridge.cli.bind.keep", full)
    made = provision(path, "--yes")
    assert made.code == 0
    assert "exit-bridge bind staying-close --live" in made.out
    assert server.forms[FORM]["status"] == "PUBLISHED"
