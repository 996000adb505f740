"""What is past its time is deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, StoreUnavailable
from exit_bridge.settings import Survey

log = logging.getLogger("exit_bridge.upkeep")


def purge(bridge: Bridge, now: datetime | None = None) -> None:
    """Delete what is past its time: submissions by `retain_days`; quarantined bodies, spooled ones of no known survey,
    and addresses that no mail reached, by `quarantine_days`; the day's count of mails to an address.

    A submission's written reports go before its rows, so that a file that cannot be removed now is found next time,
    and once more after them, because a worker may have written one meanwhile.
    """
    now, gone = now or datetime.now(UTC), 0
    for survey in bridge.settings.surveys.values():
        before = now - timedelta(days=survey.about.retain_days)
        try:
            expired = bridge.store.expired(survey.name, before)
            forget_folders(survey, expired)
            if purged := bridge.store.purge(survey.name, before):
                log.info("survey=%s purged=%d", survey.name, purged)
                gone += purged
            forget_folders(survey, expired)
        except StoreUnavailable:
            raise
        except ExitBridgeError as error:
            log.error("survey=%s outcome=not_purged %s", survey.name, error)
    stale = now - timedelta(days=bridge.settings.quarantine_days)
    bridge.spool.purge_damaged(stale)
    if lost := bridge.spool.purge_ownerless(stale, bridge.settings.surveys):
        log.warning("outcome=purged_spool n=%d of surveys that are not in the settings", lost)
    gone += bridge.store.purge_quarantine(stale) + bridge.store.purge_envelopes(stale)
    bridge.store.purge_limits(now - timedelta(days=1))
    if gone or bridge.store.scrub_is_owed():
        bridge.store.scrub()


def forget_folders(survey: Survey, result_ids: Iterable[str]) -> int:
    """Remove what was written of these results into the survey's folders; how many there were."""
    from exit_bridge.sending.folder import forget

    return sum(forget(directory, survey.name, each) for each in result_ids for directory in survey.folders)
