"""What the numbers say: summary, the ingredients side by side, what stands out, and what none of it can tell."""

from __future__ import annotations

import math

from exit_bridge.reports.case import Case, capital, small, step, whole
from exit_bridge.reports.case import edge as edge_of
from exit_bridge.reports.types import Bar, Block, Card, Chart, Point, Points, Prose, Row, Table, Zone
from exit_bridge.scoring.types import IngredientScore


def answers_of(case: Case) -> str:
    """`Your answers`, or `These answers` for those who did not give them."""
    return case.say(f"summary.whose.{case.audience}")


# -- summary -------------------------------------------------------------------------------------------------------


def summary(case: Case) -> tuple[str, ...]:
    """Two to four sentences: what the answers suggest, what could not be judged, where to start, how to use it."""
    say = case.say
    sentences = [_headline(case)]
    if unjudged := case.unjudged():
        why = "summary.unjudged_dk" if all(map(_mostly_unknown, unjudged)) else "summary.unjudged"
        sentences.append(say(why, names=case.names(reading.id for reading in unjudged)))
    if case.stopped:
        sentences.append(say("summary.stopped"))
    elif start := _start(case):
        sentences.append(start)
    return (" ".join([*sentences, say("summary.use")]),)


def _mostly_unknown(reading: IngredientScore) -> bool:
    """Not knowing is the reason: most of the answers, and most of what was set aside."""
    reasons = reading.reasons
    given = reading.answered + reasons.dont_know + reasons.not_relevant
    aside = reasons.dont_know + reasons.not_relevant + reasons.skipped + reasons.not_asked
    return 2 * reasons.dont_know > max(given, aside)


def _headline(case: Case) -> str:
    say, scores, whose = case.say, case.scores, answers_of(case)
    values = {case.favourable(item) for item in case.submission.answers} - {None}
    if values == {1} and scores.standing != "too_few_scored":
        return say("summary.all_lowest")
    if scores.standing == "all_in_place":
        return say(case.judged("summary.keep"), answers=whose, band=small(case.band(case.bank.bands[-1].id)))
    if scores.standing == "too_few_scored":
        return say("summary.too_few", answers=whose)
    if scores.standing == "none_stands_out":
        return say("summary.none_stands_out", answers=whose, width=_points(case.bank.reading.stands_out))
    furthest = "summary.furthest_strength" if case.strength else "summary.furthest_so_far"
    return say(
        "summary.found",
        answers=whose,
        furthest=say.counted(furthest, len(scores.furthest), names=case.names(scores.furthest)),
        weakest=say.counted("summary.weakest", len(scores.weakest), names=case.names(scores.weakest)),
    )


def _start(case: Case) -> str:
    say, stage = case.say, case.at_stage()
    if case.young:
        return ""
    if first := case.first():
        names = case.names(first, last="or")
        return (
            say("summary.start", stage=capital(stage), names=names)
            if stage
            else say("summary.start_no_stage", names=names)
        )
    return _what_matters(case) if case.scores.standing == "none_stands_out" else ""


def _what_matters(case: Case) -> str:
    stage, names = case.at_stage(), case.high_emphasis()
    if not (stage and names):
        return ""
    return case.say.counted("summary.matters", len(names), stage=capital(stage), names=case.names(names))


# -- side by side --------------------------------------------------------------------------------------------------


def chart(case: Case) -> tuple[Block, ...]:
    """Every ingredient on one axis, in fixed order."""
    say = case.say
    table = Table(
        say("ingredients.table"),
        say.several("ingredients.head"),
        tuple(_figures(case, reading) for reading in case.scores.ingredients),
    )
    bars = tuple(bar(case, reading) for reading in case.scores.ingredients)
    scale = zones(case) if any(reading.band for reading in case.scores.ingredients) else ()
    axis = (Prose((say("ingredients.intro"),)),) if any(bar.number is not None for bar in bars) else ()
    return *axis, Chart(say("ingredients.scale"), scale, bars, table)


def zones(case: Case) -> tuple[Zone, ...]:
    """The bands as stretches of the axis."""
    starts = [band.start for band in case.bank.bands]
    found = []
    for band, end in zip(case.bank.bands, [*starts[1:], 100.0], strict=True):
        last = 100 if end == 100 else math.ceil(end) - 1
        found.append(Zone(case.band(band.id), f"{math.ceil(band.start)}–{last}", band.start, end - band.start))
    return tuple(found)


def bar(case: Case, reading: IngredientScore, sheet: str = "") -> Bar:
    """One reading on the axis, called by its ingredient or, among those of other groups, by its sheet."""
    say = case.say
    standing, edge = case.standing(reading), edge_of(reading, case.bank)
    if edge:
        standing = say("ingredients.edge", standing=standing, band=case.band(edge))
    details = []
    if reading.status == "scored":
        details.append(say("ingredients.answered", answered=reading.answered, asked=reading.asked))
    if aside := case.aside(reading):
        details.append(say("ingredients.aside", reasons=aside))
    words = case.words.ingredients[reading.id]
    return Bar(
        sheet or case.name(reading.id),
        "" if sheet else words.question,
        standing,
        " ".join(details),
        None if reading.score is None else whole(reading.score, case.bank if reading.band else None),
        reading.status == "provisional",
    )


def _figures(case: Case, reading: IngredientScore) -> Row:
    say = case.say
    if reading.band:
        band = case.band(reading.band)
    else:
        band = say("ingredients.band_provisional" if reading.status == "provisional" else "ingredients.band_none")
    number = bar(case, reading).number
    return Row(
        case.name(reading.id),
        (
            band,
            say("ingredients.number_none") if number is None else str(number),
            say("ingredients.answered_cell", answered=reading.answered, asked=reading.asked),
            case.aside(reading) or say("ingredients.aside_none"),
        ),
    )


