"""A table as the rest of intake sees it, however its file is written down.

Records are counted from 1, headings included, as a spreadsheet numbers its rows: a record is one row however many
lines its cells run over. Where each record names its own cells, as in JSON, the names count as row 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from exit_bridge.errors import UnreadableExport

MAX_RECORD = 4 * 1024 * 1024
"""Longest record in characters. Only a quotation mark or bracket that is never closed makes a longer one."""

EXPORT_AGAIN = "Export the answers from the survey tool as CSV"

Progress = Callable[[int], Any]
"""Called with a number of bytes that were just read."""


class _Null(str):
    __slots__ = ()


NULL: Final[str] = _Null()
"""A cell without a value, where the file tells that from an empty text. It is an empty text to all who do not ask."""


@dataclass(frozen=True)
class Table:
    """A file, or one sheet of it, that holds a table. `size` in bytes."""

    path: Path
    size: int
    progress: Progress | None = field(default=None, repr=False)

    name: str = field(default="", kw_only=True)
    """The sheet, where the file has several."""
    keyed: ClassVar[bool] = False
    """Do records name their own cells? Then there is one row of headings, whatever the tool's other files have."""
    broken: ClassVar[str] = "This row cannot be read"
    """What is wrong with a record that is given as None."""

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Every record with its number; None stands for one that cannot be read, `broken` says why.

        Raises UnreadableExport where the rest of the file cannot be told apart into records.
        """
        raise NotImplementedError

    def telling_null(self) -> Self:
        """The same table, with NULL in cells that its writer left without a value, if that can be told."""
        return self

    @property
    def note(self) -> str:
        """What whoever scores it should know of how it was read."""
        return ""

    def head(self, rows: int) -> list[list[str]]:
        """The first records. Raises UnreadableExport when they hold no headings."""
        found = [cells for _, cells in islice(self.records(), rows)]
        head = [cells for cells in found if cells is not None]
        if len(head) < len(found):
            raise UnreadableExport(f"{self.broken}, and it holds the headings", fix=EXPORT_AGAIN)
        if len(head) < rows or not any(cell.strip() for cell in head[0]):
            raise UnreadableExport("The file does not begin with a line of headings", fix=EXPORT_AGAIN)
        return head
