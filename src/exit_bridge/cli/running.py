"""Running the service: its two halves as threads of one process, signals, and log lines."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

from exit_bridge.bridge import Bridge
from exit_bridge.errors import ExitBridgeError, trace_of
from exit_bridge.platforms import platform
from exit_bridge.settings import Settings

if TYPE_CHECKING:
    from exit_bridge.store.store import Store
    from exit_bridge.worker import Pace


@contextmanager
def running(settings: Settings, store: Store, listening: socket, pace: Pace | None = None) -> Iterator[Event]:
    """The web server and one worker, each in a thread; both are stopped, and waited for as long as the settings say.

    Yields the event that stops them; it is set too when one of them breaks down, and then the end raises
    ExitBridgeError. Raises SettingsError, UnknownPlatform and BankError at the start. Closes the socket.
    """
    from exit_bridge.web import create_app
    from exit_bridge.web.app import DEFAULT_MAX_BODY
    from exit_bridge.web.server import serve
    from exit_bridge.worker import Worker

    stop, broken = Event(), list[str]()
    bridge = Bridge(settings, store)
    app = create_app(settings, bridge)
    max_body = max([DEFAULT_MAX_BODY, *(platform(survey.platform).max_body for survey in settings.surveys.values())])

    def until_stopped(name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 (half a service must not pass for a whole one)
            broken.append(f"{name}: {trace_of(error)}")
        finally:
            stop.set()

    halves: dict[str, Callable[[], None]] = {
        "web": lambda: serve(app, listening, stop, max_body),
        "worker": lambda: Worker(bridge, pace).run(stop),
    }
    threads = [Thread(target=until_stopped, args=half, name=half[0]) for half in halves.items()]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        if broken:  # what went wrong in the block, if anything, came of this
            raise ExitBridgeError(
                "The service broke down", where="; ".join(broken), fix="Start it again, and please report this as a bug"
            )


def stop_on_signal(stop: Event) -> None:
    """Let SIGTERM and Ctrl-C set the event; a second one ends the process at once."""

    def asked(number: int, _: object) -> None:
        # Not from here: the signal may have come while this very thread holds the event's lock.
        Thread(target=stop.set, daemon=True).start()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
