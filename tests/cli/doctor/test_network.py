"""Proxy and certificate authorities."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.cli.cli_calls import write_settings
from tests.cli.doctor.looking import WELL, examine, wrong
from tests.sending.notify_double import CERTS


def test_a_proxy_is_called(settings: Path) -> None:
    """Where nothing answers, nothing would leave; its login is never shown."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        write_settings(settings.parent, WELL + f'[http]\nproxy = "http://me:made-up-word@127.0.0.1:{port}"\n')
        assert wrong(settings) == []
        assert f"proxy: 127.0.0.1:{port} answers" in examine(settings)["ok"]
    assert wrong(settings) == [("broken", f"proxy: Nothing answers at 127.0.0.1:{port}")]
    assert wrong(settings, "--offline") == []


def test_a_bundle_of_authorities_is_read(settings: Path) -> None:
    """As the connections will read it; one for mail is one more."""
    write_settings(settings.parent, WELL + f'[http]\nca_bundle = "{CERTS / "authority.pem"}"\n')
    assert "ca_bundle: authority.pem, 1 certificate(s)" in examine(settings)["ok"]
    write_settings(settings.parent, WELL + '[http]\nca_bundle = "gone.pem"\n')
    line = f"ca_bundle: {settings.parent / 'gone.pem'} cannot be read: No such file or directory"
    assert wrong(settings) == [("broken", line)]
