"""`watch`: exports that land in a folder become reports, each once, whatever happens in between."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.cli_calls import PATIENCE, call, write_settings

from exit_bridge.cli import watch as module
from exit_bridge.cli.inbox import Inbox

HEAD = "response_id,notice,rec01,rec02,rec03,rec04,rec05\n"
ROW = "r-{},yes,4,5,2,3,4\n"
ALONE = """\
[surveys.first]
platform = "generic"
bank = "exit-open@1"
answered_by = "individuals"
secrets = ["$FIRST_SECRET"]
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder `in` to watch; no time passes between two looks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_SETTLE", 0)
    Path("in").mkdir()


def land(name: str, text: str = HEAD + ROW.format(1)) -> None:
    Path("in", name).write_text(text, "utf-8")


def once(*flags: object, settings: Path | None = None):
    return call(settings, "watch", "in", "--reports", "out", "--once", *flags)


def lying() -> list[str]:
    return sorted(path.relative_to("in").as_posix() for path in Path("in").rglob("*") if path.is_file())


def test_an_export_becomes_what_score_makes_of_it():
    """The same table and the same reports as of `score`, byte for byte, and one line."""
    land("answers.csv", HEAD + ROW.format(1) + ROW.format(2))
    Path("copy.csv").write_bytes(Path("in/answers.csv").read_bytes())
    said = once()
    assert (0, "answers.csv: 2 scored, 2 reports in out/answers.csv\n") == (said.code, said.out)
    assert ["done/answers.csv"] == lying()
    call(None, "score", "copy.csv", "--out", "scores.csv", "--reports", "reports")
    assert Path("scores.csv").read_bytes() == Path("out/answers.csv/scores.csv").read_bytes()
    made = {path.name: path.read_bytes() for path in Path("reports/r-1").iterdir()}
    assert made == {path.name: path.read_bytes() for path in Path("out/answers.csv/r-1").iterdir()}
    assert {"report.html", "report.json", "report.txt"} == set(made)
    assert "" == once().out


def test_a_file_that_cannot_be_read_says_why():
    """It moves aside with a page on what to do that quotes nothing; the others go on."""
    land("broken.csv", "a,b\nsecret words,2\n")
    land("whole.csv")
    said = once()
    assert 1 == said.code
    assert "broken.csv: failed, failed/broken.csv.txt says why\n" in said.out
    assert "whole.csv: 1 scored" in said.out
    assert ["done/whole.csv", "failed/broken.csv", "failed/broken.csv.txt"] == lying()
    text = Path("in/failed/broken.csv.txt").read_text("utf-8")
    assert "What happened: No survey tool is known by these 2 headings" in text
    assert "What to do: Name the tool with --platform" in text
    assert "secret words" not in text + said.out + said.err


def test_refused_rows():
    """Some refused: done, counted and listed. All refused: failed, and the text names the list."""
    land("some.csv", HEAD + ROW.format(1) + "r-2,yes,9,5,2,3,4\n")
    land("all.csv", HEAD + "r-2,yes,9,5,2,3,4\n")
    said = once()
    assert "some.csv: 1 scored, 1 reports in out/some.csv, 1 rows refused\n" in said.out
    assert ["done/some.csv", "failed/all.csv", "failed/all.csv.txt"] == lying()
    assert "out/all.csv/scores.csv.rejects.csv" in Path("in/failed/all.csv.txt").read_text("utf-8")
    assert "r-2" in Path("out/some.csv/scores.csv.rejects.csv").read_text("utf-8")


def test_what_is_no_export_is_left_alone():
    """Lock files, half-written and hidden ones, pictures, empty files, folders and links."""
    names = ["~$answers.xlsx", "answers.csv.tmp", ".answers.csv", "answers.csv.part", "photo.png", "read me.txt"]
    for name in names:
        land(name)
    land("empty.csv", "")
    Path("in/folder.csv").mkdir()
    Path("elsewhere.csv").write_text(HEAD + ROW.format(1), "utf-8")
    Path("in/link.csv").symlink_to(Path("elsewhere.csv").resolve())
    said = once()
    assert (0, "", False) == (said.code, said.out, Path("out").exists())
    assert sorted([*names, "empty.csv", "link.csv"]) == lying()


