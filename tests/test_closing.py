"""Closing a wave, on the real store: once, for good, sent, and never so that somebody can be worked out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.cli_calls import SECRET
from tests.scoring.team_cases import ABOUT, FULL

from exit_bridge import closing, http
from exit_bridge.bridge import Bridge
from exit_bridge.closing import TEAM, close, close_due, document_of, file_name, report_on, standings
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.outgoing_team import page_id
from exit_bridge.platforms.base import Delivery
from exit_bridge.reports import as_html
from exit_bridge.scoring import team_schema
from exit_bridge.scoring.team import NotReissued
from exit_bridge.sending import FolderDestination, PostDestination, TeamsDestination
from exit_bridge.settings import Settings, Survey
from exit_bridge.settings_waves import WaveSettings
from exit_bridge.store.store import Store
from exit_bridge.web import create_app
from exit_bridge.worker import Pace, Worker

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Service:
    """A survey of individuals with its store, and people who answer."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.survey = Survey(
            name="team",
            platform="generic",
            bank_source="exit-open@1",
            wordings=(),
            variant="full",
            languages=("en",),
            wave="autumn",
            auth="path",
            secrets=(SECRET,),
            about=ABOUT,
            send={"folder-1": FolderDestination(str(folder / "out"))},
            on_edit="update",
            reply_scores=False,
        )
        self.folder = folder / "out" / "team"
        self.settings = Settings(
            path=folder / "exit-bridge.toml",
            database="",
            spool=folder / "spool",
            public_url="",
            quarantine_days=30,
            email=None,
            surveys={"team": self.survey},
        )
        self.bridge = Bridge(self.settings, store)

    def with_survey(self, **changes: Any) -> None:
        self.survey = replace(self.survey, **changes)
        self.settings = replace(self.settings, surveys={"team": self.survey})
        self.bridge = Bridge(self.settings, self.store)

    def answer(self, who: str, value: int | str = 3, **more: Any) -> str:
        body = {
            "response_id": who,
            "context": {"notice": "yes", "team": "yes", "role": "front", "stage": "sustaining"},
            "answers": dict.fromkeys(FULL, value),
            **more,
        }
        delivery = Delivery(json.dumps(body).encode(), {"content-type": "application/json"}, SECRET)
        return self.bridge.receive("team", delivery)[0].status

    def answers(self, n: int, value: int = 3, start: str = "p", **more: Any) -> None:
        for k in range(n):
            assert self.answer(f"{start}{k}", value, **more) == "accepted"

    def close(self, wave: str = "autumn", **more: Any) -> Any:
        return close(self.bridge, self.survey, wave, **more)


@pytest.fixture
def service(store: Store, tmp_path: Path) -> Service:
    return Service(store, tmp_path)


def test_a_closed_wave_is_kept_and_sent(service: Service) -> None:
    """In one transaction; the worker then writes every file."""
    service.answers(8)
    made = service.close(now=NOW)
    assert (made.n, made.closed_at, made.picture["n"]) == (1, NOW, 8)
    (job,) = service.store.jobs()
    assert (job.kind, job.destination, job.submission) == (TEAM, "folder-1", None)
    work = Worker(service.bridge)
    while work.step():
        pass
    folder = service.folder / "team-autumn"
    assert {path.name for path in folder.iterdir()} >= {
        "report.html",
        "report.txt",
        "report.eml",
        "result.json",
        "figures.csv",
        "action-plan.csv",
        "action-plan.docx",
        "facilitator.html",
    }
    assert json.loads((folder / "result.json").read_text("utf-8")) == document_of(made)
    assert "8 people let their answers be counted." in (folder / "report.txt").read_text("utf-8")
    assert oct((folder / "report.html").stat().st_mode)[-3:] == "600"


