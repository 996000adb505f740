"""GOV.UK Notify: key and template are looked at over a real connection, and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import TO_LEAD, examine, wrong
from tests.sending.notify_double import CERTS, KEY, SECRET, TEMPLATE, Account, notify_account


@pytest.fixture
def account() -> Iterator[Account]:
    """An account at Notify."""
    with notify_account() as running:
        yield running


def leave_by(settings: Path, account: Account, key: str = KEY) -> None:
    table = f'[email]\nby = "notify"\nkey = "$NOTIFY"\ntemplate = "{TEMPLATE}"\nurl = "{account.url}"\n'
    http = f'internal = "{account.url}"\n[http]\nca_bundle = "{CERTS / "authority.pem"}"\n'
    write_settings(settings.parent, TO_LEAD + table + http, NOTIFY=key)


LIMITS = "it mails a summary and a link to the report as text, no HTML"


def test_a_good_account_is_told_with_what_it_cannot_do(settings: Path, account: Account) -> None:
    """Its clock is compared as well."""
    leave_by(settings, account)
    assert wrong(settings) == []
    ok = examine(settings)["ok"]
    assert f"mail: GOV.UK Notify accepts key and template; {LIMITS}" in ok
    assert "clock: It agrees with GOV.UK Notify" in ok
    assert set(account.requests) == {f"GET /v2/template/{TEMPLATE}"}
    account.requests.clear()
    assert f"mail: GOV.UK Notify was not asked; {LIMITS}" in examine(settings, "--offline")["ok"]
    assert account.requests == []


@pytest.mark.parametrize(
    ("placeholders", "kind", "line"),
    [
        (("subject", "summary"), "email", "The Notify template leaves out report, so readers would not get it"),
        (("report",), "email", "The Notify template leaves out subject, summary, so readers would not get it"),
        (("subject", "summary", "report", "name"), "email", "The Notify template asks for what is not sent: name"),
        (("subject", "summary", "report"), "sms", "The Notify template is not one for emails"),
    ],
)
def test_a_template_that_does_not_fit_is_found(
    settings: Path, account: Account, placeholders: tuple[str, ...], kind: str, line: str
) -> None:
    """Before every mail fails, or leaves without its report."""
    account.placeholders, account.kind = placeholders, kind
    leave_by(settings, account)
    assert wrong(settings) == [("broken", f"mail: {line}")]


def test_an_account_that_refuses_is_found(settings: Path, account: Account) -> None:
    """Another key, no such template, a service that is down."""
    other = KEY[:-1] + "1"
    leave_by(settings, account, other)
    [(status, line)] = wrong(settings)
    assert (status, line) == ("broken", "mail: GOV.UK Notify refused the API key (GOV.UK Notify)")
    assert SECRET[:-1] not in line
    leave_by(settings, account)
    account.answers["GET"] = (404, {}, {})
    assert wrong(settings) == [("broken", "mail: GOV.UK Notify knows no such template (GOV.UK Notify)")]
    account.answers["GET"] = (502, b"", {})
    assert wrong(settings) == [("broken", "mail: GOV.UK Notify answered HTTP 502 (GOV.UK Notify)")]


def test_a_wrong_clock_is_found(settings: Path, account: Account) -> None:
    """Told by the request that fails for it."""
    account.ahead = 500.0
    leave_by(settings, account)
    line = "mail: GOV.UK Notify refused the request because this machine's clock is wrong (GOV.UK Notify)"
    assert wrong(settings) == [("broken", line)]
