"""Addresses that lead inside, in every form they can be written, against real sockets: nothing inside is ever reached.

A listener on loopback must see no connection, and an audit hook of the interpreter sees every connection and every
look-up this process tries, whatever library tries it: none goes to another machine.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from tests.test_http import AUTHORITY, OK, answer, inside, proxy, serving

from exit_bridge import http
from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.http import HttpPolicy

PUBLIC = "93.184.215.14"
TRUSTING = HttpPolicy(ca_bundle=AUTHORITY)

# -- the guard -----------------------------------------------------------------------------------------------------


@dataclass
class Guard:
    """What this process tried while the guard was up: addresses connected to, names asked of the system."""

    connected: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


_up: list[Guard] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _up:
        return
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        _up[-1].connected.append(host)
        if not ipaddress.ip_address(host).is_loopback:
            raise ConnectionRefusedError("the guard of this test lets nothing leave the machine")
    elif event == "socket.getaddrinfo":
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        _up[-1].asked.append(host)
        if not _numeric(host) and host.lower() != "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "the guard of this test asks no name server")


sys.addaudithook(_watch)


def _numeric(host: str) -> bool:
    """Does the C library read it as an address, without asking anybody?"""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


@contextmanager
def guarded() -> Iterator[Guard]:
    guard = Guard()
    _up.append(guard)
    try:
        yield guard
    finally:
        _up.remove(guard)


@pytest.fixture
def resolver(monkeypatch):
    """Set what names resolve to: a list for each question asked; the last one stays."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return real(host, port, *args, **kwargs)
        lists = known[name]
        return [
            entry for ip in (lists.pop(0) if len(lists) > 1 else lists[0]) for entry in real(ip, port, *args, **kwargs)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def test_the_guard_guards(resolver):
    """It would see a connection out and a look-up, and lets neither happen."""
    with guarded() as guard:
        with socket.socket() as plug, pytest.raises(ConnectionRefusedError):
            plug.connect((PUBLIC, 443))
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("somewhere.example", 443)
        resolver["public.example"] = [[PUBLIC]]
        with pytest.raises(SendFailed):
            http.post("https://public.example/", b"{}", {}, HttpPolicy())
    assert guard.connected == [PUBLIC, PUBLIC]


# -- the table -----------------------------------------------------------------------------------------------------

ADDRESSES = {
    # how it is written: why it must not be reached
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback, its other end",
    "127.1": "loopback, short",
    "127.0.1": "loopback, three parts",
    "2130706433": "loopback, one decimal number",
    "0x7f000001": "loopback, one hexadecimal number",
    "0x7f.0x0.0x0.0x1": "loopback, hexadecimal parts",
    "0x7F.1": "loopback, hexadecimal and short",
    "0177.0.0.1": "loopback, octal",
    "00000177.1": "loopback, octal with zeros before",
    "017700000001": "loopback, one octal number",
    "127.0x0.0.01": "loopback, mixed",
    "localhost": "loopback by name",
    "LOCALHOST": "loopback by name, in capitals",
    "0.0.0.0": "this host",
    "0": "this host, short",
    "0.1.2.3": "this network",
    "[::]": "this host, version 6",
    "[::1]": "loopback, version 6",
    "[0:0:0:0:0:0:0:1]": "loopback, version 6, written out",
    "[0000:0000:0000:0000:0000:0000:0000:0001]": "loopback, version 6, with every nought",
    "[::ffff:127.0.0.1]": "loopback as a mapped address",
    "[::ffff:7f00:1]": "loopback as a mapped address, in hexadecimal",
    "[::FFFF:0A00:0001]": "private as a mapped address",
    "[::127.0.0.1]": "loopback as a compatible address",
    "[::ffff:0:7f00:1]": "loopback as a translated address",
    "[64:ff9b::7f00:1]": "loopback through NAT64",
    "[64:ff9b::127.0.0.1]": "loopback through NAT64, with dots",
    "[64:ff9b:1::7f00:1]": "loopback through local NAT64",
    "[2002:7f00:1::]": "loopback through 6to4",
    "[2002:a9fe:a9fe::1]": "cloud metadata through 6to4",
    "[2001::1]": "Teredo",
    "[2001:0:7f00:1::]": "Teredo with loopback as its server",
    "[2001:10::1]": "ORCHID",
    "[2001:20::1]": "ORCHIDv2",
    "[2001:db8::1]": "documentation, version 6",
    "[3fff::1]": "documentation, version 6, the newer range",
    "[100::1]": "discard",
    "[5f00::1]": "segment routing",
    "[fc00::1]": "unique local",
    "[fd00:ec2::254]": "cloud metadata, version 6",
    "[fe80::1]": "link-local, version 6",
    "[febf::1]": "link-local, version 6, its other end",
    "[fec0::1]": "site-local",
    "[ff02::1]": "multicast, version 6",
    "[ff0e::1]": "multicast with global scope",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private, its other end",
    "192.168.1.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.127.255.254": "carrier-grade NAT, its other end",
    "169.254.169.254": "cloud metadata",
    "2852039166": "cloud metadata, one number",
    "0xa9fea9fe": "cloud metadata, one hexadecimal number",
    "192.0.0.1": "protocol assignments",
    "192.0.0.170": "NAT64 discovery",
    "192.0.2.1": "documentation",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "198.18.0.1": "benchmarks",
    "198.19.255.254": "benchmarks, their other end",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast, local",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "①②⑦.⓪.⓪.①": "loopback in circled digits",
    "１２７.０.０.１": "loopback in wide digits",
    "127。0。0。1": "loopback with ideographic full stops",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ": "loopback by name, in circled letters",
    "local\u00adhost": "loopback by name, with a soft hyphen",
    "locaｌhost": "loopback by name, with one wide letter",
}
NAMES = {
    # what a name resolves to, question by question: why it must not be reached
    ("127.0.0.1",): "loopback",
    ("10.1.2.3",): "private",
    ("::1",): "loopback, version 6",
    ("fe80::1",): "link-local",
    ("::ffff:127.0.0.1",): "mapped loopback",
    ("64:ff9b::a9fe:a9fe",): "cloud metadata through NAT64",
    (PUBLIC, "127.0.0.1"): "public first, then loopback",
    ("127.0.0.1", PUBLIC): "loopback first, then public",
    (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "fec0::1"): "two public ones, then site-local",
}
URLS = {
    # whole addresses; {port} is where the listener waits
    "https://public.example@127.0.0.1:{port}/": "a public name as the user",
    "https://public.example:443@127.0.0.1:{port}/": "a public name and port as user and password",
    "https://127.0.0.1:{port}@public.example/": "an inner address as user and password",
    "https://127.0.0.1:{port}\\.public.example/": "a backslash after an inner address",
    "https://127.0.0.1:{port}#.public.example/": "a fragment after an inner address",
    "https://127.0.0.1:{port}?.public.example/": "a query after an inner address",
    "https://127.0.0.1%00.public.example:{port}/": "an encoded NUL",
    "https://[::1]%25lo:{port}/": "a zone outside the brackets",
    "https://localhost.:{port}/": "a dot at the end of a name",
    "https://127.0.0.1.:{port}/": "a dot at the end of an address",
    "https://loopback.example.:{port}/": "a dot at the end of a name that leads inside",
    "https://127.0.0.1:0/": "port 0",
    "https://127.0.0.1:22/": "the port of SSH",
    "https://127.0.0.1:65535/": "the last port",
    "https://127.0.0.1:65536/": "a port that is none",
    "https://127.0.0.1:{port}1111/": "a port that is far too large",
    "https://public.example:65536/": "a port that is none, at a public name",
    "https://public.example:-1/": "a negative port",
    "https://public.example:٤٤٣/": "a port in other digits",
    "http://127.0.0.1:{port}/": "plain http",
    "http://public.example:{port}/": "plain http to a public name",
    "ftp://127.0.0.1:{port}/": "another scheme",
    "file:///etc/hostname": "a file",
    "gopher://127.0.0.1:{port}/": "a scheme that carries bytes as they are",
    "//127.0.0.1:{port}/": "no scheme",
    "https:/127.0.0.1:{port}/": "one slash",
    "https:///127.0.0.1:{port}/": "three slashes",
    " https://127.0.0.1:{port}/": "a space before",
    "https://127.0.0.1\t:{port}/": "a tab inside",
    "https://127.0.0.1:{port}\r\nHost: x/": "a line break inside",
    "https://127.0.0.1\n.public.example:{port}/": "a line break in the name",
}
ELSEWHERE = {
    # whole addresses that mean a host outside, or none that anybody could find: they lead there and never inside
    "https://public.example%40127.0.0.1:{port}/": "an encoded at sign",
    "https://127.0.0.1%23.public.example:{port}/": "an encoded fragment",
    "https://127.0.0.1%2f.public.example:{port}/": "an encoded slash",
    "https://[fe80::1%25lo]:{port}/": "a zone",
    "https://[::1%25lo]:{port}/": "a zone at loopback",
    "https://public.example#@127.0.0.1:{port}/": "a fragment before the at sign",
    "https://public.example\\@127.0.0.1:{port}/": "a backslash before the at sign",
}
POLICIES = {"direct": TRUSTING, "by proxy": HttpPolicy(proxy="http://127.0.0.1:9", ca_bundle=AUTHORITY)}


@contextmanager
def listener() -> Iterator[object]:
    """Something inside that would gladly take a request, with a certificate that is trusted here."""
    with serving(OK, tls=True) as server:
        yield server
        assert server.connections == 0
        assert server.requests == []


def refused(url: str, policy: HttpPolicy = TRUSTING) -> None:
    """The address is refused as unsafe before anything is connected to."""
    with guarded() as guard, pytest.raises(UnsafeDestination):
        http.post(url, b"{}", {}, policy)
    assert guard.connected == []


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("host", ADDRESSES, ids=ADDRESSES.values())
def test_addresses_that_lead_inside(host, policy):
    """However they are written, with the port of a listener that would answer."""
    with listener() as server:
        refused(f"https://{host}:{server.port}/", policy)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("addresses", NAMES, ids=NAMES.values())
def test_names_that_lead_inside(addresses, policy, resolver):
    """One address inside is one too many."""
    resolver["inside.example"] = [list(addresses)]
    with listener() as server:
        refused(f"https://inside.example:{server.port}/", policy)


@pytest.mark.parametrize("url", URLS, ids=URLS.values())
def test_addresses_meant_to_be_read_in_two_ways(url, resolver):
    """What one parser takes for the host and another for something else."""
    resolver |= {"public.example": [[PUBLIC]], "localhost.": [["127.0.0.1"]], "127.0.0.1.": [["127.0.0.1"]]}
    resolver |= {"loopback.example.": [["127.0.0.1"]], "loopback.example": [["127.0.0.1"]]}
    with listener() as server:
        refused(url.replace("{port}", str(server.port)))


@pytest.mark.parametrize("url", ELSEWHERE, ids=ELSEWHERE.values())
def test_addresses_that_only_look_as_if_they_led_inside(url, resolver):
    """Read the same way by everybody who reads them here, so that what was checked is what is dialled."""
    resolver["public.example"] = [[PUBLIC]]
    with listener() as server, guarded() as guard:
        with pytest.raises(SendFailed, match="cannot be reached"):
            http.post(url.replace("{port}", str(server.port)), b"{}", {}, TRUSTING)
        assert set(guard.connected) <= {PUBLIC}


@pytest.mark.parametrize("turns", range(1, 5))
def test_a_name_that_turns_inside_between_two_questions(turns, resolver):
    """Public when it is checked, loopback when it is asked again: the checked address is the one that is dialled."""
    resolver["rebinding.example"] = [[PUBLIC]] * turns + [["127.0.0.1"]]
    with listener() as server, guarded() as guard:
        with pytest.raises((UnsafeDestination, SendFailed)):
            http.post(f"https://rebinding.example:{server.port}/", b"{}", {}, TRUSTING)
        assert set(guard.connected) <= {PUBLIC}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["https://127.0.0.1:{port}/", "https://localhost:{port}/", "//127.0.0.1:{port}/", "/x"]
)
def test_redirects_that_lead_inside(status, target):
    """A redirect is an answer like any other: nobody goes there."""
    with listener() as hidden:
        location = target.replace("{port}", str(hidden.port))
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        with serving(answer(head.encode())) as first, guarded() as guard:
            url, policy = inside(first)
            assert http.post(url, b"{}", {}, policy).status == status
        assert guard.connected == ["127.0.0.1"]
        assert first.connections == 1


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"])
def test_proxies_of_the_environment_lead_nowhere(name, monkeypatch, resolver):
    """Only the setting names a proxy."""
    resolver["public.example"] = [[PUBLIC]]
    with serving(OK) as server, guarded() as guard:
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
        with pytest.raises(SendFailed):
            http.post("https://public.example/", b"{}", {}, HttpPolicy())
        assert guard.connected == [PUBLIC]
    assert server.connections == 0


