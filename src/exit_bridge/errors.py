"""Every error exit-bridge raises on purpose.

A message says what happened, where, and what to do about it. It never quotes an answer, a name, an address or a
secret, so it may be logged, shown and kept as it is. Each class carries the exit code the command line ends with and
the HTTP status the web service answers with (200 means: kept in quarantine, do not send again).
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class ExitBridgeError(Exception):
    """Base of all our errors: one line a user can act on."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what.rstrip("."), where, fix.rstrip(".")
        super().__init__(what)

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        fix = f" {self.fix}." if self.fix else ""
        return f"{self.what}{where}.{fix}"


class UsageError(ExitBridgeError):
    """A flag or argument that cannot be right."""

    exit_code = 2


class SettingsError(ExitBridgeError):
    """The settings file, or a secret it names, is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a question bank: where it stands, what it is, what to change."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.fix}."


class BankError(ExitBridgeError):
    """A question bank that cannot be used; `faults` lists every reason found."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(what, where=where, fix=fix)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n  ".join([super().__str__(), *map(str, self.faults)])


class UnknownBank(BankError):
    """A bank id and version this installation does not have."""

    http_status = 200


class UnknownPlatform(UsageError):
    """No platform of that name is built in or installed."""


# -- incoming deliveries -------------------------------------------------------------------------------------------


class UntrustedDelivery(ExitBridgeError):
    """Missing or wrong credentials, the wrong kind of credentials, or an unknown survey. Never says which."""

    http_status = 401


class OversizedDelivery(ExitBridgeError):
    """A body longer than the platform's limit."""

    http_status = 413


class UnsupportedDelivery(ExitBridgeError):
    """A content type or encoding we do not read."""

    http_status = 415


class RefusedDelivery(ExitBridgeError):
    """Authenticated, but it cannot become a submission: quarantined with this reason and replayable."""

    http_status = 200
    reason: ClassVar[str] = "refused"


class UnreadableDelivery(RefusedDelivery):
    """Not the JSON, or not the shape, that this platform sends."""

    reason = "unreadable"


class UnknownItem(RefusedDelivery):
    """A question that looks like one of ours but is not in the bank."""

    reason = "unknown_item"


class UnknownLabel(RefusedDelivery):
    """An answer that is no option of its item. Names the item and the accepted options, never the answer."""

    reason = "unknown_label"


class UnknownBankVersion(RefusedDelivery):
    """The form was written from a bank version that is not installed."""

    reason = "unknown_bank_version"


class InvalidSubmission(RefusedDelivery):
    """Decoded, but not valid against the submission schema."""

    reason = "schema"


# -- files ---------------------------------------------------------------------------------------------------------


class UnreadableExport(ExitBridgeError):
    """A file that is no export we can read."""


class AmbiguousExport(UnreadableExport):
    """More than one reading fits; we do not guess."""


# -- store and sending ---------------------------------------------------------------------------------------------


class StoreUnavailable(ExitBridgeError):
    """The database cannot be reached, is locked or is full; the sender should try again."""

    http_status = 503


class UnsafeDestination(ExitBridgeError):
    """An address that outgoing HTTP is not allowed to reach."""


class SendFailed(ExitBridgeError):
    """A report did not reach its destination.

    `permanent` means that trying again cannot help; `retry_after` is the pause in seconds the receiver asked for.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        fix: str = "",
        permanent: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.permanent, self.retry_after, self.status = permanent, retry_after, status


class ApiFailed(SendFailed):
    """A survey tool's API did not do what it was asked."""


def trace_of(error: BaseException) -> str:
    """Where a bug struck, without what it struck on: exception messages may quote answers."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    named = str(error) if isinstance(error, ExitBridgeError) else ""
    return f"{type(error).__name__} in {places} {named}".strip()
