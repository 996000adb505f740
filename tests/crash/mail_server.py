"""A real SMTP server on loopback that misbehaves in every way mail servers do."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Callable
from threading import Thread
from typing import Any, Self

from aiosmtpd.smtp import SMTP

FAULTS = ("refuse", "busy", "closed", "later", "stall", "drop", "deaf")
"""Hangs up; 421 or 554 instead of a greeting; 451 to the mail; says nothing; breaks off in the middle of a mail; takes
one and breaks off before it has said so."""


def well() -> str:
    """The behaviour of a server without faults."""
    return "accept"


class Sayer(asyncio.Protocol):
    """Says one line, or nothing, and hangs up, or does not."""

    def __init__(self, line: bytes | None, *, hang_up: bool) -> None:
        self.line, self.hang_up = line, hang_up

    def connection_made(self, transport: Any) -> None:
        if self.line:
            transport.write(self.line)
        if self.hang_up:
            transport.close()


class Dropper(SMTP):
    """Breaks off once so many bytes have come in."""

    received = 0

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > 3000:
            self.transport.abort()
            return
        super().data_received(data)


class MailServer:
    """Listens from its making to its closing; `mails` holds the Message-ID of each mail it took, repeats too.

    `behave` is asked once for each connection: one of FAULTS, or anything else to do what a mail server should.
    """

    def __init__(self, behave: Callable[[], str] = well) -> None:
        self.behave = behave
        self.mails: list[str] = []
        self.met: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="mail server")
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._meet, "127.0.0.1", 0)

    def _meet(self) -> asyncio.Protocol:
        manner = self.behave()
        self.met.append(manner)
        match manner:
            case "refuse":
                return Sayer(None, hang_up=True)
            case "busy":
                return Sayer(b"421 come back later\r\n", hang_up=True)
            case "closed":
                return Sayer(b"554 no service here\r\n", hang_up=True)
            case "stall":
                return Sayer(None, hang_up=False)
        kind = Dropper if manner == "drop" else SMTP
        return kind(Taker(self.mails, manner), hostname="mail.example", loop=self._loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        if hasattr(self._server, "close_clients"):  # Python 3.13
            self._server.abort_clients()


class Taker:
    """What is done with a mail that came in whole."""

    def __init__(self, mails: list[str], manner: str) -> None:
        self.mails, self.manner = mails, manner

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.manner == "later":
            return "451 later"
        self.mails.append(email.message_from_bytes(envelope.content)["Message-ID"])
        if self.manner == "deaf":
            server.transport.abort()
        return "250 kept"
