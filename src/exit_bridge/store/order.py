"""Which of two versions of a submission is the newer one."""

from __future__ import annotations

from datetime import datetime


def instant(text: str | None) -> datetime | None:
    """The moment an RFC 3339 text names; None for no text, another format, or a local time without offset."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def is_newer(
    revision: int | None,
    submitted_at: str | None,
    than_revision: int | None,
    than_submitted_at: str | None,
) -> bool:
    """Does the one arriving now replace the other? By revision, else by time submitted, else by arriving later.

    A mark counts only where both carry it and they differ.
    """
    if revision is not None and than_revision is not None and revision != than_revision:
        return revision > than_revision
    moment, than_moment = instant(submitted_at), instant(than_submitted_at)
    if moment is not None and than_moment is not None and moment != than_moment:
        return moment > than_moment
    return True
