"""Products: what a tenant sells, at which price, and how much of it there is."""

from decimal import Decimal
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable
from control_plane.resources.fields import Amount, Currency, Line, Name, Prose
from control_plane.resources.resource import Filter, Resource


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
    """Pieces at hand; None: not counted."""
    active: Mapped[bool]


class ProductIn(BaseModel):
    """A product as it is entered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"sku": "VAC-RABIA", "name": "Vacuna antirrábica", "price": "45000.00", "currency": "COP"}]
        },
    )

    sku: Line = Field(min_length=1, max_length=64)
    name: Name
    description: Prose = ""
    category: Line = ""
    price: Amount
    currency: Currency
    stock: int | None = Field(default=None, ge=0, le=1_000_000_000)
    active: bool = True


class ProductOut(ProductIn):
    """A product."""

    id: str
    version: int
    created_at: float
    updated_at: float


PRODUCTS = Resource(
    name="products",
    one="product",
    area="products",
    about="What the tenant sells: bots look prices and stock up here, orders are made of it.",
    table=Product,
    out=ProductOut,
    create=ProductIn,
    searched=("sku", "name", "category"),
    filters={
        "active": Filter(kind=bool, where=lambda value: Product.active == value),
        "category": Filter(kind=Line, where=lambda value: Product.category == value),
        "sku": Filter(kind=Line, where=lambda value: Product.sku == value),
    },
    sorts={"name": Product.name, "price": Product.price, "updated_at": Product.updated_at},
    announced=True,
)
