"""Closing a wave: its team report is made once, kept, and sent. Before that there is only a count.

A second report on the same wave is made only where nobody who holds both can tell what a few people answered.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from exit_bridge.bank import About
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, StoreUnavailable, UsageError, trace_of
from exit_bridge.intake import Submission, from_document
from exit_bridge.reports import Report, next_page
from exit_bridge.reports.team import TeamWave, build
from exit_bridge.scoring import score
from exit_bridge.scoring.disclosure import FLOOR, Floors
from exit_bridge.scoring.picture import (
    Frame,
    Member,
    frame_document,
    frame_from_document,
    picture_document,
    picture_from_document,
)
from exit_bridge.scoring.team import counted, team
from exit_bridge.scoring.team_waves import TeamWaves, team_waves
from exit_bridge.scoring.types import IngredientScore
from exit_bridge.settings import TEST_WAVE, Survey
from exit_bridge.settings_waves import WaveSettings
from exit_bridge.store import NewJob, Snapshot, StoredVersion

log = logging.getLogger("exit_bridge.closing")

TEAM = "team"
"""Kind of the jobs that send a team's report."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a wave stands: how many submissions there are, and when its newest report was made."""

    wave: str
    submissions: int
    closed_at: datetime | None
    reports: int
    closes: date | None


def standings(bridge: Bridge, survey: Survey) -> list[Standing]:
    """Every wave of a survey that has answers, a report or a closing date, test answers apart."""
    counts, closed = bridge.store.counts(survey.name), bridge.store.snapshots(survey.name)
    newest = {each.wave: each for each in sorted(closed, key=lambda each: each.n)}
    names = dict.fromkeys([*survey.waves, *(each.wave for each in closed), *sorted(counts)])
    return [
        Standing(
            wave=name,
            submissions=counts.get(name, 0),
            closed_at=newest[name].closed_at if name in newest else None,
            reports=newest[name].n if name in newest else 0,
            closes=survey.waves.get(name, WaveSettings(name)).closes,
        )
        for name in names
        if name != TEST_WAVE
    ]


def close(bridge: Bridge, survey: Survey, wave: str, *, again: bool = False, now: datetime | None = None) -> Snapshot:
    """Make the team's report on a wave, keep it and send it.

    Raises UsageError for surveys that groups answer and for a wave that is closed (unless `again`), ExitBridgeError
    where too few people can be counted, NotReissued where a second report would tell of single people.
    """
    if survey.about.answered_by != "individuals":
        raise UsageError(
            "Groups answer this survey, so there is no team of individuals",
            where=survey.name,
            fix=f"Lay their sheets side by side: exit-bridge compare {survey.name} --out DIR",
        )
    now, kept = now or datetime.now(UTC), bridge.store.snapshots(survey.name)
    before = [each for each in kept if each.wave == wave]
    if before and not again:
        raise UsageError(
            f"This wave was closed on {before[-1].closed_at:%d %B %Y}",
            where=wave,
            fix="Read it with `exit-bridge team`. For a second report, if enough people came or went: --again",
        )
    elsewhere = {one for each in kept if each.wave != wave for one in frame_from_document(each.frame).members}
    earlier = [frame_from_document(each.frame) for each in before]
    members = [
        _member(bridge, survey, stored, sent, earlier)
        for stored in bridge.store.submissions(survey.name, wave)
        if str(stored.submission) not in elsewhere and (sent := _countable(stored, survey))
    ]
    if len(members) < FLOOR:
        raise ExitBridgeError(
            f"Fewer than {FLOOR} people can be counted in this wave",
            where=wave,
            fix="Nothing was closed. Wait for more answers, or tell people why there is no team report",
        )
    floors = Floors(role=survey.role_floor)
    picture, frame = team(members, survey.bank, survey.about, floors, earlier)
    new = Snapshot(
        survey=survey.name,
        wave=wave,
        n=len(before) + 1,
        closed_at=now,
        picture={"bank": survey.bank.ref, **picture_document(picture)},
        frame=frame_document(frame),
    )
    envelope = {"wave": wave, "n": new.n}
    if not bridge.store.freeze(new, [NewJob(TEAM, name, envelope) for name in survey.send]):
        raise UsageError("Somebody else closed this wave at the same moment", where=wave)
    log.info("survey=%s outcome=closed report=%d", survey.name, new.n)
    return new


def close_due(bridge: Bridge, now: datetime | None = None) -> None:
    """Close every wave whose last day is over; one with too few people stays open."""
    now = now or datetime.now(UTC)
    for survey in bridge.settings.surveys.values():
        due = [wave for wave in survey.waves.values() if wave.closes and wave.closes < now.date()]
        if not due or survey.about.answered_by != "individuals":
            continue
        closed = {each.wave for each in bridge.store.snapshots(survey.name)}
        for wave in due:
            if wave.name in closed:
                continue
            try:
                close(bridge, survey, wave.name, now=now)
            except StoreUnavailable:
                raise
            except ExitBridgeError as error:
                log.warning("survey=%s outcome=not_closed %s", survey.name, error.what)
            except Exception as error:  # noqa: BLE001 (a bug of ours must not keep old answers from being deleted)
                log.error("survey=%s outcome=bug %s", survey.name, trace_of(error))


