"""`serve` and `worker` run the service; `send-test` knocks at its door."""

from __future__ import annotations

import json
import logging
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from socket import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from exit_bridge.bridge import Bridge, auth_mode, trace_of
from exit_bridge.cli.hook import DEFAULT_PORT, base_url, hook_url, is_loopback, origin, scheme_of
from exit_bridge.errors import ExitBridgeError, SendFailed, SettingsError, StoreUnavailable, UsageError
from exit_bridge.platforms import platform
from exit_bridge.settings import Settings, Survey, load_settings, settings_path
from exit_bridge.store import open_store

if TYPE_CHECKING:
    from exit_bridge.http import HttpPolicy, Reply
    from exit_bridge.store.store import Store
    from exit_bridge.worker import Pace


@click.command(short_help="Receive submissions and send reports, in one process.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=int, default=DEFAULT_PORT, envvar="PORT", show_default=True, show_envvar=True, help="0: any free one."
)
@click.pass_obj
def serve(given: str | None, host: str, port: int) -> None:
    """Receive submissions and send reports, in one process, until Ctrl-C or SIGTERM.

    With SQLite nothing else is needed, and the database is brought up to date by itself. Tools on the internet reach
    this through your own https address (public_url), usually a reverse proxy on this machine.
    """
    from exit_bridge.web.server import listen

    settings = load_settings(settings_path(given))
    _refuse_open_hooks(settings, host)
    log_to_stderr()
    with open_store(settings.database) as store:
        _prepare(settings, store)
        listening = listen(host, port)
        with running(settings, store, listening) as stop:
            stop_on_signal(stop)
            _announce(settings, f"http://{_netloc(listening)}")
            while not stop.wait(1.0):
                pass
    click.echo("Stopped. What was accepted is kept, and what is still to be sent goes out at the next start.")


@click.command(short_help="Send reports only, beside a separate web process.")
@click.pass_obj
def worker(given: str | None) -> None:
    """Send reports only, beside a separate web process, until Ctrl-C or SIGTERM. A job in hand is finished first."""
    from exit_bridge.worker import Worker

    settings = load_settings(settings_path(given))
    log_to_stderr()
    stop = Event()
    stop_on_signal(stop)
    with open_store(settings.database) as store:
        if settings.database.startswith("sqlite"):
            click.echo(
                f"This worker reads {store.where}. The web process must run on this machine with the same file; "
                "where it cannot, use PostgreSQL, or `exit-bridge serve` alone.",
                err=True,
            )
        try:
            if store.schema_state() != "current":
                click.echo("The database is not up to date yet. Run: exit-bridge db upgrade", err=True)
        except StoreUnavailable as error:
            click.echo(f"{error} The worker goes on trying.", err=True)
        click.echo("The worker is running (stop it with Ctrl-C).")
        Worker(Bridge(settings, store)).run(stop)
    click.echo("Stopped. What is still to be sent stays in the queue.")


