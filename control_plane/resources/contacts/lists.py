"""Lists of contacts: who stands on them, and what is said to each in particular."""

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.refusals import invalid
from control_plane.ports.tenancy import now
from control_plane.resources import audit
from control_plane.resources.contacts.contacts import CONTACTS
from control_plane.resources.contacts.schemas import (
    ContactListIn,
    ContactListOut,
    ContactOut,
    ListMemberOut,
    ListMembersChanged,
    ListMembersIn,
    ListMembersRemoveIn,
)
from control_plane.resources.contacts.tables import Contact, ContactList, ListMember
from control_plane.resources.crud import MAX_PAGE, Page, Rows
from control_plane.resources.resource import Resource

LISTS: Final = Resource(
    name="lists",
    one="list",
    area="contacts",
    about="Contacts for one purpose, each with variables of its own: a campaign calls a list.",
    table=ContactList,
    out=ContactListOut,
    create=ContactListIn,
    searched=("name",),
    sorts={"name": ContactList.name, "updated_at": ContactList.updated_at},
)


def put(session: Session, list_id: str, *, asked: ListMembersIn) -> ListMembersChanged:
    """Raises Refused when the list or one of the contacts does not exist; then nobody is put on it."""
    Rows(session, LISTS).find(list_id)
    wanted = {member.contact_id: member.variables for member in asked.members}
    there = set(session.scalars(select(Contact.id).where(Contact.id.in_(wanted))))
    for place, member in enumerate(asked.members):
        if member.contact_id not in there:
            raise invalid(f"members.{place}.contact_id", "no contact has this id")
    known = {member.contact_id: member for member in _places(session, list_id, contact_ids=wanted)}
    for contact_id, variables in wanted.items():
        if contact_id in known:
            known[contact_id].variables = variables
        else:
            session.add(ListMember(list_id=list_id, contact_id=contact_id, variables=variables, added_at=now(session)))
    changed = ListMembersChanged(added=len(wanted) - len(known), updated=len(known))
    audit.note(session, "add_members", resource="contact_lists", row_id=list_id, after=changed.model_dump())
    return changed


def take(session: Session, list_id: str, *, asked: ListMembersRemoveIn) -> ListMembersChanged:
    """Raises Refused when the list does not exist; who is not on it is no fault."""
    Rows(session, LISTS).find(list_id)
    found = _places(session, list_id, contact_ids=asked.contact_ids)
    for place in found:
        session.delete(place)
    changed = ListMembersChanged(removed=len(found))
    audit.note(session, "remove_members", resource="contact_lists", row_id=list_id, after=changed.model_dump())
    return changed


def members(session: Session, list_id: str, *, after: str, limit: int) -> Page:
    """By the age of the contacts; `after` is the id of the last one that was seen. Raises Refused."""
    Rows(session, LISTS).find(list_id)
    limit = min(limit, MAX_PAGE)
    wanted = (
        select(ListMember, Contact)
        .join(Contact, Contact.id == ListMember.contact_id)
        .where(ListMember.list_id == list_id, ListMember.contact_id > after)
        .order_by(ListMember.contact_id)
        .limit(limit + 1)
        .options(*CONTACTS.loading)
    )
    found = session.execute(wanted).all()
    items: list[BaseModel] = [
        ListMemberOut(contact=ContactOut.model_validate(contact), variables=place.variables, added_at=place.added_at)
        for place, contact in found[:limit]
    ]
    return Page(items=items, next_cursor=found[limit - 1][0].contact_id if len(found) > limit else "")


def _places(session: Session, list_id: str, *, contact_ids: Iterable[str]) -> Sequence[ListMember]:
    return session.scalars(
        select(ListMember).where(ListMember.list_id == list_id, ListMember.contact_id.in_(list(contact_ids)))
    ).all()
