"""Times that no spreadsheet program was seen to write, and what the summary says of those that were left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from exit_bridge.bank import load_bank
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.local_times import LocalTimes
from exit_bridge.intake.submission import Submission

DAY_FIRST, MONTH_FIRST = "13/12/2019 12:02:32", "12/13/2019 12:02:32"


def read(text: str, *others: str) -> str | None:
    """A time in a file that has these others."""
    times = LocalTimes()
    for each in (text, *others):
        times.see(each)
    return times.read(text)


@pytest.mark.parametrize(
    ("text", "others", "meant"),
    [
        # What tells nothing of a day changes nothing either.
        ("01/02/2026 09:05:00", ("2019-12-13 12:02:32", "2019/12/13 12:02", "yesterday", "13/13/2026 10:00"), None),
        ("13/13/2026 10:00", (DAY_FIRST,), None),
        ("31/02/2026 10:00", (), None),
        (DAY_FIRST, (MONTH_FIRST, DAY_FIRST, DAY_FIRST), None),
        ("13/12/201 10:00", (), None),
        ("201/12/13 10:00", (), None),
        ("13/12/2019 19.07.17", (), "2019-12-13T19:07:17"),
        ("2026/03/05 9:40:00 p.\u00a0m. GMT-3", (), "2026-03-05T21:40:00-03:00"),
        ("2026/03/05 9:40:00", (DAY_FIRST, MONTH_FIRST), "2026-03-05T09:40:00"),
        ("2020/05/20 1:43:01 PM EST", (), None),
    ],
)
def test_a_time_is_told_by_the_file_or_not_at_all(text: str, others: tuple[str, ...], meant: str | None) -> None:
    """In whatever order they come. Letters of a zone but GMT and UTC mean several zones each."""
    assert read(text, *others) == meant
    assert read(text, *reversed(others)) == meant


@pytest.mark.parametrize(
    ("times", "said", "remark"),
    [
        (("01/02/2026 09:05:00", "03/04/2026 09:05:00"), (None, None), "2 times may have the day or the month first"),
        ((DAY_FIRST, "03/04/2026 09:05:00"), ("2019-12-13T12:02:32Z", "2026-04-03T09:05:00Z"), ""),
        ((DAY_FIRST, MONTH_FIRST), (None, None), "2 times may have the day or the month first"),
        (("last week", "on Monday"), (None, None), "2 times are written in a way that is not read"),
        (("2019-12-13 12:02:32", ""), ("2019-12-13T12:02:32Z", None), ""),
    ],
)
def test_the_summary_says_what_was_left_out(
    tmp_path: Path, times: tuple[str, str], said: tuple[str | None, str | None], remark: str
) -> None:
    """And every response is scored all the same."""
    bank = load_bank()
    path = tmp_path / "answers.csv"
    words = bank.wordings["en"].item(bank.items["rec01"], "full").text
    path.write_text(f'Timestamp,"R1. {words}"\n' + "".join(f"{time},Agree\n" for time in times), "utf-8")
    export = read_export(path, bank=bank, platform="google-forms")
    assert [isinstance(one, Submission) and one.submitted_at for one in export] == list(said)
    about = [note for note in export.notes if " times " in note]
    assert len(about) == bool(remark)
    assert all(remark in note for note in about)
