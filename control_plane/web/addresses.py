"""Whom a request counts against."""

import ipaddress
from typing import Final

OUR_NETWORKS: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""Where a proxy of ours may be: this machine, and networks that are not routed."""


def address_of(peer: str, real_ip: str) -> str:
    """The client's address. A proxy in our own network says who asked it, nobody else is believed.

    Of IPv6 the network counts: one machine has all of its addresses.
    """
    told = _parsed(peer)
    if told is not None and any(told in network for network in OUR_NETWORKS):
        told = _parsed(real_ip) or told
    if isinstance(told, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((told, 64), strict=False))
    return str(told) if told is not None else "unknown"


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
