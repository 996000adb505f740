"""No address is flooded with reports: three mails a day, counted over every process, and no address is kept for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.cli_calls import SECRET, write_settings

from exit_bridge import replies
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store import Arrival, Limit, NewJob, open_store
from exit_bridge.store.store import Store
from exit_bridge.upkeep import purge

SETTINGS = """
[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "individuals"
auth = "path"
secrets = ["$FIRST_SECRET"]
reply_domains = ["council.example"]
on_edit = "resend"
"""
ITEMS = load_bank().variants["full"].items
ME = "zebedee@council.example"


@pytest.fixture
def bridges(store: Store, store_url: str, tmp_path: Path) -> Iterator[list[Bridge]]:
    """Two processes' worth of bridges over one store."""
    settings = load_settings(write_settings(tmp_path, SETTINGS))
    with open_store(store_url) as second:
        yield [Bridge(settings, store), Bridge(settings, second)]


def deliver(bridge: Bridge, response_id: str, to: str = ME, level: int = 4) -> str:
    document = {
        "response_id": response_id,
        "context": {"notice": "yes"},
        "answers": dict.fromkeys(ITEMS, level),
        "reply_to": to,
    }
    body = json.dumps(document).encode()
    (outcome,) = bridge.receive("s", Delivery(body, {"content-type": "application/json"}, SECRET))
    return outcome.status


def test_two_processes_share_the_count(bridges: list[Bridge]) -> None:
    """The fourth mail of a day is left out, whichever process took the others, and after a restart of both."""
    for n in range(6):
        assert deliver(bridges[n % 2], f"r-{n}") == "accepted"
    assert len(bridges[0].store.jobs()) == 3
    again = Bridge(bridges[0].settings, bridges[0].store)
    assert deliver(again, "r-9") == "accepted"
    assert len(again.store.jobs()) == 3


def test_deliveries_that_race_are_counted_one_by_one(bridges: list[Bridge], at_once: Callable[..., Any]) -> None:
    """Eight at the same moment in two processes: still three mails, and every submission is accepted."""
    assert at_once(lambda i: deliver(bridges[i % 2], f"r-{i}")) == ["accepted"] * 8
    assert len(bridges[0].store.jobs()) == 3


def test_a_plus_sign_or_capitals_make_no_other_mailbox(bridges: list[Bridge]) -> None:
    """And another person has a count of their own."""
    for n, to in enumerate(("zebedee+1@council.example", "ZEBEDEE@Council.example", ME, "zebedee+2@council.example")):
        deliver(bridges[0], f"r-{n}", to)
    assert len(bridges[0].store.jobs()) == 3
    deliver(bridges[0], "r-9", "dougal@council.example")
    assert len(bridges[0].store.jobs()) == 4


def test_what_sends_no_mail_counts_for_nothing(bridges: list[Bridge]) -> None:
    """A duplicate leaves the count alone; an edit that is sent again takes one more."""
    for level in (4, 4, 4, 4, 5):
        deliver(bridges[0], "r-1", level=level)
    deliver(bridges[0], "r-2")
    deliver(bridges[0], "r-3")
    assert len(bridges[0].store.jobs()) == 2  # the edit's mail took the place of the first, which nobody had begun


def test_one_survey_has_a_ceiling(bridges: list[Bridge], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses somebody makes up."""
    monkeypatch.setattr(replies, "PER_SURVEY", 5)
    for n in range(8):
        deliver(bridges[n % 2], f"r-{n}", f"somebody{n}@council.example")
    assert len(bridges[0].store.jobs()) == 5


def test_the_count_names_nobody_and_is_gone_in_a_day(bridges: list[Bridge]) -> None:
    """A keyed hash: without the key no list of addresses can be held against it."""
    deliver(bridges[0], "r-1")
    rows = everything_counted(bridges[0].store)
    assert len(rows) == 2
    assert "zebedee" not in str(rows).casefold()
    settings = bridges[0].settings
    survey = settings.surveys["s"]
    here = {limit.key for limit in replies.limits(settings, survey, ME)}
    assert {row.key for row in rows} == here
    elsewhere = replies.limits(replace(settings, install_key=b"another installation's key"), survey, ME)
    assert here.isdisjoint(limit.key for limit in elsewhere)
    purge(bridges[0], datetime.now(UTC) + timedelta(hours=23))
    assert len(everything_counted(bridges[0].store)) == 2
    purge(bridges[0], datetime.now(UTC) + timedelta(hours=25))
    assert everything_counted(bridges[0].store) == []


def everything_counted(store: Store) -> list[Any]:
    with store._reading() as connection:
        return list(connection.exec_driver_sql("SELECT key, at FROM mailed").all())


def test_yesterday_does_not_count(store: Store) -> None:
    """A day after a mail there is room for another."""
    limit = (Limit("k", 1),)
    arrival = Arrival("s", "r-1", "w", "h", None, None, datetime.now(UTC), {}, {})
    job = NewJob("send", "respondent", {"to": ME}, limits=limit)
    assert not store.accept(arrival, [job], []).limited
    assert store.accept(replace(arrival, response_id="r-2"), [job], []).limited
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE mailed SET at = at - 86400000000 - 1")
    assert not store.accept(replace(arrival, response_id="r-3"), [job], []).limited
    assert len(store.jobs()) == 2


def test_an_edit_over_the_limit_keeps_the_address_that_waits(store: Store) -> None:
    """It may not change where the waiting mail goes; the mail shows the newest answers all the same."""
    arrival = Arrival("s", "r-1", "w", "h", None, None, datetime.now(UTC), {}, {})
    store.accept(arrival, [NewJob("send", "respondent", {"to": ME})], [])
    full = (Limit("other", 0),)
    edit = replace(arrival, content_hash="h2")
    accepted = store.accept(edit, [], [NewJob("send", "respondent", {"to": "x@council.example"}, limits=full)])
    assert (accepted.status, accepted.limited) == ("edited", True)
    claimed = store.claim("w", 60)
    assert claimed is not None
    assert (claimed.version, claimed.envelope) == (2, {"to": ME})
