"""Plain values that go into the store and come out of it. Every datetime is timezone-aware."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Document = dict[str, Any]
"""A JSON document. Kept out of every repr, so that no answer or address ends up in a log."""

AcceptedStatus = Literal["accepted", "duplicate", "edited", "older"]
JobState = Literal["ready", "leased", "done", "dead"]
Outcome = Literal["done", "failed", "dead", "released", "lost"]
PullEnd = Literal["done", "more", "failed"]
SchemaState = Literal["current", "behind", "ahead", "empty"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One decoded and scored submission, as it came in.

    `content_hash` covers answers, context and comments and nothing else. `submitted_at` is the tool's own text.
    """

    survey: str
    response_id: str
    wave: str
    content_hash: str
    revision: int | None
    submitted_at: str | None
    received_at: datetime
    document: Document = field(repr=False)
    result: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an arrival.

    `version` is the one the arrival is now held as: the current one, or for `older` the one it was filed under.
    `limited`: a job was left out because it was over its limit.
    """

    status: AcceptedStatus
    result_id: str
    version: int
    limited: bool = False


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of one submission. `submission` is internal; outside it is known by `result_id`."""

    submission: int
    survey: str
    response_id: str
    result_id: str
    n: int
    wave: str
    content_hash: str
    revision: int | None
    submitted_at: str | None
    received_at: datetime
    document: Document = field(repr=False)
    result: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` jobs a day that count under `key`, over every process of the store."""

    key: str
    most: int


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done: `kind` (send, fetch, …) and `destination`, the setting or id that says to what.

    `envelope` is what the work needs and must not outlive it, such as a reply address. `due_at` None means now.
    A job over one of its `limits` is not added.
    """

    kind: str
    destination: str
    envelope: Document | None = field(default=None, repr=False)
    due_at: datetime | None = None
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work and where it stands.

    `submission` and `version` are None for work that belongs to none, such as a fetch. `due_at`: when it may be
    claimed next; for a leased job the end of its lease; None once done or dead. `attempts` counts since it was made
    or re-queued; `lease` counts every claim ever, and with `leased_by` proves who holds it. `envelope` is filled by
    `Store.claim` only.
    """

    id: int
    kind: str
    survey: str
    submission: int | None
    version: int | None
    destination: str
    state: JobState
    due_at: datetime | None
    leased_by: str | None
    lease: int
    attempts: int
    last_error: str | None
    created_at: datetime
    envelope: Document | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PauseRule:
    """When a destination is left alone: after `after` failures in a row for `first` seconds, twice as long after each
    probe that fails too, `longest` at most.
    """

    after: int
    first: float
    longest: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A destination that is left alone for now. `probing`: one job is trying it at this moment."""

    survey: str
    kind: str
    destination: str
    failures: int
    until: datetime
    probing: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of a job. `outcome` None: still at it; `lost`: the lease ran out and somebody else claimed it."""

    n: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An authenticated body that could not become a submission; `element` is its place in a batch, from 0."""

    id: int
    survey: str
    received_at: datetime
    content_type: str
    element: int | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PullState:
    """Where pulling of a survey stands: the tool's cursor, and when everything there had last been fetched."""

    survey: str
    cursor: str | None
    pulled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A team's report on one wave, frozen; `n` counts the reports on that wave from 1.

    `picture` is what may be printed; `frame` says whose submissions it was made over and is shown to nobody.
    """

    survey: str
    wave: str
    n: int
    closed_at: datetime
    picture: Document = field(repr=False)
    frame: Document = field(repr=False)
