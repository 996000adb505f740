"""`multipart/form-data` (RFC 7578): the text fields of a body, told from the bytes alone.

Strict and small on purpose: what a survey tool's own program writes, and nothing that only a mail would hold.
"""

from __future__ import annotations

import re
from collections.abc import Container

from exit_bridge.errors import UnreadableDelivery

MAX_PARTS = 200
MAX_HEAD = 2000
"""Bytes of the headers of one part."""

_LINE = b"\r\n"
# RFC 2046: the boundary has up to 70 characters of this kind. It stands behind two hyphens.
_DELIMITER = re.compile(rb"--[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_DISPOSITION = re.compile(rb"^content-disposition:[ \t]*form-data[ \t]*;([^\r\n]*)$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(rb'(?:^|;)[ \t]*name="([^"\r\n]*)"', re.IGNORECASE)
_FILE = re.compile(rb";?[ \t]*filename\*?=", re.IGNORECASE)
_ENCODING = re.compile(rb"^content-transfer-encoding:([^\r\n]*)$", re.IGNORECASE | re.MULTILINE)
_PLAIN = {b"7bit", b"8bit", b"binary"}


def text_fields(body: bytes, wanted: Container[str]) -> dict[str, str]:
    """Name -> text of the fields in `wanted`; every other field and every file is passed over, unread.

    The boundary is the body's first line, so that a body that was kept needs no header. Raises UnreadableDelivery.
    """
    delimiter, _, _ = body.partition(_LINE)
    if not _DELIMITER.fullmatch(delimiter):
        raise _unreadable("it does not begin with a boundary")
    parts = (_LINE + body).split(_LINE + delimiter, MAX_PARTS + 2)
    if len(parts) > MAX_PARTS + 2:
        raise _unreadable(f"it has more than {MAX_PARTS} parts")
    if parts[-1].strip(b"\r\n") != b"--":
        raise _unreadable("its end is missing")
    fields: dict[str, str] = {}
    for part in parts[1:-1]:
        name, content = _field(part)
        if name is None or name not in wanted:
            continue
        if name in fields:
            raise _unreadable("a field stands twice in it")
        try:
            fields[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise _unreadable("a field is not UTF-8") from None
    return fields


def _field(part: bytes) -> tuple[str | None, bytes]:
    """Name and content of one part; no name for a file."""
    head, blank, content = part.partition(_LINE + _LINE)
    if not blank or not head.startswith(_LINE) or len(head) > MAX_HEAD:
        raise _unreadable("a part has no headers that can be read")
    lines = head.replace(b"\r", b"")
    if any(how.strip().lower() not in _PLAIN for how in _ENCODING.findall(lines)):
        raise _unreadable("a part is encoded")
    disposition = _DISPOSITION.search(lines)
    about = disposition[1] if disposition else b""
    name = _NAME.search(about)
    if name is None:
        raise _unreadable("a part has no name")
    return (None if _FILE.search(about) else name[1].decode("utf-8", "replace")), content


def _unreadable(why: str) -> UnreadableDelivery:
    return UnreadableDelivery("The body is not the multipart form we read", where=why, fix="Send multipart/form-data")
