"""Where a survey's hook is, and what a tool must be given to post to it."""

from __future__ import annotations

import os
from urllib.parse import quote

from exit_bridge.platforms import platform
from exit_bridge.platforms.signatures import BasicAuth, HeaderToken, HmacSignature, Open, PathToken, Scheme
from exit_bridge.settings import Settings, Survey
from exit_bridge.trust import auth_mode

DEFAULT_PORT = 8000


def scheme_of(survey: Survey) -> Scheme:
    """How the survey's deliveries prove where they come from. Raises UnknownPlatform and SettingsError."""
    tool = platform(survey.platform)
    return tool.scheme(auth_mode(survey, tool))


def base_url(settings: Settings) -> str:
    """The address tools reach this service under: the public one, or this machine's own while there is none."""
    return settings.public_url or f"http://127.0.0.1:{os.environ.get('PORT', DEFAULT_PORT)}"


def hook_url(base: str, survey: Survey, *, reveal: bool = False) -> str:
    """The hook's address. A secret that is part of it is shown only where `reveal` says so."""
    url = f"{base}/hooks/{survey.name}"
    if not scheme_of(survey).in_path:
        return url
    return f"{url}/{quote(survey.secrets[0], safe='') if reveal else '<secret>'}"


def how_to_prove(scheme: Scheme) -> str:
    """What the tool must do with the secret, in one sentence."""
    match scheme:
        case HeaderToken():
            return f"Have it send the secret in the header {scheme.header}."
        case BasicAuth():
            return f"Have it use Basic authentication: user name {scheme.username}, the secret as password."
        case PathToken():
            return "The secret is the last part of the address, so treat the whole address as a secret."
        case Open():
            return "It needs no secret, and works on this machine only."
        case HmacSignature(chosen_by_tool=own) if own:
            return f"It signs with a secret of its own: {own}. Put that, quoted, in place of the one made here."
        case _:
            return "Enter the secret there as the one that deliveries are signed with."


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
