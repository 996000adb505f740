from __future__ import annotations

import errno
import logging
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exit_bridge.errors import StoreUnavailable
from exit_bridge.store import Spool, Spooled
from exit_bridge.traces import holds

BODY = bytes(range(256)) + b'\n{"id": "r-1"}\n\n'

HELD = holds(None, "r-1")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "deep" / "spool")


def read(spool: Spool, name: str) -> Spooled:
    spooled = spool.read(name)
    assert spooled is not None
    return spooled


def test_a_body_comes_back_as_it_went_in(spool: Spool) -> None:
    """Byte for byte, with survey, content type and time of arrival."""
    before = datetime.now(UTC)
    for body in (BODY, b"", b"\n"):
        spooled = read(spool, spool.put("staying-close", body, "text/plain; charset=utf-8"))
        assert ("staying-close", body, "text/plain; charset=utf-8") == (
            spooled.survey,
            spooled.body,
            spooled.content_type,
        )
        assert before <= spooled.received_at <= datetime.now(UTC)


def test_waiting_lists_the_oldest_first_until_removed(spool: Spool) -> None:
    """A folder that was never used is an empty spool."""
    assert spool.waiting() == []
    names = [spool.put("s", bytes([i]), "text/plain") for i in range(20)]
    assert names == spool.waiting()
    spool.remove(names[0])
    spool.remove(names[0])  # twice is fine: another process may have been quicker
    assert names[1:] == spool.waiting()
    assert spool.read(names[0]) is None


def test_files_are_for_their_owner_only(spool: Spool) -> None:
    """They hold answers."""
    name = spool.put("s", BODY, "text/plain")
    assert stat.S_IMODE(spool.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((spool.directory / name).stat().st_mode) == 0o600


def test_a_file_is_on_disk_before_it_gets_its_name(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content, then name, then folder: after a power cut at any point there is a whole file or none."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_fsync(descriptor: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        fsync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        assert b"\n" + BODY in path.read_bytes()
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    spool.put("s", BODY, "text/plain")
    assert steps == ["sync file", "rename", "sync folder"]


def test_a_full_disk_is_reported_and_leaves_nothing(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not kept is not acknowledged."""
    spool.put("s", b"before", "text/plain")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="spool folder cannot be written"):
        spool.put("s", BODY, "text/plain")
    assert [read(spool, name).body for name in spool.waiting()] == [b"before"]
    assert len(list(spool.directory.iterdir())) == 1


def test_a_folder_that_cannot_be_is_reported(tmp_path: Path) -> None:
    """A file stands in its way."""
    (tmp_path / "spool").write_text("")
    with pytest.raises(StoreUnavailable, match="spool folder cannot be written"):
        Spool(tmp_path / "spool").put("s", BODY, "text/plain")


def truncate(content: bytes) -> bytes:
    return content[:-1]


def flip(content: bytes) -> bytes:
    return content[:-5] + b"X" + content[-4:]


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        flip,
        lambda content: b"",
        lambda content: content[:20],
        lambda content: b"\xff" + content,
        lambda content: b"[]\n" + BODY,
        lambda content: b"{}\n" + BODY,
        lambda content: b'"x"\n' + BODY,
        lambda content: content.replace(b'"received_at": "', b'"received_at": "x'),
    ],
)
def test_a_damaged_file_is_set_aside_and_never_blocks(
    spool: Spool, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on; the log tells which one, not what is in it; the file stays for a person to look at."""
    damaged, good = (spool.put("s", BODY, "text/plain") for _ in range(2))
    path = spool.directory / damaged
    content = damage(path.read_bytes())
    path.write_bytes(content)

    with caplog.at_level(logging.WARNING):
        assert spool.read(damaged) is None
    assert spool.waiting() == [good]
    assert path.with_name(f"{damaged}.bad").read_bytes() == content
    assert damaged in caplog.text
    assert "r-1" not in caplog.text
    assert spool.read(damaged) is None


def test_a_file_that_cannot_be_read_now_stays(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """No permission or too many open files is no damage: next time, perhaps."""
    name = spool.put("s", BODY, "text/plain")

    def refuse(_: Path) -> bytes:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert spool.read(name) is None
        with pytest.raises(StoreUnavailable, match="cannot be read"):
            spool.forget("s", HELD)
    assert read(spool, name).body == BODY


def test_what_a_crash_left_unfinished_is_swept_after_an_hour(spool: Spool) -> None:
    """Nobody was told it had arrived; a younger one may still be being written."""
    name = spool.put("s", BODY, "text/plain")
    old, young = (spool.directory / f"{name[:20]}-{word}.spooled.part" for word in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    assert spool.waiting() == [name]
    assert {young.name, name} == {path.name for path in spool.directory.iterdir()}


def test_forget_takes_every_file_that_mentions_the_response(spool: Spool) -> None:
    """Waiting ones of this survey, and damaged or unfinished ones of which nobody can tell."""
    spool.put("s", BODY, "text/plain")
    kept = [spool.put("other", BODY, "text/plain"), spool.put("s", b'{"id": "r-10"}', "text/plain")]
    bad = spool.directory / f"{spool.put('other', BODY, 'text/plain')}"
    bad.rename(bad.with_name(f"{bad.name}.bad"))
    bad.with_name(f"{bad.name}.bad").write_bytes(b'half of {"id": "r-1"}')
    bad.with_name(f"{bad.name}.part").write_bytes(b'half of {"id": "r-1"}')
    assert spool.forget("s", HELD) == 3
    assert sorted(kept) == sorted(path.name for path in spool.directory.iterdir())
    assert spool.forget("s", HELD) == 0


def test_damaged_files_are_purged_by_age(spool: Spool) -> None:
    """Waiting ones never are."""
    name = spool.put("s", BODY, "text/plain")
    (spool.directory / f"{name}.bad").write_bytes(b"x")
    assert spool.purge_damaged(datetime.now(UTC) - timedelta(days=30)) == 0
    assert spool.purge_damaged(datetime.now(UTC) + timedelta(seconds=5)) == 1
    assert spool.waiting() == [name]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_process_leaves_every_acknowledged_body(spool: Spool) -> None:
    """Names are printed after `put` returns: each of them is there and whole, and nothing damaged is offered."""
    script = (
        "import sys; from pathlib import Path; from exit_bridge.store import Spool\n"
        f"spool = Spool(Path({str(spool.directory)!r}))\n"
        "while True: print(spool.put('s', b'x' * 50_000, 'text/plain'), flush=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait(timeout=10)
    assert set(acknowledged) <= set(spool.waiting())
    assert {b"x" * 50_000} == {read(spool, name).body for name in spool.waiting()}


def test_the_spool_works_without_sqlalchemy() -> None:
    """It is what is left when the store cannot even be loaded."""
    script = "import sys; import exit_bridge.store.spool; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
