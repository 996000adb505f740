"""One survey: does it fit its tool, do its reports reach anybody, and does its form say what is so?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from exit_bridge.bank.wording import draft_fault
from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.cli.survey_forms import HOW_TO, forms_folder, survey_forms
from exit_bridge.deployed import binding_of
from exit_bridge.errors import ExitBridgeError, UnreadableDelivery
from exit_bridge.platforms import platform
from exit_bridge.reports.pdf import compiler
from exit_bridge.sending import EmailDestination, FolderDestination, Notify
from exit_bridge.settings import Survey
from exit_bridge.trust import auth_mode

NOTICE = {
    "controller": "who is responsible for the answers",
    "contact": "whom to ask about answers and rights",
    "worried_contact": "whom to tell when worried about someone",
}
"""Facts the form's notice needs: setting -> what the notice does not say without it."""


def gives_replies(survey: Survey) -> bool:
    """Do respondents get their own report, at the address they give?"""
    if survey.about.answered_by == "group" or survey.about.individual_reports != "respondent":
        return False
    try:
        return survey.bank.variants[survey.variant].reply
    except (ExitBridgeError, KeyError):  # found by `works`
        return False


def works(_: Scene, survey: Survey) -> Iterator[Finding]:
    """Do tool, auth mode, bank, variant and languages exist and fit each other?"""
    about = f"survey {survey.name}"
    try:
        tool = platform(survey.platform)
        if "delivery" not in tool.faces:
            fix = "Score its exports with `exit-bridge score` instead"
            yield Finding("broken", about, f"{tool.title} cannot post to a hook", fix)
            return
        mode = auth_mode(survey, tool)
        tool.scheme(mode)
        bank = survey.bank
    except ExitBridgeError as error:
        yield Finding("broken", about, error.what, error.fix or f"Mend [surveys.{survey.name}] in the settings")
        return
    if survey.variant not in bank.variants:
        fix = f"Use one of: {', '.join(bank.variants)}"
        yield Finding("broken", about, f"The question bank has no variant {survey.variant!r}", fix)
    missing = [language for language in survey.languages if bank.wordings and language not in bank.wordings]
    if missing:
        fix = f"Use some of: {', '.join(bank.wordings)}"
        yield Finding("broken", about, f"The question bank has no wording in {', '.join(missing)}", fix)
    if draft := draft_fault(bank, survey.languages):
        yield Finding("look", about, draft, "Have it reviewed (docs/languages.md) before people are asked to answer")
    if mode == "none":
        yield Finding("look", about, "Anybody on this machine can post to it", 'Take the line auth = "none" out')
    yield Finding("ok", about, f"{tool.title}, auth by {mode}, {bank.ref}, {survey.variant}")


def binding(_: Scene, survey: Survey) -> Iterator[Finding]:
    """Can the file with the form's own words be used? Deliveries wait in quarantine while it cannot."""
    try:
        binding_of(survey)
    except UnreadableDelivery as error:
        fix = f"{error.fix or 'Mend the file'} ({survey.binding})"
        yield Finding("broken", f"survey {survey.name}", error.what, fix)
    except ExitBridgeError:  # found by `works`
        return


def reports(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Would anybody get a report, as the settings stand?"""
    name, about = f"survey {survey.name}", survey.about
    if survey.report_link:
        line = f"Whoever completes the form is given a link to the report, for {about.report_link_days} days"
        yield Finding("ok", name, line)
    if gives_replies(survey) and about.reply_domains:
        domains = ", ".join(about.reply_domains)
        yield Finding("ok", name, f"A respondent's own report is mailed to addresses at {domains} and to no other")
    elif gives_replies(survey) and not survey.report_link:
        line = "Respondents get their own report, but reply_domains allows no address: nobody would get one"
        yield Finding("broken", name, line, 'Add reply_domains = ["council.example"], or set individual_reports')
    others = about.answered_by == "group" or about.individual_reports == "recipients"
    if others and not survey.send and not survey.report_link:
        yield Finding("broken", name, "Nobody gets its reports", f"Add [[surveys.{survey.name}.send]] to the settings")
    yield from _pdf(scene, survey)


def _pdf(scene: Scene, survey: Survey) -> Iterator[Finding]:
    wanted = [to for to in survey.send.values() if isinstance(to, EmailDestination | FolderDestination) and to.pdf]
    if not wanted:
        return
    try:
        compiler()
    except ExitBridgeError as error:
        yield Finding("broken", f"survey {survey.name}", error.what, f"{error.fix}, or take pdf = true out")
    if isinstance(scene.settings.email, Notify) and any(isinstance(to, EmailDestination) for to in wanted):
        line = "GOV.UK Notify sends no PDF: its mails lead to the report as text"
        yield Finding("look", f"survey {survey.name}", line, "Take pdf = true out, or send by a mail server")


def notice(_: Scene, survey: Survey) -> Iterator[Finding]:
    """Does the form's notice say what people need to know before they answer?"""
    missing = {key: what for key, what in NOTICE.items() if not getattr(survey.about, key)}
    if missing:
        fix = (
            f"Add {', '.join(missing)} under [surveys.{survey.name}.about], "
            f"then run exit-bridge forms --survey {survey.name} and import the form again"
        )
        yield Finding("look", f"survey {survey.name}", f"The form does not say {'; '.join(missing.values())}", fix)


def form(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Does the form in the survey's own folder still say what the settings say, in every language?

    Nothing where there is no folder: the form was made elsewhere.
    """
    about, folder = f"survey {survey.name}", forms_folder(scene.settings.path, survey.name)
    if not folder.is_dir():
        return
    try:
        wanted = {form.path: form.content for form in survey_forms(survey)}
    except (ExitBridgeError, KeyError):  # found by `works`
        return
    if not all(_holds(folder / path, content) for path, content in wanted.items()):
        fix = f"Run: exit-bridge forms --survey {survey.name}, and import it again"
        yield Finding("look", about, f"{folder.name} is older than the settings", fix)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if extra := sorted(there - set(wanted) - {HOW_TO}):
        line = f"{folder.name} holds what the settings do not ask for: {', '.join(extra)}"
        yield Finding("look", about, line, "Delete it there, and take the form out of the tool")


def used(scene: Scene, survey: Survey) -> Iterator[Finding]:
    """Has anything ever come in?"""
    if not scene.usable:
        return
    counts, other = scene.store.counts(survey.name), scene.store.tallies(survey.name)
    if counts or other:
        totals: Counter[str] = sum(map(Counter, other.values()), Counter())
        also = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in sorted(totals.items()))
        line = f"{sum(counts.values())} submission(s) kept" + (f"; counted besides: {also}" if also else "")
        yield Finding("ok", f"survey {survey.name}", line)
    else:
        fix = f"Run exit-bridge send-test {survey.name}, then send one form in from the tool itself"
        yield Finding("look", f"survey {survey.name}", "Nothing has come in yet", fix)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False
