"""Who may do what: the table of roles.

A permission is `<area>:read` or `<area>:write`; the audit log can only be read. API keys carry a selection of
permissions as their scopes; nobody can hand out what they do not have.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user is in the tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"
    """Talks to customers: takes over calls, works with contacts and orders."""
    VIEWER = "viewer"


AREAS: Final = (
    "analytics",
    "audit",
    "bots",
    "calls",
    "contacts",
    "flows",
    "keys",
    "numbers",
    "orders",
    "privacy",
    "products",
    "sellers",
    "settings",
    "users",
    "webhooks",
)
"""What belongs to a tenant."""

SYSTEM: Final = ("system:read", "system:write")
"""The installation itself: processes, alerts, doctor. For whoever runs it, never for a mere tenant."""

READ_ONLY: Final = frozenset({"audit"})
"""Areas that nobody changes."""

ALL: Final = frozenset(f"{area}:read" for area in AREAS) | {f"{area}:write" for area in AREAS if area not in READ_ONLY}

_SECRETIVE: Final = frozenset({"audit:read", "keys:read", "privacy:read", "users:read", "webhooks:read"})
"""Reading that is itself a privilege."""

_DAILY_WORK: Final = frozenset({"calls:write", "contacts:write", "orders:write"})

_READING: Final = frozenset(name for name in ALL if name.endswith(":read")) - _SECRETIVE

PERMISSIONS: Final = {
    Role.OWNER: ALL,
    Role.ADMIN: ALL,
    Role.AGENT: _READING | _DAILY_WORK,
    Role.VIEWER: _READING,
}
"""Owners and admins differ in one thing: only an owner makes or removes owners (`may_appoint`)."""

RANK: Final = {Role.VIEWER: 0, Role.AGENT: 1, Role.ADMIN: 2, Role.OWNER: 3}


def may_appoint(actor: Role, role: Role) -> bool:
    """Whether somebody of the role `actor` may give somebody the role, or take it away."""
    return RANK[actor] >= RANK[Role.ADMIN] and RANK[actor] >= RANK[role]


def granted(scopes: Iterable[str], *, limit: frozenset[str]) -> frozenset[str]:
    """What a key may do: its scopes, as far as they exist and its maker may."""
    return frozenset(scopes) & limit & ALL
