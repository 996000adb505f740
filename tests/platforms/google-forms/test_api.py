"""Google's Forms API: the form is made once, opened to those who are meant, and gives out each response once."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.platforms.google_server import FORM, HIDE, SECRET, URL, Google, asked_in, refusal

from exit_bridge.bank import About, load_bank
from exit_bridge.errors import ApiFailed, SendFailed
from exit_bridge.http import Reply
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access, Pulled
from exit_bridge.platforms.google_forms import api as module
from exit_bridge.platforms.google_forms.api import FormsApi
from exit_bridge.testing.round_trip import respondent

pytestmark = pytest.mark.dev  # the server holds everything against Google's own description

BANK, TOOL = load_bank(), platform("google-forms")
PERSON = About(answered_by="individuals", reply_domains=("council.example",))
FILES = TOOL.write_form(BANK, "quick", ["en"], PERSON)
START = datetime(2026, 1, 15, 10, tzinfo=UTC)
TODAY = date(2026, 1, 20)


@pytest.fixture
def google() -> Google:
    return Google()


def client(google: Any, form: str = FORM) -> FormsApi:
    return FormsApi(Access(URL, form, secret=SECRET), google)


@pytest.fixture
def made(google: Google) -> FormsApi:
    client(google, "").create_form(FILES)
    client(google).activate(FORM)
    return client(google)


def answer(google: Google, n: int, minutes: float, seed: int | None = None) -> dict[str, Any]:
    """One more response, or that one edited; what it means."""
    chosen, meant = respondent(BANK, "quick", "en", random.Random(n if seed is None else seed), PERSON)
    when = f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.123456Z}"
    google.respond(f"2_ABaOnu{n:04d}", when, chosen)
    return meant


def pulled(api: FormsApi, cursor: str | None = None, **more: Any) -> tuple[list[str], list[Pulled]]:
    pages = list(api.pull(cursor, TODAY, **more))
    return [payload["response_id"] for page in pages for payload in page.payloads], pages


def test_the_form_is_made_published_and_open_to_anybody(google: Google) -> None:
    """docs: without the permission of the view `published` people would be asked to sign in. Twice changes nothing."""
    api = client(google, "")
    assert api.create_form(FILES) == FORM
    form = google.forms[FORM]
    assert form["publishSettings"] == {"publishState": {}}, "nobody can answer before it is all there"
    assert (api.activate(FORM), api.activate(FORM)) == (True, False)
    assert form["publishSettings"]["publishState"] == {"isPublished": True, "isAcceptingResponses": True}
    assert google.people[FORM] == [{"type": "anyone", "view": "published"}]
    assert google.asked.count("POST /v1/forms") == google.asked.count(f"POST /v1/forms/{FORM}:batchUpdate") == 1
    assert api.address(FORM) == f"https://docs.google.com/forms/d/e/{FORM}/viewform"
    assert api.add_hook(FORM, "https://bridge.example/hooks/s", "secret") is None


def test_people_who_were_chosen_by_hand_stay_chosen(google: Google, made: FormsApi) -> None:
    google.people[FORM] = [{"type": "domain", "view": "published"}]
    assert made.activate(FORM) is False
    assert google.people[FORM] == [{"type": "domain", "view": "published"}]


def test_a_form_that_the_login_may_fill_in_and_not_share(google: Google, made: FormsApi) -> None:
    """With drive.file alone Drive shows no form that somebody else made: who may answer is for its owner to see to."""
    google.people.clear()
    google._drive = lambda *_: refusal(404, "notFound")  # type: ignore[method-assign]
    assert made.activate(FORM) is False
    assert [remark.status for remark in made.check([])] == ["ok", "look", "ok"]
    google.forms[FORM]["publishSettings"] = {"publishState": {"isPublished": True}}
    assert made.activate(FORM) is True


def test_a_form_from_before_forms_were_published_is_open(google: Google, made: FormsApi) -> None:
    """docs: it has no publishSettings, and cannot be given any."""
    del google.forms[FORM]["publishSettings"]
    before = list(google.asked)
    assert made.activate(FORM) is False
    assert not [asked for asked in google.asked[len(before) :] if asked.startswith("POST /v1")]


def test_one_form_is_one_language(google: Google) -> None:
    with pytest.raises(ApiFailed, match="one language"):
        client(google, "").create_form(TOOL.write_form(BANK, "quick", ["en", "cy"], About()))
    assert google.asked == []


def test_a_form_without_its_questions_is_named_and_no_second_one_made(google: Google) -> None:
    """Whatever went wrong, its owner can delete it, or go on with it."""

    def call(method: str, url: str, *rest: Any) -> Any:
        if url.endswith(":batchUpdate"):
            raise SendFailed("The server did not answer in time", where="forms.googleapis.com")
        return google(method, url, *rest)

    with pytest.raises(ApiFailed) as caught:
        client(call, "").create_form(FILES)
    assert FORM in caught.value.what
    assert f"docs.google.com/forms/d/{FORM}/edit" in caught.value.fix
    assert google.asked.count("POST /v1/forms") == 1


def test_a_form_that_may_have_been_made_is_told(google: Google) -> None:
    """No answer came: only its owner can look."""

    def call(method: str, url: str, *rest: Any) -> Any:
        reply = google(method, url, *rest)
        if url.endswith("unpublished=true"):
            raise SendFailed("The server did not answer in time", where="forms.googleapis.com")
        return reply

    with pytest.raises(ApiFailed, match="not known whether Google made the form") as caught:
        client(call, "").create_form(FILES)
    assert "empty form" in caught.value.fix


def test_what_the_form_asks(made: FormsApi) -> None:
    """By our ids and its words, rows of grids too; headings and breaks are no questions."""
    asked = {question.keys[0]: question for question in made.questions(FORM)}
    assert set(BANK.variants["quick"].items) < set(asked)
    assert {"notice", "reply_to", "role"} <= set(asked)
    assert asked["rec01"].keys[-1].startswith("R1. ")
    assert len(asked["rec01"].options) == len(BANK.items["rec01"].codes)
    assert all(len(option) == 1 for option in asked["rec01"].options)


def test_a_question_of_somebody_else_goes_by_its_words(google: Google, made: FormsApi) -> None:
    """Also where it holds boxes, or an answer of one's own."""
    choice = {"type": "CHECKBOX", "options": [{"value": "Red"}, {"value": "Blue"}, {"isOther": True}]}
    question = {"questionId": "00000001", "choiceQuestion": choice}
    google.forms[FORM]["items"].append(
        {"itemId": "00000002", "title": "Colours", "questionItem": {"question": question}}
    )
    (mine,) = [one for one in made.questions(FORM) if one.keys == ("Colours",)]
    assert mine.options == (("Red",), ("Blue",))
    google.respond("1", "2026-01-15T10:00:00Z", {"Colours": "Red"})
    google.responses[0]["answers"]["00000001"]["textAnswers"]["answers"].append({"value": "Blue"})
    (page,) = pulled(made)[1]
    assert page.payloads[0]["items"][-1] | {"id": ""} == {
        "id": "",
        "type": "CHECKBOX",
        "title": "Colours",
        "ref": "",
        "value": ["Red", "Blue"],
    }


