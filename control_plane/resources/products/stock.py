"""How many pieces there are: taken and given back one movement at a time, and never fewer than none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, invalid, unknown
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.products.schemas import MOST
from control_plane.resources.products.tables import Product, StockMove

_NOTED: Final = {"summed_up": True, "synchronize_session": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why pieces move."""

    kind: str
    reason: str = ""
    order_id: str = ""


def begin(session: Session, product: Product) -> None:
    """The first movement of a new product, when its pieces are counted."""
    if product.stock is not None:
        product.id = product.id or new_id(now(session))
        _write(session, product.id, change=product.stock, stock=product.stock, cause=Cause(kind="initial"))


def move(session: Session, product_id: str, *, change: int, reason: str) -> Product:
    """Somebody counted or delivered; a product that was not counted is, from none on. Raises Refused."""
    if change == 0:
        raise invalid("change", "nothing would change")
    counted = func.coalesce(Product.stock, 0) + change
    after = _set(session, product_id, stock=counted, when=counted.between(0, MOST))
    product = session.get(Product, product_id, populate_existing=True)
    if product is None:
        raise unknown("product")
    if after is None and change > 0:
        raise invalid("change", f"there would be more than {MOST}")
    if after is None:
        raise _out_of_stock(product)
    _write(session, product_id, change=change, stock=after[0] or 0, cause=Cause(kind="adjusted", reason=reason))
    before, now_there = {"stock": (after[0] or 0) - change}, {"stock": after[0], "reason": reason}
    audit.note(session, "stock", resource="products", row_id=product_id, before=before, after=now_there)
    return product


def take(session: Session, wanted: Mapping[str, int], *, order_id: str) -> frozenset[str]:
    """Pieces of products by id, for an order; which of these are counted at all. Raises Refused when there are too few
    of one of them.

    In the order of the ids, whoever takes them: two orders of the same products wait for each other, once.
    """
    counted = set()
    for product_id, pieces in sorted(wanted.items()):
        enough = or_(Product.stock.is_(None), Product.stock >= pieces)
        after = _set(session, product_id, stock=Product.stock - pieces, when=enough)
        if after is None:
            product = session.get(Product, product_id, populate_existing=True)
            raise _out_of_stock(product) if product else Refused("out_of_stock", "A product is not sold any more.")
        if after[0] is not None:
            counted.add(product_id)
            cause = Cause(kind="ordered", order_id=order_id)
            _write(session, product_id, change=-pieces, stock=after[0], cause=cause)
    return frozenset(counted)


def give_back(session: Session, pieces: Mapping[str, int], *, order_id: str) -> None:
    """What `take` took. What is not on the list any more, or not counted any more, stays away."""
    for product_id, count in sorted(pieces.items()):
        after = _set(session, product_id, stock=Product.stock + count, when=Product.stock.is_not(None))
        if after is not None and after[0] is not None:
            cause = Cause(kind="given_back", order_id=order_id)
            _write(session, product_id, change=count, stock=after[0], cause=cause)


def _set(
    session: Session, product_id: str, *, stock: ColumnElement[Any], when: ColumnElement[bool]
) -> tuple[int | None] | None:
    """The stock afterwards, in a tuple; None when there is no such product, or the condition does not hold."""
    change = update(Product).where(Product.id == product_id, when).values(stock=stock, updated_at=now(session))
    found = session.execute(change.returning(Product.stock), execution_options=_NOTED).one_or_none()
    return None if found is None else (found[0],)


def _write(session: Session, product_id: str, *, change: int, stock: int, cause: Cause) -> None:
    by, at = who(session), now(session)
    session.add(
        StockMove(
            id=new_id(at),
            product_id=product_id,
            change=change,
            stock=stock,
            kind=cause.kind,
            reason=cause.reason,
            order_id=cause.order_id,
            by_kind=str(by.kind),
            by_id=by.id,
            by_name=by.name,
            created_at=at,
        )
    )


def _out_of_stock(product: Product) -> Refused:
    return Refused("out_of_stock", f"{product.sku}: {product.stock or 0} left.")
