"""Lines of an order from what was asked for: products of the price list, priced and summed up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.orders import totals
from control_plane.core.orders.totals import DiscountTooLarge, Item, Totals
from control_plane.core.refusals import Fault, Refused, invalid
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now
from control_plane.resources.orders.schemas import OrderLineIn
from control_plane.resources.orders.tables import Order, OrderLine
from control_plane.resources.products.tables import Product

DEAREST: Final = Decimal("999999999999.9999")


def priced(session: Session, order: Order, *, lines: Sequence[OrderLineIn]) -> None:
    """The order with these lines instead of its own, and their sums. Raises Refused that names every wrong line."""
    known = _products(session, lines)
    faults, made, sums = [], [], []
    for position, wanted in enumerate(lines):
        product = known.get(wanted.product_id)
        fault = _fault(product, order.currency)
        if product is None or fault:
            faults.append(Fault(f"lines.{position}.product_id", fault))
            continue
        try:
            cost = totals.line(_item(product, wanted), order.currency)
        except DiscountTooLarge as error:
            faults.append(Fault(f"lines.{position}.discount", str(error)))
            continue
        made.append(_line(session, position, wanted=wanted, product=product, cost=cost))
        sums.append(cost)
    if faults:
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults[:3])
        raise Refused("invalid", detail, faults=tuple(faults))
    summed = totals.order(sums)
    if summed.subtotal > DEAREST or summed.total > DEAREST:
        raise invalid("lines", "more money than can be written down")
    order.lines = made
    order.subtotal, order.discount, order.tax, order.total = (
        summed.subtotal,
        summed.discount,
        summed.tax,
        summed.total,
    )


def _products(session: Session, lines: Sequence[OrderLineIn]) -> Mapping[str, Product]:
    wanted = {line.product_id for line in lines}
    return {product.id: product for product in session.scalars(select(Product).where(Product.id.in_(wanted)))}


def _fault(product: Product | None, currency: str) -> str:
    if product is None:
        return "no product has this id"
    if not product.active:
        return "it is not sold at present"
    if product.currency != currency:
        return f"its price is in {product.currency}, the order in {currency}"
    return ""


def _item(product: Product, wanted: OrderLineIn) -> Item:
    return Item(
        unit_price=product.price,
        quantity=wanted.quantity,
        discount=wanted.discount,
        tax_rate=wanted.tax_rate,
    )


def _line(session: Session, position: int, *, wanted: OrderLineIn, product: Product, cost: Totals) -> OrderLine:
    return OrderLine(
        id=new_id(now(session)),
        position=position,
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        unit_price=product.price,
        quantity=wanted.quantity,
        discount=cost.discount,
        tax_rate=wanted.tax_rate,
        subtotal=cost.subtotal,
        tax=cost.tax,
        total=cost.total,
        reserved=0,
    )
