"""The tables of bots and their published versions."""

from typing import Final

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable
from control_plane.resources.versioned import Drafted, Kind, Published


class BotRow(Tenanted, Stamped, Searchable, Drafted, Base):
    """A bot: its draft, and which version of it takes calls."""

    __tablename__ = "bots"
    __table_args__ = (
        Index("uq_bots_slug", "tenant_id", "slug", unique=True),
        Index("ix_bots_created_at", "tenant_id", "created_at", "id"),
        Index("ix_bots_name", "tenant_id", "name", "id"),
    )

    slug: Mapped[str]
    """Its name in addresses and orders, unique in the tenant."""
    name: Mapped[str] = mapped_column(Words)
    """As in the draft, like the language."""
    language: Mapped[str]
    status: Mapped[str]
    """`draft` before the first version, then `active` or `inactive`."""


class BotVersion(Tenanted, Published, Base):
    """A bot as it was published."""

    __tablename__ = "bot_versions"

    bot_id: Mapped[str] = mapped_column(ForeignKey("bots.id", ondelete="CASCADE"), primary_key=True, sort_order=-1)


KIND: Final = Kind(one="bot", row=BotRow, version=BotVersion, owner="bot_id")
