"""RemoteControl of a real LimeSurvey: what tests/platforms/limesurvey/remote_control.py makes believe."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.platforms.limesurvey.real.respondent import respond
from tests.platforms.limesurvey.real.server import ADMIN, PASSWORD, ZONE
from tests.platforms.limesurvey.receiver import SECRET, receiving

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed
from exit_bridge.http import HttpPolicy, origin
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.limesurvey.api import RemoteControl
from exit_bridge.pulling import pull
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import caller
from exit_bridge.worker import Pace, Worker

pytestmark = [pytest.mark.limesurvey, pytest.mark.server]

BANK = load_bank()
FORM = platform("limesurvey").write_form(BANK, "full", ("en",), ABOUT)
TODAY = datetime.now(UTC).date()
ITEMS = BANK.variants["full"].items
FULL = {"notice": "yes", "bank": BANK.ref, "variant": "full", **dict.fromkeys(ITEMS, "4")}
SCORES = {ingredient.id: "62.5" for ingredient in BANK.ingredients}


def api(limesurvey, form="", user=ADMIN, secret=PASSWORD):
    url = limesurvey.admin("admin/remotecontrol")
    return RemoteControl(Access(url, str(form), user, secret, ZONE), caller(HttpPolicy(internal=origin(url))))


@pytest.fixture
def deployed(limesurvey):
    """Our form, imported and activated through the interface; its number."""
    form = api(limesurvey).create_form(FORM)
    assert api(limesurvey).activate(form)
    yield int(form)
    limesurvey.call("delete_survey", int(form))


def answer(limesurvey, survey, complete=True, when="2026-07-01 10:00:00", **answers):
    """A row as if somebody had answered; its number."""
    columns = {
        row["title"]: f"{survey}X{row['gid']}X{row['qid']}"
        for row in limesurvey.sql("SELECT title, gid, qid FROM {questions} WHERE sid=? AND parent_qid=0", survey)
    }
    row = {columns[code]: value for code, value in answers.items()}
    row |= {"submitdate": when if complete else "", "startlanguage": "en"}
    return int(limesurvey.call("add_response", survey, row))


def numbers(pages):
    return [payload["response_id"] for page in pages for payload in page.payloads]


def refused(call):
    with pytest.raises(ApiFailed) as caught:
        call()
    return caught.value.what


def test_from_the_form_to_the_scores(limesurvey, deployed):
    """Import, activation, empty table, pull, somebody who finishes late, a deleted one, scores, and all again."""
    there = api(limesurvey, deployed)
    assert not there.activate(str(deployed))
    assert there.address(str(deployed)) == f"{limesurvey.url}/index.php/{deployed}"
    assert [remark.status for remark in there.check(list(SCORES))] == ["ok", "ok", "ok"]
    (empty,) = there.pull(None, TODAY)
    assert empty.payloads == ()
    for complete in (True, False, True):
        answer(limesurvey, deployed, complete, **FULL)
    pages = list(there.pull(empty.cursor, TODAY))
    assert (numbers(pages), pages[-1].unfinished) == ([1, 3], 1)
    said = {code: value for code, value in pages[0].payloads[0]["answers"].items() if value is not None}
    assert (said, pages[0].payloads[0]["submitted_at"]) == (FULL, "2026-07-01T14:00:00Z")
    limesurvey.call("update_response", deployed, {"id": 2, "submitdate": "2026-07-02 10:00:00"})
    limesurvey.sql(f"DELETE FROM {{survey_{deployed}}} WHERE id=1")
    answer(limesurvey, deployed, **FULL)
    pages = list(there.pull(pages[-1].cursor, TODAY))
    assert numbers(pages) == [2, 4]
    assert numbers(there.pull(pages[-1].cursor, TODAY)) == []
    for _ in range(2):
        there.write_back(f"{deployed}-4", SCORES | {"adaption": ""})
    (page,) = [page for page in there.pull(None, TODAY) if 4 in numbers([page])]
    answers = page.payloads[-1]["answers"]
    assert {name: answers[f"score{name}"] for name in SCORES} == SCORES | {"adaption": ""}
    assert {code: answers[code] for code in FULL} == FULL


def test_emptied_or_highest_deleted(limesurvey, deployed):
    """What was fetched does not come again where the highest goes; numbers that start again are noticed."""
    for _ in range(3):
        answer(limesurvey, deployed, **FULL)
    *_, last = api(limesurvey, deployed).pull(None, TODAY)
    limesurvey.sql(f"DELETE FROM {{survey_{deployed}}} WHERE id=3")
    *_, last = pages = list(api(limesurvey, deployed).pull(last.cursor, TODAY))
    assert numbers(pages) == []
    answer(limesurvey, deployed, **FULL)
    *_, last = pages = list(api(limesurvey, deployed).pull(last.cursor, TODAY))
    assert numbers(pages) == [4]
    limesurvey.sql(f"TRUNCATE TABLE {{survey_{deployed}}}")
    answer(limesurvey, deployed, when="2026-07-02 10:00:00", **FULL)
    *_, last = pages = list(api(limesurvey, deployed).pull(last.cursor, TODAY))
    assert numbers(pages) == [1]
    limesurvey.sql(f"DELETE FROM {{survey_{deployed}}}")
    assert numbers(api(limesurvey, deployed).pull(last.cursor, TODAY)) == []


@pytest.mark.browser
def test_what_a_browser_left_behind(limesurvey, opened, page):
    """Not shown is null, left empty is "", rows of arrays are named as elsewhere, and the time is ours to tell."""
    survey = opened()
    respond(page, limesurvey, survey, rec01="4", rec03="2")
    (pulled,) = api(limesurvey, survey).pull(None, date(2026, 1, 1))
    (payload,) = pulled.payloads
    assert payload["answers"] == {
        "notice": "",
        "qrec01_rec01": "4",
        "rec03": "2",
        "qrec04_rec04": None,
        "commentreceptivity": "",
    }
    taken = datetime.fromisoformat(payload["submitted_at"])
    assert abs(datetime.now(UTC) - taken) < timedelta(minutes=5)
    assert "127.0.0.1" not in json.dumps(payload)


@pytest.mark.browser
def test_written_scores_are_delivered_to_nobody(limesurvey, request, deployed, page):
    """LimeSurvey tells plugins of a completed survey, and not of what RemoteControl changes: no loop."""
    if limesurvey.version < (4,):
        pytest.skip("our plugin is for version 4 and later")
    installed = request.getfixturevalue("installed")
    with receiving() as receiver:
        installed.open_survey(deployed)
        installed.fill(active=True, address=receiver.url, secret=SECRET)
        page.goto(limesurvey.page(deployed))
        page.locator("#ls-button-submit").click()
        notice = limesurvey.sql("SELECT gid, qid FROM {questions} WHERE sid=? AND title='notice'", deployed)[0]
        page.locator(f"[id='answer{deployed}X{notice['gid']}X{notice['qid']}no']").check(force=True)
        page.locator("#ls-button-submit").click()
        page.wait_for_selector(".completed-wrapper, .completed-text")
        delivered = [(body["event"], body["response_id"]) for body in receiver.bodies]
        assert delivered == [("completed", 1)]
        api(limesurvey, deployed).write_back(f"{deployed}-1", SCORES)
        limesurvey.console("plugin", "--target=ExitBridge")
        assert len(receiver.bodies) == 1
        assert limesurvey.sql("SELECT * FROM {exitbridge_queue}") == []


def test_the_service_pulls_and_writes_back(limesurvey, deployed, tmp_path):
    """Settings, store, worker: scores of what was pulled stand in LimeSurvey, and no second version comes of them."""
    answer(limesurvey, deployed, **FULL)
    url = limesurvey.admin("admin/remotecontrol")
    path = tmp_path / "exit-bridge.toml"
    path.write_text(
        f'''[surveys.s]
platform = "limesurvey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$HOOK"]
[surveys.s.api]
url = "{url}"
internal = "{origin(url)}"
form = "{deployed}"
user = "{ADMIN}"
secret = "$API"
pull_minutes = 1
write_back = true
''',
        "utf-8",
    )
    settings = load_settings(path, {"HOOK": "whsec_bWFkZS11cC1zZWNyZXQtb2YtYS1ob29rLTAxMjM=", "API": PASSWORD})
    with open_store(settings.database) as store:
        store.upgrade()
        bridge = Bridge(settings, store)
        worker = Worker(bridge, Pace(backoff=0.0))
        while worker.step():
            pass
        assert [(job.kind, job.state) for job in store.jobs()] == [("writeback", "done")]
        result = store.current("s", f"{deployed}-1").result["ingredients"]
        (page,) = api(limesurvey, deployed).pull(None, TODAY)
        written = {row["id"]: page.payloads[0]["answers"][f"score{row['id']}"] for row in result}
        assert written == {row["id"]: f"{row['score']:.1f}".removesuffix(".0") for row in result}
        assert pull(bridge, settings.surveys["s"], "me", afresh=True) == {"duplicate": 1, "unfinished": 0}


def test_every_refusal_in_plain_words(limesurvey, deployed):
    """What can go wrong on the other side, as this version says it."""
    answer(limesurvey, deployed, **FULL)
    there = api(limesurvey, deployed)
    assert "no longer has" in refused(lambda: there.write_back(f"{deployed}-9", SCORES))
    assert "no hidden questions" in refused(lambda: there.write_back(f"{deployed}-1", {"nosuch": "1"}))
    assert "does not accept this user" in refused(lambda: list(api(limesurvey, deployed, secret="x").check([])))
    assert "no survey with this number" in refused(lambda: list(api(limesurvey, 7).check([])))
    limesurvey.call("set_survey_properties", deployed, {"alloweditaftercompletion": "N"})
    assert "does not let answers be changed" in refused(lambda: there.write_back(f"{deployed}-1", SCORES))
    idle = api(limesurvey).create_form(FORM)
    assert "not active" in refused(lambda: list(api(limesurvey, idle).pull(None, TODAY)))
    assert "not active" in refused(lambda: api(limesurvey, idle).write_back(f"{idle}-1", SCORES))
    limesurvey.call("delete_survey", int(idle))


@pytest.mark.parametrize(("interface", "what"), [("off", "is switched off"), ("xml", "speaks XML-RPC")])
def test_an_interface_that_is_off(limesurvey, interface, what):
    """Or another one: LimeSurvey answers 200 all the same."""
    limesurvey.sql("DELETE FROM {settings_global} WHERE stg_name='RPCInterface'")
    limesurvey.sql("INSERT INTO {settings_global} (stg_name, stg_value) VALUES ('RPCInterface', ?)", interface)
    try:
        assert what in refused(lambda: list(api(limesurvey).check([])))
    finally:
        limesurvey.sql("DELETE FROM {settings_global} WHERE stg_name='RPCInterface'")


RIGHTS = {
    "surveysettings": ("read",),
    "surveycontent": ("read",),
    "survey": ("read",),
    "responses": ("read", "update", "export"),
}
"""What docs/tool-api.md asks for, apart from making and activating the survey."""


def test_a_user_with_the_rights_we_name_and_no_other(limesurvey, deployed):
    """An account of its own, with nothing but this survey, can pull and write back; without rights it is told so."""
    answer(limesurvey, deployed, **FULL)
    (admin,) = limesurvey.sql("SELECT * FROM {users} WHERE users_name=?", ADMIN)
    row = {name: admin[name] for name in ("password", "lang")} | {
        "users_name": "bridge",
        "full_name": "Bridge",
        "parent_id": 1,
        "email": "bridge@fenmoor.example",
    }
    limesurvey.sql(f"INSERT INTO {{users}} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())
    (user,) = limesurvey.sql("SELECT uid FROM {users} WHERE users_name='bridge'")
    permit(limesurvey, "global", 0, user["uid"], "auth_db", ("read",))
    theirs = api(limesurvey, deployed, user="bridge")
    assert "may not do this" in refused(lambda: list(theirs.pull(None, TODAY)))
    for name, rights in RIGHTS.items():
        permit(limesurvey, "survey", deployed, user["uid"], name, rights)
    assert numbers(theirs.pull(None, TODAY)) == [1]
    theirs.write_back(f"{deployed}-1", SCORES)
    assert [remark.status for remark in theirs.check(list(SCORES))] == ["ok", "ok", "ok"]
    assert "may not do this" in refused(lambda: theirs.create_form(FORM))


def permit(limesurvey, entity, number, user, name, rights):
    values = {"entity": entity, "entity_id": number, "uid": user, "permission": name}
    values |= {
        f"{right}_p": int(right in rights) for right in ("create", "read", "update", "delete", "import", "export")
    }
    limesurvey.sql(
        f"INSERT INTO {{permissions}} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", *values.values()
    )
