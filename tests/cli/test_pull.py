"""`pull`, against RemoteControl over real HTTP."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from tests.cli.cli_calls import call, started, until, write_settings
from tests.platforms.limesurvey.remote_control import PASSWORD, SID, USER, LimeSurvey, serving

from exit_bridge.bank import load_bank
from exit_bridge.cli import running
from exit_bridge.cli.pull import FIRST_PAUSE, LONGEST_PAUSE
from exit_bridge.errors import SendFailed, StoreUnavailable
from exit_bridge.http import origin
from exit_bridge.platforms.limesurvey.api import PAGE
from exit_bridge.platforms.limesurvey.rpc import Session
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.store.store import Store

BANK = load_bank()
FULL = {"notice": "yes", "bank": BANK.ref, "variant": "full", **dict.fromkeys(BANK.variants["full"].items, "4")}
DECLINED = FULL | {"notice": "no"}
SETTINGS = """\
[surveys.first]
platform = "limesurvey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$FIRST_SECRET"]

[surveys.first.api]
url = "{}"
internal = "{}"
user = "{}"
secret = "$API"
time_zone = "Europe/London"
"""


@pytest.fixture
def server() -> Iterator[LimeSurvey]:
    limesurvey = LimeSurvey(active=False)
    with serving(limesurvey):
        yield limesurvey


@pytest.fixture
def path(server: LimeSurvey, tmp_path: Path) -> Path:
    """Settings of a survey whose form is made."""
    path = write_settings(tmp_path, SETTINGS.format(server.url, origin(server.url), USER), API=PASSWORD)
    with open_store(load_settings(path).database) as store:
        store.upgrade()
    assert call(path, "provision", "first", "--yes").code == 0
    server.calls.clear()
    return path


def test_pull_tells_what_became_of_everything(server: LimeSurvey, path: Path) -> None:
    """In one line, with 3 where some are refused; nothing of an answer is said."""
    for answers in ({}, {"rec01": "9"}, {"notice": "no"}):
        server.respond(**FULL | answers)
    server.respond(False, **FULL)
    said = call(path, "pull", "first")
    assert said.out == "3 fetched: 1 new, 1 declined the notice, 1 refused, 1 not finished yet.\n"
    assert (said.code, "1 refused: see `exit-bridge quarantine --survey first`" in said.err) == (3, True)
    again = call(path, "pull", "first")
    assert (again.code, again.out) == (0, "0 fetched: 1 not finished yet.\n")
    server.rows[4] |= {"submitdate": "2026-07-02 10:00:00"}
    assert call(path, "pull", "first").out == "1 fetched: 1 new.\n"
    assert call(path, "pull", "first").out == "0 fetched: nothing is new.\n"
    server.rows[1]["rec01"] = "1"
    server.rows.pop(2)
    everything = call(path, "pull", "first", "--all")
    assert everything.out == "3 fetched: 1 changed, 1 kept already, 1 declined the notice.\n"


def test_pull_shows_how_far_it_is(server: LimeSurvey, path: Path) -> None:
    """Hundreds of responses take a while."""
    for _ in range(PAGE + 1):
        server.respond(**FULL | {"notice": "no"})
    said = call(path, "pull", "first")
    assert said.out == f"{PAGE + 1} fetched: {PAGE + 1} declined the notice.\n"
    assert "Pulling" in said.err


def test_pull_before_there_is_a_form(path: Path) -> None:
    """Says how to make one."""
    path.write_text(path.read_text().replace(f'form = "{SID}"', ""))
    said = call(path, "pull", "first")
    assert (said.code, "exit-bridge provision first" in said.err) == (1, True)


def test_pull_beside_a_worker_that_pulls(path: Path) -> None:
    """The one who is at it goes on."""
    with open_store(load_settings(path).database) as store:
        store.claim_pull("first", "worker", 60, datetime.now(UTC))
    said = call(path, "pull", "first")
    assert (said.code, "Another process is pulling this survey just now (first)" in said.err) == (1, True)


# -- what was submitted from some time on ------------------------------------------------------------------------------


def test_what_was_submitted_since_then(server: LimeSurvey, path: Path) -> None:
    """Changed ones too; what is older is left out and counted, and pulling goes on where it stood."""
    for day in ("01", "02", "03"):
        server.rows[server.respond(**FULL)]["submitdate"] = f"2026-07-{day} 10:00:00"
    assert call(path, "pull", "first").out == "3 fetched: 3 new.\n"
    with open_store(load_settings(path).database) as store:
        before = store.pull_state("first")
    server.rows[1]["rec01"] = server.rows[3]["rec01"] = "1"
    server.respond(False, **FULL)
    said = call(path, "pull", "first", "--since", "2026-07-02T09:00:00Z")
    assert said.out == ("3 fetched: 1 changed, 1 kept already, 1 submitted before that time, 1 not finished yet.\n")
    assert call(path, "pull", "first", "--since", "2026-07-04").out == (
        "3 fetched: 3 submitted before that time, 1 not finished yet.\n"
    )
    with open_store(load_settings(path).database) as store:
        assert store.pull_state("first") == before


def test_a_look_back_before_any_pull_takes_nothing_from_it(server: LimeSurvey, path: Path) -> None:
    """Whoever declined is counted once, by the pull whose turn it is."""
    server.respond(**DECLINED)
    server.respond(**FULL)
    assert call(path, "pull", "first", "--since", "2026-07-01").out == "2 fetched: 1 new, 1 declined the notice.\n"
    with open_store(load_settings(path).database) as store:
        assert (store.tallies("first"), store.pull_state("first").pulled_at) == ({}, None)
    assert call(path, "pull", "first").out == "2 fetched: 1 kept already, 1 declined the notice.\n"
    with open_store(load_settings(path).database) as store:
        assert store.tallies("first") == {"": {"declined": 1}}


def test_what_has_no_time_is_left_out(server: LimeSurvey, path: Path) -> None:
    """Also what cannot be read: nobody knows when it was submitted. Said with what to do."""
    path.write_text(path.read_text().replace('time_zone = "Europe/London"', ""))
    server.respond(**FULL)
    said = call(path, "pull", "first", "--since", "2026-07-01")
    assert (said.code, said.out) == (0, "1 fetched: 1 without a time.\n")
    assert "set time_zone" in said.err
    with open_store(load_settings(path).database) as store:
        assert store.counts("first") == {}


@pytest.mark.parametrize(
    "time", ["yesterday", "2026-02-30", "2026-07-01T10:00:00", "20260701", "", "2026-07-01T25:00Z", "0001-01-01"]
)
def test_a_time_that_is_none(server: LimeSurvey, path: Path, time: str) -> None:
    """Without its zone nobody would know which hour is meant."""
    said = call(path, "pull", "first", "--since", time)
    assert (said.code, "2026-01-15T09:00:00Z" in said.err, server.calls) == (2, True, [])


@pytest.mark.parametrize("options", [("--all", "--since", "2026-07-01"), ("--all", "--every", "5")])
def test_what_does_not_go_together(server: LimeSurvey, path: Path, options: tuple[str, ...]) -> None:
    said = call(path, "pull", "first", *options)
    assert (said.code, "do not go together" in said.err, server.calls) == (2, True, [])


# -- again and again ---------------------------------------------------------------------------------------------------


class Patience(Event):
    """Notes how long was to be waited, does something each time, and is told to stop after the last."""

    def __init__(self, *between: object) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self._between = list(between)

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if not self._between:
            self.set()
        elif callable(act := self._between.pop(0)):
            act()
        return self.is_set()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch):
    """`patience(*acts)`: instead of waiting, one act after another; no signal is listened for."""

    def patience(*acts: object) -> Patience:
        event = Patience(*acts)
        monkeypatch.setattr("exit_bridge.cli.pull.Event", lambda: event)
        monkeypatch.setattr(running, "stop_on_signal", lambda _: None)
        return event

    return patience


def lines(out: str) -> list[str]:
    """Without the minute in front of each."""
    found = [re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  (.*)", line) for line in out.splitlines()]
    assert all(found), out
    return [match[1] for match in found if match]


def test_one_line_each_time(server: LimeSurvey, path: Path, patience) -> None:
    server.respond(**FULL)
    event = patience(lambda: server.respond(**DECLINED), None)
    said = call(path, "pull", "first", "--every", "15")
    assert lines(said.out) == ["1 fetched: 1 new.", "1 fetched: 1 declined the notice.", "0 fetched: nothing is new."]
    assert (said.code, event.waits) == (0, [900.0] * 3)
    assert said.err == "Pulling first every 15 minutes. Ctrl-C ends it.\n"


def test_after_errors_it_waits_ever_longer_and_as_long_as_it_is_told(server: LimeSurvey, path: Path, patience) -> None:
    """Never longer than an hour by itself; once it works the pause is the usual one."""

    def busy() -> None:
        server.answer = (503, {"Retry-After": "5400"}, b"")

    def well() -> None:
        server.answer = None

    server.answer = (503, {}, b"")
    event = patience(*[None] * 7, busy, well)
    said = call(path, "pull", "first", "--every", "2")
    assert said.code == 0
    rising = [min(FIRST_PAUSE * 2**n, LONGEST_PAUSE) for n in range(8)]
    assert event.waits == [*rising, 5400.0, 120.0]
    assert lines(said.out)[0].startswith("failed, next try in 1 minutes: LimeSurvey failed")
    assert "next try in 90 minutes" in lines(said.out)[-2]
    assert lines(said.out)[-1] == "0 fetched: nothing is new."


def test_an_outage_of_weeks_ends_nothing(path: Path, patience, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it failed, there is a next try."""

    def away(*_: object, **__: object) -> None:
        raise SendFailed("The server cannot be reached", where="tool")

    monkeypatch.setattr("exit_bridge.pulling.pull", away)
    event = patience(*[None] * 1100)
    assert call(path, "pull", "first", "--every", "2").code == 0
    assert (len(event.waits), event.waits[-1]) == (1101, LONGEST_PAUSE)


