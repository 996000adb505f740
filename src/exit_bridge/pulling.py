"""Responses are fetched from the survey tool and take the same way as deliveries."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, RefusedDelivery, StoreUnavailable, trace_of
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Pulled, zoned
from exit_bridge.settings import Survey
from exit_bridge.store import PullEnd
from exit_bridge.tool_api import open_api

log = logging.getLogger("exit_bridge.pulling")

LEASE = 600.0
"""Seconds; renewed with every page."""

SLICE = 10.0
"""Seconds the worker pulls before it looks after its queue again."""


def pull(
    bridge: Bridge,
    survey: Survey,
    holder: str,
    *,
    before: datetime | None = None,
    afresh: bool = False,
    since: datetime | None = None,
    enough: Callable[[], bool] = lambda: False,
    tell: Callable[[Pulled], None] = lambda _: None,
) -> Counter[str] | None:
    """Fetch what is new and keep it; how many came to what. None where somebody is at it, or was after `before`.

    `afresh`: from the beginning. `since`: what was submitted from then on, whether or not it was fetched before, and
    where pulling stands stays as it is. `enough` is asked after every page, and `tell` told of it. Raises SendFailed,
    UnsafeDestination and SettingsError; what was kept until then is not fetched again.
    """
    store, counts = bridge.store, Counter[str]()
    state = store.claim_pull(survey.name, holder, LEASE, before or datetime.now(UTC))
    if state is None:
        return None
    how: PullEnd = "failed"
    try:
        api = open_api(survey)
        now = datetime.now(UTC)
        with closing(api.pull(state.cursor, now.date(), afresh=afresh or since is not None, since=since)) as pages:
            for page in pages:
                for place, payload in enumerate(page.payloads):
                    if since and (reason := _left_out(survey, payload, since)):
                        counts[reason] += 1
                        continue
                    # What leaves nothing but a count is counted once it is fetched in its turn.
                    taken = bridge.take_fetched(survey, payload, again=place in page.again or since is not None)
                    counts.update(outcome.status for outcome in taken)
                counts["unfinished"] = page.unfinished
                # A look back is no turn of its own: whoever is due stays due.
                how = "more" if page.left or since else "done"
                tell(page)
                if not store.advance_pull(survey.name, holder, state.cursor if since else page.cursor, LEASE):
                    break  # somebody else took over; what came twice is a duplicate
                if page.left and enough():
                    break
    except BaseException:
        how = "failed"
        raise
    finally:
        store.end_pull(survey.name, holder, how)
    log.info("survey=%s pulled=%d", survey.name, fetched(counts))
    return counts


def fetched(counts: Counter[str]) -> int:
    """How many responses came, whatever became of them."""
    return sum(counts.values()) - counts["unfinished"]


def _left_out(survey: Survey, payload: Mapping[str, Any], since: datetime) -> str | None:
    """Why a response is none of those submitted from that moment on: `before` or `undated`; None for one that is."""
    try:
        times = [raw.submitted_at for raw in platform(survey.platform).read(payload).responses]
    except RefusedDelivery:
        return "undated"
    moments = [zoned(time) for time in times if time]
    if not moments or None in moments:
        return "undated"
    return None if max(filter(None, moments)) >= since else "before"


def pull_due(bridge: Bridge, holder: str, stopping: Callable[[], bool]) -> bool:
    """Pull for a while from one survey whose time has come. False when there was none. Raises StoreUnavailable."""
    end = monotonic() + SLICE
    for survey in bridge.settings.surveys.values():
        if survey.api is None or not survey.api.pull_minutes:
            continue
        before = datetime.now(UTC) - timedelta(minutes=survey.api.pull_minutes)
        try:
            if pull(bridge, survey, holder, before=before, enough=lambda: stopping() or monotonic() > end) is not None:
                return True
        except StoreUnavailable:
            raise
        except ExitBridgeError as error:
            log.warning("survey=%s outcome=not_pulled %s", survey.name, error)
        except Exception as error:  # noqa: BLE001 (one survey's trouble must not stop the others)
            log.error("survey=%s outcome=not_pulled %s", survey.name, trace_of(error))
    return False
