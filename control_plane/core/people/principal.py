"""Who asks: the one thing that says whose rows are seen and what may be done."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    USER = "user"
    KEY = "key"
    """A program with an API key."""
    OPERATOR = "operator"
    """Whoever runs the installation: with AUTH_TOKEN, or from this very machine."""
    SYSTEM = "system"
    """The gateway itself: a call, a run, a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Made where a request is let in, never from what the request says.

    `tenant_id` decides whose rows are seen; `permissions` what may be done; the rest is for the audit log.
    """

    tenant_id: str
    kind: Kind
    id: str = ""
    """Of the user or key."""
    name: str = ""
    """How the audit log calls them: an e-mail, a key's name."""
    role: str = ""
    permissions: frozenset[str] = frozenset()
    address: str = ""
    """From where: an IP address."""

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def system(tenant_id: str, name: str) -> Principal:
    """The gateway at work for a tenant: `name` says which part of it."""
    return Principal(tenant_id=tenant_id, kind=Kind.SYSTEM, name=name)
