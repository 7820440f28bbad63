"""Finding the key that a program shows, and noting that it was used."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL, PERMISSIONS, Role, granted
from control_plane.ports.tenancy import now
from control_plane.resources.people.tables import ACTIVE, ApiKey, User
from control_plane.resources.tenants import Tenant

USED_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key that may be used, as far as whoever shows it has the rest of it."""

    id: str
    tenant_id: str
    name: str
    hash: str
    permissions: tuple[str, ...]
    expires_at: float | None


def find(session: Session, prefix: str) -> KnownKey | None:
    """None when there is none, or it was revoked, has run out, or its maker may do nothing any more."""
    key = session.scalars(select(ApiKey).where(ApiKey.prefix == prefix)).one_or_none()
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now(session)):
        return None
    limit = _limit(session, key)
    tenant = session.get(Tenant, key.tenant_id)
    if limit is None or tenant is None or tenant.status != "active":
        return None
    return KnownKey(
        id=key.id,
        tenant_id=key.tenant_id,
        name=key.name,
        hash=key.hash,
        permissions=tuple(sorted(granted(key.scopes, limit=limit))),
        expires_at=key.expires_at,
    )


def _limit(session: Session, key: ApiKey) -> frozenset[str] | None:
    """What its maker may; everything of a tenant for a key that the operator made."""
    if not key.made_by:
        return ALL
    maker = session.get(User, key.made_by)
    if maker is None or maker.status != ACTIVE or maker.tenant_id != key.tenant_id:
        return None
    return PERMISSIONS[Role(maker.role)]


def used(session: Session, key_id: str) -> None:
    """To the minute: further uses within it write nothing."""
    at = now(session)
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at - USED_EVERY_S)
    session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_at=at))


def hashes(session: Session, *, limit: int) -> list[str]:
    """Of keys that may be used, the last used first."""
    alive = select(ApiKey.hash).where(ApiKey.revoked_at.is_(None))
    return list(session.scalars(alive.order_by(ApiKey.last_used_at.desc().nulls_last()).limit(limit)))
