"""Making one contact of several that are the same person."""

from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import invalid
from control_plane.ports.tables import Base, Tenanted
from control_plane.resources import audit
from control_plane.resources.contacts.contacts import CONTACTS, set_numbers, tidy
from control_plane.resources.contacts.privacy import PrivacyRequest
from control_plane.resources.contacts.schemas import ContactMergeIn
from control_plane.resources.contacts.tables import Contact, ContactNumber, ListMember
from control_plane.resources.crud import Rows, folded

_OWN: Final = (ContactNumber, ListMember, PrivacyRequest)


def merge(session: Session, asked: ContactMergeIn) -> Contact:
    """The contact that is left. What both have is its own; what it lacks comes from the others, in their order.

    Calls belong to numbers and follow them; whatever names a contact in a column `contact_id` is made to name this one.
    Raises Refused.
    """
    if asked.keep in asked.others:
        raise invalid("others", "the contact to be kept is among them")
    rows = Rows(session, CONTACTS)
    keep: Contact = rows.find(asked.keep)
    others: list[Contact] = [rows.find(contact_id) for contact_id in dict.fromkeys(asked.others)]
    for other in others:
        _take_numbers(session, keep, other=other)
        _take_places(session, keep, other=other)
        _take_fields(keep, other)
    session.flush()
    ids = [other.id for other in others]
    for table in linked():
        change = update(table).where(table.contact_id.in_(ids)).values(contact_id=keep.id)
        session.execute(change, execution_options={"summed_up": True})
    for other in others:
        session.delete(other)
    keep.words = folded(keep.name, keep.email, keep.numbers_text)
    audit.note(session, "merge", resource="contacts", row_id=keep.id, before={"others": ids})
    session.flush()
    session.expire(keep, ["suppressions", "places"])
    return keep


def linked() -> list[Any]:
    """Tables of other parts of the program whose rows name a contact."""
    classes = [mapper.class_ for mapper in Base.registry.mappers]
    return [each for each in classes if issubclass(each, Tenanted) and hasattr(each, "contact_id") and each not in _OWN]


def _take_numbers(session: Session, keep: Contact, *, other: Contact) -> None:
    numbers = list(other.numbers)
    labels = [(number.e164, number.label) for number in (*keep.numbers, *numbers)]
    other.numbers = []
    keep.numbers.extend(numbers)
    set_numbers(keep, labels)
    session.flush()


def _take_places(session: Session, keep: Contact, *, other: Contact) -> None:
    on_lists = set(session.scalars(select(ListMember.list_id).where(ListMember.contact_id == keep.id)))
    for place in session.scalars(select(ListMember).where(ListMember.contact_id == other.id)).all():
        if place.list_id not in on_lists:
            moved = ListMember(
                list_id=place.list_id, contact_id=keep.id, variables=place.variables, added_at=place.added_at
            )
            session.add(moved)
    session.flush()


def _take_fields(keep: Contact, other: Contact) -> None:
    for name in ("name", "email", "language"):
        setattr(keep, name, getattr(keep, name) or getattr(other, name))
    if not keep.zone or (keep.zone_source == "number" and other.zone_source in ("person", "user")):
        keep.zone, keep.zone_source = other.zone, other.zone_source
    keep.attributes = {**other.attributes, **keep.attributes}
    keep.tags = tidy([*keep.tags, *other.tags])
    keep.note = "\n\n".join(note for note in (keep.note, other.note) if note)
    if keep.consent_basis == "none":
        keep.consent_basis = other.consent_basis
        keep.consent_at, keep.consent_source = other.consent_at, other.consent_source