def test_a_receiver_is_told_that_it_is_a_team(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one person's result: another event, and data of another schema."""
    service.with_survey(send={"post-1": PostDestination("https://receiver.example/hook", f"whsec_{'QUJD' * 8}")})
    sent = []
    monkeypatch.setattr(http, "post", lambda url, body, *_: sent.append((url, body)) or http.Reply(204, {}, b""))
    service.answers(8)
    made = service.close(now=NOW)
    assert Worker(service.bridge).step()
    ((_, body),) = sent
    said = json.loads(body)
    assert (said["type"], said["data"]) == ("exit.team.created", document_of(made))
    assert list(Draft202012Validator(team_schema()).iter_errors(said["data"])) == []


@pytest.fixture
def channel(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A team's report posted into a channel, with a link; what was posted."""
    service.with_survey(send={"teams-1": TeamsDestination("https://flow.example/run")}, team_link_days=20)
    service.settings = replace(service.settings, public_url="https://bridge.example", install_key=b"k" * 32)
    service.bridge = Bridge(service.settings, service.store)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(http, "post", lambda _, body, *__: sent.append(json.loads(body)) or http.Reply(202, {}, b""))
    service.answers(8)
    return sent


def _opened(service: Service, card: dict[str, Any], **more: Any) -> Any:
    (action,) = card["attachments"][0]["content"]["actions"]
    client = create_app(service.settings, service.bridge).test_client()
    return client.get(action["url"].removeprefix("https://bridge.example"), **more)


def test_a_card_leads_to_the_page(service: Service, channel: list[dict[str, Any]]) -> None:
    """The same report as everywhere; as JSON it is the team's document. Whoever has the link reads it, for its days."""
    made = service.close(now=NOW)
    assert Worker(service.bridge).step()
    page = _opened(service, channel[0], headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.text == as_html(report_on(service.bridge, service.survey, "autumn")[0])
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "img-src" not in page.headers["Content-Security-Policy"]
    assert _opened(service, channel[0], headers={"Accept": "application/json"}).json == document_of(made)


@pytest.mark.parametrize("how", ["taken back", "over", "switched off", "gone"])
def test_a_page_can_be_taken_back(service: Service, channel: list[dict[str, Any]], how: str) -> None:
    """Then it looks like every link that shows nothing."""
    service.close(now=NOW)
    assert Worker(service.bridge).step()
    assert _opened(service, channel[0]).status_code == 200
    match how:
        case "taken back":
            service.store.revoke_links("team", "", datetime.now(UTC))
        case "over" | "switched off":
            days = {"over": 1, "switched off": 0}[how]
            service.with_survey(team_link_days=days)
            signer = service.bridge.links._signer
            there = (datetime.now(UTC) - timedelta(days=2)).timestamp()
            claim = page_id(service.store.snapshots("team")[0])
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(signer, "get_timestamp", lambda: int(there))
                old = service.bridge.links.url(claim)
            channel[0]["attachments"][0]["content"]["actions"][0]["url"] = old
        case "gone":
            service.settings = replace(service.settings, surveys={})
            service.bridge = Bridge(service.settings, service.store)
    page = _opened(service, channel[0], headers={"Accept": "application/json"})
    assert (page.status_code, page.json) == (404, {"status": "not_found"})


def test_without_the_setting_there_is_no_link(service: Service, channel: list[dict[str, Any]]) -> None:
    """It is off unless set; other ways out bring the report itself."""
    service.with_survey(team_link_days=0)
    service.close(now=NOW)
    assert Worker(service.bridge).step()
    assert "actions" not in channel[0]["attachments"][0]["content"]


def test_individuals_get_nothing_about_the_team_before(service: Service) -> None:
    """Only a count."""
    service.answers(8)
    with pytest.raises(UsageError, match="not closed; so far 8 submission"):
        report_on(service.bridge, service.survey, "autumn")
    assert [(s.wave, s.submissions, s.closed_at) for s in standings(service.bridge, service.survey)] == [
        ("autumn", 8, None)
    ]


def test_nothing_changes_a_closed_wave(service: Service) -> None:
    """Not later answers, edits, withdrawals, erasure of everybody, nor the end of retention."""
    service.answers(8)
    service.close(now=NOW)
    before = as_html(report_on(service.bridge, service.survey, "autumn")[0])
    service.answers(3, 5, "late")
    assert service.answer("p0", 5) == "edited"
    service.answer("p1", 3, context={"notice": "yes", "team": "no"})
    for k in range(8):
        assert service.store.forget("team", f"p{k}")
    service.store.purge("team", datetime.now(UTC) + timedelta(days=1))
    assert as_html(report_on(service.bridge, service.survey, "autumn")[0]) == before


def test_a_wave_is_closed_once(service: Service) -> None:
    service.answers(8)
    service.close(now=NOW)
    with pytest.raises(UsageError, match="closed on 01 December 2026"):
        service.close()
    with pytest.raises(NotReissued, match="Fewer than 5 people"):
        service.close(again=True)
    service.answers(4, 5, "late")
    with pytest.raises(NotReissued):
        service.close(again=True)
    service.answer("late4", 5)
    again = service.close(again=True)
    assert (again.n, again.picture["n"]) == (2, 13)
    assert report_on(service.bridge, service.survey, "autumn", 1)[1].picture["n"] == 8


def test_too_few_close_nothing(service: Service) -> None:
    service.answers(4)
    service.answers(9, start="no", context={"notice": "yes", "team": "no"})
    with pytest.raises(ExitBridgeError, match="Fewer than 5 people can be counted"):
        service.close()
    assert service.store.snapshots("team") == []
    assert service.store.jobs() == []


def test_edits_that_move_no_score_hide_no_other(service: Service) -> None:
    """Five leave and come back changed in nothing that counts; one alone changes a score. That one stays hidden.

    Were every edit another unknown, six would seem to have changed, and the difference of the two means would be the
    one person's.
    """
    for k in range(10):
        assert service.answer(f"p{k}", 1 + k % 5) == "accepted"
    service.close(now=NOW)
    for k in range(5):
        assert service.answer(f"p{k}", 1 + k % 5, comments={"leadership": "well"}) == "edited"
    assert service.answer("p9", 1) == "edited"
    service.answers(5, start="new", answers={"rec01": 4})  # counted, but scored on nothing
    with pytest.raises(NotReissued, match="what a few people answered"):
        service.close(again=True)


def test_an_edit_back_to_what_it_was_is_the_same_person_again(service: Service) -> None:
    for k in range(10):
        service.answer(f"p{k}", 3)
    service.close(now=NOW)
    assert service.answer("p0", 5) == "edited"
    assert service.answer("p0", 3) == "edited"
    service.answers(5, start="new")
    again = service.close(again=True)
    first = next(each for each in service.store.snapshots("team") if each.n == 1)
    assert set(first.frame["groups"]["leadership"]) < set(again.frame["groups"]["leadership"])


def test_who_was_counted_in_one_wave_is_in_no_other(service: Service) -> None:
    """A round travels in the form's link, where anybody may change it."""
    service.answers(8)
    service.close(now=NOW)
    service.answers(6, 4, "s", wave="spring")
    assert service.answer("p0", 4, wave="spring") == "edited"
    assert service.close("spring").picture["n"] == 6


def test_the_day_after_its_last_day_a_wave_closes_itself(service: Service) -> None:
    service.with_survey(waves={"autumn": WaveSettings("autumn", date(2026, 11, 30))})
    service.answers(8)
    close_due(service.bridge, datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert service.store.snapshots("team") == []
    close_due(service.bridge, datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
    close_due(service.bridge, datetime(2026, 12, 1, 0, 11, tzinfo=UTC))
    assert [(each.wave, each.n) for each in service.store.snapshots("team")] == [("autumn", 1)]


def test_the_worker_does_it(service: Service) -> None:
    service.with_survey(waves={"autumn": WaveSettings("autumn", date(2026, 11, 1))})
    service.answers(8)
    work = Worker(service.bridge, Pace(upkeep=0.0))
    for _ in range(5):
        work.step()
    assert (service.folder / "team-autumn" / "report.html").is_file()


def test_a_wave_with_too_few_stays_open_and_says_so(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    service.with_survey(waves={"autumn": WaveSettings("autumn", date(2026, 11, 30))})
    service.answers(4)
    close_due(service.bridge, NOW)
    assert service.store.snapshots("team") == []
    assert "outcome=not_closed Fewer than 5 people" in caplog.text


def test_a_bug_in_closing_keeps_nothing_from_being_deleted(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is past its time goes all the same."""
    service.with_survey(waves={"autumn": WaveSettings("autumn", date(2026, 11, 1))})
    service.answers(8)
    monkeypatch.setattr(closing, "team", lambda *_: 1 / 0)
    close_due(service.bridge, NOW)
    assert "outcome=bug ZeroDivisionError" in caplog.text


def test_groups_are_no_team(service: Service) -> None:
    service.with_survey(about=replace(ABOUT, answered_by="group"))
    with pytest.raises(UsageError, match="Groups answer this survey"):
        service.close()


def test_two_who_close_at_once_close_it_once(service: Service, at_once: Any) -> None:
    service.answers(8)

    def attempt(_: int) -> str:
        try:
            return str(service.close(now=NOW).n)
        except UsageError as error:
            return error.what[:12]

    said = at_once(attempt, 4)
    assert sorted(said) == ["1", *["Somebody els" if "Some" in each else "This wave wa" for each in sorted(said)[1:]]]
    assert len(service.store.snapshots("team")) == len(service.store.jobs()) == 1


def test_a_send_whose_wave_is_gone_is_given_up(service: Service) -> None:
    service.answers(8)
    service.close(now=NOW)
    service.with_survey(send={})
    Worker(service.bridge).step()
    (job,) = service.store.jobs()
    assert (job.state, "is gone" in (job.last_error or "")) == ("dead", True)


def test_two_waves_stand_beside_each_other(service: Service) -> None:
    service.answers(9, 2, wave="spring")
    service.close("spring", now=NOW - timedelta(days=200))
    service.answers(9, 4, "q")
    service.close(now=NOW)
    page = as_html(report_on(service.bridge, service.survey, "autumn")[0])
    assert "Since the round “spring”" in page
    assert "clearly higher" in page
    assert "Since the round" not in as_html(report_on(service.bridge, service.survey, "spring")[0])


def test_another_version_of_the_questions_is_not_compared(service: Service) -> None:
    service.answers(9, 2, wave="spring")
    first = service.close("spring", now=NOW - timedelta(days=200))
    first.picture["bank"] = "exit-open@0"
    other = replace(
        first, wave="winter", picture={**first.picture, "bank": "exit-open@0"}, closed_at=NOW - timedelta(1)
    )
    service.store.freeze(other, [])
    service.answers(9, 4, "q")
    service.close(now=NOW)
    page = as_html(report_on(service.bridge, service.survey, "autumn")[0])
    assert "The round “winter” answered another version of the questions" in page


@pytest.mark.parametrize(
    ("wave", "expected"),
    [("autumn", "team-autumn"), ("", "team"), ("2026-autumn", "team-2026-autumn")],
)
def test_plain_names_of_waves_are_names_of_folders(wave: str, expected: str) -> None:
    assert file_name(wave) == expected


def test_other_names_are_made_plain_and_stay_apart() -> None:
    assert file_name("Herbst 1") != file_name("Herbst-1") != file_name("herbst 1")
    assert file_name("../x").startswith("team-x-")
