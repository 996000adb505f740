"""The report on a team of individuals: what they see together, and what was kept back so that nobody stands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exit_bridge.bank import About, QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.reports import advice, answers, team_waves
from exit_bridge.reports.case import Case, capital, clean, small
from exit_bridge.reports.frame import framed
from exit_bridge.reports.readings import zones
from exit_bridge.reports.team_words import number, role_name
from exit_bridge.reports.types import Bar, Block, Chart, Facts, Point, Points, Prose, Report, Row, Section, Table
from exit_bridge.scoring.disclosure import LEAST, MOST
from exit_bridge.scoring.picture import RoleGap, TeamIngredient, TeamPicture
from exit_bridge.scoring.team_waves import TeamWaves
from exit_bridge.scoring.types import Scores


@dataclass(frozen=True, slots=True)
class TeamWave:
    """One wave. `statement`: what its young people say, in words they agreed on, a paragraph a line.

    `from_files`: made from exported answers, so nothing keeps a second report from being made.
    """

    name: str
    picture: TeamPicture
    statement: str = ""
    closed_on: date | None = None
    from_files: bool = False


@dataclass(frozen=True, slots=True)
class _Team:
    """What every part is made from."""

    case: Case
    wave: TeamWave

    @property
    def picture(self) -> TeamPicture:
        """What may be printed."""
        return self.wave.picture


def build(
    bank: QuestionBank,
    wave: TeamWave,
    about: About,
    since: TeamWaves | None = None,
    earlier: str = "",
    *,
    language: str | None = None,
    made_on: date,
) -> Report:
    """The report on one wave; `since` compares it with the wave called `earlier`, where that can be done."""
    team = _Team(team_case(bank, wave, about, language, made_on), wave)
    case, say = team.case, team.case.say
    sections = [
        Section("voice", say("team.voice"), _voice(team)),
        Section("summary", say("summary.heading"), (Prose(summary(team)),)),
    ]
    if team.picture.n is not None:
        sections += [
            Section("answered", say("team.answered"), _answered(team)),
            Section("ingredients", say("ingredients.heading"), _ingredients(team)),
            Section("talk", say("sides.talk"), _talk(team)),
            Section("priorities", say("priorities.heading"), advice.priorities(case)),
            Section("actions", say("sides.actions"), advice.actions(case)),
            Section("notes", say("notes.heading"), advice.notes(case)),
            *team_waves.sections(case, since, earlier, clean(wave.name)),
            Section("meeting", say("sides.meeting"), (Points(plan(team), style="numbers"),)),
        ]
    sections += [
        Section("held", say("team.held"), _held(team)),
        Section("limits", say("limits.heading"), (Points(_limits(team)),)),
        Section("who", say("who.heading"), (Prose(_who(team)),)),
        Section("about", say("about.heading"), (Prose(answers.about(case), small=True),)),
    ]
    kicker = say("team.kicker")
    return framed(case, sections, _facts(team), kicker=kicker, called=kicker, purpose=say("team.purpose"))


def team_case(bank: QuestionBank, wave: TeamWave, about: About, language: str | None, made_on: date) -> Case:
    """The words for a wave; it stands for nobody's submission."""
    picture = wave.picture
    stage = {"stage": picture.stage_most} if picture.stage_most else {}
    variant = next(name for name, each in bank.variants.items() if each.scored)
    sent = Submission("", "", "", bank.ref, variant, answers={}, context=stage, comments={}, wave=wave.name)
    empty = Scores((), "too_few_scored", (), (), False, (), (), (), (), None, True)
    return Case.of(bank, sent, picture.scores or empty, about, "recipients", language, made_on)


# -- what comes first ----------------------------------------------------------------------------------------------


def _voice(team: _Team) -> tuple[Block, ...]:
    """Young people's own words first; where there are none yet, how to get them. Never a figure."""
    say = team.case.say
    said = tuple(filter(None, map(clean, team.wave.statement.splitlines())))
    return (Prose(said or (say("team.no_voice"),)),)


