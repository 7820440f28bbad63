"""A portion of an import, as it comes to contacts, places on a list and faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources.contacts.contacts import set_numbers, tidy
from control_plane.resources.contacts.imports import ImportFault, ImportJob
from control_plane.resources.contacts.tables import Contact, ContactNumber, ListMember
from control_plane.resources.crud import folded

MOST_FAULTS: Final = 20_000
"""Rows that are kept with their faults; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A row of the file as it is understood; with a `fault` it is not taken."""

    row: int
    """As spreadsheets count."""
    cells: Sequence[str]
    numbers: Sequence[tuple[str, str]] = ()
    """With their labels."""
    zone: str = ""
    """What the first number tells."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Columns of a contact that the row fills."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    column: str = ""


@dataclass(slots=True, kw_only=True)
class Tally:
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0


@dataclass(slots=True, kw_only=True)
class _Newcomer:
    """A contact that this portion makes."""

    values: dict[str, Any]
    numbers: dict[str, str]


_EMPTY: Final[dict[str, Any]] = {
    "name": "",
    "email": "",
    "language": "",
    "zone": "",
    "zone_source": "",
    "attributes": {},
    "tags": [],
    "note": "",
    "consent_basis": "none",
    "consent_at": None,
    "consent_source": "",
}


def _merged(values: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says replaces what was known; tags and attributes are added to those that are there."""
    merged = dict(fields)
    if "tags" in fields:
        merged["tags"] = tidy([*values["tags"], *fields["tags"]])
    if "attributes" in fields:
        merged["attributes"] = {**values["attributes"], **fields["attributes"]}
    if "zone" in fields:
        merged["zone_source"] = "user"
    return merged


class Portion:
    """Some rows of an import, taken together."""

    def __init__(self, session: Session, job: ImportJob) -> None:
        self._session = session
        self._job = job
        self._whose: dict[str, str] = {}
        """Contacts by number."""
        self._known: dict[str, Contact] = {}
        self._new: dict[str, _Newcomer] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self._faults: list[dict[str, Any]] = []
        self._rows: list[ReadRow] = []
        self.tally = Tally()

    def add(self, row: ReadRow) -> None:
        self._rows.append(row)

    def write(self) -> None:
        self._look_up({e164 for row in self._rows for e164, _ in row.numbers})
        for row in self._rows:
            if row.fault:
                self._refuse(row, row.column, reason=row.fault)
            else:
                self._take(row)
        self._insert_contacts()
        self._put_on_list()
        self._keep_faults()

    def _look_up(self, numbers: Iterable[str]) -> None:
        wanted = select(ContactNumber.e164, ContactNumber.contact_id).where(ContactNumber.e164.in_(list(numbers)))
        self._whose = dict(self._session.execute(wanted).tuples().all())
        found = select(Contact).where(Contact.id.in_(set(self._whose.values())))
        rows = self._session.scalars(found.options(selectinload(Contact.numbers)))
        self._known = {row.id: row for row in rows}

    def _take(self, row: ReadRow) -> None:
        owners = {self._whose[e164] for e164, _ in row.numbers if e164 in self._whose}
        if len(owners) > 1:
            self._refuse(row, "", reason="its numbers belong to different contacts")
            return
        if not owners:
            contact_id = self._make(row)
            self.tally.created += 1
        else:
            contact_id = owners.pop()
            changed = self._job.on_duplicate == "update" and self._change(contact_id, row)
            self.tally.updated += bool(changed)
            self.tally.skipped += not changed
        if self._job.list_id:
            known = self._places.get(contact_id, {})
            self._places[contact_id] = {**known, **row.variables}

    def _make(self, row: ReadRow) -> str:
        at = now(self._session)
        contact_id = new_id(at)
        zone = row.fields.get("zone", "")
        source = "user" if zone else ("number" if row.zone else "")
        values = {**_EMPTY, **row.fields, **self._consent(), "id": contact_id}
        values |= {"zone": zone or row.zone, "zone_source": source, "created_at": at, "updated_at": at, "version": 1}
        self._new[contact_id] = _Newcomer(values=values, numbers=dict(row.numbers))
        self._whose.update(dict.fromkeys(dict(row.numbers), contact_id))
        return contact_id

    def _consent(self) -> dict[str, Any]:
        given = self._job.consent
        if given.get("basis", "none") == "none":
            return {}
        at = now(self._session) if given.get("at") is None else given["at"]
        return {"consent_basis": given["basis"], "consent_at": at, "consent_source": given.get("source", "")}

    def _change(self, contact_id: str, row: ReadRow) -> bool:
        """Whether anything is different now."""
        newcomer = self._new.get(contact_id)
        if newcomer is not None:
            before = {**newcomer.values}, dict(newcomer.numbers)
            newcomer.values |= _merged(newcomer.values, row.fields)
            newcomer.numbers = {**dict(row.numbers), **newcomer.numbers}
            self._whose.update(dict.fromkeys(newcomer.numbers, contact_id))
            return before != (newcomer.values, newcomer.numbers)
        contact = self._known[contact_id]
        values = {name: getattr(contact, name) for name in _EMPTY}
        fields = {**_merged(values, row.fields), **(self._consent() if contact.consent_basis == "none" else {})}
        for name, value in fields.items():
            if getattr(contact, name) != value:
                setattr(contact, name, value)
        numbers = [(number.e164, number.label) for number in contact.numbers]
        added = [each for each in row.numbers if each[0] not in dict(numbers)]
        if added:
            set_numbers(contact, [*numbers, *added])
            self._whose.update(dict.fromkeys(dict(added), contact_id))
        words = folded(contact.name, contact.email, contact.numbers_text)
        if contact.words != words:
            contact.words = words
        return self._session.is_modified(contact)

    def _insert_contacts(self) -> None:
        if not self._new:
            return
        tenant_id = who(self._session).tenant_id
        contacts, numbers = [], []
        for contact_id, each in self._new.items():
            text = " ".join(each.numbers)
            words = folded(each.values["name"], each.values["email"], text)
            contacts.append({**each.values, "tenant_id": tenant_id, "numbers_text": text, "words": words})
            for position, (e164, label) in enumerate(each.numbers.items()):
                numbers.append(
                    {
                        "tenant_id": tenant_id,
                        "e164": e164,
                        "contact_id": contact_id,
                        "label": label,
                        "position": position,
                    }
                )
        self._session.execute(insert(Contact), contacts)
        self._session.execute(insert(ContactNumber), numbers)

    def _put_on_list(self) -> None:
        list_id = self._job.list_id
        if not self._places:
            return
        wanted = select(ListMember).where(ListMember.list_id == list_id, ListMember.contact_id.in_(self._places))
        for place in self._session.scalars(wanted).all():
            variables = self._places.pop(place.contact_id)
            if variables and self._job.on_duplicate == "update" and place.variables | variables != place.variables:
                place.variables = {**place.variables, **variables}
        new = [
            {
                "tenant_id": who(self._session).tenant_id,
                "list_id": list_id,
                "contact_id": contact_id,
                "variables": variables,
                "added_at": now(self._session),
            }
            for contact_id, variables in self._places.items()
        ]
        if new:
            self._session.execute(insert(ListMember), new)

    def _refuse(self, row: ReadRow, column: str, *, reason: str) -> None:
        self.tally.failed += 1
        fault = {"row": row.row, "column": column, "reason": reason, "cells": list(row.cells)}
        self._faults.append({**fault, "tenant_id": who(self._session).tenant_id, "import_id": self._job.id})

    def _keep_faults(self) -> None:
        room = max(0, MOST_FAULTS - self._job.failed)
        if self._faults[:room]:
            self._session.execute(insert(ImportFault), self._faults[:room])
