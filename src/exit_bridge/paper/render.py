"""The form as a page to print. Everything is escaped; it loads nothing and sends nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from exit_bridge.paper.types import Sheet

if TYPE_CHECKING:
    from jinja2 import Template


def as_html(sheet: Sheet) -> str:
    """A self-contained page (HTML5) whose style sheet is made for A4; no script, no request."""
    return _template().render(sheet=sheet)


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("exit_bridge.paper"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    return environment.get_template("paper.html")
