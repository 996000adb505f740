"""Whether a person's own report may be mailed to the address they typed."""

from __future__ import annotations

import logging
import re
from collections import deque
from threading import Lock
from time import monotonic

from exit_bridge.settings import Survey

log = logging.getLogger("exit_bridge")

PER_ADDRESS = 3
PER_SURVEY = 500
"""Mails in a day. Counted in memory: a restart starts again, and several processes count apart."""

DAY = 86_400.0
# Plain mailboxes only: no quotes, no routing marks, nothing a mail server might read as another address.
_ADDRESS = re.compile(r"([A-Za-z0-9._'+-]{1,64})@([A-Za-z0-9.-]{1,190})")


class Replies:
    """Counts what leaves for addresses that submissions name: any of them may be somebody else's."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, str], deque[float]] = {}
        self._lock = Lock()

    def allow(self, survey: Survey, address: str) -> bool:
        """One plain address at a domain the survey lists, and not too often so far."""
        plain = _ADDRESS.fullmatch(address)
        if plain is None or plain[2].casefold() not in survey.about.reply_domains:
            log.info("survey=%s outcome=no_reply reason=domain", survey.name)
            return False
        with self._lock:
            self._drop_old()
            if any(len(self._sent.get(key, ())) >= most for key, most in _counted(survey, address).items()):
                log.warning("survey=%s outcome=no_reply reason=limit", survey.name)
                return False
        return True

    def count(self, survey: Survey, address: str) -> None:
        """A mail to this address is on its way."""
        with self._lock:
            for key in _counted(survey, address):
                self._sent.setdefault(key, deque()).append(monotonic())

    def _drop_old(self) -> None:
        """No address is remembered for longer than a day."""
        for key, sent in list(self._sent.items()):
            while sent and monotonic() - sent[0] > DAY:
                sent.popleft()
            if not sent:
                del self._sent[key]


def _counted(survey: Survey, address: str) -> dict[tuple[str, str], int]:
    """What a mail counts against; `me+anything` reaches the mailbox `me`."""
    mailbox, _, domain = address.casefold().rpartition("@")
    return {(survey.name, f"{mailbox.partition('+')[0]}@{domain}"): PER_ADDRESS, (survey.name, ""): PER_SURVEY}
