"""`init`: from nothing to a survey that can be sent out, one question after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from exit_bridge.bank import DEFAULT_BANK, QuestionBank, is_path, load_bank
from exit_bridge.bank.wording import draft_fault
from exit_bridge.cli import setup_mail
from exit_bridge.cli.forms import check_bank
from exit_bridge.cli.forms_readme import describe
from exit_bridge.cli.interview import DOMAIN, EMAIL, URL, Interview, new_name
from exit_bridge.cli.settings_text import INSTALL_KEY, Draft, adding, is_set, new_secret, read_raw, secret_name
from exit_bridge.cli.survey_forms import as_files, forms_folder, survey_forms, write
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.platforms import platform, platforms
from exit_bridge.settings import load_settings, settings_path

if TYPE_CHECKING:
    from exit_bridge.platforms.base import AuthMode, Platform

ANSWERED_BY = (
    ("group", "a group: people fill in one form together, and those you name get the report"),
    ("individuals", "individuals: each person fills in the form alone"),
)
INDIVIDUAL_REPORTS = (
    ("respondent", "that person alone, at the address they give"),
    ("recipients", "those you name, without the answers; the form says so beforehand"),
    ("none", "nobody; you see how many have answered"),
)
SIGNING = {
    "header": "no, or I do not know: it sends a secret in a header (most tools)",
    "signature": "yes, it signs each delivery (Standard Webhooks)",
    "basic": "no, but it can log in with a name and a password (Basic authentication)",
    "path": "no, it can do nothing but post to an address: the secret becomes part of that",
}
FACTS = {
    "innovation": "Name of the work being assessed, as people know it",
    "controller": "Who is responsible for the answers (data controller)",
    "contact": "Whom to ask about answers and rights",
    "purpose": "What the answers are for, such as: to learn what to change",
    "worried_contact": "Whom to tell when worried about someone, with a phone number",
    "reply_by": "When people will hear what happens next",
}
FLAGS = {
    "survey": "Short name; it stands in the hook's address.",
    "platform": "Survey tool: a name from `exit-bridge platforms`.",
    "variant": "Form: a variant of the question bank (default: full).",
    "answered_by": "group or individuals.",
    "individual_reports": "For individuals: respondent, recipients or none.",
    "folder": "Folder on this machine for the reports.",
    **setup_mail.FLAGS,
    **{name: f"{words}." for name, words in FACTS.items()},
    "public_url": "https address under which tools reach this service.",
    "auth": "How the tool proves itself, if not in the best way it has.",
}
REPEATED = {
    "to": "Address that gets the reports. May be repeated.",
    "reply_domain": "Domain a respondent's own report may be mailed to. May be repeated.",
}


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """One flag for every question."""
    for name, words in reversed((FLAGS | REPEATED).items()):
        command = click.option(f"--{name.replace('_', '-')}", name, help=words, multiple=name in REPEATED)(command)
    return command


@click.command()
@_flags
@click.option("--bank", default=DEFAULT_BANK, show_default=True, help="Question bank.")
@click.option("--language", default=("en",), show_default=True, multiple=True, help="Of the form. May be repeated.")
@click.option("--draft", is_flag=True, help="Allow a language whose wording is a draft; the form says that it is one.")
@click.option("--yes", is_flag=True, help="Ask nothing: what no flag says is left out.")
@click.option("--show-secret", metavar="SURVEY", help="Show the secret and the hook's address of a survey; no more.")
@click.pass_obj
def init(given: str | None, /, yes: bool, show_secret: str | None, **flags: Any) -> None:
    """Set up a survey: settings, secret, hook address and form file.

    Asks one thing after the other and writes nothing before the end. Run it again for another survey: what stands in
    the settings file already stays as it is.
    """
    from exit_bridge.cli.next_steps import print_next_steps, print_secret

    path = settings_path(given)
    if show_secret:
        settings = load_settings(path)
        print_secret(settings, settings.survey(show_secret))
        return
    asked = Interview(flags, quiet=yes)
    asked.say("This sets up one survey. Nothing is written before the end; Ctrl-C leaves everything as it is.")
    name, draft = _draft(asked, path, read_raw(path), flags)
    asked.agreed("\nWrite the settings, the secret and the form now?")
    while True:
        try:
            folder = _write(path, draft, name)
            break
        except ExitBridgeError as error:
            if name in read_raw(path).get("surveys", {}) or not asked.again(error):
                raise
    settings = load_settings(path)
    print_next_steps(settings, settings.survey(name), folder, given)


def _draft(asked: Interview, path: Path, raw: dict[str, Any], flags: dict[str, Any]) -> tuple[str, Draft]:
    """Every question, in the order a person would tell the story."""
    draft, languages = Draft(), list(flags["language"])
    source = flags["bank"]
    bank = load_bank(str(path.parent / source) if is_path(source) else source)
    check_bank(bank, (flags["variant"],) if flags["variant"] else (), languages, draft=flags["draft"])
    name = asked.needed("survey", "\nShort name of the survey, such as staying-close", new_name(raw.get("surveys", {})))
    tool = _tool(asked, flags["platform"])
    auth = _auth(asked, tool, flags["auth"])
    answered_by = asked.choice("answered_by", "Who answers?", ANSWERED_BY)
    alone = answered_by == "individuals"
    reports = alone and asked.choice(
        "individual_reports", "Who gets the report on one person's answers?", INDIVIDUAL_REPORTS, "respondent"
    )
    variant = _variant(asked, bank, flags["variant"], reports or "group")
    replies = reports == "respondent" and bank.variants[variant].reply
    domains = _respondents(asked) if replies else []
    to, folder = _recipients(asked, flags, named=not alone or reports == "recipients")
    if (to or replies) and "email" not in raw:
        setup_mail.ask_mail(asked, draft, path)
    asked.say("\nFacts about the work. The form's notice and the report use them; Enter leaves one out.")
    facts = {key: asked.text(key, words) or None for key, words in FACTS.items()}
    _public_url(asked, draft, raw)
    if "install_key" not in raw:
        draft.top["install_key"] = f"${INSTALL_KEY}"
        if not is_set(INSTALL_KEY, path):
            draft.secrets[INSTALL_KEY] = new_secret()
    variable = secret_name(name, path)
    draft.secrets[variable] = new_secret(tool.scheme(next(iter(tool.schemes)) if auth is None else auth))
    survey = {
        "platform": tool.name,
        "bank": source,
        "variant": variant if variant != "full" else None,
        "languages": languages if languages != ["en"] else None,
        "draft_wording": True if draft_fault(bank, languages) else None,
        "answered_by": answered_by,
        "individual_reports": reports or None,
        "reply_domains": domains or None,
        "auth": auth,
        "secrets": [f"${variable}"],
    }
    draft.tables.append((f"[surveys.{name}]", survey))
    if any(facts.values()):
        draft.tables.append((f"[surveys.{name}.about]", facts))
    if to:
        draft.tables.append((f"[[surveys.{name}.send]]", {"by": "email", "to": to}))
    if folder:
        draft.tables.append((f"[[surveys.{name}.send]]", {"by": "folder", "directory": folder}))
    return name, draft


# -- single questions ----------------------------------------------------------------------------------------------


def _tool(asked: Interview, flag: str | None) -> Platform:
    if flag is not None:
        tool = platform(flag)
    else:
        options = [
            (tool.name, tool.title + ("" if "delivery" in tool.faces else " (by export file only)"))
            for tool in platforms()
        ]
        tool = platform(asked.choice("platform", "Which survey tool?", options))
    if "delivery" not in tool.faces:
        raise UsageError(
            f"{tool.title} cannot post to a hook, so there is no survey to set up",
            fix=f"Write its form with `exit-bridge forms {tool.name}` and read its exports with `exit-bridge score`",
        )
    return tool


def _auth(asked: Interview, tool: Platform, flag: Any) -> AuthMode | None:
    """How deliveries prove themselves; None is the best way the tool has, and is asked only where that is not known."""
    if flag is not None:
        tool.scheme(flag)
        return cast("AuthMode", flag)
    if asked.quiet or tool.name != "generic":  # it stands for any tool, and few of these can sign
        return None
    options = [(mode, words) for mode, words in SIGNING.items() if mode in tool.schemes]
    return cast("AuthMode", asked.choice("auth", "Can your tool sign what it sends? Most cannot.", options, "header"))


def _variant(asked: Interview, bank: QuestionBank, flag: str | None, readers: str) -> str:
    """Which form. Where others read a person's report, forms that promise a report to nobody are left out."""
    names = [name for name, variant in bank.variants.items() if variant.reply or readers != "recipients"]
    if not names or flag not in (None, *names):
        raise UsageError(
            "This form gives no report on one person's answers to anybody, so others cannot get one",
            where="--individual-reports recipients",
            fix=f"Use one of: {', '.join(names) or 'another question bank'}; or respondent, or none",
        )
    if len(names) == 1:
        return names[0]
    options = []
    for name in names:
        questions, back = describe(bank, name, together=readers == "group")
        options.append((name, f"{name} (questions: {questions}): {back}"))
    return asked.choice("variant", "Which form?", options, "full" if "full" in names else names[0])


