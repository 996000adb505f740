"""What outgoing connections rest on: certificate authorities, and the proxy."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.sending import EmailServer

TIMEOUT = 5.0
"""Seconds."""


def authorities(scene: Scene) -> Iterator[Finding]:
    """Is each ca_bundle a file of certificates?"""
    email = scene.settings.email
    bundles = {scene.settings.http.ca_bundle, email.ca_bundle if isinstance(email, EmailServer) else ""}
    for bundle in sorted(bundles - {""}):
        try:
            found = ssl.create_default_context(cafile=bundle).get_ca_certs()
        except ssl.SSLError:
            fix = "Name a PEM file: its parts begin with -----BEGIN CERTIFICATE-----"
            yield Finding("broken", "ca_bundle", f"{Path(bundle).name} holds no certificates", fix)
        except OSError as error:
            fix = "Correct ca_bundle under [http] or [email]; it is relative to the settings file"
            yield Finding("broken", "ca_bundle", f"{bundle} cannot be read: {error.strerror}", fix)
        else:
            yield Finding("ok", "ca_bundle", f"{Path(bundle).name}, {len(found)} certificate(s)")


def proxy(scene: Scene) -> Iterator[Finding]:
    """Does anything answer where the proxy should be?"""
    address = scene.settings.http.proxy
    if not address or scene.offline:
        return
    parts = urlsplit(address)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    try:
        socket.create_connection((parts.hostname or "", port), TIMEOUT).close()
    except OSError:
        fix = "Correct proxy under [http], or take it out where there is none"
        yield Finding("broken", "proxy", f"Nothing answers at {parts.hostname}:{port}", fix)
    else:
        yield Finding("ok", "proxy", f"{parts.hostname}:{port} answers")
