"""`[[surveys.X.send]]`: where reports go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exit_bridge.errors import SettingsError
from exit_bridge.http import HttpPolicy
from exit_bridge.sending.post import signing_key
from exit_bridge.sending.types import (
    Destination,
    EmailDestination,
    FolderDestination,
    PostDestination,
    TeamsDestination,
)


def destination(
    n: int, row: Mapping[str, Any], where: str, beside: Path, secret: Callable[[str, str], str], http: HttpPolicy
) -> tuple[str, Destination]:
    """The `n`th way out and its name. Raises SettingsError."""
    match row["by"]:
        case "email":
            wanted = {name: row.get(name, False) for name in ("pdf", "plan")}
            return f"email-{n}", EmailDestination(tuple(row["to"]), row.get("reply_to", ""), **wanted)
        case "post":
            policy = HttpPolicy(proxy=http.proxy, ca_bundle=http.ca_bundle, internal=row.get("internal", ""))
            signing = secret(row["secret"], f"{where}.secret")
            if not signing_key(signing):
                what = "The signing secret is not whsec_ followed by the base64 of at least 16 bytes"
                raise SettingsError(what, where=f"{where}.secret", fix="Set the one that the receiver checks with")
            return f"post-{n}", PostDestination(row["url"], signing, policy)
        case "teams":
            return f"teams-{n}", TeamsDestination(secret(row["url"], f"{where}.url"), http)
        case _:
            return f"folder-{n}", FolderDestination(str(beside / row["directory"]), row.get("pdf", False))
