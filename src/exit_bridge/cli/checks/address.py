"""Where tools reach this service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from exit_bridge import http
from exit_bridge.cli.checks.finding import Finding, Scene
from exit_bridge.cli.hook import is_loopback
from exit_bridge.errors import ExitBridgeError, UnsafeDestination
from exit_bridge.sending.notify import skew


def public_url(scene: Scene) -> Iterator[Finding]:
    """Is there an address, and is it a safe one?"""
    url = scene.settings.public_url
    parts = urlsplit(url)
    if not url:
        fix = 'Set public_url = "https://…" to the address tools reach this service under'
        yield Finding("look", "public_url", "No public_url is set: tools on the internet cannot post here", fix)
    elif parts.scheme == "https":
        yield Finding("ok", "public_url", url)
    elif is_loopback(parts.hostname or ""):
        fix = "Set it to a public https address"
        yield Finding("look", "public_url", "public_url leads to this machine only", fix)
    else:
        line = "public_url is not https: answers would cross the network in clear"
        yield Finding("broken", "public_url", line, "Put a server with a certificate in front, and write https://")


def reachable(scene: Scene) -> Iterator[Finding]:
    """Does it lead here? Asked from this machine, which sees less than the internet does."""
    if scene.offline or urlsplit(scene.settings.public_url).scheme != "https":
        return
    host = urlsplit(scene.settings.public_url).hostname or ""
    try:
        reply = _health(scene)
    except ExitBridgeError as error:
        line = f"{error.what} ({host}), so it is not known whether tools reach this service"
        yield Finding("look", "public_url", line, "Start the service, then open public_url/healthz on another network")
        return
    ahead = skew(reply, datetime.now(UTC))
    if ahead is not None and not is_loopback(host):
        scene.clocks[host] = ahead
    state = _state(reply)
    if state == "current" and reply.status == 200:
        yield Finding("ok", "public_url", f"exit-bridge answers at {host}")
    elif state:
        line = f"exit-bridge answers at {host}, but cannot use its database"
        yield Finding("broken", "public_url", line, "Run exit-bridge doctor on the machine it runs on")
    else:
        line = f"What answers at {host} is not exit-bridge (HTTP {reply.status}), or does not pass /healthz on"
        yield Finding(
            "look", "public_url", line, "Have the server in front pass /hooks/ and /healthz on: docs/deploy.md"
        )


def _health(scene: Scene) -> http.Reply:
    url, policy = f"{scene.settings.public_url}/healthz", scene.settings.http
    try:
        return http.request("GET", url, b"", {}, policy)
    except UnsafeDestination:  # a name that leads into this network: our own service, as the settings say
        return http.request("GET", url, b"", {}, replace(policy, internal=http.origin(url)))


def _state(reply: http.Reply) -> str:
    """What our own /healthz says of the database; nothing where somebody else answered."""
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    return str(said["database"]) if isinstance(said, dict) and {"status", "database"} == set(said) else ""