@pytest.mark.parametrize("variant", BANK.variants)
def test_responses_are_what_the_script_delivers(google: Google, variant: str) -> None:
    """Grids as grids, everything that was asked, the bank and form by the ids; and no address that Google collected."""
    files = TOOL.write_form(BANK, variant, ["en"], PERSON)
    api = client(google)
    api.create_form(files)
    for n in range(3):
        chosen, _ = respondent(BANK, variant, "en", random.Random(n), PERSON)
        google.respond(f"r{n}", f"2026-01-15T10:00:0{n}Z", chosen)
    ids, pages = pulled(api)
    assert sorted(ids) == ["r0", "r1", "r2"]
    for payload in pages[0].payloads:
        (raw,) = TOOL.read(payload).responses
        assert raw.hidden == {"bank": BANK.ref, "variant": variant}
        assert raw.asked is not None
        assert {keys[0] for keys in raw.asked} >= set(BANK.variants[variant].items)
        assert len(raw.asked) == len(list(asked_in(google.forms[FORM]["items"])))
        assert raw.submitted_at == f"2026-01-15T10:00:0{raw.response_id[1]}Z"
        assert all(answer.keys[0].isidentifier() for answer in raw.answers)
        assert "respondentEmail" not in payload
        grids = [item for item in payload["items"] if item["type"] == "GRID"]
        assert all(len(grid["rows"]) == len(grid["refs"]) == len(grid["values"]) for grid in grids)
        assert bool(grids) == any("questionGroupItem" in item for item in google.forms[FORM]["items"])


