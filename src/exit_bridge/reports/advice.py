"""What to take up and what to do: priorities, actions, notes, and at conception what to plan for."""

from __future__ import annotations

from exit_bridge.bank import STAGES
from exit_bridge.reports.case import Case, capital, small, whole
from exit_bridge.reports.types import Block, Card, Point, Points, Prose, Source
from exit_bridge.scoring.types import ChosenAction, Fact, Note, Priority


def stage_said(case: Case) -> str:
    """The stage and who named it."""
    say = case.say
    options = case.words.context["stage"].options if "stage" in case.words.context else {}
    by = "stage.organisers" if case.about.stage else "stage.respondent"
    said = case.stage_given
    if not said or said == "dk":
        return say("stage.none")
    return say(by if said in STAGES else "stage.other", stage=options.get(said, said))


# -- priorities ----------------------------------------------------------------------------------------------------


def priorities(case: Case) -> tuple[Block, ...]:
    """Ingredients below the low mark in the order to take them up, each with its reason; background ones for later."""
    say, low = case.say, f"{case.bank.reading.low:g}"
    chosen = case.scores.priorities
    if case.young or not chosen:
        return ()
    now = [priority for priority in chosen if not priority.later]
    later = [priority for priority in chosen if priority.later]
    intro = "priorities.intro" if chosen[0].emphasis else "priorities.intro_by_band"
    paragraphs = [say(intro, low=low, stage=small(stage_said(case)))]
    if len(first := case.first()) > 1 and not case.stopped:
        paragraphs.append(say("priorities.equals", names=case.names(first, last="or")))
    blocks: list[Block] = [Prose(tuple(paragraphs))]
    if now:
        blocks.append(Points(tuple(_priority(case, p, first) for p in now), style="numbers"))
    if later:
        points = tuple(Point(_reason(case, p, "priorities.later"), case.name(p.ingredient)) for p in later)
        blocks.append(Points(points, say("priorities.later_heading")))
    return tuple(blocks)


def _priority(case: Case, priority: Priority, first: list[str]) -> Point:
    place = "next"
    if priority.ingredient in first:
        place = "first" if len(first) == 1 else "equal"
    text = _reason(case, priority, f"priorities.{place}_emphasis" if priority.emphasis else f"priorities.{place}")
    return Point(text, case.name(priority.ingredient))


def _reason(case: Case, priority: Priority, key: str) -> str:
    say, reading = case.say, case.scores.by_id(priority.ingredient)
    band = case.band(reading.band) if reading.band else ""
    if not priority.emphasis:
        return say(key, band=band)
    strength = case.bank.emphasis_at(case.scores.stage)[priority.ingredient].strength
    basis = say(f"priorities.{strength}")
    return say(
        key, band=band, matters=say(f"priorities.matters.{priority.emphasis}", stage=case.at_stage(), basis=basis)
    )


# -- actions -------------------------------------------------------------------------------------------------------


def actions(case: Case) -> tuple[Block, ...]:
    """Up to three actions; a respondent who cannot start one is told whom to take it to."""
    if not case.actions:
        return ()
    chosen = {chosen.action for chosen in case.actions}
    behind = {e.strength for action in case.bank.actions if action.id in chosen for e in action.evidence}
    intro = case.say("actions.intro_inferred" if "inferred" in behind else "actions.intro")
    return Prose((intro,)), *(action(case, chosen) for chosen in case.actions)


