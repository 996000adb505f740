"""The form that the script builds, held against the plan, and the way people take through it."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from tests.platforms.apps_script import BANK, CONNECTED, google, in_titles, log_of, written

from exit_bridge.platforms.google_forms.script import literal, script
from exit_bridge.testing import respondent

pytestmark = pytest.mark.node
DOCS = Path(__file__).resolve().parents[4] / "docs"
EVERY = [(variant, language) for variant in BANK.variants for language in BANK.wordings]
every_form = pytest.mark.parametrize(("variant", "language"), EVERY, ids=[f"{v}-{w}" for v, w in EVERY])
KINDS = {"grid": "GRID", "choice": "MULTIPLE_CHOICE", "text": "PARAGRAPH_TEXT", "email": "TEXT"}


def planned(plan):
    """The items that the plan asks for, in order, as the harness tells them."""
    items = []
    for number, page in enumerate(plan["pages"]):
        head = {"type": "PAGE_BREAK", "leads": "CONTINUE"} if number else {"type": "SECTION_HEADER"}
        items.append({**head, "title": page["title"], "help": page["description"]})
        for part in page["parts"]:
            item = {"type": KINDS[part["kind"]], "title": part["title"], "help": part.get("help", "")}
            if part["kind"] == "grid":
                item |= {"rows": [row["title"] for row in part["rows"]], "columns": part["options"]}
            if part["kind"] == "choice":
                gate = any(option["ends"] for option in part["options"])
                leads = {True: no_of(plan), False: "CONTINUE" if gate else None}
                item["choices"] = [{"label": o["label"], "leads": leads[o["ends"]]} for o in part["options"]]
            if part["kind"] == "email":
                item["validation"] = "email"
            items.append({**item, "required": part.get("required", False)})
    return [*items, {"type": "PAGE_BREAK", "title": no_of(plan), "help": plan["declined"], "leads": "SUBMIT"}]


def gate_of(plan):
    """The question whose second option ends the form."""
    (gate,) = [part for page in plan["pages"] for part in page["parts"] if part.get("required")]
    return gate


def no_of(plan):
    """The option that ends the form."""
    (no,) = [option["label"] for option in gate_of(plan)["options"] if option["ends"]]
    return no


@every_form
def test_the_form_is_the_plan(variant, language):
    """Item by item: kinds, words, options, rows, what must be answered and where it leads; and every setting."""
    plan, code = written(variant, language)
    done = google({"run": "buildForm"}, code=code)
    (form,) = done.forms
    for wanted, got in zip(planned(plan), form["items"], strict=True):
        assert wanted == {name: value for name, value in got.items() if name in wanted}
    settings = form["settings"]
    assert (plan["title"], plan["description"]) == (settings["title"], settings["setDescription"])
    assert plan["thanks"] in settings["setConfirmationMessage"]
    assert plan["declined"] in settings["setConfirmationMessage"]
    on = {name for name, value in settings.items() if value is True}
    off = {name for name, value in settings.items() if value is False}
    assert on == {"setProgressBar", "setAcceptingResponses"}
    assert off == {
        *("setAllowResponseEdits", "setCollectEmail", "setLimitOneResponsePerUser", "setPublishingSummary"),
        *("setRequireLogin", "setShowLinkToRespondAgain", "setShuffleQuestions"),
    }
    assert form["published"]
    assert [] == done.triggers == done.requests == done.mails


@every_form
def test_no_leads_past_everything_and_yes_leads_through_everything(variant, language):
    """Who says no sees the page that says so and nothing else; nobody else sees that page."""
    plan, code = written(variant, language)
    gate = gate_of(plan)
    yes, no = (option["label"] for option in gate["options"])
    said, _ = respondent(BANK, variant, language, random.Random(3))
    done = google(
        {"run": "buildForm"},
        {"submit": {gate["title"]: no}},
        {"submit": in_titles(plan, said)},
        {"submit": {gate["title"]: yes}},
        code=code,
    )
    declined, full, empty = done.results[1:]
    pages = [page["title"] for page in plan["pages"]]
    assert [pages[0], no] == declined["seen"]
    assert pages == full["seen"] == empty["seen"]


def test_the_first_question_must_be_answered():
    """Nobody gets past the notice without a choice."""
    with pytest.raises(AssertionError, match="Must be answered"):
        google({"run": "buildForm"}, {"submit": {}})


def test_the_owner_reads_both_links_and_what_comes_next():
    """Nothing else is to be found in the log."""
    done = google({"run": "buildForm"})
    log = log_of(done.results[0])
    assert "https://docs.example/forms/d/1FAIpQLSmade-up-made-up-made-up-made-up-1/edit" in log
    assert "https://docs.example/forms/d/e/1FAIpQLSmade-up-made-up-made-up-made-up-1/viewform" in log
    assert "run connect" in log
    assert {"log"} == {level for level, _ in done.results[0]["log"]}


def test_a_second_run_builds_no_second_form():
    """It shows the links of the first; only after forgetForm another is built."""
    done = google({"run": "buildForm"}, {"run": "buildForm"}, {"state": 1}, {"run": "forgetForm"}, {"run": "buildForm"})
    assert 1 == len(done.results[2]["forms"])
    assert "There is a form already" in log_of(done.results[1])
    assert "/viewform" in log_of(done.results[1])
    assert 2 == len(done.forms)
    assert done.properties["FORM_ID"] == done.forms[1]["id"]


def test_a_run_that_breaks_half_way_says_so_and_the_next_one_builds_nothing():
    """The owner is told what to delete, and how to go on."""
    done = google(
        {"by_hand": "world.broken.addItem = 9"}, {"run": "buildForm"},
        {"by_hand": "world.broken = {}"}, {"run": "buildForm"},
        {"run": "forgetForm"}, {"run": "buildForm"},
    )  # fmt: skip
    broken, again, built = done.results[1], done.results[3], done.results[5]
    assert "Service error" in broken["error"]
    for result in (broken, again):
        assert "delete the form" in log_of(result)
        assert "run forgetForm, and buildForm again" in log_of(result)
    assert again["error"] is None
    assert "Your form is ready" in log_of(built)
    assert [8, 34] == [len(form["items"]) for form in done.forms]
    assert "BUILDING" not in done.properties
    assert not broken["held"]


def test_a_run_that_breaks_at_its_very_beginning_leaves_a_hint():
    """Whether Google made a form before it failed cannot be known."""
    done = google(
        {"by_hand": "world.broken.create = 1"}, {"run": "buildForm"},
        {"by_hand": "world.broken = {}"}, {"run": "buildForm"},
    )  # fmt: skip
    assert "An earlier run stopped at its very beginning" in log_of(done.results[3])
    assert "Your form is ready" in log_of(done.results[3])


def test_two_runs_at_once_build_one_form():
    """The second one is told to wait."""
    done = google({"world": {"locked": True}}, {"run": "buildForm"})
    assert [] == done.forms
    assert "is being built at this moment" in log_of(done.results[1])


@pytest.mark.parametrize("legacy", [True, False])
def test_settings_that_an_account_lacks_are_told_and_stop_nothing(legacy):
    """A form of a free account has no sign-in to switch off; forms of before July 2026 are published as they are."""
    unsettable = ["setRequireLogin", "setCollectEmail"]
    done = google({"world": {"legacy": legacy, "unsettable": unsettable}}, {"run": "buildForm"}, code=written()[1])
    log = log_of(done.results[1])
    assert "could not be set from here: Restrict to users of your organisation: off" in log
    assert "could not be set from here: Collect email addresses: off" in log
    assert 2 == log.count("could not be set from here")
    assert done.forms[0]["settings"]["setAcceptingResponses"] is True
    assert "Your form is ready" in log


def test_what_is_remembered_fits_where_google_keeps_it():
    """A bank ten times as large: no property above 9 kB, and few enough that people can still edit theirs."""
    plan, _ = written("extended", "cy")
    grids = [part for page in plan["pages"] for part in page["parts"] if part["kind"] == "grid"]
    many = [
        {**grid, "rows": [{"id": f"{row['id']}x{n}", "title": f"{row['title']} ({n})"} for row in grid["rows"]]}
        for n in range(10)
        for grid in grids
    ]
    large = {**plan, "pages": [*plan["pages"], {"title": "More", "description": "", "parts": many}]}
    done = google({"run": "buildForm"}, {"run": "forgetForm"}, {"state": 1}, {"run": "buildForm"}, code=script(large))
    assert "Your form is ready" in log_of(done.results[3])
    assert {} == done.results[2]["properties"]
    assert 10 < len(done.properties) < 40


def test_an_account_that_was_never_connected_is_asked_for_nothing():
    """What is there without a form is told in words."""
    done = google({"run": "status"}, {"run": "connect"}, {"run": "onSubmitted"}, {"run": "sendAll"}, {"run": "resend"})
    assert [None] * 5 == [result["error"] for result in done.results]
    assert "Run buildForm first" in log_of(done.results[0])
    assert "ADDRESS is missing" in log_of(done.results[1])
    assert "Google runs this by itself" in log_of(done.results[2])
    assert "Nothing is waiting" in log_of(done.results[4])


def test_the_script_is_the_same_bytes_and_safe_wherever_it_is_pasted():
    """Deterministic, ASCII, and its plan is JSON that ends no script element and holds no line end of JavaScript."""
    plan, code = written("full", "cy")
    assert code == script(plan)
    assert code.isascii()
    nasty = {**plan, "title": "</script><!-- \u2028 \"quoted\" 'quoted' `${1}` \\ £ŵ", "thanks": "line\nbreak"}
    assert nasty == json.loads(literal(nasty))
    assert not {"</", "\u2028", "<!--"} & set(literal(nasty))
    assert "<" not in literal(nasty)
    done = google({"run": "buildForm"}, code=script(nasty))
    assert nasty["title"] == done.forms[0]["settings"]["title"]


def test_forgetting_a_form_stops_sending_from_it():
    """What waited is told in numbers; secret and address stay for the next form."""
    done = google(*CONNECTED, {"run": "forgetForm"}, {"run": "status"})
    assert [] == done.triggers
    assert {"ADDRESS", "SECRET"} == set(done.properties)
    assert "There is no form yet" in log_of(done.results[-1])


def test_everything_that_can_be_run_is_told_of():
    """In the script's head, in the order of the list above the editor, and on the page in docs."""
    code = written()[1]
    head, page = code[: code.index("*/")], (DOCS / "platforms" / "google-forms.md").read_text("utf-8")
    runs = re.findall(r"^function (\w+)(?<!_)\(", code, re.MULTILINE)
    told = re.findall(r"^ \*   (\w+)   ", head, re.MULTILINE)
    assert runs[0] == told[0] == "buildForm"
    assert set(runs) == set(told)
    assert [] == [name for name in told if f"`{name}`" not in page and name != "onSubmitted"]
