"""The rules of contacts: whose a number is, where a person's clock stands."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import Session, selectinload

from control_plane.core.refusals import Fault, Refused
from control_plane.ports.infrastructure import BadNumber, NumberPlan, PhoneNumber
from control_plane.ports.tenancy import now
from control_plane.resources.contacts.schemas import Basis, ConsentIn, ContactIn, ContactNumberIn, ContactOut
from control_plane.resources.contacts.tables import Contact, ContactNumber, DoNotCall, ListMember
from control_plane.resources.fields import Line, Moment
from control_plane.resources.resource import Filter, Resource, Rules
from control_plane.resources.tenants import own

Plans = Callable[[str], NumberPlan]
"""The numbering plan of a region; of an empty or unknown one: the installation's."""

MOST_ATTRIBUTES_BYTES: Final = 16_384


def plan_of(session: Session, plans: Plans) -> NumberPlan:
    """That of the tenant's region."""
    return plans(own(session).region)


def parsed(plan: NumberPlan, texts: Sequence[str], *, field: str = "numbers") -> list[PhoneNumber]:
    """Raises Refused(`invalid`) that names each text which is no number by its place."""
    numbers: list[PhoneNumber] = []
    faults: list[Fault] = []
    for place, text in enumerate(texts):
        try:
            numbers.append(plan.parse(text))
        except BadNumber as bad:
            faults.append(Fault(f"{field}.{place}", str(bad)))
    if faults:
        raise Refused("invalid", f"{faults[0].field}: {faults[0].message}", faults=tuple(faults))
    return numbers


def zone_of(numbers: Sequence[PhoneNumber]) -> str:
    """The best guess by the first number that tells one."""
    return next((number.time_zones[0] for number in numbers if number.time_zones), "")


def set_numbers(row: Contact, numbers: Sequence[tuple[str, str]]) -> None:
    """Numbers with their labels, the one to be called first in front; those that stay are the same rows."""
    known = {number.e164: number for number in row.numbers}
    kept: dict[str, ContactNumber] = {}
    for e164, label in numbers:
        if e164 in kept:
            continue
        number = kept[e164] = known.get(e164) or ContactNumber(e164=e164)
        number.label, number.position = label, len(kept) - 1
    row.numbers = list(kept.values())
    row.numbers_text = " ".join(kept)


def _take_numbers(session: Session, row: Contact, *, given: Sequence[ContactNumberIn], plans: Plans) -> None:
    numbers = parsed(plan_of(session, plans), [number.e164 for number in given]) if given else []
    wanted = [number.e164 for number in numbers]
    taken = session.scalars(
        select(ContactNumber.contact_id).where(
            ContactNumber.e164.in_(wanted), ContactNumber.contact_id != (row.id or "")
        )
    ).first()
    if taken is not None:
        raise Refused("number_taken", f"It belongs to the contact {taken}.")
    set_numbers(row, [(number.e164, label.label) for number, label in zip(numbers, given, strict=True)])
    if row.zone_source in ("", "number"):
        _guess_zone(row, zone_of(numbers))


def _guess_zone(row: Contact, zone: str) -> None:
    row.zone, row.zone_source = zone, "number" if zone else ""


def _check(row: Contact) -> None:
    if not (row.name or row.email or row.numbers):
        raise Refused("invalid", "A contact has a name, a number or an e-mail.")
    if len(json.dumps(row.attributes)) > MOST_ATTRIBUTES_BYTES:
        raise Refused("invalid", f"attributes: at most {MOST_ATTRIBUTES_BYTES} bytes of JSON")


def _consent(consent: ConsentIn, at: float) -> dict[str, Any]:
    since = consent.at if consent.at is not None or consent.basis == "none" else at
    return {"consent_basis": consent.basis, "consent_at": since, "consent_source": consent.source}


def _make(session: Session, data: ContactIn, *, plans: Plans) -> Contact:
    plain = data.model_dump(exclude={"numbers", "consent", "zone_source", "zone"})
    row = Contact(
        **{**plain, "tags": tidy(data.tags)},
        **_consent(data.consent, now(session)),
        zone=data.zone,
        zone_source=data.zone_source if data.zone else "",
    )
    _take_numbers(session, row, given=data.numbers, plans=plans)
    _check(row)
    return row