def test_beside_a_worker(server: LimeSurvey, path: Path, patience) -> None:
    """The one who is at it goes on; the next round finds the survey free again."""
    server.respond(**FULL)
    with open_store(load_settings(path).database) as store:
        store.claim_pull("first", "worker", 60, datetime.now(UTC))
        patience(lambda: store.end_pull("first", "worker", "done"))
        said = call(path, "pull", "first", "--every", "5")
    assert lines(said.out) == ["somebody else is at it.", "1 fetched: 1 new."]


def test_a_store_that_is_away_is_waited_for(
    server: LimeSurvey, path: Path, patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.respond(**FULL)
    claim, away = Store.claim_pull, [True]

    def claimed(*given: object) -> object:
        if away:
            away.clear()
            raise StoreUnavailable("The database is away")
        return claim(*given)

    monkeypatch.setattr(Store, "claim_pull", claimed)
    event = patience(None)
    said = call(path, "pull", "first", "--every", "5")
    assert lines(said.out)[1] == "1 fetched: 1 new."
    assert event.waits == [FIRST_PAUSE, 300.0]


def test_what_trying_again_does_not_mend_ends_it(path: Path, patience) -> None:
    """A form that is none, and an address that may not be called."""
    patience()
    text = path.read_text()
    path.write_text(text.replace(f'form = "{SID}"', 'form = "first"'))
    said = call(path, "pull", "first", "--every", "5")
    assert (said.code, "LimeSurvey numbers its surveys" in said.err) == (1, True)
    path.write_text(re.sub("internal = .*", "", text))
    said = call(path, "pull", "first", "--every", "5")
    assert (said.code, "Only https" in said.err) == (1, True)


def test_told_to_stop_it_ends_after_a_page(
    server: LimeSurvey, path: Path, patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is fetched the next time."""
    for _ in range(PAGE + 1):
        server.respond(**DECLINED)
    event, ask = patience(None), Session.__call__

    def asked(self: Session, method: str, *given: object) -> object:
        if method == "export_responses" and server.calls.count(method) == 1:
            event.set()
        return ask(self, method, *given)

    monkeypatch.setattr(Session, "__call__", asked)
    said = call(path, "pull", "first", "--every", "5")
    assert lines(said.out) == [f"{PAGE} fetched: {PAGE} declined the notice."]
    assert call(path, "pull", "first").out == "1 fetched: 1 declined the notice.\n"


@pytest.mark.server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(server: LimeSurvey, path: Path, number: int) -> None:
    """In a process of its own, while it waits."""
    server.respond(**FULL)
    with started(path, "pull", "first", "--every", "600") as process:
        process.wait_for("1 fetched: 1 new.")
        code, seconds = process.end(number)
        assert (code, process.out.count("\n")) == (0, 1)
        assert seconds < 5
        until(lambda: "Ctrl-C ends it" in process.err, "its first line")