@contextmanager
def running(settings: Settings, store: Store, listening: socket, pace: Pace | None = None) -> Iterator[Event]:
    """The web server and one worker, each in a thread of its own; both are stopped and waited for at the end.

    Yields the event that stops them; it is set too when one of them breaks down. Raises ExitBridgeError at the end
    in that case, and SettingsError, UnknownPlatform and BankError at the start.
    """
    from exit_bridge.web import create_app
    from exit_bridge.web.app import DEFAULT_MAX_BODY
    from exit_bridge.web.server import serve as serve_http
    from exit_bridge.worker import Worker

    stop, broken = Event(), list[str]()
    bridge = Bridge(settings, store)
    app = create_app(settings, bridge)
    max_body = max([DEFAULT_MAX_BODY, *(platform(survey.platform).max_body for survey in settings.surveys.values())])

    def until_stopped(name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 (half a service must not look like a whole one)
            broken.append(f"{name}: {trace_of(error)}")
        finally:
            stop.set()

    parts = {
        "web": lambda: serve_http(app, listening, stop, max_body),
        "worker": lambda: Worker(bridge, pace).run(stop),
    }
    threads = [Thread(target=until_stopped, args=part, name=part[0]) for part in parts.items()]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if broken:
        raise ExitBridgeError(
            "The service broke down", where="; ".join(broken), fix="Start it again, and please report this as a bug"
        )


def stop_on_signal(stop: Event) -> None:
    """Let SIGTERM and Ctrl-C set the event; a second one ends the process at once."""

    def asked(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)


class _WithoutTokens(logging.Formatter):
    """The secret of a survey with auth = "path" is in the address, and whoever logs addresses must not log it."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"(/hooks/[^/\s?]+/)[^\s?'\"]+", r"\1<secret>", super().format(record))


def log_to_stderr() -> None:
    """One line an outcome on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutTokens("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("exit_bridge", logging.INFO), ("waitress", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def _refuse_open_hooks(settings: Settings, host: str) -> None:
    unguarded = [survey.name for survey in settings.surveys.values() if survey.auth == "none"]
    if unguarded and not is_loopback(host):
        raise SettingsError(
            'auth = "none" lets anybody in, so it works on this machine only',
            where=f"surveys {', '.join(unguarded)}; --host {host}",
            fix='Take the line auth = "none" out, or listen on 127.0.0.1',
        )


def _prepare(settings: Settings, store: Store) -> None:
    """SQLite is brought up to date; PostgreSQL may serve other processes, so somebody must mean it."""
    if settings.database.startswith("sqlite"):
        store.upgrade()
        return
    try:
        state = store.schema_state()
    except StoreUnavailable as error:
        # Starting anyway keeps deliveries: they are put off or spooled until the database is back.
        click.echo(f"{error} Starting all the same: deliveries are put off or kept in the spool folder.", err=True)
        return
    if state == "ahead":
        raise SettingsError(
            "The database was written by a newer exit-bridge", where=store.where, fix="Upgrade exit-bridge"
        )
    if state != "current":
        raise SettingsError("The database is not up to date", where=store.where, fix="Run: exit-bridge db upgrade")


def _netloc(listening: socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _announce(settings: Settings, here: str) -> None:
    click.echo(f"exit-bridge is listening on {here} (stop it with Ctrl-C).")
    for survey in settings.surveys.values():
        click.echo(f"  {survey.name}, {platform(survey.platform).title}: {hook_url(settings.public_url or here, survey)}")
    if not settings.surveys:
        click.echo("  There is no survey yet. Run: exit-bridge init")
    elif not settings.public_url:
        click.echo("  No public_url is set, so these addresses work on this machine only.")


@click.command("send-test", short_help="Post a made-up submission to a survey's own hook.")
@click.argument("survey")
@click.option("--url", default="", metavar="URL", help="Where the service is, if not at public_url or on this machine.")
@click.option("--reply-to", default="", metavar="ADDRESS", help="Address a respondent would give for their own report.")
@click.pass_obj
def send_test(given: str | None, survey: str, url: str, reply_to: str) -> None:
    """Post a made-up submission, in the tool's own shape and with the survey's own secret, to the survey's hook.

    It goes the whole way: a report leaves for those who get the reports of this survey.
    """
    from exit_bridge.http import post

    settings = load_settings(settings_path(given))
    chosen = settings.survey(survey)
    response_id = f"send-test-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    base = (url or base_url(settings)).rstrip("/")
    body = _made_up(chosen, response_id, reply_to)
    secret = chosen.secrets[0] if chosen.secrets else ""
    headers = {"Content-Type": platform(chosen.platform).content_types[0], **scheme_of(chosen).sign(body, secret)}
    click.echo(f"Posting {response_id} to {hook_url(base, chosen)}")
    try:
        reply = post(hook_url(base, chosen, reveal=True), body, headers, _policy(settings, base))
    except SendFailed as error:
        raise SendFailed(error.what, where=error.where, fix=error.fix or "Is `exit-bridge serve` running?") from None
    _report(chosen, response_id, reply, reply_to)


def _made_up(survey: Survey, response_id: str, reply_to: str) -> bytes:
    from exit_bridge.bank import REPLY_TO
    from exit_bridge.cli.made_up import WAVE, answers

    tool, bank = platform(survey.platform), survey.bank
    said = answers(bank, survey.variant) | ({REPLY_TO: reply_to} if reply_to else {})
    try:
        return tool.sample_delivery(
            bank, survey.variant, said, response_id, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", WAVE
        )
    except NotImplementedError:
        raise UsageError(
            f"Nobody has written down yet how to make up what {tool.title} sends", fix="Send a test from the tool itself"
        ) from None


def _policy(settings: Settings, base: str) -> HttpPolicy:
    """The service is our own, wherever it is; a proxy is used where the settings name one."""
    from dataclasses import replace
    from urllib.parse import urlsplit

    from exit_bridge.http import HttpPolicy

    try:
        host = urlsplit(base).hostname or ""
        here = HttpPolicy(internal=origin(base))
    except (ValueError, SettingsError):
        raise UsageError("This is no web address", where="--url or public_url", fix="Write it as https://host") from None
    return here if is_loopback(host) else replace(here, proxy="", ca_bundle="")


def _report(survey: Survey, response_id: str, reply: Reply, reply_to: str) -> None:
    raise NotImplementedError
