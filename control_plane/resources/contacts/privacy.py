"""What a person may ask for: that their data is erased, that they are told all of it."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, Text, and_, cast, delete, false, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import Refused, unknown
from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.audit import AuditEntry
from control_plane.resources.call_notes import CallNote
from control_plane.resources.contacts.contacts import CONTACTS, Plans, parsed, plan_of
from control_plane.resources.contacts.imports import ImportFault
from control_plane.resources.contacts.schemas import AnyNumber, ContactOut, DoNotCallOut
from control_plane.resources.contacts.tables import Contact, ContactList, ContactNumber, DoNotCall, ListMember
from control_plane.resources.crud import Rows, folded
from control_plane.resources.fields import Id, Name
from control_plane.resources.idempotency import IdempotencyKey
from control_plane.resources.orders.tables import Order
from control_plane.resources.outbound.tables import OutboundEvent
from control_plane.resources.resource import Resource

PORTION: Final = 500
"""Rows that are held in memory at a time."""

SHORTEST: Final = 7
"""Digits that are taken for a number without its country."""


class PrivacyRequest(Tenanted, Stamped, Base):
    """One request of a person. Whom it was about is known until it is carried out, and then no more."""

    __tablename__ = "privacy_requests"
    __table_args__ = (Index("ix_privacy_requests_created_at", "tenant_id", "created_at", "id"),)
    __secret__ = ("numbers",)

    kind: Mapped[str]
    """`erase`."""
    state: Mapped[str]
    """`waiting`, `done` or `failed`."""
    contact_id: Mapped[str]
    numbers: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Words)
    asked_by: Mapped[str] = mapped_column(Words)
    found: Mapped[dict[str, Any]]
    """How much of each kind was erased."""
    ended_at: Mapped[float | None]
    error: Mapped[str]


class PrivacyEraseIn(BaseModel):
    """Whose data is to be erased: a contact with all its numbers, or whoever has a number."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "+573001234567", "reason": "asked by letter"}]}
    )

    contact_id: Id | None = None
    number: AnyNumber | None = None
    reason: Name


