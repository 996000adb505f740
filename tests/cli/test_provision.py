"""`provision` and `bind --live`, against a tool with a whole API: Typeform's, as its documentation describes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.cli_calls import SECRET, call, write_settings
from tests.platforms.typeform.server import FORM, TOKEN, Server

from exit_bridge import tool_api
from exit_bridge.bank import load_bank
from exit_bridge.intake.mapping_file import read_mapping
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store

BANK = load_bank()
SETTINGS = """\
public_url = "https://bridge.example"

[surveys.staying-close]
platform = "typeform"
bank = "exit-open@1"
answered_by = "group"
auth = "signature"
secrets = ["$FIRST_SECRET"]

[surveys.staying-close.api]
url = "https://api.typeform.com"
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
    path = write_settings(tmp_path, SETTINGS, API=TOKEN)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
    return path


def test_it_says_what_it_would_do_and_asks(server: Server, path: Path) -> None:
    """Without a yes nothing is done; no address with a secret in it is shown."""
    said = call(path, "provision", "staying-close", answers="n\n")
    assert said.code == 1
    assert "make the form of the survey staying-close, and open it" in said.out
    assert "have it post every completed response to this survey's hook" in said.out
    assert SECRET not in said.out
    assert server.asked == []
    assert call(path, "provision", "staying-close", answers="y\n").code == 0
    assert len(server.forms) == 1


def test_form_hook_and_address_in_one_go(server: Server, path: Path) -> None:
    """Signed with the survey's own secret. Once more, and nothing is made twice."""
    said = call(path, "provision", "staying-close", "--yes")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"The tool made the form {FORM}.\nexit-bridge.toml names it now.\nPeople could fill it in already.\n"
        f"It posts completed responses here now.\nGive them this address: https://form.typeform.com/to/{FORM}\n"
    )
    hook = server.hooks[FORM]
    assert (hook["url"], hook["secret"], hook["enabled"]) == (
        "https://bridge.example/hooks/staying-close",
        SECRET,
        True,
    )
    said = call(path, "provision", "staying-close", "--yes")
    assert "It posts completed responses here already." in said.out
    assert server.asked.count("POST /forms") == 1


def test_a_tool_that_can_prove_itself_by_the_address_only(server: Server, path: Path) -> None:
    """Its secret stands at the end of the address."""
    path.write_text(path.read_text().replace('auth = "signature"', 'auth = "path"'))
    assert call(path, "provision", "staying-close", "--yes").code == 0
    assert server.hooks[FORM]["url"] == f"https://bridge.example/hooks/staying-close/{SECRET}"


def test_without_a_public_address_there_is_no_hook(server: Server, path: Path) -> None:
    """Responses are pulled then."""
    path.write_text(path.read_text().replace('public_url = "https://bridge.example"', ""))
    said = call(path, "provision", "staying-close", answers="y\n")
    assert "fetch responses with `exit-bridge pull`" in said.out
    assert server.hooks == {}


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_what_goes_wrong_is_one_sentence(server: Server, path: Path, status: int) -> None:
    """With what to do; run again, it goes on."""
    server.down = status
    said = call(path, "provision", "staying-close", "--yes")
    unsure = "The form may have been made all the same." if status in (429, 500, 503) else ""
    assert (said.code, said.out.partition(" Look")[0].strip()) == (1, unsure)
    assert said.err.startswith("exit-bridge: ")
    assert TOKEN not in said.err
    server.down = 0
    assert call(path, "provision", "staying-close", "--yes").code == 0
    assert len(server.forms) == 1


def test_a_form_that_was_not_changed(server: Server, path: Path) -> None:
    call(path, "provision", "staying-close", "--yes")
    before = list(server.asked)
    said = call(path, "provision", "staying-close", "--check")
    assert (said.code, said.out) == (0, "35 of 35 questions with a scale are there and understood.\n")
    assert not [asked for asked in server.asked[len(before) :] if not asked.startswith("GET")]


