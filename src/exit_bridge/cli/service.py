"""`serve` and `worker` run the service; `send-test` knocks at its door."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from secrets import token_hex
from socket import socket
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from exit_bridge.bridge import Bridge
from exit_bridge.cli.hook import DEFAULT_PORT, base_url, hook_url, is_loopback, scheme_of
from exit_bridge.cli.running import running, stop_on_signal
from exit_bridge.errors import ExitBridgeError, SendFailed, SettingsError, StoreUnavailable, UsageError
from exit_bridge.hosting import refuse_unsafe
from exit_bridge.logs import log_to_stderr
from exit_bridge.platforms import platform
from exit_bridge.settings import Settings, Survey, load_settings, settings_path
from exit_bridge.store import PATIENCE_MS, open_store

if TYPE_CHECKING:
    from exit_bridge.http import HttpPolicy, Reply
    from exit_bridge.store.store import Store


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="0: any free one.",
)
@click.pass_obj
def serve(given: str | None, host: str, port: int) -> None:
    """Receive submissions and send reports, in one process, until Ctrl-C or SIGTERM.

    With SQLite nothing else is needed, and the database is brought up to date by itself. Tools on the internet reach
    this through your own https address (public_url), usually by way of a reverse proxy on this machine.
    """
    from exit_bridge.web.app import collect_rarely
    from exit_bridge.web.server import listen

    settings = load_settings(settings_path(given))
    _refuse_open_hooks(settings, host)
    refuse_unsafe(settings, "serve")
    with open_store(settings.database, busy_timeout_ms=PATIENCE_MS) as store:
        _prepare(settings, store)
        log_to_stderr()
        listening = listen(host, port)
        with running(settings, store, listening) as stop:
            collect_rarely()
            stop_on_signal(stop)
            _announce(settings, listening)
            while not stop.wait(1.0):
                pass
    click.echo("Stopped. What was accepted is kept, and what is still to be sent goes out after the next start.")


@click.command()
@click.pass_obj
def worker(given: str | None) -> None:
    """Send reports only, beside a separate web process, until Ctrl-C or SIGTERM.

    A job in hand then gets `stop_grace` seconds to finish; one that takes longer goes back into the queue.
    """
    from exit_bridge.worker import Worker

    settings = load_settings(settings_path(given))
    refuse_unsafe(settings, "worker")
    log_to_stderr()
    stop = Event()
    stop_on_signal(stop)
    with open_store(settings.database) as store:
        if settings.database.startswith("sqlite"):
            click.echo(
                f"This worker reads {store.where}: the web process must run on this machine with the same file. "
                "Where it cannot, use PostgreSQL, or `exit-bridge serve` alone.",
                err=True,
            )
        try:
            if store.schema_state() != "current":
                click.echo("The database is not up to date. Run: exit-bridge db upgrade", err=True)
        except StoreUnavailable as error:
            click.echo(f"{error} The worker goes on trying.", err=True)
        click.echo("The worker is running (stop it with Ctrl-C).")
        Worker(Bridge(settings, store)).run(stop)
    click.echo("Stopped. What is still to be sent stays in the queue.")


def _refuse_open_hooks(settings: Settings, host: str) -> None:
    unguarded = [survey.name for survey in settings.surveys.values() if survey.auth == "none"]
    if unguarded and not is_loopback(host):
        raise SettingsError(
            'auth = "none" lets anybody in, so it works on this machine only',
            where=f"surveys {', '.join(unguarded)}; --host {host}",
            fix='Take the line auth = "none" out, or listen on 127.0.0.1',
        )


def _prepare(settings: Settings, store: Store) -> None:
    """SQLite is brought up to date. PostgreSQL may serve other processes, so there somebody must mean it."""
    if settings.database.startswith("sqlite"):
        store.upgrade()
        return
    try:
        state = store.schema_state()
    except StoreUnavailable as error:
        # Starting anyway loses nothing: deliveries are put off, or spooled, until the database is back.
        click.echo(f"{error} Starting all the same: until it is back, deliveries are put off or spooled.", err=True)
        return
    if state == "ahead":
        raise SettingsError(
            "The database was written by a newer exit-bridge", where=store.where, fix="Upgrade exit-bridge"
        )
    if state != "current":
        raise SettingsError("The database is not up to date", where=store.where, fix="Run: exit-bridge db upgrade")


def _announce(settings: Settings, listening: socket) -> None:
    host, port = listening.getsockname()[:2]
    here = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    click.echo(f"exit-bridge is listening on {here} (stop it with Ctrl-C).")
    for survey in settings.surveys.values():
        click.echo(
            f"  {survey.name} ({platform(survey.platform).title}): {hook_url(settings.public_url or here, survey)}"
        )
    if not settings.surveys:
        click.echo("  There is no survey yet. Run: exit-bridge init")
    elif not settings.public_url:
        click.echo("  No public_url is set: these addresses work on this machine only.")


# -- send-test -----------------------------------------------------------------------------------------------------


@click.command("send-test")
@click.argument("survey")
@click.option("--url", default="", metavar="URL", help="Where the service is, if not at public_url or on this machine.")
@click.option("--reply-to", default="", metavar="ADDRESS", help="Address for the respondent's own report.")
@click.pass_obj
def send_test(given: str | None, survey: str, url: str, reply_to: str) -> None:
    """Post a made-up submission, in the tool's own shape and with the survey's own secret, to its hook.

    It goes the whole way: whoever gets the reports of this survey gets one, marked as made up. It belongs to a wave of
    its own, so it is never counted among real answers.
    """
    from exit_bridge.http import post

    settings = load_settings(settings_path(given))
    chosen = settings.survey(survey)
    now = datetime.now(UTC)
    response_id = f"send-test-{now:%Y%m%dT%H%M%SZ}-{token_hex(2)}"
    base = (url or base_url(settings)).rstrip("/")
    policy = _policy(settings, base)
    body = _made_up(chosen, response_id, f"{now:%Y-%m-%dT%H:%M:%SZ}", reply_to)
    proof = scheme_of(chosen).sign(body, chosen.secrets[0] if chosen.secrets else "")
    headers = {"Content-Type": platform(chosen.platform).content_types[0], **proof}
    click.echo(f"Posting the made-up response {response_id} to {hook_url(base, chosen)}")
    try:
        reply = post(hook_url(base, chosen, reveal=True), body, headers, policy)
    except SendFailed as error:
        start = "Start it with `exit-bridge serve`"
        if not is_loopback(urlsplit(base).hostname or ""):
            here = f"http://127.0.0.1:{DEFAULT_PORT}"
            start += f". If it runs on this machine only, not yet at public_url, add --url {here}"
        raise SendFailed(error.what, where=error.where, fix=error.fix or start) from None
    status = _status(reply)
    click.echo(f"The hook answered {reply.status} {status}.")
    if status not in ("accepted", "edited", "spooled"):
        raise ExitBridgeError("The made-up submission was not accepted", fix=_remedy(reply.status, status, chosen))
    click.echo(_who_hears(chosen, reply_to))
    if link := _said(reply).get("report_url"):
        click.echo(f"Whoever has this link can read the report: {link}")
    click.echo(f"To remove it everywhere: exit-bridge forget {survey} {response_id}")


def _made_up(survey: Survey, response_id: str, submitted_at: str, reply_to: str) -> bytes:
    from exit_bridge.bank import REPLY_TO
    from exit_bridge.cli.made_up import answers
    from exit_bridge.made_up import mark

    tool, bank = platform(survey.platform), survey.bank
    said = answers(bank, survey.variant) | ({REPLY_TO: reply_to} if reply_to else {})
    try:
        return tool.sample_delivery(bank, survey.variant, said, response_id, submitted_at, mark(survey, response_id))
    except NotImplementedError:
        raise UsageError(
            f"Nobody has written down yet how to make up what {tool.title} sends",
            fix="Send a test from the tool itself",
        ) from None


def _policy(settings: Settings, base: str) -> HttpPolicy:
    """The service is our own, so its address may be an internal one; a proxy is used where the settings name one."""
    from dataclasses import replace

    from exit_bridge.http import HttpPolicy, origin

    try:
        host = urlsplit(base).hostname or ""
        inside = HttpPolicy(internal=origin(base))
    except (ValueError, SettingsError):
        raise UsageError("This is no web address", where="--url, or public_url", fix="Write https://host") from None
    if is_loopback(host):
        return inside
    return settings.http if settings.http.proxy else replace(settings.http, internal=inside.internal)


def _said(reply: Reply) -> dict[str, object]:
    try:
        said = json.loads(reply.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _status(reply: Reply) -> str:
    return str(_said(reply).get("status") or "without the words of exit-bridge")


def _remedy(code: int, status: str, survey: Survey) -> str:
    match code, status:
        case 401, _:
            return (
                "The running service has another secret or auth mode for this survey, or does not know it. "
                "Restart it after changing settings"
            )
        case _, "quarantined":
            return f"See why: exit-bridge quarantine --survey {survey.name}"
        case 503, _:
            return "Its database is away. See: exit-bridge doctor"
        case _:
            return "Check that this address leads to exit-bridge and to nothing else"


def _who_hears(survey: Survey, reply_to: str) -> str:
    about = survey.about
    if about.answered_by == "individuals" and about.individual_reports == "none":
        return "No report leaves: this survey sends none on one person's answers."
    if about.answered_by == "individuals" and about.individual_reports == "respondent":
        if not survey.bank.variants[survey.variant].reply:
            return "This form gives no report."
        if not reply_to:
            return "No report leaves: here it goes to the address a respondent gives. Name one with --reply-to."
        if reply_to.rpartition("@")[2].casefold() not in survey.about.reply_domains:
            return "No report leaves: the domain of that address is not in reply_domains."
        return "A report leaves for that address. Until it is sent, `exit-bridge jobs` lists it."
    if not survey.send:
        return "No report leaves: the survey names nobody who gets one."
    labels = "; ".join(destination.label for destination in survey.send.values())
    return f"A report leaves for: {labels}. Follow it with `exit-bridge jobs --survey {survey.name}`."
