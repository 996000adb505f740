"""SmartSurvey: what only this tool does. The contract, the round trips and the recorded files are tested for all."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from tests.platforms.test_contract import simulator

from exit_bridge import testing
from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.bridge import Bridge
from exit_bridge.errors import UnreadableDelivery
from exit_bridge.intake import parse_json
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web import create_app

BANK = load_bank()
TOOL = platform("smartsurvey")
RECORDED = Path(__file__).parent / "smartsurvey" / "recorded"
SETTINGS = """
[surveys.staying-close]
platform = "smartsurvey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$SMARTSURVEY_KEY"]
on_edit = "resend"

[[surveys.staying-close.send]]
by = "folder"
directory = "reports"
"""


def recorded(case):
    return json.loads((RECORDED / f"{case}.body").read_bytes())


@pytest.fixture
def hook(tmp_path, monkeypatch):
    """Post a batch as SmartSurvey would, to a service of one's own: (status, what became of each), and the store."""
    monkeypatch.setenv("SMARTSURVEY_KEY", testing.SECRET)
    path = tmp_path / "exit-bridge.toml"
    path.write_text(SETTINGS, "utf-8")
    settings = load_settings(path)
    with open_store(settings.database) as store:
        store.upgrade()
        bridge = Bridge(settings, store)
        client = create_app(settings, bridge).test_client()

        def post(batch, **headers):
            body = json.dumps(batch).encode()
            signed = TOOL.scheme("signature").sign(body, testing.SECRET)
            answer = client.post(
                "/hooks/staying-close", data=body, headers={"Content-Type": "application/json", **signed, **headers}
            )
            said = answer.json.get("results", [answer.json])
            return answer.status_code, [one["status"] for one in said]

        post.store, post.bridge = store, bridge
        yield post


# -- the form ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_table_numbers_every_item_and_repeats_no_title(variant):
    """Titles are all that the tool sends and exports, so each is there once, items with their number."""
    files = TOOL.write_form(BANK, variant, ["en"], testing.ABOUT)
    table = next(file for file in files if file.path.endswith(".csv"))
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    asked = [row for row in rows if row["id"]]
    assert [title for title, times in Counter(row["copy_this"] for row in asked).items() if times > 1] == []
    for row in asked:
        if row["id"] in BANK.items:
            assert row["copy_this"].startswith(f"{BANK.visible_code(BANK.items[row['id']])}. ")
    assert ["notice"] == [row["id"] for row in asked if row["must_be_answered"] == "yes"]


def test_statements_that_share_their_options_are_one_grid():
    """A rubric has options of its own and is none; every row of a grid has the same."""
    table = TOOL.write_form(BANK, "full", ["en"], testing.ABOUT)[1].content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    grids = {row["id"] for row in rows if row["make"] == "grid row"}
    assert grids == {item for item in BANK.variants["full"].items if BANK.items[item].kind == "agree"}


# -- batches -------------------------------------------------------------------------------------------------------


def test_one_poison_response_holds_up_no_other(hook):
    """Two are accepted, the one in the middle waits alone in quarantine, and the answer is 200, each time."""
    batch = recorded("batch_of_three")
    assert hook(batch) == (200, ["quarantined", "accepted", "accepted"])
    (kept,) = hook.store.quarantined()
    assert json.loads(hook.store.quarantined_body(kept.id)) == [batch[1]]
    assert hook(batch) == (200, ["quarantined", "duplicate", "duplicate"])
    assert len(hook.store.quarantined()) == 1


def test_quarantine_holds_the_right_one_of_a_mixed_batch(hook):
    """What is only counted stands between the others, and must not shift them."""
    batch = recorded("batch_mixed")
    code, became = hook(batch)
    assert (code, Counter(became)) == (200, Counter(ignored=2, quarantined=1, accepted=1))
    (kept,) = hook.store.quarantined()
    assert json.loads(hook.store.quarantined_body(kept.id)) == [batch[1]]
    assert hook.store.tallies("staying-close")[""] == {"partial": 1, "disqualified": 1}
    assert [outcome.status for outcome in hook.bridge.replay(kept.id)] == ["quarantined"]


def test_a_poison_response_beside_one_that_is_ignored(hook):
    """Even then quarantine does not hold what somebody else began to answer."""
    partial, poison = recorded("batch_mixed")[0], recorded("batch_of_three")[1]
    hook([partial, poison])
    (kept,) = hook.store.quarantined()
    assert json.loads(hook.store.quarantined_body(kept.id)) == [poison]


def test_an_edit_replaces_what_it_changes(hook):
    """By the time of the change: what is older and comes again later replaces nothing."""
    full, edited = recorded("full"), recorded("edited")
    assert [hook(batch)[1] for batch in (full, edited, full)] == [["accepted"], ["edited"], ["older"]]
    assert hook.store.current("staying-close", "123456789").document["answers"]["rec01"] == 2


