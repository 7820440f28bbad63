"""How many calls led to an order."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.resources.orders.tables import Order


def calls_with_order(session: Session, *, since: float, until: float) -> int:
    """By when the order was made, which is during the call or soon after."""
    made = select(func.count(Order.call_id.distinct())).where(
        Order.created_at >= since, Order.created_at < until, Order.call_id != "", Order.status != "cancelled"
    )
    return int(session.scalar(made) or 0)
