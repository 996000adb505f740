"""Where a host name leads, and which addresses are on the public internet."""

from __future__ import annotations

import ipaddress
import socket

# Ranges that lead to private addresses by translation or tunnel, or are no longer assigned, yet count as global in
# `ipaddress` of one supported Python or another. https://www.iana.org/assignments/iana-ipv6-special-registry
_NEVER = [
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relay anycast
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local use
        "2001::/23",  # protocol assignments, with Teredo and ORCHID
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
]


def addresses_of(host: str) -> set[str]:
    """Every address a name stands for; none when it cannot be resolved here (a proxy may know it)."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(entry[4][0]) for entry in found}


def is_public(address: str) -> bool:
    """Does a numeric address lead out into the public internet, whatever way it is written?"""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _NEVER)
