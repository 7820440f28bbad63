"""Who may use the API: programs on this machine, whoever has the token, browsers that signed in with it."""

import hmac
import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from quart import Quart, current_app, g, request

from control_plane.core.people.permissions import ALL, SYSTEM, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.services.calls.orders import UnknownCall
from control_plane.web import cookie
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import SIGNED_IN

log = get_logger("web")

OPEN: Final = ("/health", "/api/health", "/api/auth/", "/webhook/", "/blobs/", "/stream/", "/openapi.json", "/docs")
"""Prefixes that answer everybody: strangers learn from health whether calls are taken, and what the API is like; the
others have proofs of their own."""

READING: Final = ("GET", "HEAD")
"""Methods that change nothing."""

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")

FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")


def install(app: Quart) -> None:
    app.before_request(_check)


def authorised() -> bool:
    """Whether this request may use the whole API."""
    return _from_this_machine() or _has_token() or session_expiry() is not None


def session_expiry() -> int | None:
    """Until when the browser that asks is signed in (unix seconds); None when it is not."""
    here = gateway()
    return cookie.expiry(request.cookies.get(cookie.NAME, ""), here.access.token, now=here.clock.wall())


def expires_with_session() -> int | None:
    """Until when what is asked for may go on, when only the session cookie allows it; None: as long as it likes."""
    return None if _from_this_machine() or _has_token() else session_expiry()


def scheme() -> str:
    """How the browser reached us, the proxies included: the last of them may not know of the TLS of the first."""
    if gateway().access.public == f"https://{request.host}":
        return "https"
    told = request.headers.get("x-forwarded-proto", "")
    return told if told in ("http", "https") else request.scheme


def from_own_page() -> bool:
    """Whether a page that we served sends this."""
    return request.headers.get("origin") == f"{scheme()}://{request.host}"


async def _check() -> Any:
    path = request.path
    if path.startswith("/api/") and not path.isprintable():
        return problem(400, "unreadable_path", title="The path cannot be read")  # no id has such letters, nor databases
    if path == "/" or path.startswith(OPEN):
        return None
    g.who = _principal()
    if g.who is None:
        body, status, headers = problem(
            401, "unauthorized", title="A token is needed", detail="Send AUTH_TOKEN as `Authorization: Bearer …`."
        )
        return body, status, {**headers, "WWW-Authenticate": "Bearer"}
    if _by_cookie() and request.method not in READING and not from_own_page():
        return foreign_page()
    _check_permission(g.who)
    await _check_call(g.who)
    return None


def _check_permission(who: Principal) -> None:
    """A route says what it needs (`web/needs.py`); one that says nothing is for nobody."""
    if request.endpoint is None:
        return  # there is no such route: whoever is known is told so
    needed = getattr(current_app.view_functions[request.endpoint], "__needs__", "")
    if needed != SIGNED_IN and not who.may(needed):
        raise Refused("not_allowed", f"It needs the permission {needed}.")


async def _check_call(who: Principal) -> None:
    """The calls of others do not exist. Here, so that no route can forget it. Raises UnknownCall."""
    call_id = (request.view_args or {}).get("call_id")
    if call_id is not None and (await gateway().desk.get(call_id)).tenant_id != who.tenant_id:
        raise UnknownCall(call_id)


def _principal() -> Principal | None:
    """Who asks; None for strangers."""
    if _from_this_machine() or _has_token() or session_expiry() is not None:
        everything = ALL | frozenset(SYSTEM)
        return Principal(
            tenant_id=DEFAULT_TENANT,
            kind=Kind.OPERATOR,
            name="operator",
            role=Role.OWNER,
            permissions=everything,
            address=request.remote_addr or "",
        )
    return None


def _by_cookie() -> bool:
    return not (_from_this_machine() or _has_token())


def foreign_page() -> Any:
    """A browser adds its cookies also to what the page of somebody else sends."""
    detail = "With a session cookie, Origin has to be this server."
    return problem(403, "foreign_origin", title="Another site sent this", detail=detail)


def _from_this_machine() -> bool:
    """A direct connection over loopback, by a program that knows whom it calls.

    A proxy on this machine speaks for strangers, and so does a browser that a foreign page sends here, be it by its
    own name for this address.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    if request.headers.get("origin") not in (None, f"http://{request.host}"):
        return False
    try:
        known = urlsplit(f"//{request.host}").hostname in OWN_NAMES
        return known and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    expected = gateway().access.token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not expected or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), expected.encode())
