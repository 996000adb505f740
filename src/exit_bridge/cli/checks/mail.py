"""The mail server, if mail leaves by one. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.cli.checks.survey import gives_replies
from exit_bridge.cli.hook import is_loopback
from exit_bridge.errors import SendFailed
from exit_bridge.sending import EmailDestination, EmailServer

TIMEOUT = 5.0
"""Seconds."""

OFFICE = ("smtp.office365.com", "smtp-legacy.office365.com")
DIRECT = ".mail.protection.outlook.com"
"""Where Microsoft 365 takes mail for an organisation, without a login."""


def needed(scene: Scene) -> Iterator[Finding]:
    """Do reports go by mail that has no way to leave?"""
    # Without a domain no address is asked for: `survey.reports` says so, unless a link is given instead.
    surveys = scene.settings.surveys.values()
    by_link = [one.name for one in surveys if one.report_link and not one.about.reply_domains]
    goes = any(_addresses(scene, one.name) or (gives_replies(one) and one.name not in by_link) for one in surveys)
    if scene.settings.email is None and goes:
        fix = "Add [email] to the settings: docs/email.md helps to choose the way"
        yield Finding("broken", "mail", "Reports go by e-mail, but no way for mail is set", fix)


def server(scene: Scene) -> Iterator[Finding]:
    """Does the mail server offer what the settings demand, and take mail from this sender for those who get it?"""
    mail = scene.settings.email
    if not isinstance(mail, EmailServer):
        return
    where = f"{mail.host}:{mail.port}"
    yield from _microsoft(scene, mail)
    if mail.security == "none" and not is_loopback(mail.host):
        yield Finding("look", "mail", "Mail leaves unencrypted", 'Use security = "starttls" or "tls"')
    if mail.username and not mail.password:
        fix = 'Add password = "$NAME" under [email], and the password as NAME=… in the file of secrets'
        yield Finding("broken", "mail", "The mail server's login has no password", fix)
        return
    if mail.username and mail.security == "none":
        line = "The login would cross the network in clear text, so nothing is sent"
        yield Finding("broken", "mail", line, 'Set security to "starttls" or "tls"')
        return
    if scene.offline:
        return
    from exit_bridge.sending.mail import check_server

    recipient = next((to for name in scene.settings.surveys for to in _addresses(scene, name)), "")
    try:
        check_server(replace(mail, timeout=TIMEOUT), recipient)
    except SendFailed as error:
        if error.status and 400 <= error.status < 500:
            line = f"{where} wants to be asked again later ({error.status})"
            yield Finding("look", "mail", line, "Run this again in ten minutes; sends are tried again by themselves")
        else:
            yield Finding("broken", "mail", f"{error.what} ({where})", error.fix or "Check host, port and firewall")
        return
    if mail.username:
        yield Finding("ok", "mail", f"{where} answers ({mail.security}), login and sender accepted")
    else:
        yield Finding("ok", "mail", f"{where} answers ({mail.security}), sender accepted without a login")


def _microsoft(scene: Scene, mail: EmailServer) -> Iterator[Finding]:
    host = mail.host.lower()
    if host in OFFICE and mail.username:
        line = f"Microsoft ends logins by password at {host}: off by default from the end of December 2026"
        fix = "Plan for a relay that knows this machine's address, or for GOV.UK Notify: docs/email.md"
        yield Finding("look", "mail", line, fix)
    if not host.endswith(DIRECT):
        return
    if mail.port != 25:
        yield Finding("broken", "mail", f"Microsoft 365 takes mail at {host} on port 25 only", "Set port = 25")
    home = mail.sender.rpartition("@")[2].rstrip(">").lower()
    domains = {to.rpartition("@")[2].lower() for name in scene.settings.surveys for to in _addresses(scene, name)}
    for survey in scene.settings.surveys.values():
        domains |= set(survey.about.reply_domains)
    if away := sorted(domains - {home}):
        line = f"Without a connector Microsoft 365 takes no mail for {', '.join(away)} from this machine"
        fix = "Have a connector made that allows this machine's address, or send to your own domain only: docs/email.md"
        yield Finding("look", "mail", line, fix)


def _addresses(scene: Scene, survey: str) -> list[str]:
    """Whom that survey mails reports to."""
    sends = scene.settings.surveys[survey].send.values()
    return [to for send in sends if isinstance(send, EmailDestination) for to in send.to]
