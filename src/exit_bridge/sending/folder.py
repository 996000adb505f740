"""Results kept as files: `<directory>/<survey>/<result_id>/` with report.html, report.txt, result.json, report.eml,
and report.pdf where it is wanted."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import SMTP
from pathlib import Path

from exit_bridge.errors import ExitBridgeError, SendFailed
from exit_bridge.sending.mail import build_message
from exit_bridge.sending.types import EmailServer, FolderDestination, Outgoing, Receipt

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_VERSION = ".version"


def send_folder(destination: FolderDestination, outgoing: Outgoing, server: EmailServer | None) -> Receipt:
    """Write the files of one result, each whole or not at all, readable by this user alone.

    The newest version stays: an older one that arrives late writes nothing and says so in its receipt. Raises
    SendFailed, permanent when survey and result id are no plain folder names.
    """
    label = destination.label
    folder = _folder(destination.directory, outgoing.survey, outgoing.result_id)
    document = json.dumps(dict(outgoing.result), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    files = {
        _VERSION: f"{outgoing.version}\n".encode(),  # first: a half-written newer version must keep older ones out
        "report.html": outgoing.html.encode("utf-8", "replace"),
        "report.txt": outgoing.text.encode("utf-8", "replace"),
        "result.json": document.encode("utf-8", "replace"),
        "report.eml": build_message(outgoing, None, server).as_bytes(policy=SMTP),
        **({"report.pdf": outgoing.pdf} if outgoing.pdf else {}),
        **outgoing.files,
    }
    try:
        folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        with _one_writer(folder.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
            held = _held_version(folder)
            if held > outgoing.version:
                return Receipt(label, f"version {outgoing.version} not written: version {held} is there")
            for name, content in files.items():
                _write(folder / name, content)
            if not outgoing.pdf:
                (folder / "report.pdf").unlink(missing_ok=True)  # of an earlier version, when it was wanted
    except OSError as error:
        raise SendFailed(
            f"The folder cannot be written: {error.strerror}",
            where=label,
            fix="Check that it exists, has room and belongs to this user",
        ) from None
    return Receipt(label, f"version {outgoing.version} written")


def forget(directory: str, survey: str, result_id: str) -> bool:
    """Remove everything written for one result; True when there was something. Raises ExitBridgeError if it stays."""
    folder = _folder(directory, survey, result_id)
    if not folder.exists():
        return False
    try:
        with _one_writer(folder.parent):
            shutil.rmtree(folder)
    except OSError as error:
        raise ExitBridgeError(
            f"The folder output cannot be removed: {error.strerror}",
            where=f"folder {directory}",
            fix="Give this user the right to write there, then forget again",
        ) from None
    return True


def _folder(directory: str, survey: str, result_id: str) -> Path:
    root = Path(directory).resolve()
    folder = root / survey / result_id
    plain = _SEGMENT.fullmatch(survey) and _SEGMENT.fullmatch(result_id)
    if not plain or folder.resolve() != folder:  # a symbolic link would lead elsewhere
        raise SendFailed(
            "Survey and result id must be plain folder names, not links",
            where=f"folder {directory}",
            fix="Use letters, digits, - and _",
            permanent=True,
        )
    return folder


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Two workers with two versions of one result take turns, or the older could land last."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _held_version(folder: Path) -> int:
    try:
        return int((folder / _VERSION).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def _write(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())  # or a power cut may leave the new name on an empty file
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
