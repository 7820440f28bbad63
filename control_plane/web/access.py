"""Who may use the API: programs on this machine, and whoever has the token."""

import hmac
import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from quart import Quart, request

from control_plane.observability.logging import get_logger
from control_plane.web.current import gateway
from control_plane.web.errors import problem

log = get_logger("web")

OPEN: Final = ("/health", "/api/health", "/webhook/", "/blobs/", "/stream/")
"""Prefixes that answer everybody: strangers learn from health whether calls are taken, the others have proofs of their
own."""

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")

FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")


def install(app: Quart) -> None:
    app.before_request(_check)


def authorised() -> bool:
    """Whether this request may use the whole API."""
    return _from_this_machine() or _has_token()


async def _check() -> Any:
    path = request.path
    if path == "/" or path.startswith(OPEN) or authorised():
        return None
    body, status, headers = problem(
        401, "unauthorized", title="A token is needed", detail="Send AUTH_TOKEN as `Authorization: Bearer …`."
    )
    return body, status, {**headers, "WWW-Authenticate": "Bearer"}


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
