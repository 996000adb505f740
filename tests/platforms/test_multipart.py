"""Forms that are posted in parts: read, or refused in one plain way."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.multipart import MAX_HEAD, MAX_PARTS, text_fields


def part(head, content=b"x"):
    return b"\r\n".join([b"--B", head, b"", content, b""])


def named(name, content=b"x"):
    return part(b'Content-Disposition: form-data; name="' + name + b'"', content)


def body(*parts):
    return b"".join(parts) + b"--B--\r\n"


WELL = body(named(b"one", b"first"), named(b"two", "zwei é\r\nlines".encode()), named(b"other", b"\xff\xfe"))


def test_the_fields_that_are_wanted():
    """What is not wanted is not even decoded."""
    assert text_fields(WELL, ("one", "two", "three")) == {"one": "first", "two": "zwei é\r\nlines"}
    assert text_fields(WELL, ()) == {}


@pytest.mark.parametrize(
    "head",
    [
        b'content-disposition:form-data;name="one"',
        b'Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="one"',
        b'Content-Disposition: form-data; name="one"\r\nContent-Transfer-Encoding: 8bit\r\nContent-Length: 1',
    ],
)
def test_headers_in_other_dress(head):
    """Letters of any size, in any order, with more of them."""
    assert text_fields(body(part(head)), ("one",)) == {"one": "x"}


def test_empty_and_odd_contents():
    """A field may be empty, end in line feeds, or hold what looks like the start of a boundary."""
    contents = [b"", b"\r\n", b"-B", b"\r\n--", b"\n--B", b" --B--"]
    for content in contents:
        assert text_fields(body(named(b"one", content)), ("one",)) == {"one": content.decode()}


@pytest.mark.parametrize("more", [b'; filename="a.png"', b"; filename*=UTF-8''a.png", b';filename="a; name=\\"two"'])
def test_a_file_is_passed_over(more):
    """Under whatever name it comes."""
    file = part(b'Content-Disposition: form-data; name="one"' + more, b"\x89PNG\xff")
    assert text_fields(body(file, named(b"two")), ("one", "two")) == {"two": "x"}


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b"", "does not begin with a boundary"),
        (b"{}", "does not begin with a boundary"),
        (b"\r\n" + WELL, "does not begin with a boundary"),
        (b"preamble\r\n" + WELL, "does not begin with a boundary"),
        (b"--\r\n", "does not begin with a boundary"),
        (b"--" + b"B" * 71 + b"\r\n", "does not begin with a boundary"),
        (b"--\xc3\xa9\r\n", "does not begin with a boundary"),
        (WELL.replace(b"\r\n", b"\n"), "does not begin with a boundary"),
        (b"--B\r\n", "end is missing"),
        (WELL[:-8], "end is missing"),
        (WELL[:40], "end is missing"),
        (WELL + b"epilogue", "end is missing"),
        (body(part(b"")), "no headers"),
        (body(part(b'Content-Disposition: attachment; name="one"')), "no name"),
        (body(part(b"Content-Disposition: form-data; name=one")), "no name"),
        (body(part(b'Content-Disposition: form-data; xname="one"')), "no name"),
        (body(b"--B\r\nno headers\r\n"), "no headers"),
        (body(named(b"one"), b"--B \r\n"), "no headers"),
        (body(part(b"X: " + b"x" * MAX_HEAD)), "no headers"),
        (body(named(b"one"), named(b"one")), "stands twice"),
        (body(named(b"one", b"\xff")), "not UTF-8"),
        (body(part(b'Content-Disposition: form-data; name="one"\r\nContent-Transfer-Encoding: base64')), "encoded"),
        (body(*[named(b"other")] * (MAX_PARTS + 1)), "more than 200 parts"),
    ],
)
def test_what_is_refused(broken, why):
    """With a reason that repeats nothing of it."""
    with pytest.raises(UnreadableDelivery) as caught:
        text_fields(broken, ("one", "two"))
    assert why in str(caught.value)
    assert "base64" not in str(caught.value)


def test_as_many_parts_as_are_read():
    """The bound itself is inside."""
    assert text_fields(body(*[named(b"other")] * (MAX_PARTS - 1), named(b"one")), ("one",)) == {"one": "x"}


def test_a_large_field_takes_no_time():
    """Megabytes of line feeds and hyphens are searched once."""
    content = b"\r\n--" * 700_000
    assert text_fields(body(named(b"one", content)), ("one",)) == {"one": content.decode()}


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_boundary(noise):
    """Read, or refused in the one way."""
    with suppress(UnreadableDelivery):
        text_fields(b"--B\r\n" + noise, ("one",))


@given(st.integers(0, 10**6))
def test_any_damage(seed):
    """Cut, doubled or overwritten anywhere: read, or refused in the one way."""
    rng, damaged = random.Random(seed), bytearray(WELL)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(damaged) + 1)
        damaged[at : at + rng.randrange(6)] = rng.choice([b"", b"\r\n", b"--B", b"\x00", b'"', b"\r\n\r\n", b"name="])
    try:
        found = text_fields(bytes(damaged), ("one", "two"))
    except UnreadableDelivery:
        return
    assert found.keys() <= {"one", "two"}
