"""The one guarded way out over HTTP: no other module imports requests.

What a request may do: https only, to public addresses only, no redirect, a bounded time and a bounded reply.
There is no `requests.Session` on purpose: without one there is nothing that reads netrc files or proxy variables,
keeps cookies, or follows a redirect.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from exit_bridge.addresses import addresses_of, is_public
from exit_bridge.errors import SendFailed, SettingsError, UnsafeDestination

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter

_HOST = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)"
_ORIGIN = re.compile(rf"https?://{_HOST}:[0-9]{{1,5}}", re.IGNORECASE)
_PROXY = re.compile(rf"https?://([^/@\s]+@)?{_HOST}(:[0-9]{{1,5}})?/?", re.IGNORECASE)
_DEFAULT_PORT = {"https": 443, "http": 80}
_LONGEST_PAUSE = 86_400.0


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """What one destination may do beyond public https addresses.

    `proxy`: `http://host:port` every request goes through, except those to `internal`. The proxy then connects by
    name, so it has the last word on where a name leads; addresses that can be seen from here are still checked.
    `ca_bundle`: file of certificate authorities to trust instead of the usual ones.
    `internal`: exactly one `scheme://host:port` that may be private or plain http.
    Raises SettingsError when `proxy` or `internal` is not written that way.
    """

    proxy: str = field(default="", repr=False)
    ca_bundle: str = ""
    internal: str = ""

    def __post_init__(self) -> None:
        if self.proxy and not _PROXY.fullmatch(self.proxy):
            raise SettingsError("A proxy must be written as http://host:port", where="proxy", fix="Leave any path out")
        if self.internal and not (_ORIGIN.fullmatch(self.internal) and int(self.internal.rpartition(":")[2]) < 65536):
            raise SettingsError(
                "An internal destination must be written as scheme://host:port",
                where="internal",
                fix='Write it like "http://intranet.example:8080", with the port and without a path',
            )


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, of whatever status. Header names are lower-case.

    `truncated`: the body was longer than the limit, or broke off; `body` holds what was read of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False

    def retry_after(self, now: datetime) -> float | None:
        """The pause in seconds that it asks for, between 1 second and 1 day; None where it asks for none we can read.

        Seconds, or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
        """
        value = self.headers.get("retry-after", "").strip()
        try:
            if value.isascii() and value.isdigit():
                seconds = float(value)
            else:
                moment = parsedate_to_datetime(value)
                seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
        return min(max(seconds, 1.0), _LONGEST_PAUSE)


def request(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: HttpPolicy,
    *,
    timeout: tuple[float, float] = (5, 10),
    deadline: float = 30,
    reply_limit: int = 65536,
) -> Reply:
    """Send one request and return the reply. A redirect is returned like any other reply, never followed.

    `timeout`: seconds to connect, and between two bytes; `deadline`: seconds for the whole exchange after the name
    is resolved; `reply_limit`: bytes of the reply that are read.
    Raises UnsafeDestination when the address is not allowed, SendFailed (not permanent) when no reply came. Once
    status and headers are there the exchange counts: a body that breaks off or is too slow is truncated, because
    sending again could only send twice. Messages name the host alone: the rest of an address may be a secret.
    """
    import requests
    from urllib3.exceptions import HTTPError

    logging.getLogger("urllib3").setLevel(logging.ERROR)  # below that it logs whole addresses

    prepared, host, inside = _checked(method, url, body, headers, policy)
    if policy.ca_bundle and not Path(policy.ca_bundle).exists():
        raise SendFailed("The file of certificate authorities is missing", where="ca_bundle", fix="Correct its path")
    with _Deadline(deadline) as limit, closing(_adapter(policy, inside, limit)) as adapter:
        try:
            response = adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=policy.ca_bundle or True,
                proxies={"https": policy.proxy} if policy.proxy and not inside else {},
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error, host, limit) from None
        with closing(response):
            if limit.passed:  # cut off among the headers, which looks like their end
                raise _failure(TimeoutError(), host, limit)
            content, truncated = _read(response, reply_limit)
        return Reply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
            truncated=truncated or limit.passed,
        )


post = partial(request, "POST")
"""`request` with the method POST."""


def origin(url: str) -> str:
    """`scheme://host:port` of an address, in lower case, with the port spelt out. Raises ValueError without a host."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or _DEFAULT_PORT.get(parts.scheme, 0)}"


