"""How products and the movements of their stock are stored."""

from decimal import Decimal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable


class Product(Tenanted, Stamped, Searchable, Base):
    """One thing on the price list."""

    __tablename__ = "products"
    __table_args__ = (
        Index("uq_products_sku", "tenant_id", "sku", unique=True),
        Index("ix_products_created_at", "tenant_id", "created_at", "id"),
        Index("ix_products_name", "tenant_id", "name", "id"),
    )

    sku: Mapped[str]
    name: Mapped[str] = mapped_column(Words)
    description: Mapped[str] = mapped_column(Words)
    category: Mapped[str]
    price: Mapped[Decimal]
    currency: Mapped[str]
    stock: Mapped[int | None]
    """Pieces at hand; None: not counted. Changed by `products.stock` alone, which neither asks for the version nor
    counts it up: whoever edits the price list is not disturbed by every sale."""
    active: Mapped[bool]


class StockMove(Tenanted, Base):
    """Pieces that came or went. Never changed afterwards."""

    __tablename__ = "stock_moves"
    __table_args__ = (Index("ix_stock_moves_product_id", "tenant_id", "product_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str]
    change: Mapped[int]
    stock: Mapped[int]
    """How many there were afterwards."""
    kind: Mapped[str]
    """`initial`, `adjusted`, `ordered` or `given_back`."""
    reason: Mapped[str] = mapped_column(Words)
    order_id: Mapped[str]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    by_name: Mapped[str] = mapped_column(Words)
    created_at: Mapped[float]
