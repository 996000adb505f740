"""Log lines on stderr: what happened to each delivery and each send, without what was in it."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"(/hooks/[^/\s?]+/|/reports/)[^\s?'\"]+")


class _WithoutTokens(logging.Formatter):
    """The secret of a survey with auth = "path" is part of the address, and servers log addresses. So is a link's."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with that part left out."""
        return _TOKEN.sub(r"\1<secret>", super().format(record))


class _Unquoted(logging.Filter):
    """gunicorn quotes what it cannot read, where a secret may stand, and tells the address it came from."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say only that it was refused; of anything else leave tokens out."""
        said = record.getMessage()
        refused = said.startswith("Invalid request from")
        record.msg = "A request that is no proper HTTP was refused" if refused else _TOKEN.sub(r"\1<secret>", said)
        record.args = ()
        return True


def log_to_stderr() -> None:
    """One line on stderr for what happens to each delivery and each send."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutTokens("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("exit_bridge", logging.INFO), ("waitress", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    logging.getLogger("gunicorn.error").addFilter(_Unquoted())
