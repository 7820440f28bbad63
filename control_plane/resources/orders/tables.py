"""How orders are stored: the order, its lines, its history."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable


class OrderLine(Tenanted, Base):
    """Some pieces of one product, as it was called and priced when they were ordered."""

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("ix_order_lines_order_id", "order_id", "position"),
        Index("ix_order_lines_product_id", "tenant_id", "product_id", "reserved"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    position: Mapped[int]
    product_id: Mapped[str]
    sku: Mapped[str]
    name: Mapped[str] = mapped_column(Words)
    unit_price: Mapped[Decimal]
    quantity: Mapped[int]
    discount: Mapped[Decimal]
    tax_rate: Mapped[Decimal]
    """In percent."""
    subtotal: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    reserved: Mapped[int] = mapped_column(default=0)
    """Pieces that the order took from the stock, and has not given back."""


class OrderEvent(Tenanted, Base):
    """One step in the life of an order. Never changed afterwards."""

    __tablename__ = "order_events"
    __table_args__ = (Index("uq_order_events_order_id", "order_id", "step", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    step: Mapped[int]
    """Counted from 1: two steps may be of one moment."""
    from_status: Mapped[str]
    """Empty for a new order."""
    to_status: Mapped[str]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    by_name: Mapped[str] = mapped_column(Words)
    at: Mapped[float]
    note: Mapped[str] = mapped_column(Words)


class Order(Tenanted, Stamped, Searchable, Base):
    """What somebody wants to have, at which price."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("uq_orders_number", "tenant_id", "number", unique=True),
        Index("ix_orders_created_at", "tenant_id", "created_at", "id"),
        Index("ix_orders_status", "tenant_id", "status", "created_at", "id"),
        Index("ix_orders_seller_id", "tenant_id", "seller_id", "created_at", "id"),
        Index("ix_orders_contact_id", "tenant_id", "contact_id", "created_at", "id"),
        Index("ix_orders_customer_phone", "tenant_id", "customer_phone", "created_at", "id"),
        Index("ix_orders_call_id", "tenant_id", "call_id"),
    )

    number: Mapped[str]
    status: Mapped[str]
    contact_id: Mapped[str]
    customer_name: Mapped[str] = mapped_column(Words)
    customer_phone: Mapped[str]
    customer_email: Mapped[str]
    address: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Words)
    seller_id: Mapped[str]
    currency: Mapped[str]
    subtotal: Mapped[Decimal]
    discount: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    source: Mapped[str]
    """`call`, `api`, `user` or `whatsapp`."""
    call_id: Mapped[str]
    conversation_id: Mapped[str]
    lines: Mapped[list[OrderLine]] = relationship(order_by=OrderLine.position, cascade="all, delete-orphan")
    history: Mapped[list[OrderEvent]] = relationship(order_by=OrderEvent.step, cascade="all, delete-orphan")

    @property
    def customer(self) -> dict[str, str]:
        """Name, phone and email in one, as the API tells them."""
        return {"name": self.customer_name, "phone": self.customer_phone, "email": self.customer_email}

    @customer.setter
    def customer(self, told: BaseModel | Mapping[str, str]) -> None:
        given = told.model_dump() if isinstance(told, BaseModel) else told
        self.customer_name, self.customer_phone, self.customer_email = (given[k] for k in ("name", "phone", "email"))
