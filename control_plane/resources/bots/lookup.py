"""What a call has to know about bots and numbers, as plain data that can be kept."""

from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.resources.bots.tables import BotRow, BotVersion
from control_plane.resources.numbers import NumberRow
from control_plane.resources.tenants import Tenant

ACTIVE: Final = "active"


class KnownBot(BaseModel):
    """One published version."""

    bot_id: str
    version: int
    document: dict[str, Any]
    zone: str = ""
    """Of its tenant; empty: the installation's."""


class KnownNumber(BaseModel):
    """Where a number of ours leads."""

    tenant_id: str = DEFAULT_TENANT
    bot_id: str = ""


def active_bot(session: Session, name: str) -> KnownBot | None:
    """By id or slug, what it published last; None when there is no such bot, or it takes no calls."""
    found = select(BotRow).where(or_(BotRow.id == name, BotRow.slug == name), BotRow.status == ACTIVE)
    rows = session.scalars(found).all()
    return _known(session, next((row for row in rows if row.id == name), rows[0])) if rows else None


def standard_bot(session: Session, name: str) -> KnownBot | None:
    """The one of this name, or the oldest that takes calls."""
    named = active_bot(session, name)
    if named is not None:
        return named
    oldest = select(BotRow).where(BotRow.status == ACTIVE).order_by(BotRow.created_at, BotRow.id).limit(1)
    row = session.scalars(oldest).first()
    return None if row is None else _known(session, row)


def of_version(session: Session, bot_id: str, *, number: int) -> KnownBot | None:
    """As it was, whatever has become of the bot."""
    version = session.get(BotVersion, (bot_id, number))
    if version is None:
        return None
    tenant = session.get(Tenant, version.tenant_id)
    zone = tenant.zone if tenant is not None else ""
    return KnownBot(bot_id=bot_id, version=number, document=version.document, zone=zone)


def number_called(session: Session, e164: str) -> KnownNumber | None:
    """Across tenants: whose it is, and who answers."""
    whose = select(NumberRow).join(Tenant, Tenant.id == NumberRow.tenant_id)
    row = session.scalars(whose.where(NumberRow.e164 == e164, NumberRow.active, Tenant.status == "active")).first()
    return None if row is None else KnownNumber(tenant_id=row.tenant_id, bot_id=row.bot_id)


def own_number(session: Session, carrier: str) -> str:
    """The first number with which the tenant can call; empty when it has none."""
    usable = (NumberRow.active, NumberRow.carrier.in_(("", carrier)))
    found = select(NumberRow.e164).where(*usable).order_by(NumberRow.created_at, NumberRow.id).limit(1)
    return session.scalars(found).first() or ""


def most_calls(session: Session, tenant_id: str) -> int:
    """How many the tenant may have at once; 0: any number."""
    tenant = session.get(Tenant, tenant_id)
    return tenant.max_live_calls if tenant is not None else 0


def _known(session: Session, row: BotRow) -> KnownBot | None:
    return of_version(session, row.id, number=row.published_version) if row.published_version else None