def _change(session: Session, row: Contact, *, fields: dict[str, Any], plans: Plans) -> None:
    if "consent" in fields:
        fields.update(_consent(fields.pop("consent"), now(session)))
    if "tags" in fields:
        fields["tags"] = tidy(fields["tags"])
    _change_zone(session, row, fields=fields, plans=plans)
    if "numbers" in fields:
        given: list[ContactNumberIn] = fields.pop("numbers")
        _take_numbers(session, row, given=given, plans=plans)
        row.updated_at = now(session)
        session.expire(row, ["suppressions"])
    for name in list(fields):
        setattr(row, name, fields.pop(name))
    _check(row)


def _change_zone(session: Session, row: Contact, *, fields: dict[str, Any], plans: Plans) -> None:
    source = fields.pop("zone_source", "user")
    zone = fields.pop("zone", None)
    if zone:
        row.zone, row.zone_source = zone, source
    elif zone == "":
        plan = plan_of(session, plans)
        _guess_zone(row, zone_of([plan.parse(number.e164) for number in row.numbers]))


def tidy(tags: Sequence[str]) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


def tagged(tag: str) -> ColumnElement[bool]:
    """Whether the list of tags, as both databases keep it, has this one."""
    stored = cast(Contact.tags, Text)
    return func.replace(stored, json.dumps(tag), "") != stored


def numbered(text: str) -> ColumnElement[bool]:
    """By a number however it is written: as a whole when it says its country, else by its end."""
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith(("+", "00")):
        matches = ContactNumber.e164 == f"+{digits.removeprefix('00')}"
    else:
        matches = ContactNumber.e164.like(f"%{digits}") if digits else ContactNumber.e164 == ""
    return Contact.id.in_(select(ContactNumber.contact_id).where(matches))


def _suppressed(value: bool) -> ColumnElement[bool]:
    shared = select(ContactNumber.e164).join(DoNotCall, DoNotCall.e164 == ContactNumber.e164)
    there = shared.where(ContactNumber.contact_id == Contact.id).exists()
    return there if value else ~there


def _on_list(list_id: str) -> ColumnElement[bool]:
    return Contact.id.in_(select(ListMember.contact_id).where(ListMember.list_id == list_id))


CONTACTS: Final = Resource(
    name="contacts",
    one="contact",
    area="contacts",
    about="People whom the tenant calls, or who call: with their numbers, their time zone and their consent.",
    table=Contact,
    out=ContactOut,
    create=ContactIn,
    verbs=frozenset({"list", "get", "delete"}),
    searched=("name", "email", "numbers_text"),
    filters={
        "tag": Filter(kind=Line, where=tagged),
        "list_id": Filter(kind=Line, where=_on_list, description="Only those on this list."),
        "number": Filter(kind=Line, where=numbered, description="In any way of writing; without a prefix by its end."),
        "do_not_call": Filter(kind=bool, where=_suppressed),
        "consent": Filter(kind=Basis, where=lambda value: Contact.consent_basis == value),
        "language": Filter(kind=Line, where=lambda value: Contact.language == value),
        "created_from": Filter(kind=Moment, where=lambda at: Contact.created_at >= at),
        "created_to": Filter(kind=Moment, where=lambda at: Contact.created_at < at),
        "updated_from": Filter(kind=Moment, where=lambda at: Contact.updated_at >= at),
        "updated_to": Filter(kind=Moment, where=lambda at: Contact.updated_at < at),
    },
    sorts={"name": Contact.name, "updated_at": Contact.updated_at},
    loading=(
        selectinload(Contact.numbers),
        selectinload(Contact.places).load_only(ListMember.list_id, ListMember.contact_id),
        selectinload(Contact.suppressions),
    ),
    announced=True,
)
"""Listed, read and removed as any resource; made and changed with a numbering plan: `contacts_with`."""


def contacts_with(plans: Plans) -> Resource:
    """The same, which can be made and changed."""
    return replace(
        CONTACTS,
        verbs=frozenset({"list", "create", "get", "update", "delete"}),
        make=lambda session, data: _make(session, data, plans=plans),
        rules=Rules(on_update=lambda session, row, fields: _change(session, row, fields=fields, plans=plans)),
    )