def test_a_public_address_is_dialled_and_nothing_else(resolver):
    """The filter refuses what is inside, not everything: this one would have gone out."""
    resolver["public.example"] = [[PUBLIC]]
    with guarded() as guard, pytest.raises(SendFailed):
        http.post("https://public.example/", b"{}", {}, HttpPolicy())
    assert guard.connected == [PUBLIC]
    assert all(map(_numeric, guard.asked))


def test_one_origin_inside_is_reached_when_it_is_named():
    """With its own certificate, and no other port or host with it."""
    with serving(OK, tls=True) as server, guarded() as guard:
        origin = f"https://127.0.0.1:{server.port}"
        named = HttpPolicy(internal=origin, ca_bundle=AUTHORITY)
        assert http.post(f"{origin}/in", b"{}", {}, named).status == 200
        assert guard.connected == ["127.0.0.1"]
        for other in (f"https://localhost:{server.port}/", "https://127.0.0.1:22/", "https://169.254.169.254/"):
            with pytest.raises(UnsafeDestination):
                http.post(other, b"{}", {}, named)
        assert guard.connected == ["127.0.0.1"]
    assert server.connections == 1


def test_a_proxy_is_the_only_thing_dialled(resolver):
    """Through it a public name is reached, with the certificate checked against the bundle; inside, nothing."""
    resolver["public.example"] = [[PUBLIC]]
    with serving(OK, tls=True) as server, proxy(server) as (seen, address), guarded() as guard:
        by_proxy = HttpPolicy(proxy=address, ca_bundle=AUTHORITY)
        with pytest.raises(SendFailed, match="secure connection"):  # its certificate names other hosts
            http.post("https://public.example/in", b"{}", {}, by_proxy)
        tried = len(guard.connected)
        with pytest.raises(UnsafeDestination):
            http.post("https://169.254.169.254/", b"{}", {}, by_proxy)
        assert len(guard.connected) == tried
        assert set(guard.connected) == {"127.0.0.1"}
    assert seen.requests[0].startswith(b"CONNECT public.example:443 ")
    assert server.requests == []
