"""The filter is tested with real sockets: mocks of requests sit above it and would prove nothing."""

from __future__ import annotations

import gc
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exit_bridge import http
from exit_bridge.errors import SendFailed, SettingsError, UnsafeDestination
from exit_bridge.http import HttpPolicy

CERTS = Path(__file__).parent / "sending" / "certs"
AUTHORITY = str(CERTS / "authority.pem")
PUBLIC = "93.184.215.14"
ELSEWHERE = "198.41.0.4"
TOKEN = "token-that-must-stay-secret"


@dataclass
class Server:
    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def serving(talk: Callable[[socket.socket, Server], None], *, tls: bool = False) -> Iterator[Server]:
    """A real server on loopback that does `talk` with every connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.02)
        server = Server(listener.getsockname()[1])

        def run() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                connection.settimeout(5)
                server.connections += 1
                with suppress(OSError), connection:
                    if tls:
                        with context.wrap_socket(connection, server_side=True) as secured:
                            talk(secured, server)
                    else:
                        talk(connection, server)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            thread.join()


def hear(connection: socket.socket, server: Server) -> None:
    """Read one request, body included."""
    stream = connection.makefile("rb")
    with stream:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                raise ConnectionError
            head += line
        length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:"))
        server.requests.append(head + stream.read(length))


def answer(reply: bytes) -> Callable[[socket.socket, Server], None]:
    def talk(connection: socket.socket, server: Server) -> None:
        hear(connection, server)
        connection.sendall(reply)

    return talk


OK = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Seen: yes\r\n\r\nthere")


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set what `hooks.example` resolves to, one list for each question asked; the last list stays."""
    real = socket.getaddrinfo
    answers: list[list[str]] = []

    def getaddrinfo(host: str, port: object, *args: object, **kwargs: object) -> object:
        if not str(host).endswith("hooks.example"):
            return real(host, port, *args, **kwargs)  # type: ignore[arg-type]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (a, port or 0, 0, 0))
            if ":" in a
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port or 0))
            for a in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return lambda *lists: answers.extend(lists)


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[int]]]:
    """The addresses connected to; every connection really goes to the loopback port put in the second list."""
    addresses: list[str] = []
    ports: list[int] = []

    def create_connection(address: tuple[str, int], timeout: float, **_: object) -> socket.socket:
        addresses.append(address[0])
        if not ports:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", ports[0]), timeout)

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    return addresses, ports


def inside(server: Server, scheme: str = "http") -> tuple[str, HttpPolicy]:
    """Address and policy of a test server that is named as internal."""
    origin = f"{scheme}://127.0.0.1:{server.port}"
    return f"{origin}/in/{TOKEN}", HttpPolicy(internal=origin, ca_bundle=AUTHORITY)


def test_the_one_internal_origin_is_reached() -> None:
    """Loopback and plain http are allowed for exactly the origin that is named."""
    with serving(OK) as server:
        url, policy = inside(server)
        reply = http.post(url, b"{}", {"X-Ours": "1"}, policy)
    assert (reply.status, reply.body, reply.truncated) == (200, b"there", False)
    assert reply.headers["x-seen"] == "yes"
    head = server.requests[0].decode()
    assert head.startswith(f"POST /in/{TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n")
    assert "\r\nUser-Agent: exit-bridge\r\n" in head
    assert "\r\nX-Ours: 1\r\n" in head
    assert head.endswith("\r\n\r\n{}")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "[::1]"])
def test_loopback_is_refused(host: str) -> None:
    """Without being named, loopback gets no connection, however it is written."""
    with serving(OK, tls=True) as server, pytest.raises(UnsafeDestination) as caught:
        http.post(f"https://{host}:{server.port}/{TOKEN}", b"{}", {}, HttpPolicy(ca_bundle=AUTHORITY))
    assert server.connections == 0
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "policy",
    [
        "http://127.0.0.1:{other}",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://[::1]:{port}",
    ],
)
def test_internal_means_one_origin(policy: str) -> None:
    """Another port, scheme or spelling of the host is another origin."""
    with serving(OK) as server:
        internal = HttpPolicy(internal=policy.format(port=server.port, other=server.port - 1))
        with pytest.raises(UnsafeDestination):
            http.post(f"http://127.0.0.1:{server.port}/", b"{}", {}, internal)
    assert server.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "0",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.170",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[100::1]",
        "[2001::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[3fff::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
    ],
)
@pytest.mark.parametrize("proxy", ["", "http://proxy.example:3128"])
def test_literal_addresses_that_are_not_public(host: str, proxy: str, dialled: tuple[list[str], list[int]]) -> None:
    """Nothing is dialled for private, special or translated addresses in any spelling, nor asked of a proxy."""
    with pytest.raises(UnsafeDestination, match="not on the public internet"):
        http.post(f"https://{host}/", b"{}", {}, HttpPolicy(proxy=proxy))
    assert dialled[0] == []


