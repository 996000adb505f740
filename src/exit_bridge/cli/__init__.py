"""The command line. Commands are imported only when they are called, so that `--help` stays fast."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "init": ("setup", "Set up a survey: settings, secret, hook address and form file."),
    "demo": ("demo", "Show the whole way from submission to report on this machine."),
    "forms": ("forms", "Write the form files that survey tools import."),
    "provision": ("provision", "Make the form in the survey tool, through its API."),
    "pull": ("pull", "Fetch new responses from the survey tool, through its API."),
    "bind": ("bind", "Learn what a form's changed words stand for."),
    "score": ("score", "Score responses exported from a survey tool."),
    "watch": ("watch", "Turn every export that lands in a folder into reports."),
    "compare": ("compare", "Lay the sheets of several groups side by side."),
    "wave": ("wave", "Count who has answered, close a round, say what happens next."),
    "team": ("team", "Write the team report on a closed round, or on exports."),
    "serve": ("service", "Receive submissions and send reports, in one process."),
    "worker": ("service", "Send reports only, beside a separate web process."),
    "send-test": ("service", "Post a made-up submission to a survey's own hook."),
    "jobs": ("queue", "List what is to be sent, and try dead sends again."),
    "quarantine": ("queue", "List deliveries that could not become submissions."),
    "replay": ("queue", "Send quarantined deliveries down the normal path again."),
    "links": ("report_links", "Take back links to reports that were given."),
    "forget": ("forget", "Delete one response from everywhere."),
    "db": ("database", "Upgrade, back up or restore the database."),
    "platforms": ("listing", "List the survey tools and what each can do."),
    "bank": ("listing", "Check or show a question bank."),
    "doctor": ("doctor", "Look for what is missing or dangerous."),
}
"""Command -> module of this package that holds it, and its line in `--help`."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """In the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (as above)
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"exit_bridge.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (as above)
        """From the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--settings", metavar="FILE", help="Settings file (default: $EXIT_BRIDGE_SETTINGS or exit-bridge.toml).")
@click.version_option(package_name="exit-bridge", message="exit-bridge %(version)s")
@click.pass_context
def cli(ctx: click.Context, settings: str | None) -> None:
    """Bring the self-assessment into the survey tool you have, and bring reports back."""
    ctx.obj = settings


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; our errors become one line on stderr and their exit code."""
    from exit_bridge.errors import ExitBridgeError

    try:
        code: Any = cli.main(arguments, prog_name="exit-bridge", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ExitBridgeError as error:
        click.echo(f"exit-bridge: {error}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
