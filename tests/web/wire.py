"""HTTP as a hostile or broken sender writes it: byte shapes by name, made-up ones by seed, and a plug to send them."""

from __future__ import annotations

import random
import re
import socket
from contextlib import suppress
from dataclasses import dataclass

from tests.web.servers import SECRETS

SMUGGLED = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
"""A second request that hides in the first; its answer can be told from every other."""

STATUS = re.compile(rb"^HTTP/1\.\d (\d{3}) ", re.MULTILINE)
DEADLINE = 10.0
SILENCE = 0.3
"""Seconds without an answer after which nothing more is sent, so that a server that waits for more sees the end."""


@dataclass(frozen=True)
class Heard:
    """What came back: status of each answer but 100, and all bytes. `hung`: neither answer nor end came in time."""

    codes: tuple[int, ...]
    raw: bytes
    hung: bool = False


def say(port: int, request: bytes) -> Heard:
    """Send bytes as they are, fall silent, say that nothing more will come, and read to the end."""
    received, silent = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as plug:
        with suppress(OSError):  # the server may close before it has read everything
            plug.sendall(request)
        plug.settimeout(SILENCE)
        while True:
            try:
                piece = plug.recv(65536)
            except TimeoutError:
                if silent:
                    return Heard(_codes(received), received, hung=True)
                silent = True
                plug.settimeout(DEADLINE)
                with suppress(OSError):
                    plug.shutdown(socket.SHUT_WR)
                continue
            except OSError:  # a reset, where the server had not read all of it
                break
            if not piece:
                break
            received += piece
    return Heard(_codes(received), received)


def _codes(received: bytes) -> tuple[int, ...]:
    return tuple(int(code) for code in STATUS.findall(received) if code != b"100")


def post(*headers: bytes, path: bytes = b"/hooks/tf", version: bytes = b"1.1", body: bytes = b"") -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return b"POST " + path + b" HTTP/" + version + b"\r\nHost: x\r\n" + head + b"\r\n" + body


