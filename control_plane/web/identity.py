"""Who asks: the operator, a person who signed in, a program with a key.

A bearer token alone decides when there is one, a good cookie comes next, and a program on this machine that shows
neither is the operator's.
"""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from quart import request

from control_plane.core.people.principal import Principal
from control_plane.ports.people import AccessClaims
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.resources.people.sessions import Client, Person
from control_plane.services.people import rights
from control_plane.web.addresses import address_of
from control_plane.web.current import gateway

COOKIE: Final = "centralita_session"
"""Holds the access token of a browser."""
KEY: Final = "cg_"
"""How API keys begin."""

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
PROXIED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")

PASSED_ON: Final = "X-Centralita-Forwarded"
TENANT: Final = "X-Centralita-Tenant"
"""Set by another control plane of ours that passes a request on: for whom."""


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and how we know."""

    principal: Principal
    person: Person | None = None
    """When it is somebody who signed in."""
    by_cookie: bool = False
    """Browsers add it by themselves, also to what the page of somebody else sends."""
    quota: str = ""
    """Under which name their requests are counted; empty: they are not."""
    lasts: Callable[[], Awaitable[bool]] = _always
    """Whether they would still be let in now, for what goes on and on."""


async def identify() -> Asker | None:
    """None for strangers. Raises StoreUnavailable, TooManyKeys."""
    shown = _bearer()
    if shown:
        return await _by_bearer(shown)
    person = await gateway().people.sessions.known(request.cookies.get(COOKIE, ""))
    if person is not None:
        return _person(person, by_cookie=True)
    return _operator() if from_this_machine() else None


async def signed_in() -> Person | None:
    """The person of this request; None for strangers, programs and the operator."""
    asker = await identify()
    return asker.person if asker is not None else None


def is_operators() -> bool:
    """Whether the request comes from the operator, or from somebody whose token opens the pages of operation. Looks
    into no database."""
    shown = _bearer()
    if shown:
        return _is_token(shown) or _opens(_claims(shown))
    return from_this_machine() or _opens(_claims(request.cookies.get(COOKIE, "")))


def address() -> str:
    """From where, as far as our own proxies tell."""
    return address_of(request.remote_addr or "", request.headers.get("x-real-ip", ""))


def client() -> Client:
    return Client(address=address(), user_agent=request.headers.get("user-agent", ""))


def from_this_machine() -> bool:
    """A direct connection over loopback, by a program that knows whom it calls.

    A proxy on this machine speaks for strangers, and so does a browser that a foreign page sends here, be it by its
    own name for this address.
    """
    if any(name in request.headers for name in PROXIED):
        return False
    if request.headers.get("origin") not in (None, f"http://{request.host}"):
        return False
    try:
        known = urlsplit(f"//{request.host}").hostname in OWN_NAMES
        return known and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


async def _by_bearer(shown: str) -> Asker | None:
    if _is_token(shown):
        return _operator()
    if shown.startswith(KEY):
        return await _by_key(shown)
    person = await gateway().people.sessions.known(shown)
    return _person(person, by_cookie=False) if person is not None else None


async def _by_key(shown: str) -> Asker | None:
    keys = gateway().people.keys
    key = await keys.admitted(shown, address())
    if key is None:
        return None

    async def lasts() -> bool:
        return await keys.known(shown) is not None

    return Asker(principal=rights.of_key(key, address()), quota=f"key:{key.id}", lasts=lasts)


def _person(person: Person, *, by_cookie: bool) -> Asker:
    find = gateway().people.sessions.find

    async def lasts() -> bool:
        return await find(person.family_id) is not None

    return Asker(
        principal=rights.of_person(person, address()),
        person=person,
        by_cookie=by_cookie,
        quota=f"user:{person.user_id}",
        lasts=lasts,
    )


def _operator() -> Asker:
    tenant_id = request.headers.get(TENANT, "") if PASSED_ON in request.headers else ""
    return Asker(principal=rights.operator(tenant_id or DEFAULT_TENANT, request.remote_addr or ""))


def _bearer() -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _is_token(shown: str) -> bool:
    expected = gateway().access.token
    return bool(expected) and hmac.compare_digest(shown.encode(), expected.encode())


def _claims(token: str) -> AccessClaims | None:
    parts = gateway().people.parts
    return parts.tokens.read(token, now=parts.clock.wall()) if token else None


def _opens(claims: AccessClaims | None) -> bool:
    return claims is not None and claims.ops
