"""The table [email]: by which of the two ways mail leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from exit_bridge.http import HttpPolicy
from exit_bridge.sending.types import NOTIFY_URL, EmailServer, EmailWay, Notify


def email_way(row: Mapping[str, Any], folder: Path, secret: Callable[[str, str], str], http: HttpPolicy) -> EmailWay:
    """The mail server or GOV.UK Notify, from a checked table. `secret` looks up a `$NAME` that stands at a place.

    Raises SettingsError.
    """
    if row.get("by") == "notify":
        return Notify(
            key=secret(row["key"], "email.key"),
            template=row["template"],
            reply_to_id=row.get("reply_to_id", ""),
            keep_weeks=row.get("keep_weeks", 4),
            url=row.get("url", NOTIFY_URL),
            policy=replace(http, internal=row.get("internal", "")),
        )
    own = row.get("ca_bundle", "")
    return EmailServer(
        host=row["host"],
        port=row.get("port", 587),
        security=row.get("security", "starttls"),
        username=row.get("username", ""),
        password=secret(row["password"], "email.password") if "password" in row else "",
        sender=row["from"],
        ca_bundle=str(folder / own) if own else http.ca_bundle,
    )