@pytest.mark.parametrize("address", ["127.0.0.1", "fec0::1", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:10.0.0.1"])
def test_a_name_with_one_private_address_is_refused(
    address: str, resolver: Callable[..., None], dialled: tuple[list[str], list[int]]
) -> None:
    """All addresses of a name are checked, not only the first."""
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        resolver(addresses)
        with pytest.raises(UnsafeDestination):
            http.post("https://hooks.example/", b"{}", {}, HttpPolicy())
    assert dialled[0] == []


def test_the_connection_goes_to_the_checked_address(
    resolver: Callable[..., None], dialled: tuple[list[str], list[int]]
) -> None:
    """The address is pinned, while Host header, server name and certificate are those of the name."""
    resolver([PUBLIC, ELSEWHERE])
    with serving(OK, tls=True) as server:
        dialled[1].append(server.port)
        reply = http.post("https://hooks.example/in", b"{}", {}, HttpPolicy(ca_bundle=AUTHORITY))
    assert reply.status == 200
    assert dialled[0] == [PUBLIC]
    assert b"\r\nHost: hooks.example\r\n" in server.requests[0]


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_dialled(
    address: str, resolver: Callable[..., None], dialled: tuple[list[str], list[int]]
) -> None:
    """The filter lets public IPv4 and IPv6 through."""
    resolver([address])
    with pytest.raises(SendFailed):
        http.post("https://hooks.example/", b"{}", {}, HttpPolicy())
    assert [address.removeprefix("::ffff:")] == [a.strip("[]") for a in dialled[0]]


@pytest.mark.parametrize("private", ["127.0.0.1", "fec0::1"])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_rebinding_name_is_never_followed(
    place: int, private: str, resolver: Callable[..., None], dialled: tuple[list[str], list[int]]
) -> None:
    """A resolver that answers differently each time cannot slip an address in before or after the check."""
    answers = [[PUBLIC]] * 5
    answers[place] = [private]
    resolver(*answers)
    with pytest.raises((UnsafeDestination, SendFailed)):
        http.post("https://hooks.example/", b"{}", {}, HttpPolicy())
    assert set(dialled[0]) <= {PUBLIC}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "file:///etc/passwd",
        "https:///x",
        "https://",
        "hooks.example/x",
        "",
        "https://hooks.example:99999/",
        "https://hooks.example:port/",
        "https://hooks..example/",
        f"https://{'a' * 64}.example/",
        "https://①②⑦.⓪.⓪.①/",
        "https://user:word@hooks.example/",
        "https://hooks.example@127.0.0.1/",
    ],
)
def test_addresses_that_cannot_be_used(url: str, dialled: tuple[list[str], list[int]]) -> None:
    """Anything but https to a plain host is one clear refusal."""
    with pytest.raises(UnsafeDestination):
        http.post(url, b"{}", {}, HttpPolicy())
    assert dialled[0] == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """A redirect comes back as what it is; its target sees nothing."""
    with serving(OK) as target:
        location = f"Location: http://127.0.0.1:{target.port}/\r\nContent-Length: 0\r\n\r\n"
        with serving(answer(f"HTTP/1.1 {status} Moved\r\n{location}".encode())) as server:
            url, policy = inside(server)
            reply = http.post(url, b"{}", {}, policy)
    assert status == reply.status
    assert server.connections == 1
    assert target.connections == 0


@pytest.mark.parametrize("status", ["200 OK", "302 Found\r\nLocation: https://hooks.example/"])
def test_an_endless_reply_is_cut(status: str) -> None:
    """No more than the limit is read, of a redirect's body too."""

    def endless(connection: socket.socket, server: Server) -> None:
        hear(connection, server)
        connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
        while True:
            connection.sendall(b"x" * 65536)

    with serving(endless) as server:
        url, policy = inside(server)
        started = time.monotonic()
        reply = http.post(url, b"{}", {}, policy, reply_limit=100_000)
        assert time.monotonic() - started < 5
    assert reply.body == b"x" * 100_000
    assert reply.truncated


def test_a_reply_of_exactly_the_limit_is_whole() -> None:
    """The cap cuts what is longer, not what just fits."""
    with serving(OK) as server:
        url, policy = inside(server)
        whole = http.post(url, b"{}", {}, policy, reply_limit=5)
        cut = http.post(url, b"{}", {}, policy, reply_limit=4)
    assert (whole.body, whole.truncated) == (b"there", False)
    assert (cut.body, cut.truncated) == (b"ther", True)


def drip(first: bytes, *, listen: bool = True) -> Callable[[socket.socket, Server], None]:
    def talk(connection: socket.socket, server: Server) -> None:
        if listen:
            hear(connection, server)
        connection.sendall(first)
        for _ in range(200):
            time.sleep(0.05)
            connection.sendall(b"x")

    return talk


