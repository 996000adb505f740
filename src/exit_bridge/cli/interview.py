"""The questions of `init`: each is answered by its flag, by a person, or, with --yes, left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import click

from exit_bridge.errors import ExitBridgeError, SettingsError, UsageError

Check = Callable[[str], str]
"""Takes what was typed and returns what is meant. Raises click.BadParameter with what to type instead."""


class Interview:
    """Flags first, then questions. `quiet` asks nothing."""

    def __init__(self, flags: Mapping[str, Any], *, quiet: bool) -> None:
        self._flags = flags
        self.quiet = quiet

    def text(self, flag: str, question: str, check: Check = str.strip, suggest: str = "") -> str:
        """One line of text, which may be left out. Raises UsageError for a flag that cannot be right."""
        given = self._flags[flag]
        if given is not None:
            return self._checked(flag, given, check)
        if self.quiet:
            return ""
        answer: str = click.prompt(question, default=suggest, show_default=bool(suggest), value_proc=check)
        return answer

    def needed(self, flag: str, question: str, check: Check) -> str:
        """One line that cannot be left out."""
        if self._flags[flag] is None and self.quiet:
            raise UsageError(f"With --yes, --{flag.replace('_', '-')} must be given", fix="Name it, or leave --yes out")
        if self._flags[flag] is not None:
            return self._checked(flag, self._flags[flag], check)
        answer: str = click.prompt(question, value_proc=check)
        return answer

    def several(self, flag: str, question: str, check: Check) -> list[str]:
        """Any number of values: the flag repeated, or one line with commas."""
        given = self._flags[flag]
        if given:
            return _split(self._checked(flag, ",".join(given), each(check)))
        if self.quiet:
            return []
        line: str = click.prompt(question, default="", show_default=False, value_proc=each(check))
        return _split(line)

    def choice(self, flag: str, question: str, options: Sequence[tuple[str, str]], default: str = "") -> str:
        """One of several, by number or by name; each comes with its explanation."""
        names = [name for name, _ in options]

        def check(typed: str) -> str:
            typed = typed.strip()
            if typed.isdecimal() and 1 <= int(typed) <= len(names):
                return names[int(typed) - 1]
            if typed in names:
                return typed
            raise click.BadParameter(f"Type {', '.join(names[:-1])} or {names[-1]}, or its number from the list.")

        if self._flags[flag] is None and not self.quiet:
            click.echo(f"\n{question}")
            for number, (_, explanation) in enumerate(options, 1):
                click.echo(f"  {number:>2}  {explanation}")
        if not default:
            return self.needed(flag, "Number", check)
        return self.text(flag, "Number", check, default) or default

    def hidden(self, question: str, check: Check) -> str:
        """A secret, typed without being shown; never a flag, because those can be seen by others."""
        if self.quiet:
            return ""
        answer: str = click.prompt(question, default="", show_default=False, hide_input=True, value_proc=check)
        return answer

    def say(self, text: str) -> None:
        """Words before a question."""
        if not self.quiet:
            click.echo(text)

    def agreed(self, question: str) -> None:
        """Go on, or leave everything as it was. Raises click.Abort."""
        if not self.quiet:
            click.confirm(question, default=True, abort=True)

    def again(self, error: ExitBridgeError) -> bool:
        """Once the cause of an error is mended, is it to be tried again with every answer given so far?"""
        if self.quiet:
            return False
        click.echo(f"\n{error}")
        return click.confirm("Your answers are still here. Mend that in another window. Try again?", default=True)

    def _checked(self, flag: str, given: str, check: Check) -> str:
        try:
            return check(given)
        except click.BadParameter as error:
            raise UsageError(f"--{flag.replace('_', '-')}: {error.message}", fix="Correct this flag") from None


def _split(line: str) -> list[str]:
    return [part for part in re.split(r"[\s,;]+", line) if part]


# -- checks --------------------------------------------------------------------------------------------------------


def pattern(expression: str, instead: str, *, empty: bool = True) -> Check:
    """A check for one shape of text; `empty` allows none at all."""

    def check(typed: str) -> str:
        typed = typed.strip()
        if (empty and not typed) or re.fullmatch(expression, typed):
            return typed
        raise click.BadParameter(instead)

    return check


EMAIL = pattern(r"[^@\s,;<>]+@[^@\s,;<>]+", "Type an address such as lead@council.example.", empty=False)
SENDER = pattern(r"[^@\s<>]+@[^@\s<>]+", "Type an address such as reports@council.example.", empty=False)
DOMAIN = pattern(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}", "Type a domain such as council.example.", empty=False)
HOST = pattern(
    r"[^\s/:@]+|([0-9A-Fa-f]*:){2,}[0-9A-Fa-f.]*",
    "Type a host name such as mail.council.example, without smtp://, port or blanks.",
)
URL = pattern(r"https?://[^\s/]+(/[^\s?#]*)?", "Type an address such as https://reports.council.example.")
VARIABLE = pattern(r"[A-Z][A-Z0-9_]*", "Type a name in capitals, digits and _.", empty=False)


def port(typed: str) -> str:
    """A port that a server can have."""
    typed = typed.strip()
    if re.fullmatch("[0-9]{1,5}", typed) and 1 <= int(typed) <= 65535:
        return typed
    raise click.BadParameter("Type a number from 1 to 65535, such as 587.")


def each(check: Check) -> Check:
    """A check for every part of a line with commas; it says which part it refuses."""

    def checked(line: str) -> str:
        parts = _split(line)
        for place, part in enumerate(parts, 1):
            try:
                check(part)
            except click.BadParameter as error:
                which = f"No. {place} of these cannot be right. " if len(parts) > 1 else ""
                raise click.BadParameter(which + error.message) from None
        return ",".join(parts)

    return checked


def password(typed: str) -> str:
    """A password that a line of the file of secrets can hold."""
    if typed != typed.strip().strip("\"'"):
        raise click.BadParameter("This one starts or ends with a blank or a quote: set it in the environment instead.")
    return typed


def notify_key(typed: str) -> str:
    """An API key of GOV.UK Notify."""
    from exit_bridge.sending import Notify

    typed = typed.strip()
    try:
        Notify(typed, "") if typed else None
    except SettingsError:
        raise click.BadParameter("Copy the whole key: its name and two ids, joined by hyphens.") from None
    return typed


def new_name(taken: Container[str]) -> Check:
    """A check for the name of a survey that is not there yet."""

    def check(typed: str) -> str:
        if (name := typed.strip()) in taken:
            raise click.BadParameter("There is a survey of that name already. Choose another.")
        return _NAME(name)

    return check


_NAME = pattern(
    "[a-z0-9][a-z0-9-]{0,62}", "Type lower-case letters, digits and hyphens, such as staying-close.", empty=False
)
