"""The only ways out: email, POST and folder."""

from __future__ import annotations

from exit_bridge.sending.types import (
    Destination,
    EmailDestination,
    EmailServer,
    EmailWay,
    FolderDestination,
    Notify,
    Outgoing,
    PostDestination,
    Receipt,
    TeamsDestination,
)

__all__ = [
    "Destination",
    "EmailDestination",
    "EmailServer",
    "EmailWay",
    "FolderDestination",
    "Notify",
    "Outgoing",
    "PostDestination",
    "Receipt",
    "TeamsDestination",
    "send",
]


def send(destination: Destination, outgoing: Outgoing, way: EmailWay | None) -> Receipt:
    """Send one result to one destination, once. Trying again is the caller's part, and is safe.

    Raises UnsafeDestination, and SendFailed: permanent only when this result cannot go to this destination. A fault
    in settings, names or the connection is not: once it is put right, the next attempt goes through.
    """
    match destination:
        case EmailDestination():
            if isinstance(way, Notify):
                from exit_bridge.sending.notify import send_notify

                return send_notify(destination, outgoing, way)
            from exit_bridge.sending.mail import send_email

            return send_email(destination, outgoing, way)
        case PostDestination():
            from exit_bridge.sending.post import send_post

            return send_post(destination, outgoing)
        case TeamsDestination():
            from exit_bridge.sending.teams import send_teams

            return send_teams(destination, outgoing)
        case FolderDestination():
            from exit_bridge.sending.folder import send_folder

            return send_folder(destination, outgoing, way if isinstance(way, EmailServer) else None)
