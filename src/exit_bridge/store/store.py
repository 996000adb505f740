"""The store: everything that may be done with the database, as one object."""

from __future__ import annotations

from exit_bridge.store.clock import Clock
from exit_bridge.store.jobs import Jobs
from exit_bridge.store.limits import Limits
from exit_bridge.store.pauses import Pauses
from exit_bridge.store.pulls import Pulls
from exit_bridge.store.quarantine import Quarantine
from exit_bridge.store.retention import Retention
from exit_bridge.store.revoking import Revoking
from exit_bridge.store.schema import Schema
from exit_bridge.store.snapshots import Snapshots
from exit_bridge.store.submissions import Submissions


class Store(Submissions, Snapshots, Jobs, Pauses, Pulls, Limits, Clock, Quarantine, Retention, Revoking, Schema):
    """One database. Safe to share between threads; one per process.

    Every method is one transaction and raises StoreUnavailable where the database is away, locked, full or not set up.
    """