def test_drift_is_found_and_bound(server: Server, path: Path) -> None:
    """A question that was made anew and an option that was: told with its words, then bound by a yes."""
    call(path, "provision", "staying-close", "--yes")
    fields = {field["ref"]: field for field in server.forms[FORM]["fields"]}
    fields["rec01"] |= {"ref": "made-anew", "title": "Senior managers see that people have time to try new ideas"}
    fields["rec02"]["properties"]["choices"][3] = {"ref": "other", "label": "Rather yes"}
    said = call(path, "provision", "staying-close", "--check")
    assert said.code == 3
    assert "34 of 35 questions with a scale are there and understood.\nNot found: rec01\n" in said.out
    assert 'rec02 has options that are none of its own: "Rather yes"' in said.out
    bound = call(path, "bind", "staying-close", "--live", answers="y\n4\n")
    assert bound.code == 0, bound.err
    binding = read_mapping(path.with_name("staying-close.binding.toml"), BANK)
    assert dict(binding.columns) == {"made-anew": "rec01"}
    assert binding.labels == {"rec02": {"other": "4"}}
    said = call(path, "provision", "staying-close", "--check")
    assert said.code == 0
    assert said.out == (
        "35 of 35 questions with a scale are there and understood.\n"
        "In other words there, and known all the same: rec01, rec02\n"
    )


def test_words_that_are_those_of_another_are_told(server: Server, path: Path) -> None:
    """Options that changed their words, and questions: ids alone would read them as what they were."""
    call(path, "provision", "staying-close", "--yes")
    fields = {field["ref"]: field for field in server.forms[FORM]["fields"]}
    one, two = fields["rec01"]["properties"]["choices"][:2]
    one["label"], two["label"] = two["label"], one["label"]
    fields["rec02"]["title"] = fields["rec04"]["title"]
    fields["rec05"]["title"] = "Reworded"
    said = call(path, "provision", "staying-close", "--check")
    assert said.code == 3
    assert "In other words there, and known all the same: rec05\n" in said.out
    assert "so answers would be misread: rec01, rec02\n" in said.out


def test_before_there_is_a_form_nothing_can_be_compared(server: Server, path: Path) -> None:
    said = call(path, "provision", "staying-close", "--check")
    assert (said.code, "exit-bridge provision staying-close" in said.err) == (1, True)
    assert server.asked == []


PAGE = Path(__file__).parents[2] / "docs" / "provision.md"


def shown(name: str) -> str:
    """What stands in the page under the command of that transcript."""
    wanted = rf"<!-- transcript: {name} -->\n```console\n[$] [^\n]*\n(.*?)```"
    block = re.search(wanted, PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    return block[1]


def answer(server: Server, n: int, notice: str) -> None:
    """Somebody fills in the form that was made."""
    form = server.forms[FORM]
    said = {"notice": f"notice_{notice}", "rec01": "rec01_4", "rec02": "rec02_2"}
    fields = {field["ref"]: field for field in form["fields"]}
    choices = {
        ref: next(c for c in fields[ref]["properties"]["choices"] if c["ref"] == alias) for ref, alias in said.items()
    }
    server.responses.append(
        {
            "token": f"token{n}",
            "submitted_at": f"2026-01-15T10:0{n}:00Z",
            "hidden": {},
            "answers": [
                {
                    "type": "choice",
                    "field": {"ref": ref, "id": f"id-{ref}", "type": "multiple_choice"},
                    "choice": choice,
                }
                for ref, choice in choices.items()
            ],
        }
    )


def test_the_page_shows_what_really_happens(server: Server, path: Path) -> None:
    """Every transcript, word for word."""
    made = call(path, "provision", "staying-close", answers="y\n")
    assert made.out == shown("provision")
    (rec01,) = [field for field in server.forms[FORM]["fields"] if field["ref"] == "rec01"]
    rec01 |= {"ref": "made-anew", "title": "Senior managers see that people have time to try new ideas"}
    assert call(path, "provision", "staying-close", "--check").out == shown("check")
    rec01 |= {"ref": "rec01"}
    for n, notice in enumerate(("yes", "no", "yes")):
        answer(server, n, notice)
    pulled = [call(path, "pull", "staying-close").out for _ in range(2)]
    assert "$ exit-bridge pull staying-close\n".join(pulled) == shown("pull")
    assert call(path, "pull", "staying-close", "--since", "2026-01-15T10:02:00Z").out == shown("since")
