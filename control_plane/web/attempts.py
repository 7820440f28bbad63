"""How often somebody may try a wrong token."""

import ipaddress
from collections import OrderedDict, deque
from typing import Final

LIMIT: Final = 10
WINDOW_S: Final = 60.0
ADDRESSES: Final = 10_000
"""So many addresses are kept in mind; the one whose last failure is the oldest goes."""

OUR_NETWORKS: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""Where a proxy of ours may be: this machine, and networks that are not routed."""


class Attempts:
    """Failures by address within the last minute. Times from any one clock."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str, now: float) -> float:
        """How long this address has to wait before it may try again; 0: it may."""
        failures = self._failures.get(address)
        if failures is None or len(failures) < LIMIT:
            return 0.0
        return max(0.0, failures[0] + WINDOW_S - now)

    def failed(self, address: str, now: float) -> None:
        failures = self._failures.setdefault(address, deque(maxlen=LIMIT))
        failures.append(now)
        self._failures.move_to_end(address)
        while len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        self._failures.pop(address, None)


def address_of(peer: str, real_ip: str) -> str:
    """Whom an attempt counts against. A proxy in our own network says who asked it, nobody else is believed.

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
