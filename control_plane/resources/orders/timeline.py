"""The orders of one customer, for the story of a contact."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from control_plane.resources.orders.schemas import OrderOut
from control_plane.resources.orders.tables import Order


def of_contact(session: Session, contact_id: str, *, limit: int, phone: str = "") -> Sequence[OrderOut]:
    """The newest first; with `phone` also those that name the number and no contact."""
    mine = Order.contact_id == contact_id
    if phone:
        mine = or_(mine, (Order.customer_phone == phone) & (Order.contact_id == ""))
    newest = select(Order).where(mine).order_by(Order.created_at.desc(), Order.id.desc()).limit(limit)
    rows = session.scalars(newest.options(selectinload(Order.lines)))
    return [OrderOut.model_validate(row, from_attributes=True) for row in rows]