def summary(team: _Team) -> tuple[str, ...]:
    """What the team sees, in two to five sentences."""
    case, say, picture = team.case, team.case.say, team.picture
    if picture.n is None or picture.scores is None:
        return (say("team.too_few", floor=picture.floors.mean),)
    lines = [say("team.counted", n=picture.n), _headline(team, picture.scores)]
    by_word = {word: [one.id for one in picture.ingredients if one.spread == word] for word in ("split", "similar")}
    lines += [say(f"team.summary.{word}", names=case.names(names)) for word, names in by_word.items() if names]
    if picture.one_stage is False:
        lines.append(say("team.summary.stages"))
    if picture.talk:
        lines.append(say("sides.summary.talk", item=case.bare(picture.talk[0])))
    return (" ".join([*lines, say("summary.use")]),)


def _headline(team: _Team, scores: Scores) -> str:
    case, say = team.case, team.case.say
    match scores.standing:
        case "all_in_place":
            return say("team.summary.keep", band=small(case.band(case.bank.bands[-1].id)))
        case "too_few_scored":
            return say("team.summary.too_few")
        case "none_stands_out":
            return say("team.summary.even", width=f"{case.bank.reading.stands_out:g}")
        case "found":
            furthest = "summary.furthest_strength" if case.strength else "summary.furthest_so_far"
            return say(
                "team.summary.found",
                furthest=say.counted(furthest, len(scores.furthest), names=case.names(scores.furthest)),
                weakest=say.counted("summary.weakest", len(scores.weakest), names=case.names(scores.weakest)),
            )


def _facts(team: _Team) -> Facts:
    case, say, wave = team.case, team.case.say, team.wave
    rows = {
        "innovation": case.about.innovation,
        "organisations": say("comma").join(case.about.organisations),
        "wave": clean(wave.name),
        "answered_by": say("team.people", n=wave.picture.n) if wave.picture.n else "",
        "closed_on": say.day(wave.closed_on) if wave.closed_on else "",
        "made_on": say.day(case.made_on),
    }
    return Facts(tuple((say(f"facts.{name}"), text) for name, text in rows.items() if text))


def _answered(team: _Team) -> tuple[Block, ...]:
    say, picture = team.case.say, team.picture
    if not picture.roles:
        return (Prose((say("team.no_roles", floor=picture.floors.mean),)),)
    rows = tuple(Row(role_name(team.case, role), (str(n),)) for role, n in picture.roles)
    return (Table(say("team.roles"), say.several("team.roles_head"), rows),)


# -- ingredients ---------------------------------------------------------------------------------------------------


def _ingredients(team: _Team) -> tuple[Block, ...]:
    case, say, picture = team.case, team.case.say, team.picture
    rows = tuple(
        Row(
            case.name(one.id),
            (
                case.band(_band(team, one)) if one.mean is not None else say("team.kept_back"),
                number(case, one.mean),
                str(one.n) if one.n is not None else say("team.fewer", floor=picture.floors.mean),
                say(f"team.spread.{one.spread}") if one.spread else say("team.kept_back"),
            ),
        )
        for one in picture.ingredients
    )
    table = Table(say("ingredients.table"), say.several("team.head"), rows)
    scale = zones(case) if any(one.mean is not None for one in picture.ingredients) else ()
    bars = tuple(_bar(team, one) for one in picture.ingredients)
    return (
        Prose((say("team.axis"),)),
        Chart(say("ingredients.scale"), scale, bars, table),
        *_lie(team),
        *_roles(team),
    )


def _bar(team: _Team, one: TeamIngredient) -> Bar:
    case, say = team.case, team.case.say
    question = case.words.ingredients[one.id].question
    if one.mean is None or one.n is None:
        return Bar(case.name(one.id), question, say("team.not_shown", floor=team.picture.floors.mean), "", None, False)
    standing = say("ingredients.scored", band=case.band(_band(team, one)), number=number(case, one.mean))
    spread = capital(say(f"team.spread.{one.spread}")) + "." if one.spread else ""
    detail = " ".join(filter(None, (say("team.over", n=one.n), spread)))
    return Bar(case.name(one.id), question, standing, detail, one.mean, provisional=False)


def _band(team: _Team, one: TeamIngredient) -> str:
    return team.case.scores.by_id(one.id).band or team.case.bank.bands[0].id


