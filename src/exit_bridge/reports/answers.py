"""What was received, who sees it, and what the report rests on."""

from __future__ import annotations

from exit_bridge.bank import PRESENT, Item, shipped_banks
from exit_bridge.reports.advice import stage_said
from exit_bridge.reports.case import Case, clean
from exit_bridge.reports.types import Block, Facts, Prose, Row, Table

STUDY = "10.1111/padm.13028"
"""DOI of the study's main paper: cited where the bank names it among its sources."""


def facts(case: Case) -> Facts:
    """What this is: the work, who answered, when."""
    about, say = case.about, case.say
    rows = {
        "innovation": about.innovation,
        "organisations": say("comma").join(about.organisations),
        "answered_by": _answered_by(case),
        "present": present(case),
        "stage": stage_said(case),
        "wave": clean(case.submission.wave),
        "answered_on": case.answered_on(),
        "made_on": say.day(case.made_on),
    }
    return Facts(tuple((say(f"facts.{name}"), text) for name, text in rows.items() if text))


def _answered_by(case: Case) -> str:
    if case.audience == "group" and case.submission.sheet:
        return case.say("facts.group_sheet", sheet=clean(case.submission.sheet))
    if case.audience == "group":
        return case.say("facts.group")
    role = case.submission.context.get("role", "unsaid")
    if case.audience == "recipients" or role == "unsaid":
        return case.say("facts.one")
    return case.say("facts.one_role", role=case.words.context["role"].options[role])


def present(case: Case) -> str:
    """Who sat together, as a group says it: how many, in which roles. Empty where it does not, or is none."""
    return clean(case.submission.comments.get(PRESENT, "")) if case.audience == "group" else ""


def listed(case: Case) -> tuple[Block, ...]:
    """Every answer as received, by ingredient, with comments for the group that wrote them."""
    say, asked = case.say, case.asked()
    contact = case.about.contact
    check = say("answers.check", contact=contact) if contact else say("answers.check_unnamed")
    blocks: list[Block] = [Prose((check,))]
    for ingredient in case.bank.ingredients:
        rows = tuple(_row(case, item) for item in asked if item.ingredient == ingredient.id)
        comment = clean(case.submission.comments.get(ingredient.id, "")) if case.audience == "group" else ""
        if rows or comment:
            quote = (say("answers.comment"), comment) if comment else None
            blocks.append(Table(case.name(ingredient.id), say.several("answers.head"), rows, quote))
    return tuple(blocks)


def _row(case: Case, item: Item) -> Row:
    say = case.say
    marks = [] if item.core else [say("answers.not_scored")]
    marks += [say("answers.reversed")] if item.reverse_keyed else []
    note = say("answers.mark", marks=say("comma").join(marks)) if marks else ""
    return Row(case.item(item.id), (case.answer(item.id),), case.code(item.id), note)


def who_sees_it(case: Case) -> tuple[str, ...]:
    """Who gets the report, how long answers are kept, whom to ask; a young person reads first whom to talk to."""
    say, about = case.say, case.about
    seen = say(f"who.{case.audience}", controller=case.organisers())
    if case.audience == "respondent" and case.submission.context.get("team") == "no":
        seen += " " + say("who.left_out")
    if about.report_link_days and case.audience != "recipients":
        seen += " " + say("who.link", days=about.report_link_days)
    kept = say("who.kept", days=about.retain_days)
    if about.controller:
        kept += " " + say("who.controller", controller=about.controller)
    ask = _ask(case)
    worried = say("who.worried", worried_contact=about.worried_contact) if about.worried_contact else ""
    lines = (worried, seen, kept, ask) if case.young else (seen, kept, ask, worried)
    return tuple(text for text in lines if text)


def _ask(case: Case) -> str:
    """The response id helps to find the answers again; others than those who gave them do not need it."""
    say, contact = case.say, case.about.contact
    if case.shows_answers:
        reference = f"{clean(case.submission.survey)} {clean(case.submission.response_id)}"
        if contact:
            return say("who.contact_reference", contact=contact, reference=reference)
        return say("who.reference", reference=reference)
    return say("who.contact", contact=contact) if contact else ""


def about(case: Case) -> tuple[str, ...]:
    """Independence, versions and citation."""
    say, bank, words = case.say, case.bank, case.words
    version = say(
        "about.bank",
        bank=bank.ref,
        variant=case.submission.variant,
        structure=bank.fingerprint,
        wording=words.fingerprint,
        language=words.language,
    )
    cite = "about.cite" if bank.ref in shipped_banks() else "about.cite_own"
    licence = say(cite, bank=bank.ref, licence=bank.licence.replace("-", " ")) if bank.licence else ""
    study = say("about.study") if any(source.link.endswith(STUDY) for source in bank.sources.values()) else ""
    independence = words.form["independence"]
    return tuple(text for text in (independence, version, licence, study) if text)