def report_on(bridge: Bridge, survey: Survey, wave: str, n: int | None = None) -> tuple[Report, Snapshot]:
    """The report on a closed wave as it was frozen, beside the wave before it. Raises UsageError where it is open."""
    kept = bridge.store.snapshots(survey.name)
    mine = [each for each in kept if each.wave == wave and n in (None, each.n)]
    if not mine:
        there = bridge.store.counts(survey.name).get(wave, 0)
        raise UsageError(
            f"This wave is not closed; so far {there} submission(s) have come in",
            where=wave or "(no name)",
            fix=f"Close it once everybody has answered: exit-bridge wave close {survey.name} --wave NAME",
        )
    shown = max(mine, key=lambda each: each.n)
    said = survey.waves.get(wave, WaveSettings(wave))
    since, earlier = _since(survey, shown, kept)
    made = build(
        survey.bank,
        TeamWave(wave, picture_from_document(shown.picture), said.young_people_say, shown.closed_at.date()),
        _about(survey, shown),
        since,
        earlier,
        language=survey.languages[0],
        made_on=shown.closed_at.date(),
    )
    return made, shown


def next_report(bridge: Bridge, survey: Survey, wave: str) -> Report:
    """The page for everybody who answered. Raises UsageError where the wave is open or a setting is missing."""
    said = survey.waves.get(wave, WaveSettings(wave))
    missing = [name for name in ("what_happens", "who", "by_when") if not getattr(said, name).strip()]
    if missing:
        raise UsageError(
            f"The page needs {', '.join(missing)}, which only you can say",
            where=f"surveys.{survey.name}.waves, {wave or '(no name)'}",
            fix="Add it in the settings, in the words you would say to a young person",
        )
    _, shown = report_on(bridge, survey, wave)
    closed_on = shown.closed_at.date()
    return next_page.build(
        survey.bank,
        TeamWave(wave, picture_from_document(shown.picture), said.young_people_say, closed_on),
        _about(survey, shown),
        next_page.Promise(said.what_happens, said.who, said.by_when),
        language=survey.languages[0],
        made_on=closed_on,
    )


def document_of(shown: Snapshot) -> dict[str, Any]:
    """A closed wave as published: everything that is printed, by the team schema."""
    about = {"survey": shown.survey, "wave": shown.wave, "report": shown.n}
    return {**about, "closed_on": shown.closed_at.date().isoformat(), **shown.picture}


def _about(survey: Survey, shown: Snapshot) -> About:
    return replace(survey.about, sample=survey.about.sample or shown.wave == TEST_WAVE)


def _since(survey: Survey, shown: Snapshot, kept: list[Snapshot]) -> tuple[TeamWaves | None, str]:
    """The comparison with the wave closed last before this one, and its name; only that where the banks differ."""
    first = next(each for each in kept if each.wave == shown.wave)
    others = [each for each in kept if each.wave != shown.wave and each.closed_at < first.closed_at]
    if not others:
        return None, ""
    then = others[-1]
    if then.picture["bank"] != shown.picture["bank"]:
        return None, then.wave
    frames = frame_from_document(then.frame), frame_from_document(shown.frame)
    pictures = picture_from_document(then.picture), picture_from_document(shown.picture)
    return team_waves(*pictures, frames, survey.bank), then.wave


def file_name(wave: str) -> str:
    """What a wave is called among files: its own plain characters, and a few of a hash for the rest."""
    plain = re.sub(r"[^a-z0-9]+", "-", wave.casefold()).strip("-")[:40]
    digest = "" if plain == wave else sha256(wave.encode()).hexdigest()[:8]
    return "-".join(filter(None, ("team", plain, digest)))


def _countable(stored: StoredVersion, survey: Survey) -> Submission | None:
    submission = from_document(stored.document)
    if submission.bank != survey.bank.ref:
        return None
    return next(iter(counted([submission])), None)


def _member(
    bridge: Bridge, survey: Survey, stored: StoredVersion, submission: Submission, earlier: list[Frame]
) -> Member:
    """A person, and for each ingredient the version that its score first stood in, of those in reports."""
    bank, scores = survey.bank, score(submission, survey.bank, survey.about)
    keys = {i.id: f"{stored.submission}.{stored.n}" for i in bank.ingredients}
    for n in _reported(stored, earlier):
        then = bridge.store.version(stored.submission, n) if n != stored.n else None
        before = from_document(then.document) if then else None
        old = score(before, bank, survey.about) if before and before.bank == bank.ref else None
        for i in bank.ingredients:
            if old and _same(old.by_id(i.id), scores.by_id(i.id)):
                keys[i.id] = f"{stored.submission}.{n}"
    return Member.of(str(stored.submission), submission, scores, bank, keys)


def _same(then: IngredientScore, now: IngredientScore) -> bool:
    return then.status == now.status and then.score == now.score


def _reported(stored: StoredVersion, earlier: list[Frame]) -> list[int]:
    """Versions of this submission that stand in earlier reports, the newest first."""
    start = f"{stored.submission}."
    names = {one for frame in earlier for group in frame.groups.values() for one in group if one.startswith(start)}
    return sorted((int(name.removeprefix(start)) for name in names), reverse=True)