def _respondents(asked: Interview) -> list[str]:
    asked.say(
        "\nAn address on a form is whatever somebody typed, so reports go to the domains you list and to no other."
    )
    return asked.several("reply_domain", "Domains, such as council.example (Enter: later)", DOMAIN)


def _recipients(asked: Interview, flags: dict[str, Any], *, named: bool) -> tuple[list[str], str]:
    if not named:
        return list(flags["to"]), flags["folder"] or ""
    asked.say("\nWho gets the reports?")
    to = asked.several("to", "E-mail addresses, with commas between (Enter: none)", EMAIL)
    hint = "Folder on this machine" + (" besides (Enter: none)" if to else "")
    return to, asked.text("folder", hint, suggest="" if to else "reports")


def _public_url(asked: Interview, draft: Draft, raw: dict[str, Any]) -> None:
    if "public_url" in raw:
        return
    asked.say("\nThe https address under which tools reach this service, such as https://reports.council.example.")
    if url := asked.text("public_url", "Address (Enter: later)", URL).rstrip("/"):
        draft.top["public_url"] = url


# -- writing -------------------------------------------------------------------------------------------------------


def _write(path: Path, draft: Draft, name: str) -> Path:
    """Settings, secrets and form; the folder of the form. Raises SettingsError, BankError and UsageError."""
    with adding(path, draft) as settings:
        files = as_files(survey_forms(settings.survey(name)))
    folder = forms_folder(path, name)
    try:
        write(folder, files)
    except OSError as error:
        raise UsageError(
            f"The survey is set up, but its form cannot be written: {error.strerror}",
            where=str(folder),
            fix=f"Make room there, then run `exit-bridge forms --survey {name}`",
        ) from None
    return folder