def _checked(
    method: str, url: str, body: bytes, headers: Mapping[str, str], policy: HttpPolicy
) -> tuple[PreparedRequest, str, bool]:
    """The request as it will be sent, its host, and whether it goes to the internal origin."""
    import requests

    try:
        prepared = requests.Request(method, url, headers={"User-Agent": "exit-bridge", **headers}, data=body).prepare()
        # Read back from the prepared request, which the adapter connects by: no second parser to disagree with.
        parts = urlsplit(str(prepared.url))
        there = origin(str(prepared.url))
    except (requests.RequestException, ValueError):
        raise UnsafeDestination("This is no usable web address", where="url", fix="Correct the url") from None
    host = parts.hostname or "url"
    inside = bool(policy.internal) and there == origin(policy.internal)
    if parts.scheme != "https" and not inside:
        raise UnsafeDestination(
            "Only https addresses may be sent to", where=host, fix="Use https, or name this origin as internal"
        )
    if "@" in parts.netloc:
        raise UnsafeDestination(
            "An address must not carry a user name or password", where=host, fix="Take the part before @ out"
        )
    return prepared, host, inside


def _adapter(policy: HttpPolicy, inside: bool, limit: _Deadline) -> HTTPAdapter:
    """What carries one request. The classes stand in here so that importing this module does not import requests."""
    from requests.adapters import HTTPAdapter
    from requests_hardened.ip_filter_adapter import IPFilterAdapter

    class Guarded(HTTPAdapter):
        def build_connection_pool_key_attributes(
            self, request: PreparedRequest, verify: Any, cert: Any = None
        ) -> tuple[Any, Any]:
            host_params, tls = super().build_connection_pool_key_attributes(request, verify, cert)
            host = str(urlsplit(str(request.url)).hostname)
            leads_to = addresses_of(host) | addresses_of(host_params["host"].strip("[]"))
            if not inside and not all(map(is_public, leads_to)):
                raise _private(host)
            return host_params, tls

        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)

            class Watched(pool.ConnectionCls):  # type: ignore[misc]
                def _new_conn(self) -> socket.socket:
                    return limit.watch(super()._new_conn())

            pool.ConnectionCls = Watched
            return pool

    class Pinned(Guarded, IPFilterAdapter):  # type: ignore[misc]
        """The library resolves once and connects to that address; `Guarded` checks it and every other one."""

    return Guarded() if inside or policy.proxy else Pinned(is_https_proto=True)  # type: ignore[call-arg]


def _private(host: str) -> UnsafeDestination:
    return UnsafeDestination(
        "This address is not on the public internet", where=host, fix="Name its origin as internal if it is meant"
    )


def _failure(error: Exception, host: str, limit: _Deadline) -> UnsafeDestination | SendFailed:
    """Our error for theirs, without its words: they hold the whole address."""
    import requests
    from requests_hardened.ip_filter import InvalidIPAddress

    if isinstance(error, InvalidIPAddress):
        return _private(host)
    if isinstance(error, requests.exceptions.InvalidURL):
        return UnsafeDestination("This is no usable web address", where=host, fix="Correct the url")
    if limit.passed or isinstance(error, requests.Timeout):
        return SendFailed("The server did not answer in time", where=host)
    if isinstance(error, requests.exceptions.ProxyError):
        return SendFailed("The proxy cannot be reached or refuses", where=host, fix="Check the proxy setting")
    if isinstance(error, requests.exceptions.SSLError):
        return SendFailed("No secure connection could be made", where=host, fix="Check the certificate or ca_bundle")
    return SendFailed("The server cannot be reached", where=host)


def _read(response: Response, limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes of the body, and whether there was more or it broke off."""
    import requests

    body = bytearray()
    try:
        for piece in response.iter_content(8192):
            body += piece
            if len(body) > limit:
                break
    except requests.RequestException:
        return bytes(body[:limit]), True
    return bytes(body[:limit]), len(body) > limit


class _Deadline:
    """Ends the connections of one request at a fixed moment.

    The time-outs of requests bound the pause between two bytes, so a reply dripping slowly would hold a worker for
    hours.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._twins: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for twin in self._twins:
            twin.close()

    def watch(self, sock: socket.socket) -> socket.socket:
        # A duplicate reaches the same connection after TLS has taken over the original, during the handshake too.
        self._twins.append(sock.dup())
        if self.passed:
            self._cut()
        return sock

    def _cut(self) -> None:
        self.passed = True
        for twin in tuple(self._twins):
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)
