"""The spool: bodies that came in while the store was away, one file each, until the store takes them.

For survey tools that never send again. A file is durable before `put` returns, and it is deleted only by `remove`,
`forget` or a purge. Layout: a line of JSON about the body, a line feed, the body as it came.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from exit_bridge.errors import StoreUnavailable

_log = logging.getLogger(__name__)

_WAITING, _DAMAGED, _UNFINISHED = ".spooled", ".bad", ".part"
_ABANDONED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A body and what came with it."""

    survey: str
    body: bytes = field(repr=False)
    content_type: str
    received_at: datetime


class Spool:
    """A folder of waiting bodies, safe to use from several processes. It is made when first needed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, survey: str, body: bytes, content_type: str) -> str:
        """Keep a body and return its name; it survives a power cut once this returns. Raises StoreUnavailable."""
        about = {
            "survey": survey,
            "content_type": content_type,
            "received_at": datetime.now(UTC).isoformat(),
            "sha256": sha256(body).hexdigest(),
        }
        name = f"{time.time_ns():020d}-{uuid4().hex[:8]}{_WAITING}"
        unfinished = self.directory / f"{name}{_UNFINISHED}"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._write(unfinished, json.dumps(about).encode() + b"\n" + body)
                unfinished.rename(self.directory / name)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            self._sync_directory()
        except OSError:
            raise StoreUnavailable(
                "The spool folder cannot be written",
                where=str(self.directory),
                fix="Check its permissions and its disk",
            ) from None
        return name

    def waiting(self) -> list[str]:
        """Names of the waiting files, oldest first. Sweeps away what a crash left unfinished an hour ago or more."""
        for unfinished in self.directory.glob(f"*{_UNFINISHED}"):
            if _written(unfinished) < datetime.now(UTC) - _ABANDONED_AFTER:  # its sender was never told that it arrived
                unfinished.unlink(missing_ok=True)
        return sorted(path.name for path in self.directory.glob(f"*{_WAITING}"))

    def read(self, name: str) -> Spooled | None:
        """A waiting body; None, never an error, where it cannot be had.

        A damaged file is set aside as `*.bad`; one the system will not let us read stays. A warning says which.
        """
        path = self.directory / name
        try:
            return _parse(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError:
            _log.warning("spooled delivery %s cannot be read now", name)
        except (ValueError, LookupError, TypeError):
            _log.warning("spooled delivery %s is damaged; set aside as %s", name, name + _DAMAGED)
            self.set_aside(name)
        return None

    def set_aside(self, name: str) -> None:
        """Rename a body that can never be taken to `*.bad`, so that it holds up no other."""
        with suppress(OSError):
            path = self.directory / name
            path.rename(path.with_name(name + _DAMAGED))

    def remove(self, name: str) -> None:
        """Delete a body that the store has taken. One already gone is fine."""
        (self.directory / name).unlink(missing_ok=True)

    def forget(self, survey: str, held: Callable[[bytes], bool]) -> int:
        """Delete every file of the survey whose body is `held`, damaged ones too; how many. Raises StoreUnavailable."""
        gone = 0
        for path in self.directory.glob(f"*{_WAITING}*"):
            try:
                content = path.read_bytes()
                if _may_belong_to(content, survey) and held(content.partition(b"\n")[2] or content):
                    path.unlink(missing_ok=True)
                    gone += 1
            except FileNotFoundError:  # taken by the store meanwhile
                continue
            except OSError:
                raise StoreUnavailable(
                    "A spooled delivery cannot be read", where=str(path), fix="Check its permissions and its disk"
                ) from None
        return gone

    def purge_damaged(self, before: datetime) -> int:
        """Delete files set aside as damaged that came in before then; how many."""
        old = [path for path in self.directory.glob(f"*{_DAMAGED}") if _written(path) < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def purge_ownerless(self, before: datetime, surveys: Container[str]) -> int:
        """Delete waiting bodies, come in before then, of surveys that are not among these; how many."""
        gone = 0
        for name in self.waiting():
            spooled = self.read(name)
            if spooled is not None and spooled.survey not in surveys and spooled.received_at < before:
                self.remove(name)
                gone += 1
        return gone

    def _write(self, path: Path, content: bytes) -> None:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _sync_directory(self) -> None:
        if os.name == "nt":  # a folder cannot be opened there; NTFS journals the renaming itself
            return
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.now(UTC)


def _may_belong_to(content: bytes, survey: str) -> bool:
    try:
        return _parse(content).survey == survey
    except (ValueError, LookupError, TypeError):
        return True  # damaged: nobody can tell


def _parse(content: bytes) -> Spooled:
    head, _, body = content.partition(b"\n")
    about = json.loads(head)
    if about["sha256"] != sha256(body).hexdigest():
        raise ValueError("digest")
    received_at = datetime.fromisoformat(about["received_at"])
    return Spooled(about["survey"], body, about["content_type"], received_at)
