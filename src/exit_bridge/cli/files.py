"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from exit_bridge.errors import ExitBridgeError


@contextmanager
def whole(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write: it takes its name once everything is in it, and is gone when anything fails before.

    Raises ExitBridgeError where it cannot be written.
    """
    # A name nobody can guess, and never one that exists: in a folder shared with others no planted link is followed.
    temporary = path.with_name(f".{path.name[:100]}.{token_hex(8)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def cannot_write(path: Path, error: OSError) -> ExitBridgeError:
    """What to say when a file or folder cannot be written."""
    fix = "Check that its folder exists, belongs to you and has room"
    return ExitBridgeError(f"It cannot be written: {error.strerror}", where=str(path), fix=fix)
