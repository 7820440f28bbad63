"""What sellers do and did: their load, and their figures of a time."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.core.orders.machine import SOLD, Status
from control_plane.core.refusals import Refused, invalid, unknown
from control_plane.core.sellers.choice import Wanted
from control_plane.ports.tenancy import now, who
from control_plane.resources.crud import check_version
from control_plane.resources.orders.tables import Order
from control_plane.resources.sellers import assigning
from control_plane.resources.sellers.assigning import Target
from control_plane.resources.sellers.schemas import (
    AssignIn,
    AssignmentOut,
    AssignmentTarget,
    Availability,
    SellerLoad,
    SellerMoney,
    SellerStats,
)
from control_plane.resources.sellers.tables import Assignment, Seller

PERMISSIONS = {"order": "orders:write", "call": "calls:write", "contact": "contacts:write"}
"""What somebody has to be allowed who gives it to sellers."""


def found(session: Session, seller_id: str) -> Seller:
    """Raises Refused."""
    seller = session.get(Seller, seller_id)
    if seller is None:
        raise unknown("seller")
    return seller


def assign(session: Session, wanted: AssignIn) -> AssignmentOut:
    """Give the target to whoever's turn it is; who has it already keeps it, unless `again`. Raises Refused."""
    order = _permitted(session, wanted.target)
    target = Target(kind=wanted.target.kind, id=wanted.target.id)
    asked = Wanted(skill=wanted.skill, language=wanted.language)
    made = assigning.choose(session, target, wanted=asked, keep=not wanted.again)
    if order is not None:
        order.seller_id = made.seller_id
    return made


def release(session: Session, target: AssignmentTarget) -> None:
    """Nobody has it on their hands any more. Raises Refused."""
    _permitted(session, target)
    if not assigning.release(session, Target(kind=target.kind, id=target.id)):
        raise unknown("assignment")


def _permitted(session: Session, target: AssignmentTarget) -> Order | None:
    """The order that is meant, held; None for other things, whose ids are taken as they are. Raises Refused."""
    permission = PERMISSIONS[target.kind]
    if not who(session).may(permission):
        raise Refused("not_allowed", f"This needs the permission {permission}.")
    if target.kind != "order":
        return None
    order = session.get(Order, target.id, with_for_update=True, populate_existing=True)
    if order is None:
        raise unknown("order")
    return order


def set_status(session: Session, seller_id: str, *, status: Availability, version: int | None) -> Seller:
    """By those who direct sellers, and by the seller. Raises Refused."""
    seller, asker = found(session, seller_id), who(session)
    if not asker.may("sellers:write") and not (asker.id and asker.id == seller.user_id):
        raise Refused("not_allowed", "This needs the permission sellers:write, or to be this seller.")
    check_version(seller, version)
    seller.status = status
    session.flush()
    return seller


def load(session: Session, seller_id: str) -> SellerLoad:
    """Raises Refused."""
    seller = found(session, seller_id)
    work = assigning.open_work(session, seller_id)[seller_id]
    working = assigning.works(seller, at=now(session))
    free = seller.max_load is None or work.total() < seller.max_load
    return SellerLoad(
        seller_id=seller.id,
        status=seller.status,
        working=working,
        assignable=working and free and seller.status == "available",
        open=work.total(),
        by_kind=dict(work),
        max_load=seller.max_load,
    )


def stats(session: Session, seller_id: str, *, since: float, until: float) -> SellerStats:
    """Raises Refused."""
    found(session, seller_id)
    if until <= since:
        raise invalid("to", "has to be after `from`")
    by_status: dict[str, int] = {}
    sold: dict[str, SellerMoney] = {}
    summed = select(Order.status, Order.currency, func.count(), func.sum(Order.total)).where(
        Order.seller_id == seller_id,
        Order.created_at >= since,
        Order.created_at < until,
        Order.status != Status.DRAFT.value,
    )
    for status, currency, count, total in session.execute(summed.group_by(Order.status, Order.currency)):
        by_status[status] = by_status.get(status, 0) + count
        if status in SOLD:
            before = sold.get(currency, SellerMoney(currency=currency, orders=0, total="0"))
            sold[currency] = SellerMoney(currency=currency, orders=before.orders + count, total=before.total + total)
    given = select(func.count(), func.count(Assignment.released_at)).where(
        Assignment.seller_id == seller_id, Assignment.at >= since, Assignment.at < until
    )
    assignments, released = session.execute(given).one()
    return SellerStats(
        seller_id=seller_id,
        since=since,
        until=until,
        orders=sum(by_status.values()),
        by_status=dict(sorted(by_status.items())),
        sold=[sold[currency] for currency in sorted(sold)],
        assignments=assignments,
        released=released,
    )