class PrivacyRequestOut(BaseModel):
    """The receipt of a request; `found` counts what was erased, by kind."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    state: str
    contact_id: str
    reason: str
    asked_by: str
    found: dict[str, int]
    created_at: float
    ended_at: float | None
    error: str
    version: int


REQUESTS: Final = Resource(
    name="privacy_requests",
    one="privacy_request",
    area="privacy",
    about="What was asked in the name of persons, and what was done: the receipts, without the data.",
    table=PrivacyRequest,
    out=PrivacyRequestOut,
    verbs=frozenset({"list", "get"}),
)


class PersonOut(BaseModel):
    """All that is kept about a person."""

    contact: ContactOut | None
    do_not_call: list[DoNotCallOut]
    lists: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    calls: list[dict[str, Any]]


def request_erasure(session: Session, asked: PrivacyEraseIn, *, plans: Plans) -> PrivacyRequest:
    """Raises Refused for an unknown contact, and when neither or both are named."""
    if (asked.contact_id is None) == (asked.number is None):
        raise Refused("invalid", "Either contact_id or number.")
    if asked.number is not None:
        numbers = [parsed(plan_of(session, plans), [asked.number], field="number")[0].e164]
        contact_id = contact_by_number(session, numbers[0])
        if contact_id:
            numbers = list(dict.fromkeys([*numbers, *numbers_of(session, contact_id)]))
    else:
        contact_id = str(asked.contact_id)
        Rows(session, CONTACTS).find(contact_id)
        numbers = numbers_of(session, contact_id)
    request = PrivacyRequest(
        kind="erase",
        state="waiting",
        contact_id=contact_id,
        numbers=numbers,
        reason=asked.reason,
        asked_by=who(session).name,
        found={},
        ended_at=None,
        error="",
    )
    session.add(request)
    session.flush()
    return request


def numbers_of(session: Session, contact_id: str) -> list[str]:
    wanted = select(ContactNumber.e164).where(ContactNumber.contact_id == contact_id)
    return list(session.scalars(wanted.order_by(ContactNumber.position)))


def contact_by_number(session: Session, e164: str) -> str:
    """Its id; empty when nobody has the number."""
    return session.scalars(select(ContactNumber.contact_id).where(ContactNumber.e164 == e164)).first() or ""


def erase_rows(session: Session, tenant_id: str, *, contact_id: str, numbers: Sequence[str]) -> dict[str, int]:
    """How many rows of each table were erased or emptied. In a session over all tenants, as nobody else may change the
    audit log. That a number must not be called stays: the person asked for that too."""
    found: dict[str, int] = {}
    if contact_id:
        found["contacts"] = _removed(session, delete(Contact).where(Contact.id == contact_id, _of(Contact, tenant_id)))
    ids = _ids_of(session, tenant_id, contact_id=contact_id, numbers=numbers)
    found["orders"] = _anonymous_orders(session, tenant_id, ids=ids, numbers=numbers)
    noted = and_(AuditEntry.resource == "contacts", AuditEntry.row_id.in_(ids))
    named = and_(AuditEntry.resource.in_(("contacts", "orders")), _noting(numbers))
    found["audit_entries"] = _empty(session, and_(_of(AuditEntry, tenant_id), or_(noted, named)))
    marks = (*ids, *numbers)
    answers = and_(_of(IdempotencyKey, tenant_id), _naming(IdempotencyKey.answer, marks))
    found["answers"] = _removed(session, delete(IdempotencyKey).where(answers))
    news = and_(_of(OutboundEvent, tenant_id), _naming(OutboundEvent.body, marks))
    found["events"] = _removed(session, delete(OutboundEvent).where(news))
    found["import_faults"] = _forget_faults(session, tenant_id, numbers=numbers)
    return found


def _ids_of(session: Session, tenant_id: str, *, contact_id: str, numbers: Sequence[str]) -> list[str]:
    """The contacts that were this person: the one that is meant, those gone that had a number, and what was merged into
    them. Who is still there is somebody else, who had the number once."""
    entries = (_of(AuditEntry, tenant_id), AuditEntry.resource == "contacts")
    had = set(session.scalars(select(AuditEntry.row_id).where(*entries, _noting(numbers))))
    there = set(session.scalars(select(Contact.id).where(_of(Contact, tenant_id), Contact.id.in_(had))))
    found: set[str] = set()
    fresh = ({contact_id} | (had - there)) - {""}
    while fresh:
        found |= fresh
        merges = select(AuditEntry.before).where(*entries, AuditEntry.action == "merge", AuditEntry.row_id.in_(fresh))
        fresh = {str(other) for before in session.scalars(merges) for other in before.get("others", ())} - found
    return sorted(found)


def _anonymous_orders(session: Session, tenant_id: str, *, ids: Sequence[str], numbers: Sequence[str]) -> int:
    """What was bought, and for how much, is kept for the books; by whom is not."""
    theirs = or_(Order.customer_phone.in_(numbers), Order.contact_id.in_(ids))
    orders = session.scalars(select(Order).where(_of(Order, tenant_id), theirs)).all()
    for order in orders:
        order.contact_id = order.customer_name = order.customer_phone = order.customer_email = order.note = ""
        order.address, order.words = {}, folded(order.number)
        mine = and_(AuditEntry.resource == "orders", AuditEntry.row_id == order.id)
        _empty(session, and_(_of(AuditEntry, tenant_id), mine))
    return len(orders)


def _forget_faults(session: Session, tenant_id: str, *, numbers: Sequence[str]) -> int:
    """Rows of files that could not be taken. Their cells are as people wrote them, so only digits are compared."""
    digits = [_digits(number) for number in numbers]
    key = tuple_(ImportFault.import_id, ImportFault.row)
    place: tuple[str, int] | None = ("", 0) if digits else None
    erased = 0
    while place is not None:
        wanted = select(ImportFault).where(_of(ImportFault, tenant_id), key > place).order_by(*key).limit(PORTION)
        faults = session.scalars(wanted).all()
        place = (faults[-1].import_id, faults[-1].row) if len(faults) == PORTION else None
        theirs = [fault for fault in faults if any(_is_theirs(cell, digits) for cell in fault.cells)]
        for fault in theirs:
            session.delete(fault)
        session.flush()
        session.expunge_all()
        erased += len(theirs)
    return erased


def _is_theirs(cell: str, numbers: Sequence[str]) -> bool:
    """Whether a cell tells one of the numbers, as the world or as their country dials it."""
    digits = _digits(cell)
    local = digits.lstrip("0")
    return any(number in digits or (len(local) >= SHORTEST and number.endswith(local)) for number in numbers)


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())


def forget_notes(session: Session, call_ids: Sequence[str]) -> None:
    """What people wrote about calls that are erased. In a session over all tenants."""
    session.execute(delete(CallNote).where(CallNote.call_id.in_(call_ids)))
    if call_ids:
        _empty(session, and_(AuditEntry.resource == CallNote.__tablename__, _noting(call_ids)))


def _noting(marks: Sequence[str]) -> Any:
    return or_(_naming(AuditEntry.before, marks), _naming(AuditEntry.after, marks))


def _naming(column: Any, marks: Sequence[str]) -> Any:
    """Whether one of the marks is in what is stored."""
    return or_(false(), *(cast(column, Text).contains(mark, autoescape=True) for mark in marks))


def _of(table: Any, tenant_id: str) -> Any:
    return table.tenant_id == tenant_id


def _removed(session: Session, statement: Any) -> int:
    return int(getattr(session.execute(statement), "rowcount", 0))


def _empty(session: Session, which: Any) -> int:
    """Leaves of entries of the audit log who did what, and when."""
    entries = session.scalars(select(AuditEntry).where(which)).all()
    for entry in entries:
        entry.before, entry.after = {}, {}
    return len(entries)


def finish(session: Session, request_id: str, *, found: dict[str, int], error: str = "") -> None:
    """The receipt: it does not name the numbers any more."""
    request = session.get(PrivacyRequest, request_id)
    if request is None:
        raise unknown(REQUESTS.one)
    request.state = "failed" if error else "done"
    request.numbers = request.numbers if error else []
    request.found, request.error, request.ended_at = found, error, now(session)
    audit.note(session, "erase", resource="privacy_requests", row_id=request_id, after={"found": found})


def person(session: Session, contact_id: str) -> PersonOut:
    """All but the calls. Raises Refused."""
    rows = Rows(session, CONTACTS)
    contact = rows.find(contact_id)
    numbers = [number.e164 for number in contact.numbers]
    suppressed = session.scalars(select(DoNotCall).where(DoNotCall.e164.in_(numbers))).all()
    places = session.execute(
        select(ContactList.name, ListMember)
        .join(ListMember, ListMember.list_id == ContactList.id)
        .where(ListMember.contact_id == contact_id)
    ).all()
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.row_id == contact_id, AuditEntry.resource == "contacts")
        .order_by(AuditEntry.at)
    ).all()
    return PersonOut(
        contact=ContactOut.model_validate(contact),
        do_not_call=[DoNotCallOut.model_validate(row) for row in suppressed],
        lists=[{"name": name, "variables": place.variables, "added_at": place.added_at} for name, place in places],
        changes=[
            {"at": each.at, "action": each.action, "before": each.before, "after": each.after} for each in entries
        ],
        calls=[],
    )
