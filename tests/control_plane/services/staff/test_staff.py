"""A tenant keeps an owner, however many go at the same moment; what is remembered of people is forgotten."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.core.people.permissions import ALL, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.ports.tables import new_id
from control_plane.resources.audit import watch
from control_plane.resources.people.tables import User
from control_plane.services.business import Change
from control_plane.services.staff.staff import Staff
from control_plane.testing.clock import FakeClock

OPERATOR = Principal(tenant_id="default", kind=Kind.OPERATOR, role="owner", permissions=ALL)


class Memory:
    def __init__(self) -> None:
        self.forgotten = 0

    async def forget(self) -> None:
        self.forgotten += 1


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(database: Database) -> SqlTenantStore:
    return SqlTenantStore(database, clock=FakeClock(), watch=watch)


@pytest.fixture
def staff(store: SqlTenantStore, memory: Memory) -> Staff:
    return Staff(store, forget=(memory.forget,))


async def owners(store: SqlTenantStore, count: int) -> list[str]:
    def work(session: Session) -> list[str]:
        made = [new_id(session.info["now"]) for _ in range(count)]
        usual: dict[str, Any] = {"role": "owner", "status": "active", "language": "", "password_hash": "x", "words": ""}
        session.add_all(
            User(id=each, email=f"{each}@example.com", name="Ana", last_login_at=None, **usual) for each in made
        )
        return made

    return await store.write(OPERATOR, work)


@pytest.mark.parametrize("how", ["removed", "demoted", "disabled"])
async def test_of_owners_who_go_at_the_same_moment_one_stays(store: SqlTenantStore, staff: Staff, how: str) -> None:
    ways: dict[str, dict[str, Any]] = {"demoted": {"role": Role.VIEWER}, "disabled": {"status": "disabled"}}
    fields = ways.get(how, {})
    ids = await owners(store, 4)

    async def go(user_id: str) -> None:
        if fields:
            await staff.change(OPERATOR, Change(row_id=user_id, fields=fields, version=None))
        else:
            await staff.remove(OPERATOR, user_id, version=None)

    outcomes = await asyncio.gather(*(go(each) for each in ids), return_exceptions=True)
    assert sorted(getattr(each, "code", "gone") for each in outcomes) == ["gone", "gone", "gone", "last_owner"]


async def test_what_is_remembered_of_people_is_forgotten_at_every_change(
    store: SqlTenantStore, staff: Staff, memory: Memory
) -> None:
    user_id, _ = await owners(store, 2)
    await staff.change(OPERATOR, Change(row_id=user_id, fields={"role": Role.ADMIN}, version=None))
    await staff.sign_out(OPERATOR, user_id)
    await staff.remove(OPERATOR, user_id, version=1 + 1)
    assert memory.forgotten == 3
