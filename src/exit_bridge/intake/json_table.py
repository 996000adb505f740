"""A table in a JSON file: a list of objects, one for each response, read one by one in flat memory.

The list may stand alone or under one name of an object. Each element may be an object of cells, or an object with one
member that is: `{"12": {"id": 12, ...}}`. Objects inside are laid flat: `{"a": {"b": 1}}` has the cell `a.b`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake.encodings import encoding_of, text_of
from exit_bridge.intake.table import EXPORT_AGAIN, MAX_RECORD, NULL, Progress, Table
from exit_bridge.platforms.base import plain

MAX_COLUMNS = 16_384
"""As many as a sheet has."""

_SPACE = " \t\r\n"
_HALF = re.compile("[\ud800-\udfff]")
_PIECE = 64 * 1024


@dataclass(frozen=True)
class JsonTable(Table):
    """A file of objects; `names` are all names of their cells, in the order in which they first appear."""

    encoding: str = field(kw_only=True)
    names: tuple[str, ...] = field(kw_only=True)
    typed: bool = field(kw_only=True)
    """Does every response begin with a number, as its own usually does, and not with words?"""
    nulls: bool = field(default=False, kw_only=True)
    keyed: ClassVar[bool] = True
    broken: ClassVar[str] = "This element of the list is no object, names a cell twice, or holds half a character"

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """The names, then every element; None stands for one that is broken."""
        yield 1, list(self.names)
        for number, cells in enumerate(_responses(self.path, self.encoding, self.progress), 2):
            if cells is not None and not self.nulls:
                cells = {name: "" if cell is NULL else cell for name, cell in cells.items()}
            yield number, None if cells is None else [cells.get(name, "") for name in self.names]

    def telling_null(self) -> JsonTable:
        """A null means something where the writer kept values as they were.

        Seen in LimeSurvey 3 and 5: one that makes words of all values makes null of empty texts, too.
        """
        return replace(self, nulls=self.typed)


def json_table(path: Path, size: int, start: bytes, progress: Progress | None) -> JsonTable:
    """Find out encoding and names. Raises UnreadableExport and AmbiguousExport."""
    encoding = encoding_of(path, start, progress)
    names: dict[str, None] = {}
    typed = True
    for cells in _responses(path, encoding, None):
        names.update(dict.fromkeys(cells or ()))
        typed = typed and isinstance(next(iter((cells or {}).values()), None), _Number)
        if len(names) > MAX_COLUMNS:
            raise UnreadableExport(f"Its objects have more than {MAX_COLUMNS} different names", fix=EXPORT_AGAIN)
    if not names:
        raise UnreadableExport("There are no responses in this JSON: it holds no list of objects", fix=EXPORT_AGAIN)
    return JsonTable(path, size, progress, encoding=encoding, names=tuple(names), typed=typed)


def _responses(path: Path, encoding: str, progress: Progress | None) -> Iterator[dict[str, str] | None]:
    with text_of(path, encoding, progress) as file:
        try:
            yield from map(_cells, _elements(_Text(file)))
        except UnicodeDecodeError:
            raise UnreadableExport("The file changed while it was read", fix="Try again") from None


def _elements(text: _Text) -> Iterator[Any]:
    """Every element of the one list that the file is, or that stands under a name of the object it is."""
    if text.peek() == "[":
        yield from text.elements()
    elif text.peek() == "{":
        found = False
        for _ in text.members():
            if text.peek() != "[":
                text.value()
            elif found:
                raise AmbiguousExport("This JSON holds several lists", fix="Keep the one with the responses")
            else:
                found = True
                yield from text.elements()
    if text.peek():
        text.fail("something follows after its end")


def _cells(element: Any) -> dict[str, str] | None:
    """The cells of one element. A list in a cell stays JSON: it is one answer to no question of ours."""
    if isinstance(element, _Object) and len(element) == 1 and isinstance(element[0][1], _Object):
        element = element[0][1]
    if not isinstance(element, _Object):
        return None
    cells = list(_flat(element, ""))
    held = dict(cells)
    whole = not any(_HALF.search(text) for cell in cells for text in cell if not text.isascii())
    return held if whole and len(held) == len(cells) else None


def _flat(members: _Object, before: str) -> Iterator[tuple[str, str]]:
    for name, value in members:
        match value:
            case _Object():
                yield from _flat(value, f"{before}{name}.")
            case None:
                yield f"{before}{name}", NULL
            case bool():
                yield f"{before}{name}", "true" if value else "false"
            case _Number():
                yield f"{before}{name}", _Number(plain(value))
            case str():
                yield f"{before}{name}", value
            case _:
                yield f"{before}{name}", json.dumps(value, ensure_ascii=False)


class _Object(list[tuple[str, Any]]):
    """An object with its members as they stand, repeated ones too."""


class _Number(str):
    """A number as it is written: ids are longer than floats are exact."""

    __slots__ = ()


_READ = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number, strict=False
).raw_decode


class _Text:
    """JSON text read piece by piece, one value at a time."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file, self._held, self._place, self._ended = file, "", 0, False

    def peek(self) -> str:
        """The next character that is no space, which stays; empty at the end."""
        while True:
            while self._place < len(self._held):
                if self._held[self._place] not in _SPACE:
                    return self._held[self._place]
                self._place += 1
            if not self._more():
                return ""

    def elements(self) -> Iterator[Any]:
        """The values of the list that begins here."""
        yield from (self.value() for _ in self._separated("]"))

    def members(self) -> Iterator[str]:
        """The names of the object that begins here; who asks for them reads the value after each."""
        for _ in self._separated("}"):
            name = self.value()
            if not isinstance(name, str) or self.peek() != ":":
                self.fail("a name is missing")
            self._place += 1
            yield name

    def value(self) -> Any:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                value, end = _READ(self._held, self._place)
            except (ValueError, RecursionError):
                if not self._more():
                    self.fail("a value is broken off or malformed")
                continue
            if end < len(self._held) or not self._more():
                self._place = end
                return value

    def _separated(self, last: str) -> Iterator[int]:
        """Once for each thing between the bracket here and its last one; who asks reads the thing."""
        self._place += 1
        for number in count():
            if self.peek() == last and number == 0:
                break
            yield number
            if (mark := self.peek()) == last:
                break
            if mark != ",":
                self.fail("a comma or bracket is missing")
            self._place += 1
        self._place += 1

    def _more(self) -> bool:
        """Read on. False at the end of the file."""
        if len(self._held) - self._place > MAX_RECORD:
            self.fail("one value of it has no end")
        piece = self._file.read(max(_PIECE, len(self._held) - self._place))
        self._held, self._place = self._held[self._place :] + piece, 0
        return bool(piece)

    def fail(self, why: str) -> NoReturn:
        raise UnreadableExport(f"The JSON cannot be read to its end: {why}", fix="Export the answers again")
