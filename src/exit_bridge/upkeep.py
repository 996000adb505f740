"""What is past its time is deleted."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, StoreUnavailable

log = logging.getLogger("exit_bridge.upkeep")


def purge(bridge: Bridge, now: datetime | None = None) -> None:
    """Delete what is past its time: submissions by `retain_days`; quarantined bodies, spooled ones of no known survey,
    and addresses that no mail reached, by `quarantine_days`; the day's count of mails to an address.

    A submission's written reports go before its rows, so that a file that cannot be removed now is found next time.
    """
    from exit_bridge.sending.folder import forget

    now, gone = now or datetime.now(UTC), 0
    for survey in bridge.settings.surveys.values():
        before = now - timedelta(days=survey.about.retain_days)
        try:
            for result_id in bridge.store.expired(survey.name, before):
                for directory in survey.folders:
                    forget(directory, survey.name, result_id)
        except StoreUnavailable:
            raise
        except ExitBridgeError as error:
            log.error("survey=%s outcome=not_purged %s", survey.name, error)
            continue
        if purged := bridge.store.purge(survey.name, before):
            log.info("survey=%s purged=%d", survey.name, purged)
            gone += purged
    stale = now - timedelta(days=bridge.settings.quarantine_days)
    bridge.spool.purge_damaged(stale)
    if lost := bridge.spool.purge_ownerless(stale, bridge.settings.surveys):
        log.warning("outcome=purged_spool n=%d of surveys that are not in the settings", lost)
    gone += bridge.store.purge_quarantine(stale) + bridge.store.purge_envelopes(stale)
    bridge.store.purge_limits(now - timedelta(days=1))
    if gone or bridge.store.scrub_is_owed():
        bridge.store.scrub()
