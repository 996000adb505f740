"""Posting to a server over keep-alive connections, as fast as it answers or at a given pace."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable

CONNECTIONS = 16


class Load:
    """One run of requests. `answered` may be read from another thread while it runs.

    A request that is put off (503) is sent again, as survey tools do; `put_off` counts how often that was.
    """

    def __init__(self, port: int, requests: Iterable[bytes]) -> None:
        self._port, self._requests = port, iter(requests)
        self.answered = self.put_off = 0
        self.latencies: list[float] = []
        self.seconds = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds

    def run(self, seconds: float = float("inf"), pace: float = 0.0) -> None:
        """Until the time or the requests run out. `pace`: requests per second, 0 for as many as are answered.

        At a pace a latency counts from when the request was due, so that a server that stalls cannot hide it.
        """
        began = time.perf_counter()
        asyncio.run(self._all(began, seconds, pace))
        self.seconds = time.perf_counter() - began

    async def _all(self, began: float, seconds: float, pace: float) -> None:
        sent = 0

        async def connection() -> None:
            nonlocal sent
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            while True:
                due = began + sent / pace if pace else time.perf_counter()
                if due > began + seconds or (request := next(self._requests, None)) is None:
                    break
                sent += 1
                if due > time.perf_counter():
                    await asyncio.sleep(due - time.perf_counter())
                while True:
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                    await reader.readexactly(length)
                    if not head.startswith(b"HTTP/1.1 503"):
                        break
                    self.put_off += 1
                    await asyncio.sleep(0.2)
                if not head.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(f"unexpected answer: {head[:60]!r}")
                self.latencies.append(time.perf_counter() - due)
                self.answered += 1
            writer.close()

        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))


def wait_for(port: int) -> None:
    """Until the server answers a request."""
    ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as plug:
                plug.sendall(ask)
                if plug.recv(1024):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")
