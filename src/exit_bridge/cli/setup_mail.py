"""`init`: by which way mail leaves, and what that way needs to know."""

from __future__ import annotations

from pathlib import Path

from exit_bridge.cli.interview import HOST, SENDER, VARIABLE, Interview, notify_key, password, pattern, port
from exit_bridge.cli.settings_text import MAIL_PASSWORD, NOTIFY_KEY, Draft, is_set

WAYS = (
    ("smtp", "a mail server of yours, with a login or as a relay that knows this machine"),
    ("notify", "GOV.UK Notify (public bodies): a short mail with a link to the report"),
)
SECURITY = (
    ("starttls", "STARTTLS, mostly with port 587"),
    ("tls", "TLS from the start, mostly with port 465"),
    ("none", "none, for a mail server on this machine"),
)
PORTS = {"starttls": "587", "tls": "465", "none": "25"}
FLAGS = {
    "mail_by": "smtp (a mail server) or notify (GOV.UK Notify).",
    "mail_host": "Mail server.",
    "mail_security": "starttls, tls or none.",
    "mail_port": "Port of the mail server.",
    "mail_from": "Address the reports come from.",
    "mail_username": "Login, if the mail server wants one.",
    "mail_password_variable": "Name of the variable that holds the password.",
    "notify_template": "Id of the template at GOV.UK Notify.",
    "notify_key_variable": "Name of the variable that holds the API key of GOV.UK Notify.",
}
TEMPLATE = pattern(
    "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "Type the id from the template's page, such as f33517ff-2a88-4f6e-b855-c550268ce08a.",
)


def ask_mail(asked: Interview, draft: Draft, path: Path) -> None:
    """Add [email] to the draft, unless it is left for later."""
    if asked.choice("mail_by", "How does mail leave?", WAYS, "smtp") == "notify":
        _notify(asked, draft, path)
    else:
        _server(asked, draft, path)


def _server(asked: Interview, draft: Draft, path: Path) -> None:
    asked.say(
        "\nThe mail server that sends the reports. Your IT team knows these; Enter at the first leaves it for later."
    )
    host = asked.text("mail_host", "Mail server", HOST)
    if not host:
        return
    security = asked.choice("mail_security", "How is the connection encrypted?", SECURITY, "starttls")
    number = int(asked.text("mail_port", "Port", port, PORTS[security]) or PORTS[security])
    sender = asked.needed("mail_from", "Address the reports come from", SENDER)
    username = asked.text("mail_username", "Login (Enter: none)") if security != "none" else ""
    table: dict[str, object] = {"host": host, "port": number, "security": security, "from": sender}
    if username:
        table["username"] = username
        variable = asked.text("mail_password_variable", "Variable for its password", VARIABLE, MAIL_PASSWORD)
        variable = variable or MAIL_PASSWORD
        if not is_set(variable, path) and (typed := asked.hidden("Password (not shown; Enter: later)", password)):
            draft.secrets[variable] = typed
        if is_set(variable, path) or variable in draft.secrets:
            table["password"] = f"${variable}"
    draft.tables.append(("[email]", table))


def _notify(asked: Interview, draft: Draft, path: Path) -> None:
    asked.say(
        "\nMake an email template in your Notify service first (docs/email.md): its subject is ((subject)), its message"
        "\n((summary)) and, below it, ((report)). Enter leaves this for later."
    )
    template = asked.text("notify_template", "Template id", TEMPLATE)
    if not template:
        return
    variable = asked.text("notify_key_variable", "Variable for the API key", VARIABLE, NOTIFY_KEY) or NOTIFY_KEY
    if not is_set(variable, path):
        typed = asked.hidden("API key (not shown; Enter: later)", notify_key)
        if not typed:
            asked.say("Without the key Notify cannot be set up: add [email] to the settings later.")
            return
        draft.secrets[variable] = typed
    draft.tables.append(("[email]", {"by": "notify", "key": f"${variable}", "template": template}))
