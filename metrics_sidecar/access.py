"""Who may see figures and use the proxy: programs on this machine, holders of the token, people who signed in."""

import base64
import hmac
import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

COOKIE: Final = "centralita_session"
ISSUER: Final = "centralita"
PURPOSE: Final = b"centralita access tokens v1"
SLACK_S: Final = 5.0
"""How far the clocks of our machines may be apart."""
LONGEST: Final = 2048
"""Characters of a token."""
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
    """Whether it is an access token of the control plane (JWT, HS256) that still holds and opens operations.

    The control plane derives its key from AUTH_TOKEN; without one it has a key that is not known here.
    """
    head, _, rest = value.partition(".")
    body, _, signature = rest.partition(".")
    if not token or len(value) > LONGEST or not value.isascii():
        return False
    expected = hmac.digest(_session_key(token), f"{head}.{body}".encode(), "sha256")
    # As text: base64 has several spellings of the same bytes, and only ours is one.
    if not hmac.compare_digest(signature.encode(), base64.urlsafe_b64encode(expected).rstrip(b"=")):
        return False
    header, claims = _part(head), _part(body)
    return header.get("alg") == "HS256" and claims.get("iss") == ISSUER and _opens(claims, now=now)


def _opens(claims: Mapping[str, Any], *, now: float) -> bool:
    match claims:
        case {"ops": True, "iat": int(issued), "exp": int(expires)}:
            return issued <= now + SLACK_S and now < expires + SLACK_S
    return False


def _session_key(token: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, one block."""
    key = hmac.digest(bytes(32), token.encode(), "sha256")
    return hmac.digest(key, PURPOSE + b"\x01", "sha256")


def _part(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


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
