"""`logo` of a survey: a picture that stands at the top of its reports."""

from __future__ import annotations

from pathlib import Path

from exit_bridge.bank.about import Logo
from exit_bridge.errors import SettingsError

LARGEST = 100_000
"""Bytes: it is part of every page and PDF."""

_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


def read_logo(path: Path, where: str) -> Logo:
    """The picture at that path. Raises SettingsError where there is none, or one that is too large or no PNG or JPEG.

    SVG is not taken: it is a document of its own, which could hold more than a picture.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        fix = "Put the picture there, or take logo out"
        raise SettingsError(f"The logo cannot be read: {error.strerror}", where=where, fix=fix) from None
    if len(content) > LARGEST:
        fix = "Make it smaller: 600 pixels in width are plenty"
        raise SettingsError(f"The logo is larger than {LARGEST // 1000} kB", where=where, fix=fix)
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), None)
    if kind is None:
        raise SettingsError("The logo is neither PNG nor JPEG", where=where, fix="Save it as PNG")
    return Logo(kind, content)
