"""Deliveries of webhooks: looked at, asked for again, forgotten in the end."""

from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from sqlalchemy import CursorResult, delete, literal, select, tuple_, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, unknown
from control_plane.ports.tenancy import now, who
from control_plane.resources.crud import Rows
from control_plane.resources.cursor import cursor_after, position_of
from control_plane.resources.outbound.announcing import made, send_to
from control_plane.resources.outbound.endpoints import WEBHOOKS
from control_plane.resources.outbound.kinds import TEST
from control_plane.resources.outbound.schemas import DeliveryDetail, DeliveryOut
from control_plane.resources.outbound.tables import FAILED, IS_NEW, PENDING, OutboundEvent, WebhookDelivery

ORDER: Final = "-created_at"

State = Literal["pending", "delivered", "failed", "given_up"]

Waiting = tuple[str, str, str]
"""A delivery whose run has not begun: tenant, endpoint, delivery."""


def page(
    session: Session, endpoint_id: str, *, state: str, limit: int, cursor: str
) -> tuple[Sequence[DeliveryOut], str]:
    """The newest first, and where the next ones begin. Raises Refused."""
    Rows(session, WEBHOOKS).find(endpoint_id)
    table = WebhookDelivery
    wanted = select(table).where(table.endpoint_id == endpoint_id)
    if state:
        wanted = wanted.where(table.state == state)
    if cursor:
        at, delivery_id = position_of(cursor, ORDER, kind=float)
        wanted = wanted.where(tuple_(table.created_at, table.id) < tuple_(literal(at), literal(delivery_id)))
    rows = session.scalars(wanted.order_by(table.created_at.desc(), table.id.desc()).limit(limit + 1)).all()
    found = rows[:limit]
    items = [_said(row) for row in found]
    return items, cursor_after(ORDER, found[-1].created_at, row_id=found[-1].id) if len(rows) > limit else ""


def one(session: Session, delivery_id: str) -> DeliveryDetail:
    """With what is sent. Raises Refused."""
    row = _find(session, delivery_id)
    told = session.get_one(OutboundEvent, row.event_id)
    return DeliveryDetail.model_validate({**_values(row), "data": told.body})


def resend(session: Session, delivery_id: str) -> DeliveryOut:
    """The same event once more, as a delivery of its own; receivers know it by its id. Raises Refused."""
    row = _find(session, delivery_id)
    if row.state in (PENDING, FAILED):
        raise Refused("delivery_pending", "It is still being tried.")
    return _said(send_to(session, row.endpoint_id, told=session.get_one(OutboundEvent, row.event_id)))


def test(session: Session, endpoint_id: str) -> DeliveryOut:
    """An event for this endpoint alone. Raises Refused."""
    Rows(session, WEBHOOKS).find(endpoint_id)
    told = made(session, TEST, body={"webhook_id": endpoint_id, "asked_by": who(session).name})
    return _said(send_to(session, endpoint_id, told=told))


def waiting(session: Session, limit: int) -> Sequence[Waiting]:
    """In a session over all tenants: deliveries whose runs have not begun, the oldest first."""
    table = WebhookDelivery
    found = select(table.tenant_id, table.endpoint_id, table.id).where(IS_NEW)
    return [(row[0], row[1], row[2]) for row in session.execute(found.order_by(table.created_at).limit(limit))]


def begun(session: Session, ids: Sequence[str]) -> None:
    """In a session over all tenants: their runs will see to them."""
    session.execute(update(WebhookDelivery).where(WebhookDelivery.id.in_(ids)).values(begun=True))


def forget(session: Session, *, before: float, limit: int) -> int:
    """In a session over all tenants: delete events of that time with their deliveries; how many."""
    old = session.scalars(select(OutboundEvent.id).where(OutboundEvent.at < before).limit(limit)).all()
    if not old:
        return 0
    gone = session.execute(delete(OutboundEvent).where(OutboundEvent.id.in_(old)))
    return cast("CursorResult[Any]", gone).rowcount


def end(session: Session, row: WebhookDelivery, *, state: str) -> None:
    row.state, row.next_at, row.ended_at = state, None, now(session)


def _find(session: Session, delivery_id: str) -> WebhookDelivery:
    row = session.get(WebhookDelivery, delivery_id)
    if row is None:
        raise unknown("delivery")
    return row


def _said(row: WebhookDelivery) -> DeliveryOut:
    return DeliveryOut.model_validate(_values(row))


def _values(row: WebhookDelivery) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in WebhookDelivery.__mapper__.column_attrs}
