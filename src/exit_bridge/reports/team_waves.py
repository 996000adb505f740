"""What a team's report says about the wave before: what moved clearly, who answered then and now, last actions."""

from __future__ import annotations

from exit_bridge.reports.case import Case, clean
from exit_bridge.reports.team_words import number, role_name
from exit_bridge.reports.types import Block, Card, Point, Points, Prose, Row, Section, Table
from exit_bridge.reports.waves import last_actions
from exit_bridge.scoring.picture import TeamPicture
from exit_bridge.scoring.team_waves import CONFIDENCE, FEWEST, LEAST, TeamWaves


def sections(case: Case, found: TeamWaves | None, then: str, now: str) -> tuple[Section, ...]:
    """Two sections: what moved since, and what became of the actions; one that says why there is no comparison."""
    say = case.say
    if found is None:
        reason = Prose((say("team.moved.other_bank", wave=clean(then)),))
        return (Section("since", say("team.since", wave=clean(then)), (reason,)),) if then else ()
    return (
        Section("since", say("team.since", wave=clean(then)), _moved(case, found, clean(then), now)),
        Section("last", say("waves.last"), _last(case, found.then)),
    )


def _moved(case: Case, found: TeamWaves, then: str, now: str) -> tuple[Block, ...]:
    say = case.say
    clear = {change: [m.id for m in found.moves if m.change == change] for change in ("up", "down")}
    lines = [say(f"team.moved.{change}", names=case.names(names)) for change, names in clear.items() if names]
    lines = lines or [say("team.moved.nothing")]
    if not found.same_mix:
        lines.append(say("team.moved.other_mix"))
    rows = tuple(
        Row(case.name(m.id), (number(case, m.then), number(case, m.now), say(f"team.moved.word.{m.change}")))
        for m in found.moves
    )
    head = (say("ingredients.head_one"), then, now, say("team.moved.head"))
    people = tuple(
        Row(name, (str(picture.n) if picture.n else say("team.kept_back"), _mix(case, picture)))
        for name, picture in ((then, found.then), (now, found.now))
    )
    about = Points(
        (
            Point(say("team.moved.rule", share=f"{100 * CONFIDENCE:g}", points=f"{LEAST:g}", fewest=FEWEST)),
            Point(say("team.moved.progress")),
        )
    )
    return (
        Prose((" ".join(lines),)),
        Table(say("team.moved.table"), head, rows),
        Table(say("team.moved.people"), say.several("team.moved.people_head"), people),
        about,
    )


def _mix(case: Case, picture: TeamPicture) -> str:
    if not picture.roles:
        return case.say("team.kept_back")
    return case.say("comma").join(f"{role_name(case, role)} {n}" for role, n in picture.roles)


def _last(case: Case, then: TeamPicture) -> tuple[Block, ...]:
    cards: list[Card] = last_actions(case, then.scores.actions) if then.scores else []
    return (Prose((case.say("waves.last_intro"),)), *cards) if cards else ()
