"""`bind`: what the words of a form that was changed in its tool stand for, confirmed by whoever changed them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exit_bridge.bank.wording import words_for
from exit_bridge.cli.files import whole
from exit_bridge.cli.queue import opened
from exit_bridge.errors import RefusedDelivery, SettingsError, UsageError
from exit_bridge.intake.asked import asked_in_file, asked_in_form, asked_in_responses
from exit_bridge.intake.binding import Asked, Learnt, Proposal, learn, proposals
from exit_bridge.intake.columns import listed, shown
from exit_bridge.intake.mapping_file import MappingFile, read_mapping

if TYPE_CHECKING:
    from exit_bridge.bank import QuestionBank
    from exit_bridge.platforms.base import RawResponse
    from exit_bridge.settings import Settings, Survey
    from exit_bridge.store.store import Store

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("survey")
@click.argument("exports", nargs=-1, type=_FILE, metavar="[EXPORT]...")
@click.option("--platform", metavar="NAME", help="The tool that wrote the exports (default: the survey's).")
@click.option("--live", is_flag=True, help="From the form as its tool has it now, through the tool's API.")
@click.option("--no-ask", is_flag=True, help="Take only what is certain, and ask nothing.")
@click.pass_obj
def bind(
    given: str | None, survey: str, exports: tuple[Path, ...], platform: str | None, live: bool, no_ask: bool
) -> None:
    """Learn what the questions and options of a form stand for, where its words are not the bank's any more.

    From export files, from the form itself (--live) or from the deliveries of the survey that wait in quarantine.
    What is certain is taken; what is only alike is shown to you and taken if you say so. Writes SURVEY.binding.toml
    beside the settings and names it there.
    """
    with opened(given) as (settings, store):
        chosen = settings.survey(survey)
        bank, old = chosen.bank, _before(chosen)
        if exports:
            asked = [one for path in exports for one in asked_in_file(path, bank, platform or chosen.platform, old)]
        else:
            asked = _live(chosen) if live else _waiting(chosen, store)
    found = learn(asked, bank, old)
    items = bank.variants[chosen.variant].items
    known = set(items).intersection(found.columns.values())
    click.echo(f"{len(known)} of the {len(items)} questions with a scale are known.")
    if not no_ask:
        _confirm_questions(found, chosen, bank)
        _confirm_options(found, chosen, bank)
    found.keep(old)  # now only: words that the form no longer has must not stand in the way of its new ones
    _tell_left(found)
    text = found.text(chosen.platform, bank)
    if not text:
        click.echo("Nothing has to be written down: the bank knows all that is known here.")
        return
    keep(settings, chosen, text)
    if not exports:
        click.echo(f"Now take what waits once more: exit-bridge replay --all --survey {survey}")


def _before(survey: Survey) -> MappingFile:
    return read_mapping(Path(survey.binding), survey.bank) if survey.binding else MappingFile()


def _live(survey: Survey) -> list[Asked]:
    """What the form asks now. Raises UsageError where the tool does not tell, and what its API raises."""
    from exit_bridge.tool_api import open_api

    api = open_api(survey)
    questions = api.questions(api.access.form)
    if questions is None:
        raise UsageError("This tool does not tell what its forms ask", where=survey.name, fix="Name an export file")
    return asked_in_form(questions)


def _waiting(survey: Survey, store: Store) -> list[Asked]:
    """What the quarantined deliveries of the survey asked. Raises UsageError where none can be read."""
    from exit_bridge.platforms import platform

    tool = platform(survey.platform)
    responses: list[RawResponse] = []
    for kept in store.quarantined(survey.name):
        try:
            responses += tool.read(tool.payload(store.quarantined_body(kept.id) or b"")).responses
        except RefusedDelivery:
            continue
    if not responses:
        raise UsageError(
            "No delivery of this survey that can be read waits in quarantine",
            where=survey.name,
            fix="Name an export file of its form, or send one submission through the form first",
        )
    return asked_in_responses(responses)


# -- asking --------------------------------------------------------------------------------------------------------


def _confirm_questions(found: Learnt, survey: Survey, bank: QuestionBank) -> None:
    for proposal in proposals(found, bank, survey.variant, survey.languages):
        click.echo(f"\nThe form has   {_words(proposal.asked)}")
        click.echo(f"The bank has   {_ours(proposal, bank)}")
        if click.confirm("Is that the same question, only in other words?", default=False):
            found.unknown.remove(proposal.asked)
            found.take(proposal.asked, proposal.question, bank, MappingFile())


def _ours(proposal: Proposal, bank: QuestionBank) -> str:
    item = bank.items.get(proposal.question)
    return f"{bank.visible_code(item)}. {proposal.text}" if item else proposal.text


def _words(asked: Asked) -> str:
    return shown(asked.keys[-1])


def _confirm_options(found: Learnt, survey: Survey, bank: QuestionBank) -> None:
    for question, options in list(found.odd.items()):
        labels = _labels(bank, survey, question)
        for values, times in list(options.items()):
            click.echo(f"\n{question} has an answer that is none of its options{_often(times)}: {shown(values[-1])}")
            for code, label in labels.items():
                click.echo(f"  {code:>4}  {label}")
            typed = click.prompt("Which one is it? Enter alone: none of them", default="", show_default=False).strip()
            if typed in labels:
                found.labels.setdefault(question, {})[values[0]] = typed
                del options[values]
        if not options:
            del found.odd[question]


def _often(times: int) -> str:
    return f", {times} time(s)" if times else ""


def _labels(bank: QuestionBank, survey: Survey, question: str) -> dict[str, str]:
    words = words_for(bank, survey.languages[0])
    if item := bank.items.get(question):
        return words.option_labels(item, survey.variant)
    return dict(words.context_words(question, survey.variant).options)


def _tell_left(found: Learnt) -> None:
    if found.unknown:
        rest = listed([one.keys[-1] for one in found.unknown])
        click.echo(f"{len(found.unknown)} question(s) are nothing of the bank and stay out: {rest}")
    for question, options in found.odd.items():
        click.echo(f"{question}: {len(options)} answer(s) are none of its options, and stay refused")


def keep(settings: Settings, survey: Survey, text: str) -> None:
    """Write a binding where the settings name it, or beside them, and name it there."""
    path = Path(survey.binding) if survey.binding else settings.path.with_name(f"{survey.name}.binding.toml")
    with whole(path) as file:
        file.write(text.encode())
    click.echo(f"Written: {path.name}")
    if not survey.binding:
        _name_it(settings, survey, path)


def _name_it(settings: Settings, survey: Survey, path: Path) -> None:
    from exit_bridge.cli.settings_text import Draft, adding

    heading = f"[surveys.{survey.name}]"
    try:
        with adding(settings.path, Draft(within=[(heading, {"binding": path.name})])):
            pass
    except (UsageError, SettingsError):
        click.echo(f'Write this under {heading} in {settings.path.name}: binding = "{path.name}"')
    else:
        click.echo(f"{settings.path.name} names it now.")