def get(path: bytes = b"/healthz", *headers: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    head = b"".join(header + b"\r\n" for header in (b"Host: x", *headers))
    return b"GET " + path + b" " + version + b"\r\n" + head + b"\r\n"


_SECRET = SECRETS["NEW_SECRET"].encode()
CHUNKED = b"Transfer-Encoding: chunked"
TWO = b"Content-Length: 2"

# name -> bytes, and what may be answered; an empty tuple: the connection ends without an answer.
SHAPES: dict[str, tuple[bytes, tuple[tuple[int, ...], ...]]] = {
    # -- methods and targets
    "method in small letters": (b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n", ((400,),)),
    "unknown method": (b"FOO /hooks/tf HTTP/1.1\r\nHost: x\r\n\r\n", ((405,),)),
    "CONNECT": (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", ((404,),)),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", ((404,),)),
    "TRACE": (b"TRACE /hooks/tf HTTP/1.1\r\nHost: x\r\n\r\n", ((405,),)),
    "absolute target": (get(b"http://evil.example/healthz"), ((200,),)),
    "absolute target of a POST": (post(TWO, path=b"http://evil.example/hooks/tf", body=b"{}"), ((401,),)),
    "broken address": (get(b"http://[::1"), ((400,),)),
    "two slashes": (get(b"//evil.example/healthz"), ((404,),)),
    "space in the target": (get(b"/heal thz"), ((400,),)),
    "secret in a target that cannot be read": (
        post(TWO, path=b"/hooks/gen-path/" + _SECRET + b"\xff", body=b"{}"),
        ((400,),),
    ),
    "NUL in the target": (get(b"/hooks/\0"), ((200,), (400,))),
    "bytes that are no UTF-8": (post(b"Content-Length: 0", path=b"/hooks/\xff\xfe"), ((400,),)),
    "encoded nonsense": (post(b"Content-Length: 0", path=b"/hooks/%00%ff%zz%2f..%2f"), ((401,),)),
    "nonsense in the query": (post(TWO, path=b"/hooks/tf?%ff=%00&a[=b", body=b"{}"), ((401,),)),
    "very long target": (get(b"/" + b"a" * 300_000), ((414,), (431,))),
    # -- versions and other protocols
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", ((200,), (400,))),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ((400,), (404,), (404, 400))),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40, ((), (400,))),
    "a proxy's own line": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + get(), ((400,),)),
    "every byte": (bytes(range(256)), ((), (400,))),
    # -- headers
    "huge header": (get(b"/healthz", b"X: " + b"a" * 300_000), ((431,),)),
    "no colon": (get(b"/healthz", b"XY"), ((400,),)),
    "space in a name": (get(b"/healthz", b"X Y: a"), ((400,),)),
    "space before the colon": (post(b"Content-Length : 2", body=b"{}"), ((400,),)),
    "NUL in a value": (get(b"/healthz", b"X: a\0b"), ((400,),)),
    "bare CR in a value": (get(b"/healthz", b"X: a\rb"), ((400,),)),
    "signature that is no text": (post(b"Typeform-Signature: \xff\xfe", TWO, body=b"{}"), ((401,),)),
    "strange Accept": (get(b"/reports/x", b"Accept: ;;;,/\xff;q=nan,application/json;q=1e999"), ((404,),)),
    "strange conditions": (get(b"/openapi.json", b'If-None-Match: \xff"', b"If-Modified-Since: x"), ((200,),)),
    "strange Range": (get(b"/openapi.json", b"Range: bytes=0-1,5-6"), ((200,),)),
    "unknown expectation": (post(b"Expect: 200-nope", TWO, body=b"{}"), ((401,), (417,))),
    "SCRIPT_NAME as a header": (get(b"/healthz", b"SCRIPT_NAME: /evil"), ((200,),)),
    "contradictory schemes": (get(b"/healthz", b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: off"), ((200,),)),
    "a host that is none": (b"GET /healthz HTTP/1.1\r\nHost: a b@[\r\n\r\n", ((200,),)),
    # -- length of the body
    "negative length": (post(b"Content-Length: -1", body=b"{}"), ((400,),)),
    "length with a sign": (post(b"Content-Length: +2", body=b"{}"), ((400,),)),
    "length as a list": (post(b"Content-Length: 2, 2", body=b"{}"), ((400,),)),
    "endless length": (post(b"Content-Length: 99999999999999999999", body=b"{}"), ((413,),)),
    "body that breaks off": (post(b"Content-Length: 50", body=b"{}"), ((), (400,))),
    "two lengths": (post(TWO, b"Content-Length: 44", body=b"{}" + SMUGGLED), ((400,),)),
    "the same length twice": (post(TWO, TWO, body=b"{}"), ((400,),)),
    "length and chunks": (post(b"Content-Length: 4", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), ((400,),)),
    "chunks and length": (post(CHUNKED, b"Content-Length: 4", body=b"0\r\n\r\n" + SMUGGLED), ((400,),)),
    "a coding nobody knows": (post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED), ((501,),)),
    "chunks that are not last": (post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"), ((400,), (501,))),
    "a hidden coding": (post(b"Transfer-Encoding:\x0bchunked", TWO, body=b"{}"), ((400,),)),
    # -- chunks
    "chunk size that is none": (post(CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n" + SMUGGLED), ((400,),)),
    "negative chunk": (post(CHUNKED, body=b"-1\r\n{}\r\n0\r\n\r\n"), ((400,),)),
    "endless chunk": (post(CHUNKED, body=b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n"), ((), (400,))),
    "chunk without an end": (post(CHUNKED, body=b"2\r\n{}XX0\r\n\r\n" + SMUGGLED), ((400,),)),
    "chunk that breaks off": (post(CHUNKED, body=b"20\r\n{}"), ((), (400,))),
    "chunk with an extension": (post(CHUNKED, body=b"2;a=b\r\n{}\r\n0\r\n\r\n"), ((401,),)),
    "trailer": (post(CHUNKED, body=b"2\r\n{}\r\n0\r\nX: y\r\n\r\n"), ((401,),)),
    "twenty thousand chunks": (post(CHUNKED, body=b"1\r\n \r\n" * 20_000 + b"0\r\n\r\n"), ((401,),)),
}

_TOKENS = [_SECRET, b"wrong", b"\xff", b""]
_METHODS = [b"POST"] * 8 + [b"GET", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"FOO", b"P\0ST", b"p"]
_PARTS = [b"hooks", b"reports", b"tf", b"gen", b"gen-header", b"gen-path", b"open", b"nobody", b"healthz", b"..", b".",
          b"%2e%2e", b"%00", b"%ff", b"%", b"%zz", b"%2F", b"\xc3\xa9", b"\xff", b"\0", b" ", b"a" * 3000, b"?", b"#",
          b";", b"x.json", b"openapi.json", b"[", b"@", b":", b"\\"]  # fmt: skip
_ODD = [b"", b"\0", b"\xff\xfe", b"\t", b"a" * 9000, b"1e999", b"-1", b"%s%n", b'";=,', b"\r\n x", b"\xc3\x28", b"0x10"]
_PLAIN = [b"x", b"1", b"*/*;q=0.5, application/json", b"close", b"bytes=0-1", b"gzip", b"text/plain",
          b"Basic eDp4", b"100-continue", b"v1,AAAA v1,BBBB", b"sha256=AAAA", b"127.0.0.1", b"https", b"/evil",
          *_TOKENS[:2]]  # fmt: skip
_NAMES = [b"Host", b"Content-Type", b"Content-Encoding", b"Transfer-Encoding", b"Content-Length", b"Authorization",
          b"Typeform-Signature", b"X-Exit-Bridge-Token", b"webhook-id", b"webhook-timestamp", b"webhook-signature",
          b"Accept", b"Expect", b"Connection", b"Upgrade", b"Cookie", b"Range", b"If-None-Match", b"X-Forwarded-For",
          b"X-Forwarded-Proto", b"X-Forwarded-Prefix", b"Forwarded", b"SCRIPT_NAME", b"X_Y", b"A B", b"",
          b"\xff"]  # fmt: skip
_BODIES = [b"", b"{}", b"[]", b"[" * 4000, b'{"response_id":"1"}', b"\xff\xfe", b"\0" * 100, b"null", b'{"a":NaN}',
           b'{"response_id":"f","context":{"notice":"yes"},"answers":{"rec01":4}}', SMUGGLED,
           b"0\r\n\r\n" + SMUGGLED]  # fmt: skip


def made_up(seed: str) -> tuple[bytes, bool]:
    """One request, the same for the same seed, and whether the end of its body is open to dispute."""
    rng = random.Random(seed)
    path = b"/" + b"/".join(rng.choice(_PARTS) for _ in range(rng.randint(1, 4)))
    if rng.random() < 0.6:
        path = rng.choice(
            [b"/hooks/tf", b"/hooks/gen-header", b"/hooks/gen-path/" + _TOKENS[0], b"/hooks/open", b"/reports/x"]
        )
    if rng.random() < 0.1:
        path = rng.choice([b"http://x", b"//", b"https://[", b"*"]) + path
    version = b"HTTP/1.1" if rng.random() < 0.9 else rng.choice([b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"http/1.1", b""])
    body = rng.choice(_BODIES)
    headers = [b"Host: x", b"Content-Type: application/json", b"X-Exit-Bridge-Token: " + rng.choice(_TOKENS)]
    framing, disputed, body = _framing(rng, body)
    headers += framing
    for _ in range(rng.choice([0, 0, 1, 2])):
        colon = b": " if rng.random() < 0.9 else rng.choice([b":", b" : ", b""])
        headers.append(rng.choice(_NAMES) + colon + rng.choice(_PLAIN if rng.random() < 0.7 else _ODD))
    rng.shuffle(headers)
    request = rng.choice(_METHODS) + b" " + path + b" " + version + b"\r\n" + b"\r\n".join(headers) + b"\r\n\r\n" + body
    if rng.random() < 0.15:  # anything at all may then be in dispute, and what was hidden may stand in the open
        request = _bent(rng, request)
        disputed = False
    return request, disputed


def _framing(rng: random.Random, body: bytes) -> tuple[list[bytes], bool, bytes]:
    """Headers that say where the body ends, whether they leave that in doubt, and the body in that shape."""
    length = b"Content-Length: %d" % len(body)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    match rng.randrange(16):
        case 0:
            return [CHUNKED], False, chunks
        case 1:
            return [CHUNKED, length], True, b"0\r\n\r\n" + SMUGGLED
        case 2:
            return [length, b"Content-Length: %d" % rng.randrange(9)], True, body + SMUGGLED
        case 3:
            return [b"Transfer-Encoding: " + rng.choice([b"xchunked", b"chunked, gzip", b"identity"])], True, SMUGGLED
        case 4:
            return [CHUNKED], False, rng.choice([b"zz", b"-1", b"1" * 40, b"5;" + b"e" * 9000]) + b"\r\n" + body
        case 5:
            return [b"Content-Length: %d" % (len(body) + rng.randrange(1, 99))], False, body
        case _:
            return [length], False, body


def _bent(rng: random.Random, request: bytes) -> bytes:
    """The request with a few bytes changed, cut out or put in."""
    bent = bytearray(request)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(bent) + 1)
        bent[at : at + rng.randrange(3)] = bytes(rng.randrange(256) for _ in range(rng.randrange(3)))
    return bytes(bent)
