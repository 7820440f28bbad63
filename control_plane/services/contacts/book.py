"""The contact book: what is done with contacts, lists and suppressed numbers by people and programs."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal
from control_plane.ports.contacts import Before, Happening, HappeningSource, Person
from control_plane.resources.contacts import lists, merging, suppression
from control_plane.resources.contacts.contacts import CONTACTS, Plans, contacts_with
from control_plane.resources.contacts.merging import linked
from control_plane.resources.contacts.schemas import (
    ContactIn,
    ContactMergeIn,
    DoNotCallChanged,
    DoNotCallCheck,
    DoNotCallIn,
    DoNotCallRemoveIn,
    ListMembersChanged,
    ListMembersIn,
    ListMembersRemoveIn,
)
from control_plane.resources.contacts.tables import Contact, ContactList, DoNotCall, ListMember
from control_plane.resources.crud import Page, Rows
from control_plane.resources.cursor import cursor_after, position_of
from control_plane.resources.idempotency import Ask
from control_plane.services.business import Business, Change, Told

LATEST: Final = 32_503_680_000.0

_TOLD: Final = ("number", "status", "state", "total", "currency", "channel", "direction", "kind")
"""What is told of a row of another part of the program, as far as it has such columns."""


class ContactBook:
    """All methods raise Refused and StoreUnavailable."""

    def __init__(self, business: Business, plans: Plans, *, sources: Sequence[HappeningSource]) -> None:
        self._business = business
        self._plans = plans
        self._sources = sources
        self._resource = contacts_with(plans)

    async def create(self, who: Principal, data: ContactIn, *, ask: Ask) -> dict[str, Any]:
        return await self._business.create(who, self._resource, data=data, ask=ask)

    async def update(self, who: Principal, change: Change) -> Told:
        return await self._business.update(who, self._resource, change=change)

    async def merge(self, who: Principal, asked: ContactMergeIn) -> Told:
        def work(session: Session) -> Told:
            row = merging.merge(session, asked)
            return Rows(session, CONTACTS).said(row), row.version

        return await self._business.act(who, work)

    async def put_on_list(self, who: Principal, list_id: str, *, asked: ListMembersIn) -> ListMembersChanged:
        return await self._business.act(who, lambda session: lists.put(session, list_id, asked=asked))

    async def take_off_list(self, who: Principal, list_id: str, *, asked: ListMembersRemoveIn) -> ListMembersChanged:
        return await self._business.act(who, lambda session: lists.take(session, list_id, asked=asked))

    async def members(self, who: Principal, list_id: str, *, after: str, limit: int) -> Page:
        """`after` is the cursor of the page before: the id of its last contact."""
        return await self._business.ask(who, lambda session: lists.members(session, list_id, after=after, limit=limit))

    async def suppress(self, who: Principal, asked: DoNotCallIn, *, ask: Ask) -> dict[str, Any]:
        def work(session: Session) -> BaseModel:
            return suppression.add(session, asked, plans=self._plans)

        return await self._business.once(who, ask, work=work)

    async def allow(self, who: Principal, asked: DoNotCallRemoveIn) -> DoNotCallChanged:
        return await self._business.act(who, lambda session: suppression.remove(session, asked, plans=self._plans))

    async def check(self, who: Principal, number: str) -> DoNotCallCheck:
        return await self._business.ask(who, lambda session: suppression.check(session, number, plans=self._plans))

    async def timeline(
        self, who: Principal, contact_id: str, *, cursor: str, limit: int
    ) -> tuple[Sequence[Happening], str]:
        """What happened with a person, newest first, and the cursor of what came before."""
        at, last = position_of(cursor, "timeline", kind=float) if cursor else (LATEST, "")
        before = Before(at=at, id=last, limit=limit + 1)

        def ours(session: Session) -> tuple[Person, list[Happening]]:
            contact = Rows(session, CONTACTS).find(contact_id)
            numbers = [number.e164 for number in contact.numbers]
            person = Person(tenant_id=who.tenant_id, contact_id=contact_id, numbers=numbers)
            return person, [*_of_contact(session, contact, before=before), *_linked(session, contact_id, before=before)]

        person, found = await self._business.ask(who, ours)
        for source in self._sources:
            found += await source.happened(person, before)
        found.sort(key=lambda each: (each.at, each.id), reverse=True)
        shown = found[:limit]
        more = len(found) > limit
        return shown, cursor_after("timeline", shown[-1].at, row_id=shown[-1].id) if more else ""


def _of_contact(session: Session, contact: Contact, *, before: Before) -> list[Happening]:
    """Few for any contact, so all are made and those that are not wanted left out."""
    about = {"note": contact.note, "consent": contact.consent}
    found = [Happening(at=contact.created_at, kind="contact", id=contact.id, body=about)]
    numbers = [number.e164 for number in contact.numbers]
    for row in session.scalars(select(DoNotCall).where(DoNotCall.e164.in_(numbers))):
        body = {"e164": row.e164, "reason": row.reason, "source": row.source}
        found.append(Happening(at=row.created_at, kind="do_not_call", id=row.id, body=body))
    places = (
        select(ListMember.added_at, ContactList.id, ContactList.name)
        .join(ContactList, ContactList.id == ListMember.list_id)
        .where(ListMember.contact_id == contact.id)
    )
    for added_at, list_id, name in session.execute(places):
        found.append(Happening(at=added_at, kind="list", id=list_id, body={"name": name}))
    return [each for each in found if (each.at, each.id) < (before.at, before.id)]


def _linked(session: Session, contact_id: str, *, before: Before) -> list[Happening]:
    """Orders, messages, whatever names the contact and has a time."""
    found: list[Happening] = []
    for table in linked():
        if not (hasattr(table, "created_at") and hasattr(table, "id")):
            continue
        wanted = (
            select(table)
            .where(table.contact_id == contact_id, table.created_at <= before.at)
            .order_by(table.created_at.desc(), table.id.desc())
            .limit(before.limit)
        )
        for row in session.scalars(wanted):
            body = {name: str(getattr(row, name)) for name in _TOLD if hasattr(row, name)}
            kind = str(table.__tablename__).removesuffix("s")
            found.append(Happening(at=row.created_at, kind=kind, id=row.id, body=body))
    return [each for each in found if (each.at, each.id) < (before.at, before.id)]