def test_what_was_answered_before_a_question_was_taken_out_stays(google: Google, made: FormsApi) -> None:
    """A later look at everything would else take it away here."""
    meant = answer(google, 1, 0)
    grids = [item["questionGroupItem"] for item in google.forms[FORM]["items"] if "questionGroupItem" in item]
    gone = grids[0]["questions"].pop(0)["questionId"]
    assert gone in google.responses[0]["answers"]
    (page,) = pulled(made)[1]
    (raw,) = TOOL.read(page.payloads[0]).responses
    assert set(meant["answers"]) <= {answer.keys[0] for answer in raw.answers}


def test_pages_are_walked_without_a_gap(google: Google, made: FormsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come in no order, so the cursor moves only with the last page."""
    monkeypatch.setattr(module, "PAGE", 4)
    for n in range(10):
        answer(google, n, n)
    ids, pages = pulled(made)
    assert len(set(ids)) == len(ids) == 10
    assert [page.cursor for page in pages] == ["", "", f"{FORM} 2026-01-15T10:09:00.123456+00:00"]
    assert [bool(page.left) for page in pages] == [True, True, False]


def test_a_page_that_leads_to_itself_ends(google: Google, made: FormsApi) -> None:
    """Instead of asking for ever."""

    def call(method: str, url: str, *rest: Any) -> Any:
        return Reply(200, {}, b'{"nextPageToken": "again"}') if "/responses" in url else google(method, url, *rest)

    with pytest.raises(ApiFailed, match="not the API"):
        list(client(call).pull(None, TODAY))


def test_only_what_is_new_is_asked_for_with_an_hour_to_spare(google: Google, made: FormsApi) -> None:
    for n, minutes in enumerate((0, 200, 230)):
        answer(google, n, minutes)
    _, pages = pulled(made)
    answer(google, 3, 225)  # shows up late
    answer(google, 4, 300)
    ids, (page,) = pulled(made, pages[-1].cursor)
    assert sorted(ids) == ["2_ABaOnu0001", "2_ABaOnu0002", "2_ABaOnu0003", "2_ABaOnu0004"]
    fresh = [payload["response_id"] for n, payload in enumerate(page.payloads) if n not in page.again]
    assert fresh == ["2_ABaOnu0004"]
    assert len(pulled(made, page.cursor, afresh=True)[0]) == 5
    since = START + timedelta(minutes=225)
    assert sorted(pulled(made, page.cursor, afresh=True, since=since)[0]) == [f"2_ABaOnu000{n}" for n in (2, 3, 4)]


def test_an_edited_response_comes_again_with_its_later_time(google: Google, made: FormsApi) -> None:
    """Under the id it had."""
    answer(google, 1, 0)
    answer(google, 2, 300)
    _, pages = pulled(made)
    answer(google, 1, 400, seed=99)
    ids, (page,) = pulled(made, pages[-1].cursor)
    assert sorted(ids) == ["2_ABaOnu0001", "2_ABaOnu0002"]
    (edited,) = [payload for payload in page.payloads if payload["response_id"] == "2_ABaOnu0001"]
    assert edited["submitted_at"] == "2026-01-15T16:40:00.123456Z"


def test_nothing_new_leaves_the_cursor(made: FormsApi) -> None:
    cursor = f"{FORM} 2026-01-15T10:00:00+00:00"
    (page,) = pulled(made, cursor)[1]
    assert (page.payloads, page.cursor) == ((), cursor)
    (page,) = pulled(made)[1]
    assert (page.payloads, page.cursor) == ((), "")


@pytest.mark.parametrize("cursor", ["", "x", f"{FORM} x", f"{FORM} 2026-01-15", "other 2030-01-15T10:00:00+00:00"])
def test_a_cursor_that_is_none_or_anothers_begins_anew(google: Google, made: FormsApi, cursor: str) -> None:
    answer(google, 1, 0)
    assert pulled(made, cursor)[0] == ["2_ABaOnu0001"]


def test_check(google: Google, made: FormsApi) -> None:
    """Each thing that can be wrong is said with what to do; nothing is changed."""
    assert [remark.status for remark in client(google, "").check([])] == ["ok", "look"]
    assert [remark.status for remark in made.check([])] == ["ok", "ok", "ok"]
    before = len(google.asked)
    google.people[FORM] = [{"type": "domain", "view": "published"}]
    google.forms[FORM]["settings"]["emailCollectionType"] = "VERIFIED"
    assert [remark.status for remark in made.check(["receptivity"])] == ["ok", "look", "look", "ok", "broken"]
    google.people[FORM] = []
    (broken,) = [remark for remark in made.check([]) if remark.status == "broken"]
    assert "sign in" in broken.line
    google.forms[FORM]["publishSettings"]["publishState"]["isAcceptingResponses"] = False
    (broken,) = [remark for remark in made.check([]) if remark.status == "broken"]
    assert (broken.line, broken.fix) == (f"Form {FORM} takes no answers in Google Forms", "Run `exit-bridge provision`")
    assert not [asked for asked in google.asked[before:] if asked.startswith("POST") and "token" not in asked]


def test_scores_have_no_place_there(made: FormsApi) -> None:
    with pytest.raises(ApiFailed, match="takes no scores back") as caught:
        made.write_back("r", {})
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("status", "reason", "said", "fix", "pause"),
    [
        (401, "", "does not accept the login", "Log in again", 900.0),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "may not do this", "scope drive.file", 900.0),
        (403, "insufficientPermissions", "may not do this", "scope drive.file", 900.0),
        (403, "SERVICE_DISABLED", "switched off", "APIs & Services", 900.0),
        (403, "accessNotConfigured", "switched off", "APIs & Services", 900.0),
        (403, "userRateLimitExceeded", "no more requests for now", "goes on by itself", 7.0),
        (403, "", "does not allow this", "may edit the form", 900.0),
        (404, "", "has no such form", "between /d/ and /edit", None),
        (409, "", "already", "", None),
        (429, "RATE_LIMIT_EXCEEDED", "no more requests for now", "pull_minutes", 7.0),
        (500, "", "trouble (status 500)", "tried again", 7.0),
        (503, "", "trouble (status 503)", "tried again", 7.0),
    ],
)
def test_a_refusal_is_one_sentence(
    google: Google, made: FormsApi, status: int, reason: str, said: str, fix: str, pause: float | None
) -> None:
    """With what to do, and when it is worth another try; nothing of the login, and nothing that Google said."""
    google.down = (status, reason)
    with pytest.raises(ApiFailed) as caught:
        made.questions(FORM)
    error = caught.value
    assert said in error.what
    assert fix in error.fix
    assert error.retry_after == pause
    assert error.where == "forms.googleapis.com"
    assert not [word for word in (*HIDE, "made-up.apps.example") if word in str(error)]


@pytest.mark.parametrize(
    "change",
    [
        {"items": {}},
        {"items": [{"questionItem": {"question": {"id": "renamed"}}}]},
        {"formId": "another"},
        {"formId": 7},
        {"publishSettings": {"publishState": {"isPublished": "yes"}}},
    ],
)
def test_a_form_in_another_shape_is_not_read(made: FormsApi, google: Google, change: dict[str, Any]) -> None:
    """Half-understood answers would be worse than none."""
    document = {**google.forms[FORM], **change}

    def call(method: str, url: str, *rest: Any) -> Any:
        return google(method, url, *rest) if "token" in url else Reply(200, {}, json.dumps(document).encode())

    with pytest.raises(ApiFailed, match="not the API of Google Forms"):
        client(call).questions(FORM)


def test_an_address_that_is_none_is_not_shown(google: Google, made: FormsApi) -> None:
    google.forms[FORM]["responderUri"] = "javascript:alert(1)"
    with pytest.raises(ApiFailed, match="not the API"):
        made.address(FORM)
