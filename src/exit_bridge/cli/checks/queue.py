"""What waits, what was given up, what was refused, and what nobody looks after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.store import Spool

WAITING_TOO_LONG = timedelta(minutes=10)


def waiting(scene: Scene) -> Iterator[Finding]:
    """Each with the command that shows more."""
    if not scene.usable:
        return
    store, only, now = scene.store, scene.only, datetime.now(UTC)
    jobs = store.jobs("ready", only)
    late = [job for job in jobs if job.due_at and now - job.due_at > WAITING_TOO_LONG]
    if late:
        line = f"{len(late)} send(s) have been due for more than ten minutes"
        yield Finding("look", "queue", line, "Start `exit-bridge serve`, or `exit-bridge worker`")
    if dead := len(store.jobs("dead", only)):
        fix = "See why with exit-bridge jobs --state dead; once mended, exit-bridge jobs retry"
        yield Finding("look", "queue", f"{dead} send(s) were given up", fix)
    paused = [pause for pause in store.pauses(now) if only in (None, pause.survey)]
    for pause in paused:
        line = f"{pause.destination} failed {pause.failures} times in a row and is left alone for a while"
        fix = "See why with exit-bridge jobs; once mended, exit-bridge jobs retry --paused"
        yield Finding("look", f"survey {pause.survey}", line, fix)
    if kept := len(store.quarantined(only)):
        yield Finding("look", "quarantine", f"{kept} delivery(ies) could not be read", "See: exit-bridge quarantine")
    if spooled := len(Spool(scene.settings.spool).waiting()):
        fix = "They are taken once worker and database run"
        yield Finding("look", "spool", f"{spooled} delivery(ies) wait for the database", fix)
    if not (late or dead or paused or kept or spooled):
        yield Finding("ok", "queue", f"{len(jobs)} send(s) waiting, none given up, nothing in quarantine or spool")


def left_over(scene: Scene) -> Iterator[Finding]:
    """Surveys of which submissions are kept, but no settings to say when these end."""
    if not scene.usable or scene.only is not None:
        return
    for name in sorted(set(scene.store.surveys()) - set(scene.settings.surveys)):
        kept = sum(scene.store.counts(name).values())
        line = f"The database holds {kept} submission(s) of it, but it is not in the settings: nothing deletes them"
        yield Finding("look", f"survey {name}", line, "Put it back, or run exit-bridge forget for each response")
