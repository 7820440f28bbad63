"""The rules of orders: how they are made, and that only drafts are rewritten."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from control_plane.core.orders.machine import Status
from control_plane.core.orders.number import order_number, year_of
from control_plane.core.people.principal import Kind
from control_plane.core.refusals import Refused, invalid
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.contacts.tables import Contact
from control_plane.resources.counters import next_number
from control_plane.resources.fields import Line, Moment
from control_plane.resources.locks import hold
from control_plane.resources.orders.flow import record, step
from control_plane.resources.orders.pricing import priced
from control_plane.resources.orders.schemas import OrderEdit, OrderIn, OrderOut, TransitionIn
from control_plane.resources.orders.tables import Order
from control_plane.resources.resource import Filter, Resource, Rules
from control_plane.resources.sellers import assigning
from control_plane.resources.tenants import Tenant

SOURCES: Final = {Kind.USER: "user", Kind.KEY: "api", Kind.OPERATOR: "user", Kind.SYSTEM: "call"}


def _made(session: Session, data: OrderIn) -> Order:
    at = now(session)
    year = year_of(at, session.scalar(select(Tenant.zone)) or "")
    order = Order(
        id=new_id(at),
        number=order_number(year, next_number(session, f"orders.{year}")),
        status=Status.DRAFT.value,
        contact_id=data.contact_id,
        customer=data.customer,
        address=data.address.model_dump(),
        note=data.note,
        seller_id=data.seller_id,
        currency=data.currency,
        source=data.source or SOURCES[who(session).kind],
        call_id=data.call_id,
        conversation_id=data.conversation_id,
    )
    priced(session, order, lines=data.lines)
    return order


def _created(session: Session, order: Order, *, data: OrderIn) -> None:
    _contact_is_known(session, data.contact_id)
    if data.seller_id:
        assigning.known(session, data.seller_id)
    record(session, order, since="")
    if data.place:
        step(session, order, wanted=TransitionIn(to=Status.PLACED, assign=data.assign, skill=data.skill))


def _updated(session: Session, order: Order, *, fields: dict[str, Any]) -> None:
    _draft(session, order)
    _contact_is_known(session, fields.get("contact_id", ""))
    lines = fields.pop("lines", None)
    if lines is not None:
        before = _told(order)
        priced(session, order, lines=lines)
        audit.note(session, "lines", resource="orders", row_id=order.id, before=before, after=_told(order))
        # They are other rows: that they changed is a change of the order.
        flag_modified(order, "updated_at")
    if "address" in fields:
        fields["address"] = fields["address"].model_dump()


def _deleted(session: Session, order: Order) -> None:
    _draft(session, order)
    assigning.release(session, assigning.Target(kind="order", id=order.id))


def _draft(session: Session, order: Order) -> None:
    hold(session, order)
    if order.status != Status.DRAFT:
        raise Refused("order_not_draft", f"It is {order.status}.")


def _contact_is_known(session: Session, contact_id: str) -> None:
    """Raises Refused, which does not say whether somebody else has it."""
    if contact_id and session.scalar(select(Contact.id).where(Contact.id == contact_id)) is None:
        raise invalid("contact_id", "no contact has this id")


def _told(order: Order) -> dict[str, Any]:
    return {"lines": [f"{line.quantity} × {line.sku} at {line.unit_price}" for line in order.lines]}


ORDERS = Resource(
    refuses=("out_of_stock", "order_not_draft", "no_seller_available", "unknown_seller"),
    name="orders",
    one="order",
    area="orders",
    about="What customers ask for: lines of products, a status with its history, sums that the server makes.",
    table=Order,
    out=OrderOut,
    create=OrderIn,
    update=OrderEdit,
    verbs=frozenset({"list", "create", "update", "delete"}),
    make=_made,
    searched=("number", "customer_name", "customer_phone", "customer_email", "note"),
    filters={
        "status": Filter(kind=Status, where=lambda value: Order.status == value.value),
        "seller_id": Filter(kind=Line, where=lambda value: Order.seller_id == value),
        "contact_id": Filter(kind=Line, where=lambda value: Order.contact_id == value),
        "call_id": Filter(kind=Line, where=lambda value: Order.call_id == value),
        "from": Filter(
            kind=Moment, where=lambda value: Order.created_at >= value, description="Made then or later: unix seconds."
        ),
        "to": Filter(
            kind=Moment, where=lambda value: Order.created_at < value, description="Made before: unix seconds."
        ),
    },
    sorts={"updated_at": Order.updated_at, "total": Order.total, "number": Order.number},
    rules=Rules(
        on_create=lambda session, row, data: _created(session, row, data=data),
        on_update=lambda session, row, fields: _updated(session, row, fields=fields),
        on_delete=_deleted,
    ),
    loading=(selectinload(Order.lines),),
    announced=True,
)
"""One of them is read with its history: `web/orders.py`."""
