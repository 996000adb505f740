"""The report as a page and as a mail. Everything is escaped; neither loads anything from anywhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from exit_bridge.reports.types import Report

if TYPE_CHECKING:
    from jinja2 import Environment


def as_html(report: Report) -> str:
    """A self-contained page (HTML5): styles in the head, bars as SVG, no script, no request."""
    return environment().get_template("page.html").render(report=report)


def as_mail_html(report: Report) -> str:
    """The same for mail programs: nested tables, styles on the elements, bars as table cells."""
    return environment().get_template("mail.html").render(report=report)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """What fills the templates in: everything is escaped, and a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("exit_bridge.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
