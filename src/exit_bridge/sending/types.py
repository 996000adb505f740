"""What goes out, and where to: plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from exit_bridge.errors import SettingsError
from exit_bridge.http import HttpPolicy

NOTIFY_URL = "https://api.notifications.service.gov.uk"

_KEY = re.compile(r"[!-\-/-~]{1,200}")
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NOTIFY_KEY = re.compile(rf"[!-~]+-{_UUID}-{_UUID}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One result on its way to one destination.

    `key` is the idempotency id: the same over retries, different for every version and destination; visible ASCII
    without a full stop, which Standard Webhooks signs as a separator. `html` is a self-contained page, `mail_html`
    the part mail programs show, `summary` the few words for a mail that can only lead to the report, `result` the
    document of the published result schema, `pdf` the report for paper, empty where it is not wanted, `files` what a
    folder keeps besides (a mail takes the action plan from it), `event` what a receiver is told has happened, `link`
    where the report can be opened. `made_at` is aware (UTC).
    """

    key: str
    survey: str
    result_id: str
    version: int
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    mail_html: str = field(repr=False)
    summary: str = field(repr=False)
    result: Mapping[str, Any] = field(repr=False)
    pdf: bytes = field(default=b"", repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    event: str = "exit.report.created"
    link: str = field(default="", repr=False)
    language: str = "en"
    made_at: datetime

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError("key must be 1 to 200 visible ASCII characters without a full stop")
        if self.made_at.tzinfo is None:
            raise ValueError("made_at must carry its time zone")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of one send. `destination` is the destination's label; `detail` says how it went. No address in either."""

    destination: str
    detail: str


@dataclass(frozen=True, slots=True)
class EmailServer:
    """The mail server reports leave by. `sender` is the From address, with or without a name; `timeout` in seconds.

    Without `username` it is a relay: it takes mail because it knows this machine's address.
    `ca_bundle`: file of certificate authorities to trust instead of the system's.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    timeout: float = 20.0
    ca_bundle: str = ""


@dataclass(frozen=True, slots=True)
class Notify:
    """GOV.UK Notify, which sends mail for public bodies: an API key, and the id of a template in their account.

    `reply_to_id` is one of the account's reply-to addresses; `keep_weeks` is how long a report can be downloaded.
    Raises SettingsError when `key` is no API key.
    """

    key: str = field(repr=False)
    template: str
    reply_to_id: str = ""
    keep_weeks: int = 4
    url: str = NOTIFY_URL
    policy: HttpPolicy = field(default_factory=HttpPolicy)

    def __post_init__(self) -> None:
        if not _NOTIFY_KEY.fullmatch(self.key):
            raise SettingsError(
                "This is no GOV.UK Notify API key",
                where="email.key",
                fix="Copy the whole key: its name, the service's id and the secret, joined by hyphens",
            )

    @property
    def service(self) -> str:
        """The service's id, part of the key."""
        return self.key[-73:-37]

    @property
    def secret(self) -> str:
        """What requests are signed with, the last part of the key."""
        return self.key[-36:]


EmailWay = EmailServer | Notify
"""How mail leaves."""


@dataclass(frozen=True, slots=True)
class EmailDestination:
    """Addresses that get the report: by a mail server in one mail, each seeing the others; by Notify in one each.

    `pdf`, `plan`: with the report, the action plan as an attachment; Notify takes none.
    """

    to: tuple[str, ...] = field(repr=False)
    reply_to: str = field(default="", repr=False)
    pdf: bool = False
    plan: bool = False

    @property
    def label(self) -> str:
        """For people and logs: how many addresses, at which domains."""
        domains = sorted({address.rpartition("@")[2].lower() for address in self.to})
        noun = "address" if len(self.to) == 1 else "addresses"
        return f"email to {len(self.to)} {noun} at {', '.join(domains)}"


@dataclass(frozen=True, slots=True)
class PostDestination:
    """A web service that takes results. `url` may hold a token in its path; `secret` is `whsec_` plus base64."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    policy: HttpPolicy = field(default_factory=HttpPolicy)

    @property
    def label(self) -> str:
        """For people and logs: the host alone."""
        try:
            return f"post to {urlsplit(self.url).hostname or 'an unusable url'}"
        except ValueError:
            return "post to an unusable url"


@dataclass(frozen=True, slots=True)
class TeamsDestination:
    """A channel in Microsoft Teams. `url` is the address of its workflow; whoever has it can post there."""

    url: str = field(repr=False)
    policy: HttpPolicy = field(default_factory=HttpPolicy)

    @property
    def label(self) -> str:
        """For people and logs."""
        return "Microsoft Teams"


@dataclass(frozen=True, slots=True)
class FolderDestination:
    """A directory on this machine that results are kept in; `pdf`: with the report as one file more."""

    directory: str
    pdf: bool = False

    @property
    def label(self) -> str:
        """For people and logs."""
        return f"folder {self.directory}"


Destination = EmailDestination | PostDestination | TeamsDestination | FolderDestination
