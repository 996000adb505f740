"""Whether a person's own report may be mailed to the address they typed."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re

from exit_bridge.settings import Settings, Survey
from exit_bridge.store import Limit

log = logging.getLogger("exit_bridge")

PER_ADDRESS = 3
PER_SURVEY = 500
"""Mails in a day, over every process of the store."""

# Plain mailboxes only: no quotes, no routing marks, nothing a mail server might read as another address.
_ADDRESS = re.compile(r"([A-Za-z0-9._'+-]{1,64})@([A-Za-z0-9.-]{1,190})")


def may_mail(survey: Survey, address: str) -> bool:
    """One plain address at a domain the survey lists."""
    plain = _ADDRESS.fullmatch(address)
    if plain is None or plain[2].casefold() not in survey.about.reply_domains:
        log.info("survey=%s outcome=no_reply reason=domain", survey.name)
        return False
    return True


def limits(settings: Settings, survey: Survey, address: str) -> tuple[Limit, ...]:
    """What a mail to this address counts against: any address in a submission may be somebody else's.

    `me+anything` reaches the mailbox `me`. The store sees keyed hashes only: without the installation's key, or the
    survey's secret where there is none, nobody can try out addresses on them.
    """
    mailbox, _, domain = address.casefold().rpartition("@")
    key = settings.install_key or (survey.secrets[0].encode() if survey.secrets else b"")
    counted = {f"{mailbox.partition('+')[0]}@{domain}": PER_ADDRESS, "": PER_SURVEY}
    return tuple(
        Limit(hmac.new(key, f"mail\0{survey.name}\0{whom}".encode(), hashlib.sha256).hexdigest(), most)
        for whom, most in counted.items()
    )
