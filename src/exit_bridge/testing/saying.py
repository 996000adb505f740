"""How a failed check speaks: the platform, and the line that is still to be written."""

from __future__ import annotations

from exit_bridge.platforms.base import Platform


def must(met: object, message: str) -> None:
    """Raise AssertionError with that message unless met. Unlike `assert` it also works under `python -O`."""
    if not met:
        raise AssertionError(message)


def todo(platform: Platform, what: str, line: str = "") -> str:
    """The sentence a failed check ends with."""
    return f"platform {platform.name!r}: still to do: {what}" + (f" ({line})" if line else "")
