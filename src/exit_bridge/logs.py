"""Log lines on stderr: what happened to each delivery and each send, without what was in it."""

from __future__ import annotations

import logging
import re


class _WithoutTokens(logging.Formatter):
    """The secret of a survey with auth = "path" is part of the address, and servers log addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with that part left out."""
        return re.sub(r"(/hooks/[^/\s?]+/)[^\s?'\"]+", r"\1<secret>", super().format(record))


def log_to_stderr() -> None:
    """One line on stderr for what happens to each delivery and each send."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutTokens("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("exit_bridge", logging.INFO), ("waitress", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
