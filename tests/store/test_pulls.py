"""Pulling: one process at a time, and never behind what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exit_bridge.store import PullState
from exit_bridge.store.store import Store

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def soon() -> datetime:
    return datetime.now(UTC) + HOUR


def test_the_cursor_is_kept(store: Store) -> None:
    """For each survey its own, from nothing on; when everything was fetched is told."""
    assert store.pull_state("s") is None
    assert store.claim_pull("s", "me", 60, soon()) == PullState("s", None, None)
    assert store.advance_pull("s", "me", "7", 60)
    store.end_pull("s", "me", "done")
    again = store.claim_pull("s", "me", 60, soon())
    assert again is not None
    assert (again.cursor, again.pulled_at is not None) == ("7", True)
    other = store.claim_pull("other", "me", 60, soon())
    assert other == PullState("other", None, None)


def test_only_one_is_at_it(store: Store) -> None:
    """Whoever else asks is turned away, until the lease has run out; whoever lost it cannot go on."""
    assert store.claim_pull("s", "first", 60, soon())
    assert store.claim_pull("s", "second", 60, soon()) is None
    assert store.advance_pull("s", "first", "1", -1)
    assert store.claim_pull("s", "second", 60, soon())
    assert not store.advance_pull("s", "first", "2", 60)
    store.end_pull("s", "first", "done")
    assert store.claim_pull("s", "third", 60, soon()) is None
    state = store.pull_state("s")
    assert state == PullState("s", "1", None)


@pytest.mark.parametrize(("how", "due"), [("done", False), ("failed", False), ("more", True)])
def test_when_it_is_due_again(store: Store, how: Any, due: bool) -> None:
    """A pause after an end of either kind, none while there is more."""
    assert store.claim_pull("s", "me", 60, LONG_AGO)
    store.end_pull("s", "me", how)
    assert (store.claim_pull("s", "me", 60, LONG_AGO) is not None) is due


def test_a_failure_is_no_success(store: Store) -> None:
    """The time of the last whole pull stays what it was."""
    store.claim_pull("s", "me", 60, soon())
    store.end_pull("s", "me", "failed")
    state = store.pull_state("s")
    assert state == PullState("s", None, None)


def test_of_many_who_ask_at_once_one_begins(store: Store, at_once: Callable[..., list[Any]]) -> None:
    """The database decides."""
    begun = at_once(lambda n: store.claim_pull("s", f"w{n}", 60, soon()) is not None, 4)
    assert sorted(begun) == [False, False, False, True]


def test_a_clock_that_ran_ahead_keeps_nobody_waiting(store: Store) -> None:
    """Lease and pause that it left behind count for nothing once it is set right."""
    assert store.claim_pull("s", "first", 86_400, soon())
    assert store.claim_pull("s", "second", 60, soon())
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE pull SET leased_until = NULL, tried_at = tried_at + 86400000000")
    assert store.claim_pull("s", "third", 60, LONG_AGO)


def test_a_lease_is_renewed_where_there_is_no_cursor_yet(store: Store) -> None:
    """A look back before the first pull leaves it as it is."""
    store.claim_pull("s", "me", 60, datetime.now(UTC))
    assert store.advance_pull("s", "me", None, 60)
    store.end_pull("s", "me", "more")
    assert store.pull_state("s") == PullState("s", None, None)
