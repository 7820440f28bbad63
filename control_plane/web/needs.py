"""What somebody has to be allowed to use a route."""

from collections.abc import Callable
from typing import Any, TypeVar

from quart import g, request

from control_plane.core.people.principal import Principal

View = TypeVar("View", bound=Callable[..., Any])


def needs(permission: str) -> Callable[[View], View]:
    """Mark a handler: only who has the permission may use it. Every route below `/api/` has this mark or is `open`; a
    route without is refused to everybody."""

    def mark(view: View) -> View:
        view.__needs__ = permission  # type: ignore[attr-defined]
        return view

    return mark


SIGNED_IN = "signed in"
"""The permission that everybody has who is known: for what concerns themselves."""


def who() -> Principal:
    """Who asks. Only in handlers that need a permission."""
    found: Principal = g.who
    return found


def asked_version() -> int | None:
    """The version that `If-Match` names; None without the header, -1 for one that no row ever has."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    text = given.strip().removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
