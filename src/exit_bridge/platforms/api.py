"""The API of a survey tool: create the form, fetch responses, write scores back.

A client is built from plain data and a function that carries one HTTP request, so that no platform decides where a
request may go. What it fetches has the shape of a delivery and takes the same way through intake.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal, Protocol, Self
from zoneinfo import ZoneInfo

from exit_bridge.errors import ApiFailed
from exit_bridge.platforms.base import FormFile, LiveQuestion


class Reply(Protocol):
    """What came back, of whatever status."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""

    @property
    def body(self) -> bytes:
        """As much of it as is read."""

    @property
    def truncated(self) -> bool:
        """There was more than is read of a reply, or it broke off."""

    def retry_after(self, now: datetime) -> float | None:
        """The pause in seconds that it asks for."""


class Call(Protocol):
    """Carries one request."""

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Raises UnsafeDestination and SendFailed where no reply came."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the tool is, which of its forms is meant (empty before there is one), and how to log in.

    `time_zone`: IANA name of the zone the tool's own times are in, for tools that do not tell; empty: not known.
    """

    url: str
    form: str = ""
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Pulled:
    """Some of the responses asked for, each as a delivery of its own.

    `cursor`: where to go on once these are kept. `left`: how many more are known to come. `unfinished`: responses that
    people have begun and may still complete. `again`: places in `payloads` of those that were fetched before.
    """

    payloads: tuple[Mapping[str, Any], ...] = field(repr=False)
    cursor: str
    left: int = 0
    unfinished: int = 0
    again: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing found about a tool, as `doctor` prints it; `fix`: what to do, unless it is fine."""

    status: Literal["ok", "look", "broken"]
    line: str
    fix: str = ""


EPOCH_YEAR = 1970
"""Earlier times are no times of a response, and cannot always be reckoned with."""


def instant(local: str, zone: str) -> str | None:
    """A tool's own time in the zone of `Access.time_zone` as RFC 3339; None where either is not known."""
    if not zone:
        return None
    try:
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Upto:
    """A cursor for tools that tell when each response was submitted: all of `form` up to `moment` were seen."""

    form: str
    moment: datetime | None = None

    @classmethod
    def read(cls, text: str | None, form: str) -> Self:
        """What `str` of a cursor wrote; the beginning for no text, another form, or anything else."""
        of, _, moment = (text or "").partition(" ")
        return cls(form, zoned(moment) if of == form else None)

    def __str__(self) -> str:
        return f"{self.form} {self.moment.astimezone(UTC).isoformat()}" if self.moment else ""

    def after(self, moments: Iterable[datetime]) -> Self:
        """The cursor once what was submitted then is kept."""
        return type(self)(self.form, max([*([self.moment] if self.moment else []), *moments], default=None))

    def passed(self, moment: datetime) -> bool:
        """Was what was submitted then seen before?"""
        return self.moment is not None and moment <= self.moment


def zoned(text: Any) -> datetime | None:
    """RFC 3339 as a moment in UTC; None for anything else, and for the year of a clock that was never set."""
    try:
        moment = datetime.fromisoformat(text)
        utc = moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None
    return utc if utc and utc.year >= EPOCH_YEAR else None


class ToolApi(ABC):
    """One tool's API. Every method raises ApiFailed, which never quotes what the tool said, and what `call` raises."""

    signs_alone: ClassVar[bool] = False
    """Does the tool make the secret of each hook itself, and tell it once?"""

    def __init__(self, access: Access, call: Call) -> None:
        self.access, self.call = access, call

    @abstractmethod
    def create_form(self, files: Sequence[FormFile]) -> str:
        """Make a new form out of what `write_form` wrote; returns the tool's id of it."""

    @abstractmethod
    def activate(self, form: str) -> bool:
        """Let people fill it in. False: they could already."""

    @abstractmethod
    def address(self, form: str) -> str:
        """Where people fill it in."""

    def add_hook(self, form: str, url: str, secret: str) -> bool | None:  # noqa: ARG002 (for those that override it)
        """Have every completed response posted to that address. False: it is already. None: that is done by hand."""
        return None

    def add_own_hook(self, form: str, url: str, keep: Callable[[str], None]) -> bool:  # noqa: ARG002 (as above)
        """As `add_hook`, for a tool that `signs_alone`: `keep` stores the secret that is told.

        What `keep` raises is raised, and no hook that was made is left then.
        """
        raise ApiFailed("This tool makes no secret of its own", fix="Report this as a bug", permanent=True)

    def questions(self, form: str) -> Sequence[LiveQuestion] | None:  # noqa: ARG002 (as above)
        """What the form asks now, or None for tools that do not tell."""
        return None

    @abstractmethod
    def pull(
        self, cursor: str | None, today: date, *, afresh: bool = False, since: datetime | None = None
    ) -> Generator[Pulled, None, None]:
        """Completed responses that are new since `cursor`, or all of them: at least one `Pulled`, possibly empty.

        Keep each one's payloads before its cursor. A response may come twice, but none that is completed within 30 days
        of the first pull that found it begun may be left out. Close the generator when done with it early.

        `since`, with `afresh`: those submitted earlier need not come, where the tool can tell. Cursors mean nothing
        then and are not kept.
        """

    def fetch(self, response_id: str) -> Mapping[str, Any] | None:  # noqa: ARG002 (for those that override it)
        """One response as a delivery of its own; None once it is deleted. For tools that deliver ids alone."""
        fix = "Report this as a bug: its deliveries hold no ids to be fetched"
        raise ApiFailed("Single responses are not fetched from this tool", fix=fix, permanent=True)

    def write_back(self, response_id: str, scores: Mapping[str, str]) -> None:  # noqa: ARG002 (as above)
        """Put scores (ingredient -> number as text, empty where there is none) beside a response. Safe to repeat.

        Left out where the tool has no place for them; `check` then says so.
        """
        raise ApiFailed("This tool takes no scores back", fix="Take write_back out of the settings", permanent=True)

    @abstractmethod
    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Does it work? `scores`: the ingredients whose scores are to be written back. Changes nothing."""
