from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from exit_bridge.errors import ExitBridgeError, SendFailed
from exit_bridge.sending import EmailServer, FolderDestination, Outgoing, send
from exit_bridge.sending.folder import forget

FILES = {"report.html", "report.txt", "result.json", "report.eml"}


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_the_files_of_a_result(tmp_path: Path, outgoing: Outgoing) -> None:
    """One folder per result, readable on its own, without any mail server."""
    receipt = send(FolderDestination(str(tmp_path / "out")), outgoing, None)
    folder = tmp_path / "out" / "staying-close" / "res_7f3a"
    assert visible(folder) == FILES
    assert (folder / "report.html").read_text(encoding="utf-8") == outgoing.html
    assert (folder / "report.txt").read_text(encoding="utf-8") == outgoing.text
    assert json.loads((folder / "result.json").read_bytes()) == outgoing.result
    assert "é" in (folder / "result.json").read_text(encoding="utf-8")
    mail: Any = message_from_bytes((folder / "report.eml").read_bytes(), policy=default)
    assert mail["To"] == "undisclosed-recipients:;"
    assert mail["From"] == "exit-bridge@localhost.invalid"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (receipt.destination, receipt.detail) == (f"folder {tmp_path / 'out'}", "version 2 written")


def test_the_mail_carries_the_servers_sender(tmp_path: Path, outgoing: Outgoing) -> None:
    """With a mail server set, the kept mail looks like the one that would be sent."""
    send(FolderDestination(str(tmp_path)), outgoing, EmailServer("mail.example", sender="reports@council.example"))
    kept = (tmp_path / "staying-close" / "res_7f3a" / "report.eml").read_bytes()
    assert kept.startswith(b"From: reports@council.example\r\nTo: undisclosed-recipients:;\r\n")