def test_everything_trusted_is_answered_with_200(hook):
    """Anything else would stop all deliveries for a day. What no longer is a batch waits as a whole."""
    for batch in ([], {}, "x", None, [[]], [None, 1], [{"id": 1}], [{"id": 1, "status": "new", "pages": []}]):
        code, became = hook(batch)
        assert code == 200
        assert set(became) == {"quarantined"}
    assert hook(recorded("full"), **{"X-SmartSurvey-Signature": "0" * 64})[0] == 401


def test_however_one_response_is_broken_the_others_are_read():
    """Every single place of the one in the middle, deleted or replaced."""
    first, middle, last = (
        recorded("full")[0] | {"id": 1},
        recorded("batch_of_three")[0],
        recorded("full")[0] | {"id": 3},
    )
    slim = {"id": 1, "status": "completed", "pages": []}
    for _, broken in testing.mutations(middle):
        read = TOOL.read([slim | {"id": 1}, broken, slim | {"id": 3}])
        assert [raw.response_id for raw in read.responses][:: len(read.responses) - 1] == ["1", "3"]
        assert len(read.responses) + len(read.ignored) + len(read.bad) == 3
        assert read.places[0] == 0
        assert read.places[-1] == 2
    rng = random.Random(5)
    for _ in range(50):
        read = TOOL.read([first, testing.random_mutation(rng, middle), last])
        assert {"1", "3"} <= {raw.response_id for raw in read.responses}


@pytest.mark.parametrize("language", BANK.wordings)
def test_a_full_batch_fits(language):
    """A thousand answers to everything, with a long comment each, are smaller than the largest body that is taken."""
    files = TOOL.write_form(BANK, "extended", [language], testing.ABOUT)
    asked = questionnaire(BANK, "extended", language, testing.ABOUT).questions
    said = {one.text: one.choices[-1].label if one.choices else "Made up. " * 30 for one in asked}
    said[asked[0].text] = asked[0].choices[0].label
    (response,) = simulator("smartsurvey").deliver(files, said)
    assert 1000 * len(json.dumps(response)) < TOOL.max_body


def test_an_empty_body_and_what_is_no_list():
    """The one thing that is asked of the whole."""
    for payload in ({}, None, 7, "x", []):
        with pytest.raises(UnreadableDelivery, match="not what SmartSurvey sends"):
            TOOL.read(payload)


# -- one response --------------------------------------------------------------------------------------------------


def read(*questions, **parts):
    payload = [{"id": 7, "status": "completed", "pages": [{"questions": list(questions)}], **parts}]
    (raw,) = TOOL.read(parse_json(json.dumps(payload).encode())).responses
    return raw


def test_ids_come_before_words():
    """A survey may bind the tool's own ids to ours; without a binding the words decide."""
    row = {"type": "matrix_col", "row_title": "R1. We try.", "row_id": 81, "column_title": "Agree"}
    radio = {"type": "radio", "choice_title": "Agree"}
    (grid,) = read({"id": 5, "title": "Grid", "answers": [row]}).answers
    (single,) = read({"id": 6, "title": "R3. Paid?", "answers": [radio]}).answers
    assert (grid.keys, grid.values) == (("81", "R1. We try."), ("Agree",))
    assert (single.keys, single.values) == (("6", "R3. Paid?"), ("Agree",))


def test_what_was_typed_is_the_answer_only_of_open_questions():
    """A comment beside radio buttons is dropped; two buttons stay two, for intake to refuse."""
    typed = {"type": "comment", "choice_title": "Comments:", "value": "Made up."}
    two = [{"type": "radio", "choice_title": label} for label in ("Agree", "Disagree")]
    assert read({"title": "Q", "type": "single_choice", "answers": [typed]}).answers == ()
    assert read({"title": "Q", "type": "open_ended", "answers": [typed]}).answers[0].values == ("Made up.",)
    assert len(read({"title": "Q", "type": "single_choice", "answers": two}).answers) == 2


def test_variables_are_what_travelled_unseen():
    """Names in any case; others, and empty ones, are left alone."""
    variables = [
        {"name": "Bank", "value": "exit-open@1"},
        {"name": "wave", "value": 3},
        {"name": "sheet", "value": ""},
        {"name": "email", "value": "ann@people.example"},
        {"name": None, "value": None},
    ]
    assert read(variables=variables).hidden == {"bank": "exit-open@1", "wave": "3"}
    assert read(variables=None).hidden == {}


def test_the_time_is_that_of_the_last_change():
    """Or of the end, where nothing was changed."""
    assert read(date_ended="2026-01-15T10:29:41Z").submitted_at == "2026-01-15T10:29:41Z"
    assert (
        read(date_ended="2026-01-15T10:29:41Z", date_modified="2026-01-16T08:00:00Z").submitted_at[:10] == "2026-01-16"
    )
