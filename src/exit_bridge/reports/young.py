"""What goes back for variants without a reply: thanks, when people will hear, whom to talk to. No score, no action."""

from __future__ import annotations

from exit_bridge.reports.case import Case
from exit_bridge.reports.frame import logo, notices
from exit_bridge.reports.types import Facts, Prose, Report, Row, Section, Table


def report(case: Case) -> Report:
    """The letter to young people, in plain words. Their own answers stand in it when it goes to those who gave them."""
    say, about = case.say, case.about
    sections = [
        Section("summary", say("young.next"), (Prose(_next(case)),)),
        Section("talk", say("young.talk"), (Prose(_talk(case)),)),
    ]
    if case.shows_answers:
        sections.append(Section("answers", say("young.answers"), (_answers(case),)))
    kept = say("young.kept", days=about.retain_days)
    if about.controller:
        kept += " " + say("young.controller", controller=about.controller)
    ask = (say("young.contact", contact=about.contact),) if about.contact else ()
    sections.append(Section("who", say("young.keep"), (Prose((kept, *ask)),)))
    sections.append(Section("about", say("young.about"), (Prose(_about(case), small=True),)))
    thanks = say("young.thanks", name=case.work) if case.work else say("young.thanks_unnamed")
    return Report(
        language=say.language,
        subject=case.subject(say("young.subject", name=case.work) if case.work else say("young.subject_unnamed")),
        kicker=say("young.kicker"),
        title=say("young.title"),
        notices=notices(case),
        intro=(thanks, say("young.not_a_test")),
        facts=Facts(()),
        sections=tuple(sections),
        skip=say("young.skip"),
        contents="",
        logo=logo(case),
    )


def _next(case: Case) -> tuple[str, ...]:
    say, about = case.say, case.about
    if about.reply_by:
        back = say("young.reply_by", reply_by=about.reply_by)
    elif about.contact:
        back = say("young.reply_unknown", contact=about.contact)
    else:
        back = say("young.reply_unknown_unnamed")
    if case.audience == "group":
        use = say("young.group", controller=case.organisers("young.organisers"))
    elif case.submission.context.get("team") == "no":
        use = say("young.not_counted")
    else:
        use = say("young.counted")
    return back, use


def _talk(case: Case) -> tuple[str, ...]:
    say, worried = case.say, case.about.worried_contact
    first = say("young.worried", worried_contact=worried) if worried else say("young.worried_unnamed")
    return first, say("young.danger")


def _answers(case: Case) -> Table:
    say, submission = case.say, case.submission
    rows = []
    for item in case.asked():
        if item.id in submission.answers:
            said = case.answer(item.id)
        else:
            said = say("young.not_asked" if item.id in submission.not_asked else "young.none")
        rows.append(Row(case.item(item.id), (said,)))
    return Table(say("young.kicker"), say.several("young.head"), tuple(rows))


def _about(case: Case) -> tuple[str, ...]:
    words = case.words
    independence = words.form_text("independence", case.submission.variant)
    form = case.say("young.bank", bank=case.bank.ref, wording=words.fingerprint)
    return tuple(text for text in (independence, form) if text)
