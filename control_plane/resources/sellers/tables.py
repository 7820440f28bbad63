"""How sellers and their work are stored."""

from typing import Any

from sqlalchemy import ColumnClause, Index, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable


class Seller(Tenanted, Stamped, Searchable, Base):
    """Somebody who sells."""

    __tablename__ = "sellers"
    __table_args__ = (
        Index("ix_sellers_created_at", "tenant_id", "created_at", "id"),
        Index("ix_sellers_name", "tenant_id", "name", "id"),
        Index("ix_sellers_user_id", "tenant_id", "user_id"),
    )

    name: Mapped[str] = mapped_column(Words)
    email: Mapped[str]
    phone: Mapped[str]
    user_id: Mapped[str]
    """The user who this is, so that they can say themselves whether they are there; empty: nobody signs in."""
    skills: Mapped[list[str]]
    languages: Mapped[list[str]]
    availability: Mapped[dict[str, Any]]
    status: Mapped[str]
    """`available`, `busy`, `away` or `off`."""
    max_load: Mapped[int | None]
    active: Mapped[bool]
    turn: Mapped[int] = mapped_column(default=0)
    """Which of the tenant's assignments was theirs last. This and the next are written without counting a version up:
    nobody edits them."""
    last_assigned_at: Mapped[float | None]


OPEN: ColumnClause[bool] = literal_column("released_at IS NULL")


class Assignment(Tenanted, Base):
    """A seller has something on their hands."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_target", "tenant_id", "kind", "target_id", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index("ix_assignments_open", "tenant_id", "seller_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_assignments_seller_id", "tenant_id", "seller_id", "at", "id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(primary_key=True)
    seller_id: Mapped[str]
    kind: Mapped[str]
    """`order`, `call` or `contact`."""
    target_id: Mapped[str]
    at: Mapped[float]
    released_at: Mapped[float | None]
