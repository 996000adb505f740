"""A small reverse proxy on loopback, for what a real one does to a request: take a prefix away, or leave it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP = {"connection", "keep-alive", "transfer-encoding", "host"}
OWN = {"server", "date"}
"""Headers the proxy writes itself."""


@contextmanager
def proxied(upstream: int, prefix: str, *, strips: bool) -> Iterator[int]:
    """Serve everything below `prefix` from the port `upstream`, and nothing else; yields the proxy's port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            headers |= {"Host": "upstream.internal", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
            onward = http.client.HTTPConnection("127.0.0.1", upstream, timeout=20)
            try:
                path = self.path.removeprefix(prefix) if strips else self.path
                onward.request(self.command, path, body or None, headers)
                reply = onward.getresponse()
                content = reply.read()
            finally:
                onward.close()
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                if name.lower() not in HOP | OWN:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
