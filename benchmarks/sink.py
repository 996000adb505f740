"""A mail server that counts and keeps nothing: prints its port, and when ended how many mails came, and how many ids.

python benchmarks/sink.py
"""

from __future__ import annotations

import asyncio
import json
import signal
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP


class Counter:
    """Every mail is taken; a Message-ID that comes twice is one mail sent twice."""

    def __init__(self) -> None:
        self.mails, self.ids = 0, set[bytes]()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        head = envelope.content.partition(b"\r\n\r\n")[0]
        (found,) = (line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
        self.mails += 1
        self.ids.add(found[-60:])
        return "250 counted"


async def main() -> None:
    """Until SIGTERM."""
    counter, stop = Counter(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(partial(SMTP, counter, hostname="sink.example"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    print(json.dumps({"mails": counter.mails, "ids": len(counter.ids)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
