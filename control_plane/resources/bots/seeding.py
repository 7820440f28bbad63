"""The bots that a tenant has from the beginning: those that ship, published and taking calls."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.core.bot import Bot
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.ports.tenancy import who
from control_plane.resources.bots.document import of_bot, stored
from control_plane.resources.bots.tables import KIND, BotRow
from control_plane.resources.crud import folded
from control_plane.resources.tenants import Tenant
from control_plane.resources.versioned import Versions

NOTE = "as it ships"


def seed(session: Session, bots: Sequence[Bot]) -> int:
    """Give the tenant for whom the session works the shipped bots, if it has none at all; how many it got.

    In the first tenant they have their own ids, which older calls name; elsewhere ids like any other bot.
    """
    if session.scalars(select(func.count()).select_from(BotRow)).one():
        return 0
    for bot in bots:
        _add(session, bot, row_id=bot.id if who(session).tenant_id == DEFAULT_TENANT else None)
    return len(bots)


def _add(session: Session, bot: Bot, *, row_id: str | None) -> None:
    draft = stored(of_bot(bot))
    row = BotRow(
        id=row_id,
        slug=bot.id,
        name=bot.name,
        language=bot.language,
        status="active",
        draft=draft,
        published_version=None,
        changed=False,
        words=folded(bot.name, bot.id),
    )
    session.add(row)
    session.flush()
    Versions(session, KIND, row=row).release(draft, note=NOTE)


def botless(session: Session) -> list[str]:
    """Across tenants: those that have no bot."""
    has = select(BotRow.id).where(BotRow.tenant_id == Tenant.id).exists()
    return list(session.scalars(select(Tenant.id).where(~has).order_by(Tenant.id)))


def counted(session: Session) -> int:
    """Across tenants: how many bots there are."""
    return session.scalars(select(func.count()).select_from(BotRow)).one()
