from __future__ import annotations

import pytest

from exit_bridge.store.order import instant, is_newer

NINE, TEN = "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("arriving", "current", "newer"),
    [
        ((2, None), (1, None), True),
        ((1, None), (2, None), False),
        ((2, NINE), (1, TEN), True),  # the revision outranks the time
        ((1, TEN), (2, NINE), False),
        ((1, NINE), (1, TEN), False),  # equal revisions say nothing
        ((1, TEN), (1, NINE), True),
        ((1, NINE), (None, TEN), False),  # a revision on one side says nothing
        ((None, TEN), (7, NINE), True),
        ((None, TEN), (None, NINE), True),
        ((None, NINE), (None, TEN), False),
        ((None, "2026-03-01T11:30:00+02:00"), (None, TEN), False),  # 09:30 UTC
        ((None, "2026-03-01T08:30:00-02:00"), (None, TEN), True),  # 10:30 UTC
        ((None, "2026-03-01T10:00:00.000001Z"), (None, TEN), True),
        ((None, "2026-03-01T10:00:00+00:00"), (None, TEN), True),  # the same instant: the later arrival
        ((None, NINE), (None, None), True),
        ((None, None), (None, TEN), True),
        ((None, "yesterday"), (None, TEN), True),
        ((None, "2026-03-01T09:00:00"), (None, TEN), True),  # local time: no instant
        ((None, None), (None, None), True),
        ((0, None), (1, None), False),  # 0 is a revision
    ],
)
def test_newer_by_revision_then_time_then_arrival(
    arriving: tuple[int | None, str | None], current: tuple[int | None, str | None], newer: bool
) -> None:
    """Each mark counts only where both carry it and they differ."""
    assert newer is is_newer(*arriving, *current)


@pytest.mark.parametrize("text", ["", "2026", "2026-02-30T00:00:00Z", "2026-03-01T23:59:60Z", "NaN", "１"])
def test_what_is_no_instant_is_none(text: str) -> None:
    """Texts that name no moment are not comparable, and no error."""
    assert instant(text) is None


def test_lower_case_rfc3339_is_read() -> None:
    """RFC 3339 allows `t` and `z`."""
    assert instant("2026-03-01t09:00:00z") == instant(NINE)


def test_the_ends_of_time_compare() -> None:
    """Instants beyond year 1 or 9999 once their offset is applied compare without an error."""
    assert is_newer(None, "9999-12-31T23:59:59-23:00", None, "0001-01-01T00:00:00+23:00")
