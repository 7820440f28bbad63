"""What becomes of an order: its status, and what that does to the stock and to its seller."""

from collections import Counter

from sqlalchemy.orm import Session

from control_plane.core.orders.machine import OPEN, TRANSITIONS, Status, allowed, gives_back, may, takes_stock
from control_plane.core.refusals import Refused, invalid, unknown
from control_plane.core.sellers.choice import Wanted
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources.crud import check_version
from control_plane.resources.orders.schemas import OrderAssignIn, OrderDetail, OrderOut, TransitionIn
from control_plane.resources.orders.tables import Order, OrderEvent
from control_plane.resources.products import stock
from control_plane.resources.sellers import assigning
from control_plane.resources.sellers.assigning import Target


def held(session: Session, order_id: str, *, version: int | None = None) -> Order:
    """The order, which nobody else changes until this transaction ends. Raises Refused."""
    order = session.get(Order, order_id, with_for_update=True, populate_existing=True)
    if order is None:
        raise unknown("order")
    check_version(order, version)
    return order


def detail(session: Session, order_id: str) -> OrderDetail:
    """With its history. Raises Refused."""
    order = session.get(Order, order_id)
    if order is None:
        raise unknown("order")
    return detailed(order)


def detailed(order: Order) -> OrderDetail:
    said = OrderOut.model_validate(order, from_attributes=True)
    return OrderDetail.model_validate(
        {**said.model_dump(), "history": order.history, "allowed": allowed(said.status)}, from_attributes=True
    )


def transition(session: Session, order_id: str, *, wanted: TransitionIn, version: int | None = None) -> OrderDetail:
    """Bring it to another status. Raises Refused."""
    order = held(session, order_id, version=version)
    step(session, order, wanted=wanted)
    session.flush()
    return detailed(order)


def step(session: Session, order: Order, *, wanted: TransitionIn) -> None:
    """Raises Refused. The order is new, or `held`, so that each step is taken once."""
    since = Status(order.status)
    _check(session, since=since, to=wanted.to)
    if wanted.to is Status.PLACED and not order.lines:
        raise invalid("lines", "an order of nothing cannot be placed")
    if takes_stock(since, wanted.to):
        _take(session, order)
    if gives_back(since, wanted.to):
        _give_back(session, order)
    order.status = wanted.to.value
    record(session, order, since=since.value, note=wanted.note)
    target = Target(kind="order", id=order.id)
    if wanted.to is Status.PLACED:
        _hand_over(session, order, wanted=wanted)
    elif wanted.to not in OPEN:
        assigning.release(session, target)


def record(session: Session, order: Order, *, since: str, note: str = "") -> None:
    """A line in the history of the order as it stands now."""
    by = who(session)
    order.history.append(
        OrderEvent(
            id=new_id(now(session)),
            step=len(order.history) + 1,
            from_status=since,
            to_status=order.status,
            by_kind=str(by.kind),
            by_id=by.id,
            by_name=by.name,
            at=now(session),
            note=note,
        )
    )


def assign(session: Session, order_id: str, *, wanted: OrderAssignIn) -> OrderDetail:
    """Give it to a seller: the named one, or another than now whose turn it is. Raises Refused."""
    order = held(session, order_id)
    if order.status not in OPEN and order.status != Status.DRAFT:
        raise Refused("conflict", f"It is {order.status}: nobody has work with it any more.")
    target = Target(kind="order", id=order.id)
    if wanted.seller_id:
        assigning.give(session, target, seller_id=wanted.seller_id)
        order.seller_id = wanted.seller_id
    else:
        asked = Wanted(skill=wanted.skill, language=wanted.language, but=order.seller_id)
        order.seller_id = assigning.choose(session, target, wanted=asked).seller_id
    session.flush()
    return detailed(order)


def _check(session: Session, *, since: Status, to: Status) -> None:
    if (since, to) not in TRANSITIONS:
        ways = ", ".join(allowed(since)) or "nothing else"
        raise Refused("illegal_transition", f"From {since} an order can become: {ways}.")
    if not may(who(session), since=since, to=to):
        raise Refused("not_allowed", f"From {since} to {to}: {TRANSITIONS[since, to]} only.")


def _take(session: Session, order: Order) -> None:
    wanted: Counter[str] = Counter()
    for line in order.lines:
        wanted[line.product_id] += line.quantity
    counted = stock.take(session, wanted, order_id=order.id)
    for line in order.lines:
        line.reserved = line.quantity if line.product_id in counted else 0


def _give_back(session: Session, order: Order) -> None:
    pieces: Counter[str] = Counter()
    for line in order.lines:
        pieces[line.product_id] += line.reserved
        line.reserved = 0
    stock.give_back(session, +pieces, order_id=order.id)


def _hand_over(session: Session, order: Order, *, wanted: TransitionIn) -> None:
    """An order that nobody can take now is placed all the same."""
    target = Target(kind="order", id=order.id)
    if order.seller_id:
        assigning.give(session, target, seller_id=order.seller_id)
    elif wanted.assign or wanted.skill:
        chosen = assigning.try_choose(session, target, wanted=Wanted(skill=wanted.skill))
        order.seller_id = chosen.seller_id if chosen else ""
