"""Writing down what happened, in the transaction that makes it happen, for the webhooks that want to know."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from control_plane.core.outbound.subscription import wants
from control_plane.ports.tables import Stamped, new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources.crud import Rows
from control_plane.resources.outbound.tables import PENDING, OutboundEvent, WebhookDelivery, WebhookEndpoint
from control_plane.resources.registered import RESOURCES
from control_plane.resources.resource import Resource

SUMMED_UP: Final = {"summed_up": True}

TOUCHED: Final = "announcer.touched"
WRITTEN: Final = "announcer.written"
LISTENERS: Final = "announcer.listeners"
SILENT: Final = "announcer.silent"
"""What is kept in a session's `info`."""


class Announcer:
    """Sees every change before it is written (`watch` of the store of tenants), and tells of rows of resources that are
    announced. What changes several times in one transaction is told once, as it is in the end.

    `ring` is called, in any thread, when there is something to deliver; the transaction may not be over yet.
    """

    def __init__(self) -> None:
        self.ring: Callable[[], None] = _nothing

    def __call__(self, session: Session) -> None:
        if any(isinstance(row, WebhookDelivery) for row in session.new):
            self.ring()
        touched = _touched(session)
        if session.info.get(SILENT) or not touched or not _listeners(session):
            return
        if TOUCHED not in session.info:
            session.info[TOUCHED] = {}
            session.info[WRITTEN] = {}
            event.listen(session, "after_flush_postexec", self._write)
        for row, verb in touched:
            # What is deleted cannot be looked at afterwards.
            body = _said(session, row) if verb == "deleted" else None
            session.info[TOUCHED][row.__tablename__, row.id] = (row, verb, body)

    def _write(self, session: Session, *_: Any) -> None:
        """Rows have their versions now. Within a flush nothing can be added, hence statements."""
        touched, session.info[TOUCHED] = session.info[TOUCHED], {}
        for place, (row, verb, body) in touched.items():
            kind = f"{_announced()[type(row)].one}.{verb}"
            endpoints = _wanting(session, kind)
            if not endpoints:
                continue
            body = _said(session, row) if body is None else body
            event_id, known = session.info[WRITTEN].get(place, ("", ""))
            if verb == "updated" and known in ("created", "updated"):
                again = update(OutboundEvent).where(OutboundEvent.id == event_id).values(body=body)
                session.execute(again.execution_options(**SUMMED_UP))
                continue
            told = _event(session, kind, body=body)
            session.info[WRITTEN][place] = (told["id"], verb)
            session.execute(insert(OutboundEvent), [told])
            session.execute(insert(WebhookDelivery), [_delivery(session, told, endpoint_id=each) for each in endpoints])
            self.ring()


def say_nothing(session: Session) -> None:
    """Changes of rows are not told one by one in this transaction: its sum is told, when there is one."""
    session.info[SILENT] = True


def tell(session: Session, kind: str, *, body: Mapping[str, Any], event_id: str = "", happened: float = 0.0) -> bool:
    """For what is no change of a row. False when nobody wants to know.

    `event_id` for events that might be told twice: the second time breaks a constraint. With `happened` (unix seconds)
    only those hear of it who wanted to know of calls by then.
    """
    endpoints = _wanting(session, kind, happened=happened)
    if not endpoints:
        return False
    told = _event(session, kind, body=dict(body), event_id=event_id)
    session.add(OutboundEvent(**told))
    session.flush()
    session.add_all(WebhookDelivery(**_delivery(session, told, endpoint_id=each)) for each in endpoints)
    session.flush()
    return True


def send_to(session: Session, endpoint_id: str, *, told: OutboundEvent) -> WebhookDelivery:
    """One more delivery of an event, whatever the endpoint wants to hear of."""
    row = WebhookDelivery(**_delivery(session, {"id": told.id, "kind": told.kind}, endpoint_id=endpoint_id))
    session.add(row)
    session.flush()
    return row


def made(session: Session, kind: str, *, body: Mapping[str, Any]) -> OutboundEvent:
    """An event that nobody is told of yet."""
    row = OutboundEvent(**_event(session, kind, body=dict(body)))
    session.add(row)
    session.flush()
    return row


@cache
def _announced() -> Mapping[type[Any], Resource]:
    return {resource.table: resource for resource in RESOURCES if resource.announced}


def _touched(session: Session) -> list[tuple[Any, str]]:
    known = _announced()
    changed = (row for row in session.dirty if type(row) in known and session.is_modified(row))
    return [
        *((row, "created") for row in session.new if type(row) in known),
        *((row, "updated") for row in changed),
        *((row, "deleted") for row in session.deleted if type(row) in known),
    ]


def _said(session: Session, row: Stamped) -> dict[str, Any]:
    return Rows(session, _announced()[type(row)]).said(row).model_dump(mode="json")


def _listeners(session: Session) -> list[tuple[str, list[str], float]]:
    """The active endpoints: id, patterns, since when of calls. Asked for once a transaction."""
    if LISTENERS not in session.info:
        found = select(WebhookEndpoint.id, WebhookEndpoint.events, WebhookEndpoint.calls_since)
        rows = session.execute(found.where(WebhookEndpoint.active)).all()
        session.info[LISTENERS] = [(row.id, row.events, row.calls_since or 0.0) for row in rows]
    listeners: list[tuple[str, list[str], float]] = session.info[LISTENERS]
    return listeners


def _wanting(session: Session, kind: str, *, happened: float = 0.0) -> list[str]:
    return [
        endpoint_id
        for endpoint_id, patterns, since in _listeners(session)
        if wants(patterns, kind) and (not happened or since <= happened)
    ]


def _event(session: Session, kind: str, *, body: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    at = now(session)
    return {
        "id": event_id or new_id(at),
        "tenant_id": who(session).tenant_id,
        "kind": kind,
        "body": body,
        "at": at,
    }


def _delivery(session: Session, told: Mapping[str, Any], *, endpoint_id: str) -> dict[str, Any]:
    at = now(session)
    empty = dict.fromkeys(("next_at", "status", "took_ms", "ended_at"))
    return {
        "id": new_id(at),
        "tenant_id": who(session).tenant_id,
        "endpoint_id": endpoint_id,
        "event_id": told["id"],
        "kind": told["kind"],
        "state": PENDING,
        "begun": False,
        "attempts": 0,
        "answer": "",
        "error": "",
        "log": [],
        "created_at": at,
        **empty,
    }


def _nothing() -> None:
    pass
