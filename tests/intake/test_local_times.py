"""Times as spreadsheet programs show them: read where a file tells which number is the day, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge.bank import load_bank
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.local_times import LocalTimes

BANK = load_bank()


def read(*texts: str) -> list[str | None]:
    times = LocalTimes()
    for text in texts:
        times.see(text)
    return [times.read(text) for text in texts]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["12/13/2019 12:02:32", "1/9/2020 8:03"], ["2019-12-13T12:02:32", "2020-01-09T08:03:00"]),
        (["13/12/2019 12:02:32", "1/9/2020 8:03"], ["2019-12-13T12:02:32", "2020-09-01T08:03:00"]),
        (["8/20/25 12:51:45", "9/9/26 18:01"], ["2025-08-20T12:51:45", "2026-09-09T18:01:00"]),
        (["15.01.2026 10:29"], ["2026-01-15T10:29:00"]),
        (["1/13/2026, 12:05:00 AM", "1/2/2026 12:05 p.m."], ["2026-01-13T00:05:00", "2026-01-02T12:05:00"]),
        (["2019/12/13 12:02:32 PM GMT"], ["2019-12-13T12:02:32+00:00"]),
        (["2026/07/15 3:00:01 PM GMT+1", "2026/07/15 3:00 GMT-3:30"],
         ["2026-07-15T15:00:01+01:00", "2026-07-15T03:00:00-03:30"]),
        (["2026-01-15 10:29:41", "2026-01-15T10:29:41Z"], ["2026-01-15T10:29:41", "2026-01-15T10:29:41+00:00"]),
    ],
)  # fmt: skip
def test_what_is_read(texts, expected):
    assert expected == read(*texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["1/2/2026 10:00", "3/4/2026 11:00"],  # either
        ["13/1/2026 10:00", "1/13/2026 10:00"],  # both
        ["13/13/2026 10:00"],
        ["0/20/2026 10:00"],
        ["2026/01/15 10:00 CEST"],  # a zone that is not known
        ["2026/13/15 10:00"],
        ["1/20/2026 25:00"],
        ["1/20/2026 10:61"],
        ["1/20/2026 10:00 +99:99"],  # no zone is so far away
        ["1/20/2026 10:00 GMT+25"],
        ["yesterday"],
        [""],
        ["1/2-2026 10:00"],
        ["9" * 5000],
    ],
)
def test_what_is_not(texts):
    assert [None] * len(texts) == read(*texts)


moments = st.integers(946_684_800, 4_102_444_799).map(lambda s: datetime.fromtimestamp(s, UTC).replace(tzinfo=None))


@given(st.lists(moments, min_size=1, max_size=20), st.booleans())
def test_read_right_or_not_at_all(many, day_first):
    """Whatever stands in a file: all times come out as they were, or none that needs to be told."""
    written = [f"{m:%d/%m/%Y %H:%M:%S}" if day_first else f"{m:%m/%d/%Y %H:%M:%S}" for m in many]
    told = any(m.day > 12 for m in many)
    assert [m.isoformat() if told else None for m in many] == read(*written)


def test_a_summary_says_what_was_left_out(tmp_path):
    """How many; and the rows count all the same."""
    first = datetime(2026, 2, 1, 10, tzinfo=UTC)
    rows = "\n".join(f"{first + timedelta(days=n):%d/%m/%Y %H:%M:%S},Agree" for n in range(3))
    path = tmp_path / "sheet.csv"
    path.write_text(f"Timestamp,Receptivity [R1. Reworded]\n{rows}\n")
    export = read_export(path, bank=BANK)
    assert "google-forms" == export.platform
    assert "3 times may have the day or the month first and were left out; responses are scored" in export.notes
    found = [row for row in export if isinstance(row, Submission)]
    assert [({"rec01": 4}, None)] * 3 == [(row.answers, row.submitted_at) for row in found]
