"""Who may see figures and use the proxy: programs on this machine, holders of the token, people who signed in."""

import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

COOKIE: Final = "centralita_session"
OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
SAFE: Final = ("GET", "HEAD")


class Access(StrEnum):
    GRANTED = "granted"
    UNKNOWN = "unknown"
    """Neither token nor valid session: 401."""
    FOREIGN = "foreign"
    """A session, used by a page of another origin: 403."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A request as far as access goes. `headers` in lower case, repeated ones joined."""

    method: str
    scheme: str
    address: str
    """Of the peer of the connection."""
    headers: Mapping[str, str]


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}{'; ' if key == 'cookie' else ', '}{text}" if key in found else text
    return found


def decide(caller: Caller, token: str, *, now: float, trust_loopback: bool) -> Access:
    """`now` in unix seconds. Without a token only programs on this machine are let in."""
    if has_token(caller.headers, token) or (trust_loopback and from_this_machine(caller)):
        return Access.GRANTED
    if not has_session(caller.headers, token, now=now):
        return Access.UNKNOWN
    return Access.GRANTED if caller.method in SAFE or _same_origin(caller) else Access.FOREIGN


def has_token(headers: Mapping[str, str], token: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def has_session(headers: Mapping[str, str], token: str, *, now: float) -> bool:
    cookies = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return any(is_session(value, token, now=now) for name, _, value in cookies if name == COOKIE)


def is_session(value: str, token: str, *, now: float) -> bool:
    """Whether `v1.<expires>.<signature>` was signed with the token and still holds."""
    version, _, rest = value.partition(".")
    expires, _, signature = rest.partition(".")
    if not token or version != "v1" or not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        return False
    expected = hmac.new(token.encode(), f"centralita session v1.{expires}".encode(), "sha256").hexdigest()
    return hmac.compare_digest(signature.encode(), expected.encode()) and int(expires) > now


def from_this_machine(caller: Caller) -> bool:
    """A direct connection over loopback, by a program that knows whom it calls; not a proxy, which speaks for
    strangers, nor a browser that a foreign page sent here."""
    host = caller.headers.get("host", "")
    if any(name in caller.headers for name in FORWARDED):
        return False
    if caller.headers.get("origin") not in (None, f"http://{host}"):
        return False
    try:
        known = urlsplit(f"//{host}").hostname in OWN_NAMES
        return known and ipaddress.ip_address(caller.address).is_loopback
    except ValueError:
        return False


def _same_origin(caller: Caller) -> bool:
    scheme = caller.headers.get("x-forwarded-proto", caller.scheme)
    return caller.headers.get("origin") == f"{scheme}://{caller.headers.get('host', '')}"
