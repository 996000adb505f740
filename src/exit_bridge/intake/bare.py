"""Telling a bare cell from an empty text in quotation marks, which the csv module reads alike.

Some tools put every cell in quotation marks and leave one bare only where there is no value at all. A file that a
spreadsheet program saved again does not say that: its headings are bare, and so are its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

MARK = "\0"
"""Stands in a bare cell. No text file that is read here holds one."""


class BareCells:
    """Puts MARK into the bare cells of lines, one after the other; only the first line of a record starts outside."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter, self._inside = delimiter, False

    def begin(self) -> None:
        """The next line is the first of a record."""
        self._inside = False

    def marked(self, line: str) -> str:
        """The line with its bare cells marked, or as it is where it holds anything else outside quotation marks."""
        delimiter, inside = self._delimiter, self._inside
        self._inside = inside ^ (line.count('"') % 2 == 1)
        body = line.rstrip("\r\n")
        if not inside and not body:
            return line
        if delimiter * 2 not in line and not (not inside and body.startswith(delimiter)) and body[-1:] != delimiter:
            return line
        parts = body.split('"')
        last = len(parts) - 1
        for place in range(int(inside), len(parts), 2):
            cells = len(parts[place])
            if parts[place] != delimiter * cells:
                return line
            at_start, at_end = place == 0, place == last
            bare = cells - 1 + at_start + at_end
            if bare > 0:
                parts[place] = delimiter * (not at_start) + delimiter.join([MARK] * bare) + delimiter * (not at_end)
        return '"'.join(parts) + line[len(body) :]


def quotes_everything(lines: Iterable[str], delimiter: str) -> bool:
    """Does the first record put each of its cells in quotation marks?"""
    inside = False
    for line in lines:
        parts = line.rstrip("\r\n").split('"')
        outside = [(place, parts[place]) for place in range(int(inside), len(parts), 2)]
        inside ^= len(parts) % 2 == 0
        last = len(parts) - 1
        if any(text not in (("",) if place in (0, last) else ("", delimiter)) for place, text in outside):
            return False
        if len(parts) == 1 and not inside:
            return False
        if not inside:
            return True
    return False