def test_a_pdf_lies_beside_them_where_it_is_wanted(tmp_path: Path, make_outgoing: Callable[..., Outgoing]) -> None:
    """And none of an older version stays once it is not."""
    folder = tmp_path / "staying-close" / "res_7f3a"
    send(FolderDestination(str(tmp_path)), make_outgoing(version=1, pdf=b"%PDF one"), None)
    assert (folder / "report.pdf").read_bytes() == b"%PDF one"
    assert b"report.pdf" in (folder / "report.eml").read_bytes()
    send(FolderDestination(str(tmp_path)), make_outgoing(version=2), None)
    assert not (folder / "report.pdf").exists()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_this_user_can_read_it(mask: int, tmp_path: Path, outgoing: Outgoing) -> None:
    """0700 and 0600, whatever the umask."""
    before = os.umask(mask)
    try:
        send(FolderDestination(str(tmp_path / "out")), outgoing, None)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*") if path.is_file()}
    folders = {path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*") if path.is_dir()}
    assert (modes, folders | {(tmp_path / "out").stat().st_mode & 0o777}) == ({0o600}, {0o700})


def test_the_newest_version_stays(tmp_path: Path, make_outgoing: Callable[..., Outgoing]) -> None:
    """A late older version writes nothing; the same version again and a newer one do."""
    destination = FolderDestination(str(tmp_path))
    page = tmp_path / "staying-close" / "res_7f3a" / "report.html"
    said = []
    for version, html in ((2, "two"), (1, "one"), (2, "two again"), (10, "ten"), (9, "nine")):
        receipt = send(destination, make_outgoing(version=version, html=html), None)
        said.append((receipt.detail, page.read_text(encoding="utf-8")))
    assert said == [
        ("version 2 written", "two"),
        ("version 1 not written: version 2 is there", "two"),
        ("version 2 written", "two again"),
        ("version 10 written", "ten"),
        ("version 9 not written: version 10 is there", "ten"),
    ]


def test_two_workers_take_turns(
    tmp_path: Path, make_outgoing: Callable[..., Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older version caught in the middle of its writing cannot end up on top of a newer one."""
    destination = FolderDestination(str(tmp_path))
    writing, go_on = threading.Event(), threading.Event()
    real = os.fsync

    def pause(descriptor: int) -> None:
        if threading.current_thread() is older and not writing.is_set():
            writing.set()
            go_on.wait(5)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", pause)
    older, newer = (
        threading.Thread(target=send, args=(destination, make_outgoing(version=v, html=str(v), text=str(v)), None))
        for v in (2, 3)
    )
    older.start()
    assert writing.wait(5)
    newer.start()
    newer.join(0.3)
    assert newer.is_alive()
    go_on.set()
    older.join()
    newer.join()
    folder = tmp_path / "staying-close" / "res_7f3a"
    assert [(folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.txt")] == ["3", "3"]
    assert visible(folder) == FILES


def test_a_write_that_fails_leaves_whole_files(
    tmp_path: Path, make_outgoing: Callable[..., Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is one error to try again after; what is there stays readable, no half file, no older version."""
    destination = FolderDestination(str(tmp_path))
    folder = tmp_path / "staying-close" / "res_7f3a"
    send(destination, make_outgoing(version=1, html="one", text="one"), None)
    real = os.fsync
    calls = iter(range(100))

    def full(descriptor: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SendFailed, match="No space left") as caught:
            send(destination, make_outgoing(version=2, html="two", text="two"), None)
    assert not caught.value.permanent
    assert (folder / "report.html").read_text(encoding="utf-8") == "two"
    assert (folder / "report.txt").read_text(encoding="utf-8") == "one"
    assert [path.name for path in folder.iterdir() if path.suffix == ".tmp"] == []
    assert "not written" in send(destination, make_outgoing(version=1, html="one", text="one"), None).detail
    send(destination, make_outgoing(version=2, html="two", text="two"), None)
    assert (folder / "report.txt").read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize("marker", ["", "x", "²"])
def test_an_unreadable_marker_is_written_anew(marker: str, tmp_path: Path, outgoing: Outgoing) -> None:
    """A damaged marker never blocks a report."""
    send(FolderDestination(str(tmp_path)), outgoing, None)
    (tmp_path / "staying-close" / "res_7f3a" / ".version").write_text(marker, encoding="utf-8")
    assert send(FolderDestination(str(tmp_path)), outgoing, None).detail == "version 2 written"


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "/etc", "a\\b", "a\x00b", "a\n", ".hidden", "a" * 201])
@pytest.mark.parametrize("part", ["survey", "result_id"])
def test_names_that_would_lead_elsewhere(
    name: str, part: str, tmp_path: Path, make_outgoing: Callable[..., Outgoing]
) -> None:
    """Nothing is written or removed outside the folder."""
    root = tmp_path / "out"
    with pytest.raises(SendFailed, match="plain folder names") as caught:
        send(FolderDestination(str(root)), make_outgoing(**{part: name}), None)
    assert caught.value.permanent
    parts = {"survey": "staying-close", "result_id": "res_7f3a", part: name}
    with pytest.raises(SendFailed, match="plain folder names"):
        forget(str(root), parts["survey"], parts["result_id"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["staying-close", "staying-close/res_7f3a"])
def test_symbolic_links_are_not_followed(link: str, tmp_path: Path, outgoing: Outgoing) -> None:
    """A link planted in the folder sends nothing elsewhere, and forgetting removes nothing there."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "res_7f3a").mkdir(parents=True)
    (elsewhere / "res_7f3a" / "kept").touch()
    place = tmp_path / "out" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(SendFailed, match="links"):
        send(FolderDestination(str(tmp_path / "out")), outgoing, None)
    with pytest.raises(SendFailed, match="links"):
        forget(str(tmp_path / "out"), "staying-close", "res_7f3a")
    assert [path.name for path in elsewhere.rglob("*") if path.is_file()] == ["kept"]


def test_a_folder_reached_by_a_link_is_fine(tmp_path: Path, outgoing: Outgoing) -> None:
    """The operator's own link to a mounted drive is theirs to make."""
    (tmp_path / "drive").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "drive", target_is_directory=True)
    send(FolderDestination(str(tmp_path / "out")), outgoing, None)
    assert visible(tmp_path / "drive" / "staying-close" / "res_7f3a") == FILES


def test_forget(tmp_path: Path, make_outgoing: Callable[..., Outgoing]) -> None:
    """Everything of one result goes, leftovers of a crash too; its neighbour stays; a second time there is nothing."""
    for result_id in ("res_1", "res_2"):
        send(FolderDestination(str(tmp_path)), make_outgoing(result_id=result_id), None)
    (tmp_path / "staying-close" / "res_1" / ".left.tmp").touch()
    assert forget(str(tmp_path), "staying-close", "res_1")
    assert not (tmp_path / "staying-close" / "res_1").exists()
    assert visible(tmp_path / "staying-close" / "res_2") == FILES
    assert not forget(str(tmp_path), "staying-close", "res_1")
    assert not forget(str(tmp_path / "nowhere"), "staying-close", "res_1")
    assert not (tmp_path / "nowhere").exists()


def test_forget_says_when_it_could_not(tmp_path: Path, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Personal data that stays is an error, never a silent success."""
    send(FolderDestination(str(tmp_path)), outgoing, None)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("exit_bridge.sending.folder.shutil.rmtree", refuse)
    with pytest.raises(ExitBridgeError, match="cannot be removed: Permission denied"):
        forget(str(tmp_path), "staying-close", "res_7f3a")


def test_a_file_in_the_way_is_one_clear_error(tmp_path: Path, outgoing: Outgoing) -> None:
    """A directory that cannot be made is worth another try after it is put right."""
    (tmp_path / "out").touch()
    with pytest.raises(SendFailed, match="cannot be written") as caught:
        send(FolderDestination(str(tmp_path / "out")), outgoing, None)
    assert not caught.value.permanent


def test_half_a_surrogate_pair_is_no_crash(tmp_path: Path, make_outgoing: Callable[..., Outgoing]) -> None:
    """What JSON can carry and files cannot becomes a question mark."""
    broken = make_outgoing(text="a\ud800", html="a\ud800", mail_html="a\ud800", result={"note": "a\ud800"})
    send(FolderDestination(str(tmp_path)), broken, None)
    folder = tmp_path / "staying-close" / "res_7f3a"
    assert json.loads((folder / "result.json").read_bytes()) == {"note": "a?"}
    assert (folder / "report.txt").read_text(encoding="utf-8") == "a?"