# -- what stands out -----------------------------------------------------------------------------------------------


def standing(case: Case) -> tuple[Block, ...]:
    """What could not be judged, what is furthest along, what is weakest and why, what to keep."""
    blocks: list[Block] = [*_unjudged(case)]
    match case.scores.standing:
        case "too_few_scored":
            blocks.append(Prose((case.say("standing.too_few"),)))
        case "none_stands_out":
            blocks += _none_stands_out(case)
        case "found":
            blocks += [*_furthest(case), *_weakest(case)]
        case "all_in_place":
            blocks.append(_keep(case))
    return tuple(blocks)


def _unjudged(case: Case) -> tuple[Block, ...]:
    say, rows = case.say, []
    for reading in case.unjudged():
        aside = case.aside(reading)
        text = case.standing(reading) + "."
        rows.append(
            Point(f"{text} {say('ingredients.aside', reasons=aside)}" if aside else text, case.name(reading.id))
        )
    if not rows:
        return ()
    return Points(tuple(rows), say("standing.unjudged")), Prose((say("standing.unjudged_what"),), small=True)


def _none_stands_out(case: Case) -> tuple[Block, ...]:
    say = case.say
    sentences = [say("standing.none", width=_points(case.bank.reading.stands_out))]
    if not case.stopped:
        sentences += [say("standing.by_stage"), _what_matters(case) or say("standing.none_no_stage")]
    return (Prose((" ".join(sentences),)),)


def _furthest(case: Case) -> tuple[Block, ...]:
    say, furthest = case.say, case.scores.furthest
    points = tuple(Point(_standing_of(case, ingredient), case.name(ingredient)) for ingredient in furthest)
    if case.strength:
        return (Points(points, say.counted("standing.strength", len(points))),)
    return (Points(points, say("standing.so_far")),)


def _weakest(case: Case) -> tuple[Block, ...]:
    say, weakest = case.say, case.scores.weakest
    joint = len(weakest) > 1
    cards = tuple(
        _low_card(case, ingredient, say("standing.joint" if joint else "standing.weakest")) for ingredient in weakest
    )
    why = say("standing.joint_why", width=_points(case.bank.reading.joint_weakest))
    return (*cards, Prose((why,), small=True)) if joint else cards


def _low_card(case: Case, ingredient: str, lead: str) -> Card:
    say, lowest = case.say, case.scores.by_id(ingredient).lowest
    return Card(
        heading=case.name(ingredient),
        lead=lead,
        paragraphs=(_standing_of(case, ingredient),),
        points_heading=say.counted("standing.lowest", len(lowest)),
        points=case.lowest(lowest),
        small=case.levels(lowest),
    )


def _standing_of(case: Case, ingredient: str) -> str:
    return case.standing(case.scores.by_id(ingredient)) + "."


def _keep(case: Case) -> Card:
    say, rows = case.say, []
    for reading in case.scores.ingredients:
        if reading.status != "scored" or _all_highest(case, reading):
            continue
        rows += [Point(point.text, f"{case.name(reading.id)} {point.label}") for point in case.lowest(reading.lowest)]
    band = small(case.band(case.bank.bands[-1].id))
    what = say(case.judged("standing.keep_what" if rows else "standing.keep_top"), band=band)
    return Card(say("standing.keep"), paragraphs=(what,), points=tuple(rows))


def _all_highest(case: Case, reading: IngredientScore) -> bool:
    return bool(reading.lowest) and all(map(case.at_the_top, reading.lowest))


def lowest_of_each(case: Case) -> tuple[Block, ...]:
    """For variants without scores: the lowest answer on each ingredient, and nothing that looks like a reading."""
    say, cards = case.say, []
    for reading in case.scores.ingredients:
        if _all_highest(case, reading):
            cards.append(Card(case.name(reading.id), paragraphs=(say("standing.top"),)))
        elif reading.lowest:
            cards.append(
                Card(
                    heading=case.name(reading.id),
                    points_heading=say.counted("standing.lowest", len(reading.lowest)),
                    points=case.lowest(reading.lowest),
                    small=case.levels(reading.lowest),
                )
            )
        elif reading.asked:
            cards.append(Card(case.name(reading.id), paragraphs=(say("standing.nothing"),)))
    return tuple(cards)


# -- limits --------------------------------------------------------------------------------------------------------


def limits(case: Case) -> tuple[Point, ...]:
    """What the report cannot tell."""
    say, reading = case.say, case.bank.reading
    scored = case.bank.variants[case.submission.variant].scored
    lines = [say(f"limits.{case.audience}")]
    if scored and any(r.score is not None for r in case.scores.ingredients):
        lines += [_one_answer(case), say("limits.width", width=_points(reading.joint_weakest))]
    lines.append(say("limits.untested" if scored else "limits.untested_answers"))
    return tuple(Point(line) for line in [*lines, say("limits.not_a_grade")])


def _one_answer(case: Case) -> str:
    counted = [(r.id, r.answered) for r in case.scores.ingredients if r.score is not None]
    steps = sorted({whole(step(name, answered, case.bank)) for name, answered in counted})
    if len(steps) == 1:
        return case.say("limits.step", points=steps[0])
    return case.say("limits.step_range", low=steps[0], high=steps[-1])


def _points(width: float) -> str:
    return f"{width:g}"
