"""The domain in the sender's address, as far as it can be judged without asking the DNS."""

from __future__ import annotations

from collections.abc import Iterator

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.cli.hook import is_loopback
from exit_bridge.sending import EmailServer

# Mailbox providers -> what the names of their servers end in. Mail with such a sender from any other server fails the
# checks that DMARC (RFC 7489) asks receivers to make.
PROVIDERS = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), "gmail.com"),
    **dict.fromkeys(
        ("outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk", "msn.com"), "outlook.com"
    ),
    **dict.fromkeys(("yahoo.com", "yahoo.co.uk", "ymail.com"), "yahoo.com"),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), "me.com"),
    **dict.fromkeys(("aol.com", "btinternet.com", "sky.com", "talktalk.net", "proton.me", "protonmail.com"), ""),
}
NOWHERE = (".localhost", ".local", ".invalid", ".internal", ".lan", ".test")


def domain(scene: Scene) -> Iterator[Finding]:
    """Will those who get it believe that it comes from there?"""
    mail = scene.settings.email
    if not isinstance(mail, EmailServer):
        return
    home = _domain(mail.sender)
    login = _domain(mail.username)
    host = mail.host.lower()
    if "." not in home or f".{home}".endswith(NOWHERE):
        line = f"The sender's domain {home} is known to nobody outside this network: mail will be refused or go to spam"
        yield Finding("look", "sender", line, "Use an address at a domain of your organisation")
    elif home in PROVIDERS and not (PROVIDERS[home] and f".{host}".endswith(f".{PROVIDERS[home]}")):
        line = f"Mail from {home} by another server fails the checks (SPF, DKIM, DMARC) that receivers make"
        yield Finding("look", "sender", line, "Use an address at a domain of your organisation")
    elif home in PROVIDERS:
        line = f"Reports leave from a personal mailbox at {home}, where copies stay"
        yield Finding("look", "sender", line, "Use an address at a domain of your organisation")
    elif login and not _same(home, login):
        line = f"Mail from {home} leaves by a login at {login}: it fails DMARC unless {home} allows that server"
        yield Finding("look", "sender", line, f"Use a sender at {login}, or have SPF and DKIM set up for {home}")
    elif is_loopback(mail.host):
        line = f"The sender is at {home}; which server mail leaves this machine's own by was not looked up"
        yield Finding("ok", "sender", line)
    else:
        line = f"The sender is at {home}; whether its SPF, DKIM and DMARC records allow {mail.host} was not looked up"
        yield Finding("ok", "sender", line)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].rstrip("> ").lower() if "@" in address else ""


def _same(one: str, other: str) -> bool:
    """Aligned in DMARC's relaxed sense, as far as that can be told without the list of public suffixes."""
    return f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}")