def test_a_file_that_still_grows_waits():
    """It is taken when two looks agree on its size and time."""
    inbox = Inbox(Path("in"))
    land("answers.csv", HEAD)
    first = inbox.look()
    assert [] == list(inbox.take({}, first))
    land("answers.csv", HEAD + ROW.format(1))
    second = inbox.look()
    assert [] == list(inbox.take(first, second))
    assert [Path("in/working/answers.csv")] == list(inbox.take(second, inbox.look()))


def test_an_edited_export_gives_new_reports():
    """Under the same name: reports are written again, and both files are kept."""
    land("answers.csv")
    once()
    before = Path("out/answers.csv/r-1/report.json").read_bytes()
    land("answers.csv", HEAD + "r-1,yes,1,1,1,1,1\n")
    assert "answers.csv: 1 scored" in once().out
    assert before != Path("out/answers.csv/r-1/report.json").read_bytes()
    assert ["done/answers (2).csv", "done/answers.csv"] == lying()


def test_a_watch_that_was_cut_off_goes_on(monkeypatch):
    """What was being read is taken up again at the next start, and nothing is lost or taken twice."""
    real = module.score_files

    def cut_off(*given, **options):
        real(*given, **options)
        raise KeyboardInterrupt

    land("answers.csv")
    monkeypatch.setattr(module, "score_files", cut_off)
    assert 1 == once().code
    assert ["working/answers.csv"] == lying()
    monkeypatch.setattr(module, "score_files", real)
    assert "answers.csv: 1 scored, 1 reports in out/answers.csv\n" == once().out
    assert ["done/answers.csv"] == lying()


def test_a_bug_stops_one_file_only(monkeypatch):
    """It fails with a text, and the next one is scored."""
    real = module.score_files

    def broken(paths, *rest, **options):
        if paths[0].name == "first.csv":
            raise ZeroDivisionError("secret words")
        return real(paths, *rest, **options)

    monkeypatch.setattr(module, "score_files", broken)
    land("first.csv")
    land("second.csv")
    said = once()
    assert "second.csv: 1 scored" in said.out
    assert "a bug of exit-bridge" in Path("in/failed/first.csv.txt").read_text("utf-8")
    assert "ZeroDivisionError" in said.err
    assert "secret words" not in said.err


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (["--platform", "nothing"], 2, "There is no platform 'nothing'"),
        (["--variant", "nothing"], 2, "has no variant 'nothing'"),
        (["--bank", "nothing@1"], 1, "nothing@1"),
        (["--reports", "in"], 2, "watched folder itself"),
    ],
    ids=lambda value: str(value),
)
def test_wrong_options_fail_no_file(flags, code, says):
    """It is not the file's fault: the watch ends, and the file waits."""
    land("answers.csv")
    said = once(*flags)
    assert (code, True) == (said.code, says in said.err)
    assert lying() in (["answers.csv"], ["working/answers.csv"])


def test_results_that_cannot_be_written_fail_no_file():
    """A full or closed disk ends the watch; the file is taken up at the next start."""
    land("answers.csv")
    Path("out").write_text("in the way")
    said = once()
    assert (1, True) == (said.code, "cannot be written" in said.err)
    assert ["working/answers.csv"] == lying()
    Path("out").unlink()
    assert "answers.csv: 1 scored" in once().out


def test_the_notice_is_kept():
    """No report on one person where the form promised that nobody else gets one: refused before a file is taken."""
    land("answers.csv")
    said = once("--survey", "first", settings=write_settings(Path(), ALONE))
    assert (2, True) == (said.code, "nobody else gets a report" in said.err)
    assert ["answers.csv"] == lying()


def test_no_such_folder():
    """One line says so."""
    said = call(None, "watch", "nowhere", "--reports", "out", "--once")
    assert (1, True) == (said.code, "There is no such folder (nowhere)" in said.err)


@pytest.mark.server
def test_it_watches_until_it_is_asked_to_stop():
    """A process of its own takes what lands while it runs, and ends well on SIGTERM."""
    line = [sys.executable, "-m", "exit_bridge", "watch", "in", "--reports", "out", "--every", "1"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            land("answers.csv")
            deadline = time.monotonic() + PATIENCE
            while not Path("in/done/answers.csv").exists():
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (0, "answers.csv: 1 scored, 1 reports in out/answers.csv\n") == (process.returncode, out)
    assert "Watching in every 1 seconds" in err
