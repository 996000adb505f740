"""How the text of a file is written in bytes, and reading it as text."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import Any

from exit_bridge.errors import UnreadableExport
from exit_bridge.intake.table import EXPORT_AGAIN, Progress

CHUNK = 1024 * 1024

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def encoding_of(path: Path, start: bytes, progress: Progress | None) -> str:
    """UTF-8 if all of it is, else Windows-1252 if it can be; a byte order mark decides at once. Reads all of it.

    Raises UnreadableExport where none of them fits.
    """
    marked = next((name for bom, name in _BOMS.items() if start.startswith(bom)), "")
    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
    unicode = windows = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if progress:
                progress(len(chunk))
            if b"\0" in chunk and marked != "utf-16":
                raise UnreadableExport("This is no text file: it holds NUL bytes", fix=EXPORT_AGAIN)
            windows = windows and not _NOT_WINDOWS.search(chunk)
            unicode = unicode and _decodes(decoder, chunk)
        unicode = unicode and _decodes(decoder, b"", final=True)
    if unicode:
        return marked or "utf-8"
    if marked or not windows:
        raise UnreadableExport("The text is written in no encoding that is read here", fix="Save it as CSV in UTF-8")
    return "cp1252"


def text_of(path: Path, encoding: str, progress: Progress | None) -> io.TextIOWrapper:
    """The file as text, with its line ends as they are."""
    raw = io.BufferedReader(_Counted(path, progress), CHUNK)
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


class _Counted(io.FileIO):
    """A file that tells how far it has been read."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        super().__init__(path)
        self._progress = progress

    def readinto(self, buffer: Any, /) -> int:
        read = super().readinto(buffer)
        if self._progress:
            self._progress(read)
        return read
