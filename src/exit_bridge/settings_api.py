"""`[surveys.X.api]`: how the survey tool's own API is reached, and what it may be used for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from exit_bridge.bank import About
from exit_bridge.bank.types import Variant
from exit_bridge.errors import SettingsError
from exit_bridge.http import HttpPolicy
from exit_bridge.platforms.api import Access


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where to call, under which rules, how often to pull (0: by command only), and whether scores are written back."""

    access: Access
    policy: HttpPolicy
    pull_minutes: int = 0
    write_back: bool = False


def api_settings(
    row: Mapping[str, Any], where: str, secret: Callable[[str, str], str], http: HttpPolicy
) -> ApiSettings:
    """The table as a value. Raises SettingsError."""
    zone = row.get("time_zone", "")
    try:
        ZoneInfo(zone or "UTC")
    except (ValueError, OSError, KeyError):
        fix = 'Write a name such as "Europe/London"; where that is refused too, run: pip install tzdata'
        raise SettingsError("This time zone is not known here", where=f"{where}.time_zone", fix=fix) from None
    return ApiSettings(
        access=Access(
            url=row["url"],
            form=row.get("form", ""),
            user=row.get("user", ""),
            secret=secret(row["secret"], f"{where}.secret"),
            time_zone=zone,
        ),
        policy=HttpPolicy(proxy=http.proxy, ca_bundle=http.ca_bundle, internal=row.get("internal", "")),
        pull_minutes=row.get("pull_minutes", 0),
        write_back=row.get("write_back", False),
    )


def write_back_fault(about: About, variant: Variant | None) -> tuple[str, str] | None:
    """What stands against scores in the tool, and what to do, or None.

    Whoever looks after the form there reads them, so they may go where a report goes to others anyway, and to nobody
    who was promised that only they, or nobody, would get one.
    """
    if about.answered_by == "individuals" and about.individual_reports != "recipients":
        what = f'With individual_reports = "{about.individual_reports}" nobody else may read one person\'s scores'
        return what, 'Take write_back out, or use individual_reports = "recipients"'
    if variant and not variant.scored:
        return f"The form {variant.id!r} has no scores", "Take write_back out"
    return None
