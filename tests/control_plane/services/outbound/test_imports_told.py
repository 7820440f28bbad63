"""An import is told once, when it has ended; what it does to contacts is not told one by one."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.resources.contacts import importing
from control_plane.resources.contacts.contacts import contacts_with
from control_plane.resources.contacts.import_portion import ReadRow
from control_plane.resources.contacts.schemas import ContactIn
from control_plane.resources.crud import Rows
from control_plane.resources.outbound.kinds import CONTACTS_IMPORTED, kinds
from control_plane.services.contacts.imports import ImportOrder, _job
from tests.houses import ANA, House

KNOWN = "+573001234567"


def rows(*numbers: str) -> list[ReadRow]:
    return [
        ReadRow(row=place + 2, cells=[], numbers=[(number, "")], fields={"name": f"Persona {number}"})
        for place, number in enumerate(numbers)
    ]


def begun(session: Session, **fields: Any) -> str:
    job = _job("i1", ImportOrder(file_name="enero.csv"))
    session.add(job)
    session.flush()
    for name, value in {"state": "waiting", **fields}.items():
        setattr(job, name, value)
    return "i1"


def known(session: Session) -> None:
    plan = WorldNumberPlan("CO")
    contact = ContactIn.model_validate({"name": "Laura", "numbers": [{"e164": KNOWN}]})
    Rows(session, contacts_with(lambda region: plan)).create(contact)


async def test_new_and_changed_contacts_of_an_import_are_told_as_one_event(house: House) -> None:
    await house.store.write(ANA, known)
    await house.hook("contact.*", "contacts.imported")
    await house.store.write(ANA, begun)
    await house.store.write(ANA, lambda session: importing.begin(session, "i1", total=3))
    for start, numbers in ((0, (KNOWN, "+573001234568")), (2, ("+573001234569",))):
        stop = start + len(numbers)
        taken = rows(*numbers)
        await house.store.write(
            ANA,
            lambda session, start=start, stop=stop, taken=taken: importing.take(  # type: ignore[misc]
                session, "i1", start=start, stop=stop, rows=taken
            ),
        )
    assert await house.events() == []
    for _ in range(2):
        await house.store.write(ANA, lambda session: importing.end(session, "i1", state="done"))
    ((kind, body),) = await house.events()
    assert kind == CONTACTS_IMPORTED
    assert (body["id"], body["state"], body["file_name"], body["total"]) == ("i1", "done", "enero.csv", 3)
    assert (body["created"], body["updated"], body["skipped"], body["failed"]) == (2, 1, 0, 0)
    assert body["ended_at"] is not None
    (example,) = (each.example for each in kinds() if each.kind == CONTACTS_IMPORTED)
    assert example.keys() == body.keys()


@pytest.mark.parametrize(
    ("what", "state", "error"), [("cancel", "cancelled", ""), ("lost list", "failed", "unknown_list")]
)
async def test_an_import_that_comes_to_nothing_is_told_too(house: House, what: str, state: str, error: str) -> None:
    await house.hook("*")

    def work(session: Session) -> None:
        begun(session, list_id="gone" if what == "lost list" else "")
        if what == "cancel":
            importing.cancel(session, "i1")
        else:
            importing.begin(session, "i1", total=3)

    await house.store.write(ANA, work)
    ((kind, body),) = await house.events()
    assert (kind, body["state"], body["error"]) == (CONTACTS_IMPORTED, state, error)


async def test_a_contact_that_a_person_changes_is_told_as_ever(house: House) -> None:
    await house.hook("contact.*")
    await house.store.write(ANA, known)
    assert [kind for kind, _ in await house.events()] == ["contact.created"]
