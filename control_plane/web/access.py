"""Who may use the API: programs on this machine, whoever has the token, browsers that signed in with it."""

import hmac
import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from quart import Quart, request

from control_plane.observability.logging import get_logger
from control_plane.web import cookie
from control_plane.web.current import gateway
from control_plane.web.errors import problem

log = get_logger("web")

OPEN: Final = ("/health", "/api/health", "/api/auth/", "/webhook/", "/blobs/", "/stream/")
"""Prefixes that answer everybody: strangers learn from health whether calls are taken, the others have proofs of their
own."""

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
    if path == "/" or path.startswith(OPEN) or _from_this_machine() or _has_token():
        return None
    if session_expiry() is not None:
        return None if request.method in READING or from_own_page() else foreign_page()
    body, status, headers = problem(
        401, "unauthorized", title="A token is needed", detail="Send AUTH_TOKEN as `Authorization: Bearer …`."
    )
    return body, status, {**headers, "WWW-Authenticate": "Bearer"}


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