def _lie(team: _Team) -> tuple[Block, ...]:
    case, say = team.case, team.case.say
    spans = {zone.label: zone.span for zone in zones(case)}

    def span(first: str, last: str) -> str:
        start, end = (spans[case.band(band)].split("–") for band in (first, last))
        return f"{start[0]}–{end[-1]}"

    rows = tuple(
        Row(
            case.name(one.id),
            (say("semicolon").join(say("team.band", span=span(a, b), n=n) for a, b, n in one.bands),),
        )
        for one in team.picture.ingredients
        if one.bands
    )
    return (Table(say("team.bands"), say.several("team.bands_head"), rows),) if rows else ()


def _roles(team: _Team) -> tuple[Block, ...]:
    case, say = team.case, team.case.say
    rows = tuple(
        Row(case.name(one.id), (role_name(case, each.role), number(case, each.mean), str(each.n)))
        for one in team.picture.ingredients
        for each in one.by_role
    )
    return (Table(say("team.by_role"), say.several("team.by_role_head"), rows),) if rows else ()


# -- talking -------------------------------------------------------------------------------------------------------


def _talk(team: _Team) -> tuple[Block, ...]:
    case, say, picture = team.case, team.case.say, team.picture
    blocks: list[Block] = []
    first = [say("team.stages_differ")] if picture.one_stage is False else []
    if first and picture.stage_most:
        first.append(say("team.stage_most", stage=case.stage_name(picture.stage_most)))
    first += [_gap(team, gap) for gap in picture.gaps]
    if first:
        blocks.append(Points(tuple(map(Point, first)), say("team.before_the_numbers")))
    if picture.talk:
        points = tuple(Point(case.item(item), case.code(item)) for item in picture.talk)
        blocks.append(Points(points, say("team.widest")))
    if unsure := [one.id for one in picture.ingredients if one.unsure]:
        blocks.append(Points((Point(say("team.unsure_what"), case.names(unsure)),), say("team.unsure")))
    return tuple(blocks)


def _gap(team: _Team, gap: RoleGap) -> str:
    case = team.case
    return case.say(
        f"team.gap.{gap.rule}",
        higher=role_name(case, gap.higher),
        lower=role_name(case, gap.lower),
        ingredient=case.name(gap.ingredient),
    )


def plan(team: _Team) -> tuple[Point, ...]:
    """A meeting of 45 minutes, in steps."""
    say, picture = team.case.say, team.picture
    wide = picture.talk or picture.gaps or any(one.spread == "split" for one in picture.ingredients)
    steps = ("team.plan.voice", "team.plan.look", "team.plan.talk" if wide else "team.plan.surprise")
    return tuple(Point(say(step)) for step in (*steps, "team.plan.stage", "sides.plan.do"))


# -- the rest ------------------------------------------------------------------------------------------------------


def _held(team: _Team) -> tuple[Block, ...]:
    say, picture = team.case.say, team.picture
    floors = {"floor": picture.floors.mean, "role_floor": picture.floors.role}
    lines = [say(f"team.held_because.{reason}", **floors) for reason in picture.held]
    lines += [say("team.held_because.always", least=LEAST, most=MOST)] if picture.n else []
    return (Points(tuple(map(Point, (*lines, say("team.held_because.never"))))),)


def _limits(team: _Team) -> tuple[Point, ...]:
    case, say = team.case, team.case.say
    lines = [say("team.limits.people"), say("team.limits.mean"), say("team.limits.chance")]
    lines += [say("team.limits.whole", width=f"{case.bank.reading.joint_weakest:g}")]
    return tuple(map(Point, (*lines, say("limits.untested"), say("limits.not_a_grade"))))


def _who(team: _Team) -> tuple[str, ...]:
    case, say, about = team.case, team.case.say, team.case.about
    if team.wave.from_files:
        return (say("team.from_files"),)
    lines = [say("team.who_sees", controller=case.organisers()), say("who.kept", days=about.retain_days)]
    lines += [say("who.controller", controller=about.controller)] if about.controller else []
    lines += [say("who.contact", contact=about.contact)] if about.contact else []
    return tuple(lines)
