"""The HTTP server of `serve` and `demo`: waitress, run until an event is set and ended without dropping a request."""

from __future__ import annotations

import logging
import socket
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from exit_bridge.errors import UsageError

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
POLL = 0.25
"""Seconds until a set event is noticed."""

GRACE = 4.0
"""Seconds that requests in hand get to finish."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes any free one. Raises UsageError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"This address cannot be listened on: {error.strerror}",
            where=f"{host}:{port}",
            fix="Choose another with --host and --port, or stop what uses it",
        ) from None


def serve(app: Flask, listening: socket.socket, stop: Event, max_body: int) -> None:
    """Answer requests until `stop` is set; those already begun are answered first. Closes the socket.

    `max_body`: the largest body in bytes that any survey accepts. The server itself lets longer ones through to a
    point, so that it is the application that refuses them, in its own words.
    """
    from waitress import create_server, wasyncore

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    connections: dict[int, Any] = {}
    server: Any = create_server(
        app,
        map=connections,
        sockets=[listening],
        threads=THREADS,
        connection_limit=1000,
        channel_timeout=30,
        ident=None,
        max_request_body_size=4 * max_body,
        # The application looks at them to tell a proxy's requests from those of this machine. It trusts none.
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = _strict_channel()
    try:
        while not stop.is_set():
            wasyncore.loop(timeout=POLL, map=connections, count=1, use_poll=True)
        server.accepting = False
        until = monotonic() + GRACE
        while _busy(connections) and monotonic() < until:
            wasyncore.loop(timeout=POLL, map=connections, count=1, use_poll=True)
    finally:
        server.task_dispatcher.shutdown()
        wasyncore.close_all(connections)


def _strict_channel() -> Any:
    """Waitress's connection, but what it lets pass or falls over is answered 400 and ends the connection."""
    from waitress.channel import HTTPChannel
    from waitress.parser import HTTPRequestParser, ParsingError

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        def parse_header(self, header_plus: bytes) -> None:
            try:
                super().parse_header(header_plus)
            except ValueError:
                raise ParsingError("Bad URI") from None
            # Two lengths for one body: a proxy that goes by the other one would see other requests than we do.
            if self.chunked and "CONTENT_LENGTH" in self.headers:
                self.body_rcv = None
                raise ParsingError("Content-Length beside Transfer-Encoding")

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser

    return Channel


def _busy(connections: dict[int, Any]) -> bool:
    """Is a request being received, answered, or its answer sent?"""
    channels = [channel for channel in list(connections.values()) if hasattr(channel, "requests")]
    return any(channel.request or channel.requests or channel.total_outbufs_len for channel in channels)
