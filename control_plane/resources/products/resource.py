"""The rules of products."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.resources.fields import Line
from control_plane.resources.locks import hold
from control_plane.resources.orders.tables import OrderLine
from control_plane.resources.products import stock
from control_plane.resources.products.schemas import ProductEdit, ProductIn, ProductOut, StockMoveOut
from control_plane.resources.products.tables import Product, StockMove
from control_plane.resources.resource import Filter, Resource, Rules


def _created(session: Session, product: Product, *, data: ProductIn) -> None:
    _sku_is_free(session, data.sku)
    stock.begin(session, product)


def _updated(session: Session, product: Product, *, fields: dict[str, Any]) -> None:
    if fields.get("sku", product.sku) != product.sku:
        _sku_is_free(session, fields["sku"])


def _deleted(session: Session, product: Product) -> None:
    hold(session, product)
    held = select(OrderLine.id).where(OrderLine.product_id == product.id, OrderLine.reserved > 0).limit(1)
    if session.scalar(held) is not None:
        raise Refused("in_use", "Orders hold pieces of it; switch it off instead (`active`).")


def _sku_is_free(session: Session, sku: str) -> None:
    if session.scalar(select(Product.id).where(Product.sku == sku).limit(1)) is not None:
        raise Refused("sku_taken", f"{sku} is another product.")


PRODUCTS = Resource(
    refuses=("sku_taken",),
    name="products",
    one="product",
    area="products",
    about="What the tenant sells: bots look prices and stock up here, orders are made of it.",
    table=Product,
    out=ProductOut,
    create=ProductIn,
    update=ProductEdit,
    searched=("sku", "name", "category"),
    filters={
        "active": Filter(kind=bool, where=lambda value: Product.active == value),
        "category": Filter(kind=Line, where=lambda value: Product.category == value),
        "sku": Filter(kind=Line, where=lambda value: Product.sku == value),
    },
    sorts={"name": Product.name, "price": Product.price, "updated_at": Product.updated_at},
    rules=Rules(
        on_create=lambda session, row, data: _created(session, row, data=data),
        on_update=lambda session, row, fields: _updated(session, row, fields=fields),
        on_delete=_deleted,
    ),
    announced=True,
)

MOVES = Resource(
    name="stock_moves",
    one="stock_move",
    area="products",
    about="Pieces that came and went, the newest first.",
    table=StockMove,
    out=StockMoveOut,
    verbs=frozenset({"list"}),
    filters={"product_id": Filter(kind=Line, where=lambda value: StockMove.product_id == value)},
)
"""Without routes of its own: listed below each product."""