@pytest.mark.parametrize("first", [b"HTTP/1.", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_dripping_reply_ends_at_the_deadline(first: bytes) -> None:
    """A byte now and then keeps every read alive; the whole exchange still ends."""
    with serving(drip(first)) as server:
        url, policy = inside(server)
        started = time.monotonic()
        with pytest.raises(SendFailed, match="in time") as caught:
            http.post(url, b"{}", {}, policy, deadline=0.5)
        assert 0.4 < time.monotonic() - started < 3
    assert not caught.value.permanent


def test_a_dripping_handshake_ends_at_the_deadline() -> None:
    """The deadline holds while TLS is still being set up."""
    with serving(drip(b"\x16\x03\x03\x40\x00", listen=False)) as server:
        url, policy = inside(server, "https")
        started = time.monotonic()
        with pytest.raises(SendFailed, match="in time"):
            http.post(url, b"{}", {}, policy, deadline=0.5)
        assert 0.4 < time.monotonic() - started < 3


@pytest.mark.parametrize("length", ["", "Content-Length: 500\r\n"])
@pytest.mark.parametrize("tls", [False, True])
def test_a_dripping_body_does_not_undo_the_status(length: str, tls: bool) -> None:
    """The receiver has said that it took the result: no error that would send it twice."""
    with serving(drip(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode()), tls=tls) as server:
        url, policy = inside(server, "https" if tls else "http")
        started = time.monotonic()
        reply = http.post(url, b"{}", {}, policy, deadline=0.5)
        assert 0.4 < time.monotonic() - started < 3
    assert (reply.status, reply.truncated) == (200, True)


def test_a_body_that_breaks_off_is_marked() -> None:
    """A connection lost after the status leaves a truncated reply."""
    with serving(answer(b"HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\nhalf")) as server:
        url, policy = inside(server)
        reply = http.post(url, b"{}", {}, policy)
    assert (reply.status, reply.truncated) == (202, True)


@pytest.mark.parametrize(
    "talk",
    [
        lambda connection, server: None,
        answer(b""),
        answer(b"SSH-2.0-x\r\n\r\n"),
        answer(b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * 200 + b"\r\n"),
        answer(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n"),
    ],
)
def test_no_proper_reply_is_a_failure_to_try_again(talk: Callable[[socket.socket, Server], None]) -> None:
    """Dropped connections and other protocols end in one error of ours."""
    with serving(talk) as server:
        url, policy = inside(server)
        with pytest.raises(SendFailed, match="cannot be reached") as caught:
            http.post(url, b"{}", {}, policy)
    assert not caught.value.permanent


def test_a_silent_server_times_out() -> None:
    """The time-out between two bytes is kept too."""
    with serving(lambda connection, server: time.sleep(1)) as server:
        url, policy = inside(server)
        with pytest.raises(SendFailed, match="in time"):
            http.post(url, b"{}", {}, policy, timeout=(1, 0.2))


def test_errors_and_logs_name_the_host_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A token in the path shows up nowhere, not even through malformed headers or a logged traceback."""
    caplog.set_level(logging.DEBUG)
    with serving(answer(b"HTTP/1.1 200 OK\r\nBad Header\r\nX: y\r\n\r\n")) as server:
        url, policy = inside(server)
        http.post(url, b"{}", {}, policy)
    with pytest.raises(SendFailed) as caught:
        http.post(url, b"{}", {}, policy)  # the server is gone by now
    shown = "".join(traceback.format_exception(caught.value))
    assert str(caught.value) == "The server cannot be reached (127.0.0.1)."
    assert TOKEN not in shown
    assert TOKEN not in caplog.text


def test_the_environment_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither netrc credentials nor proxy variables change a request."""
    (tmp_path / "netrc").write_text("default login someone password word\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(OK) as server:
        url, policy = inside(server)
        http.post(url, b"{}", {}, policy)
    assert b"authorization" not in server.requests[0].lower()


def test_an_unknown_certificate_is_refused() -> None:
    """Without the authority's file nothing is sent."""
    with serving(OK, tls=True) as server:
        url, policy = inside(server, "https")
        with pytest.raises(SendFailed, match="ca_bundle"):
            http.post(url, b"{}", {}, HttpPolicy(internal=policy.internal))
        assert http.post(url, b"{}", {}, policy).status == 200
    assert len(server.requests) == 1


def test_a_certificate_for_another_name_is_refused(
    resolver: Callable[..., None], dialled: tuple[list[str], list[int]]
) -> None:
    """Pinning the address does not loosen the check of the name."""
    resolver([PUBLIC])
    with serving(OK, tls=True) as server:
        dialled[1].append(server.port)
        with pytest.raises(SendFailed, match="secure connection"):
            http.post("https://other.hooks.example/", b"{}", {}, HttpPolicy(ca_bundle=AUTHORITY))
    assert server.requests == []


def test_a_missing_authority_file_is_named() -> None:
    """The setting at fault is named, and putting it right lets the next attempt through."""
    with pytest.raises(SendFailed, match="ca_bundle") as caught:
        http.post("https://hooks.example/", b"{}", {}, HttpPolicy(ca_bundle="gone.pem"))
    assert not caught.value.permanent


@contextmanager
def proxy(server: Server) -> Iterator[tuple[Server, str]]:
    """A CONNECT proxy that leads every tunnel to one test server."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def tunnel(connection: socket.socket, seen: Server) -> None:
        seen.requests.append(connection.recv(65536))
        with socket.create_connection(("127.0.0.1", server.port), 5) as onward:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(onward, connection))
            back.start()
            pump(connection, onward)
            back.join()

    with serving(tunnel) as seen:
        yield seen, f"http://127.0.0.1:{seen.port}"


def test_a_proxy_is_used_when_set(resolver: Callable[..., None]) -> None:
    """The proxy is asked for the name, also when only the proxy can resolve it; the certificate is still checked."""
    for addresses in ([], [PUBLIC]):
        resolver(addresses)
        with serving(OK, tls=True) as server, proxy(server) as (seen, address):
            reply = http.post("https://hooks.example/in", b"{}", {}, HttpPolicy(proxy=address, ca_bundle=AUTHORITY))
        assert reply.status == 200
        assert seen.requests[0].startswith(b"CONNECT hooks.example:443 HTTP/1.")
        assert server.requests[0].startswith(b"POST /in HTTP/1.1\r\n")


def test_a_proxy_is_no_way_round_the_filter(resolver: Callable[..., None]) -> None:
    """What resolves to a private address here is not even asked of the proxy."""
    resolver(["10.0.0.1"])
    with serving(OK, tls=True) as server, proxy(server) as (seen, address):
        for host in ("hooks.example", "127.1", "[::1]"):
            with pytest.raises(UnsafeDestination):
                http.post(f"https://{host}/", b"{}", {}, HttpPolicy(proxy=address))
    assert seen.connections == 0


def test_the_internal_origin_does_not_go_through_the_proxy() -> None:
    """A proxy leads out; what is inside is reached directly."""
    with serving(OK, tls=True) as server, proxy(server) as (seen, address):
        url, policy = inside(server, "https")
        http.post(url, b"{}", {}, HttpPolicy(internal=policy.internal, ca_bundle=AUTHORITY, proxy=address))
    assert seen.connections == 0
    assert len(server.requests) == 1


def test_a_proxy_that_is_down_is_named() -> None:
    """The message says which setting to look at."""
    with serving(OK) as gone:
        pass
    policy = HttpPolicy(proxy=f"http://user:word@127.0.0.1:{gone.port}")
    with pytest.raises(SendFailed, match="proxy") as caught:
        http.post("https://8.8.8.8/", b"{}", {}, policy)
    assert "word" not in f"{caught.value}{policy!r}"


@pytest.mark.parametrize(
    "settings",
    [
        {"internal": "http://intranet.example"},
        {"internal": "http://intranet.example:80/path"},
        {"internal": "ftp://intranet.example:21"},
        {"internal": "http://intranet.example:80800"},
        {"internal": "http://*:80"},
        {"internal": "intranet.example:80"},
        {"proxy": "socks5://proxy.example:1080"},
        {"proxy": "proxy.example:3128"},
        {"proxy": "http://proxy.example:3128/path"},
    ],
)
def test_policies_that_cannot_be_meant(settings: dict[str, str]) -> None:
    """A setting that is not an exact origin is refused when it is read, not when the first report is due."""
    with pytest.raises(SettingsError):
        HttpPolicy(**settings)


def test_importing_does_not_import_requests() -> None:
    """The command line starts without it."""
    code = (
        "import sys, exit_bridge.http, exit_bridge.sending; print({'requests', 'urllib3', 'smtplib'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Reports.example/in?x=1", "https://reports.example:443"),
        ("HTTP://reports.example", "http://reports.example:80"),
        ("http://user:word@reports.example:8080/", "http://reports.example:8080"),
        ("http://[::1]:8000/in", "http://[::1]:8000"),
    ],
)
def test_an_origin_spells_out_its_port(url: str, origin: str) -> None:
    """Path, login and capitals are no part of it, and it can be used as `internal`."""
    assert http.origin(url) == origin
    assert HttpPolicy(internal=origin).internal == origin


def test_no_host_has_no_origin() -> None:
    """What is no web address is not taken for one."""
    with pytest.raises(ValueError, match="no host"):
        http.origin("mailto:somebody")
