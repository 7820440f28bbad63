"""Noting in the audit log what somebody did before it was known for whom a session works."""

from typing import Any

from sqlalchemy.orm import Session

from control_plane.core.people.principal import Kind, Principal
from control_plane.resources import audit
from control_plane.resources.people.accounts import Account
from control_plane.resources.people.tables import User


def as_principal(user: User | Account, address: str) -> Principal:
    """The user as an actor; without permissions, which nothing here asks for."""
    return Principal(
        tenant_id=user.tenant_id, kind=Kind.USER, id=user.id, name=user.email, role=user.role, address=address
    )


def note(session: Session, actor: Principal, *, action: str, row_id: str = "", **after: Any) -> None:
    """In a session over all tenants: what the actor did to a user, themselves unless `row_id` says another."""
    session.info["who"] = actor
    audit.note(session, action, resource="users", row_id=row_id or actor.id, after=after)