def action(case: Case, chosen: ChosenAction, because: str = "") -> Card:
    """One action with its first step, and room for who and when; `because`: why it is shown, in words of its own."""
    say = case.say
    words = case.words.actions[chosen.action]
    who = next(action.who for action in case.bank.actions if action.id == chosen.action)
    people = say.listed([_role(case, role) for role in who], last="or") if who else ""
    role = case.submission.context.get("role", "unsaid")
    elsewhere = bool(people) and case.audience == "respondent" and role != "unsaid" and role not in who
    leads = [say("actions.take_to", who=people)] if elsewhere else []
    leads += [say("actions.from_now_on")] if chosen.from_now_on else []
    why = "joint" if chosen.why == "weakest" and len(case.scores.weakest) > 1 else chosen.why
    rows = [(say("actions.first_step"), words.first_step), (say("actions.sign"), words.sign)]
    rows += [(say("actions.who"), capital(people))] if people and not elsewhere else []
    return Card(
        heading=words.what,
        lead=" ".join(leads),
        rows=tuple((label, text) for label, text in rows if text),
        blanks=(say("actions.owner"), say("actions.date")),
        small=because
        or say(
            f"actions.why.{why}",
            item=case.bare(chosen.item),
            ingredient=case.name(chosen.ingredient),
            low=f"{case.bank.reading.low:g}",
            stage=case.at_stage(),
        ),
    )


def _role(case: Case, role: str) -> str:
    if ours := case.say.get(f"actions.roles.{role}"):
        return ours
    options = case.words.context["role"].options if "role" in case.words.context else {}
    return small(options.get(role, role))


# -- notes ---------------------------------------------------------------------------------------------------------


def notes(case: Case) -> tuple[Block, ...]:
    """Up to three notes: what is claimed, what to do, why it is shown, and where it comes from."""
    if not case.scores.notes:
        return ()
    return Prose((case.say("notes.intro"),)), *(_note(case, note) for note in case.scores.notes)


def _note(case: Case, note: Note) -> Card:
    say, words = case.say, case.words.rules[note.rule]
    facts = "; ".join(_fact(case, fact) for fact in note.facts)
    because = f"{capital(facts)}. {say(f'notes.{note.trigger}')}" if facts else say(f"notes.{note.trigger}")
    return Card(
        paragraphs=tuple(text for text in (words.claim, "" if case.young else words.advice) if text),
        rows=((say("notes.why"), because),),
        sources_heading=say("notes.sources"),
        sources=tuple(_source(case, key, strength) for key, strength in note.claim),
    )


def _source(case: Case, key: str, strength: str) -> Source:
    say, source = case.say, case.bank.sources[key]
    remark = say("notes.source", strength=say(f"notes.strength.{strength}"))
    return Source(source.title, remark, source.link if source.link.startswith(("https://", "http://")) else "")


def _fact(case: Case, fact: Fact) -> str:
    say, found = case.say, fact.found
    match fact.kind:
        case "score":
            return say("notes.fact.score", name=case.name(fact.subject), number=whole(float(found), case.bank))
        case "value" if case.shows_answers:
            return say("notes.fact.value", item=case.bare(fact.subject), answer=case.answer(fact.subject))
        case "value":
            return say("notes.fact.value_kept_back", item=case.bare(fact.subject))
        case "count":
            return say.counted("notes.fact.count", int(found), n=found, name=case.name(fact.subject))
        case "stage":
            return say("notes.fact.stage", stage=case.stage_name(str(found)))
        case "gap":
            return say("notes.fact.gap", name=case.name(fact.subject), number=f"{found:.1f}")
        case "about":
            return say(f"notes.fact.about.{fact.subject}.{found}")


# -- planning ------------------------------------------------------------------------------------------------------


def plan(case: Case) -> tuple[Block, ...]:
    """At conception: what later stages will ask and is neither in place nor acted on already, as boxes to tick."""
    acted_on = {chosen.item for chosen in case.actions}
    ahead = [item for item in case.scores.checklist if not (item in acted_on or case.at_the_top(item))]
    if case.young or not ahead:
        return ()
    blocks: list[Block] = [Prose((case.say("plan.intro"),))]
    for stage in STAGES[1:]:
        if items := [item for item in ahead if case.bank.items[item].starts == stage]:
            points = tuple(Point(_goal(case, item), case.code(item)) for item in items)
            blocks.append(Points(points, case.say("plan.stage", stage=case.stage_name(stage)), style="boxes"))
    return tuple(blocks)


def _goal(case: Case, item: str) -> str:
    words = case.words.item(case.bank.items[item], case.submission.variant)
    return case.say("plan.aim", text=words.text, level=words.levels[-1]) if words.levels else words.text
