"""Which addresses of the web are public, so that what strangers enter cannot lead into our own networks.

A name says little: whoever connects looks its addresses up, judges each with `is_public`, and connects to the very
address that was judged.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST: Final = 2000

NOT_PUBLIC_4: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
"""This network, private, carrier-grade NAT, loopback, link-local (with the clouds' 169.254.169.254), protocols,
documentation, 6to4 relays, benchmarks, multicast, reserved."""
PUBLIC_6: Final = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6: Final = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Teredo and other protocols, documentation, 6to4: tunnels end where their address does not show."""
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

WEB_PORTS: Final = (80, 443)
UNFIT_PORTS: Final = frozenset(
    {1433, 1521, 2049, 2375, 2376, 3306, 3389, 4190, 5060, 5061, 5432, 5900, 6000, 6379, 6665, 6666, 6667, 6668, 6669}
    | {6697, 9042, 9200, 9300, 11211, 27017}
)
"""Above 1023, where web servers do lie, these are databases, desktops, telephones and chats."""

LOCAL_NAMES: Final = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa")
"""Ends of names that mean something else in every network."""

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_BRACKETS: Final = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\](:[0-9]+)?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class AddressFault(StrEnum):
    """Why an address is refused; the values stay as they are, pages translate them."""

    UNREADABLE = "unreadable_address"
    SCHEME = "scheme_not_allowed"
    CREDENTIALS = "credentials_in_address"
    PORT = "port_not_allowed"
    LOCAL_NAME = "local_name"
    NOT_PUBLIC = "address_not_public"


class BadWebAddress(ValueError):
    """The text does not hold the address."""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(f"the address is refused: {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What an operator lets through although it is not public."""

    networks: tuple[IpNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """`10.1.0.0/16, 127.0.0.1, hooks.intranet`. Raises ValueError."""
        networks, hosts = list[IpNetwork](), set[str]()
        for item in text.replace(",", " ").lower().split():
            if _is_number(item.partition("/")[0]) or ":" in item:
                networks.append(ipaddress.ip_network(item, strict=False))
            elif _is_name(item):
                hosts.add(item)
            else:
                raise ValueError(f"neither a network nor a host: {item}")
        return cls(networks=tuple(networks), hosts=frozenset(hosts))

    def host(self, name: str) -> bool:
        return name in self.hosts

    def address(self, address: IpAddress) -> bool:
        inner = _inner(address)
        return any(inner in network for network in self.networks if network.version == inner.version)


NOTHING: Final = Allowed()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """An address taken apart, in the form in which it is to be asked; nothing else reads the text again."""

    scheme: str
    host: str
    """Lower case, ASCII, without a dot at its end; an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query."""
    literal: IpAddress | None
    """When the host is an address itself."""

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def look(text: str, allowed: Allowed = NOTHING) -> WebAddress:
    """All that can be said before the name is looked up. Raises BadWebAddress.

    What `allowed` names as host or literal address may be local, on any port, and over plain http; a name whose
    addresses turn out to be allowed still has to be https.
    """
    address = _taken_apart(text)
    if allowed.host(address.host) or (address.literal is not None and allowed.address(address.literal)):
        return address
    if address.scheme != "https":
        raise BadWebAddress(AddressFault.SCHEME)
    if not _is_fit(address.port):
        raise BadWebAddress(AddressFault.PORT)
    if address.literal is None and _is_local_name(address.host):
        raise BadWebAddress(AddressFault.LOCAL_NAME)
    if address.literal is not None and not is_public(address.literal):
        raise BadWebAddress(AddressFault.NOT_PUBLIC)
    return address


def check_addresses(address: WebAddress, found: Iterable[IpAddress], *, allowed: Allowed = NOTHING) -> None:
    """Of a name that was looked up, with at least one address: every single one has to do. Raises BadWebAddress."""
    if allowed.host(address.host):
        return
    if not all(is_public(each) or allowed.address(each) for each in found):
        raise BadWebAddress(AddressFault.NOT_PUBLIC)


def is_public(address: IpAddress) -> bool:
    inner = _inner(address)
    if isinstance(inner, ipaddress.IPv4Address):
        return not any(inner in network for network in NOT_PUBLIC_4)
    return inner in PUBLIC_6 and not any(inner in network for network in NOT_PUBLIC_6)


def _inner(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 one stands for (mapped, or by NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def _taken_apart(text: str) -> WebAddress:
    # Programs differ in what they make of blanks, backslashes and letters beyond ASCII: none of them is taken.
    if not text.isascii() or not text.isprintable() or set(text) & set(' \\"<>^`{|}') or len(text) > LONGEST:
        raise BadWebAddress(AddressFault.UNREADABLE)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadWebAddress(AddressFault.UNREADABLE) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise BadWebAddress(AddressFault.SCHEME)
    if "@" in parts.netloc:
        raise BadWebAddress(AddressFault.CREDENTIALS)
    host = host.removesuffix(".")
    literal = _literal(host)
    brackets = "[" in parts.netloc and not _BRACKETS.fullmatch(parts.netloc)
    if port == 0 or parts.netloc.endswith(":") or brackets or (literal is None and not _is_name(host)):
        raise BadWebAddress(AddressFault.UNREADABLE)
    return WebAddress(
        scheme=parts.scheme,
        host=str(literal or host),
        port=port or DEFAULT_PORTS[parts.scheme],
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        literal=literal,
    )


def _literal(host: str) -> IpAddress | None:
    """Raises BadWebAddress for numbers that only some programs read as an address (`127.1`, `0x7f000001`)."""
    if ":" not in host and not _is_number(host):
        return None
    try:
        found = ipaddress.ip_address(host)
    except ValueError as error:
        raise BadWebAddress(AddressFault.UNREADABLE) from error
    if isinstance(found, ipaddress.IPv6Address) and found.scope_id is not None:
        raise BadWebAddress(AddressFault.UNREADABLE)
    return found


def _is_number(host: str) -> bool:
    """Whether its last part is one: then resolvers take it for an address."""
    return bool(_NUMBER.fullmatch(host.rpartition(".")[2]))


def _is_name(host: str) -> bool:
    return 0 < len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _is_local_name(host: str) -> bool:
    return "." not in host or any(host.endswith(f".{end}") for end in LOCAL_NAMES)


def _is_fit(port: int) -> bool:
    return port in WEB_PORTS or (port > 1023 and port not in UNFIT_PORTS)
