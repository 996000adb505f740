"""The account at GOV.UK Notify, if mail leaves by it. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.errors import SendFailed
from exit_bridge.sending import EmailDestination, Notify
from exit_bridge.sending.notify import PLACEHOLDERS, read_template


def account(scene: Scene) -> Iterator[Finding]:
    """Is the key good, and does the template ask for exactly what is sent?"""
    way = scene.settings.email
    if not isinstance(way, Notify):
        return
    for survey in scene.settings.surveys.values():
        if any(isinstance(send, EmailDestination) and send.reply_to for send in survey.send.values()):
            line = "reply_to cannot be followed: GOV.UK Notify takes answers at addresses of its own list only"
            fix = "Add the address in the Notify service's settings, and its id as reply_to_id under [email]"
            yield Finding("look", f"survey {survey.name}", line, fix)
    if scene.offline:
        line = "GOV.UK Notify was not asked; it mails a summary and a link to the report as text, no HTML"
        yield Finding("ok", "mail", line)
        return
    try:
        found = read_template(way)
    except SendFailed as error:
        fix = error.fix or "Try again, and see https://status.notifications.service.gov.uk"
        yield Finding("broken", "mail", f"{error.what} ({error.where})", fix)
        return
    if found.skew is not None:
        scene.clocks["GOV.UK Notify"] = found.skew
    missing = [name for name in PLACEHOLDERS if name not in found.placeholders]
    extra = sorted(found.placeholders - set(PLACEHOLDERS))
    if found.kind != "email":
        line = "The Notify template is not one for emails"
        yield Finding("broken", "mail", line, "Make an email template as docs/email.md says, and set its id")
    elif extra:
        line = f"The Notify template asks for what is not sent: {', '.join(extra)}"
        yield Finding("broken", "mail", line, "Make the template as docs/email.md says")
    elif missing:
        line = f"The Notify template leaves out {', '.join(missing)}, so readers would not get it"
        yield Finding("broken", "mail", line, "Make the template as docs/email.md says")
    else:
        line = "GOV.UK Notify accepts key and template; it mails a summary and a link to the report as text, no HTML"
        yield Finding("ok", "mail", line)
