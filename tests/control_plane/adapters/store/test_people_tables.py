"""Signing in on both databases: what may happen once happens once, whoever asks at the same moment."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.resources.audit import watch
from control_plane.resources.people import accounts, failures, links, sessions
from control_plane.resources.people.accounts import NewUser
from control_plane.resources.people.links import NewLink
from control_plane.resources.people.sessions import Client, Turn, Turned
from control_plane.resources.people.tables import RefreshToken, SessionFamily, User
from control_plane.testing.clock import FakeClock

CLIENT = Client(address="203.0.113.7", user_agent="Firefox")
NEW = NewUser(tenant_id=DEFAULT_TENANT, email="ana@clinica.example", name="Ana", role="owner", password_hash="x")
with_roles = pytest.mark.parametrize("dialect", ["postgresql"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(database: Database, clock: FakeClock) -> SqlTenantStore:
    return SqlTenantStore(database, clock=clock, watch=watch)


async def begun(store: SqlTenantStore) -> str:
    """Somebody who has just signed in with the token `t0`; the id of the user."""

    def work(session: Session) -> str:
        user = accounts.add(session, NEW)
        sessions.begin(session, user, token_hash="t0", client=CLIENT, session_s=3600)
        return user.id

    return await store.across(work)


def turning(shown: str, then: str, client: Client = CLIENT) -> Callable[[Session], Turned]:
    asked = Turn(shown=shown, next=then, client=client, session_s=3600)
    return lambda session: sessions.turn(session, asked)


async def test_of_many_that_show_a_token_at_once_one_turns_it_and_the_others_get_the_same(
    store: SqlTenantStore,
) -> None:
    await begun(store)
    turned = await asyncio.gather(*(store.across(turning("t0", "t1")) for _ in range(6)))
    assert sorted(each.outcome for each in turned) == ["again"] * 5 + ["fresh"]
    assert len({each.person.family_id for each in turned if each.person}) == 1
    assert (await store.across(turning("t1", "t2"))).outcome == "fresh"


async def test_a_token_shown_again_later_ends_the_family(store: SqlTenantStore, clock: FakeClock) -> None:
    await begun(store)
    await store.across(turning("t0", "t1"))
    clock.advance(sessions.GRACE_S + 1)
    assert (await store.across(turning("t0", "t1"))).outcome == "reused"
    assert (await store.across(turning("t1", "t2"))).outcome == "unknown"
    reasons = await store.across(lambda session: list(session.scalars(select(SessionFamily.reason))))
    assert reasons == ["reused"]


async def test_another_browser_gets_no_grace(store: SqlTenantStore) -> None:
    await begun(store)
    await store.across(turning("t0", "t1"))
    other = Client(address=CLIENT.address, user_agent="curl")
    assert (await store.across(turning("t0", "t1", other))).outcome == "reused"


async def test_a_link_is_good_once_however_many_follow_it(store: SqlTenantStore) -> None:
    user_id = await begun(store)
    wanted = NewLink(kind="reset", hash="h", tenant_id=DEFAULT_TENANT, user_id=user_id)
    await store.across(lambda session: links.make(session, wanted))
    followed = await asyncio.gather(
        *(store.across(lambda session: links.redeem(session, "h", kind="reset")) for _ in range(5)),
        return_exceptions=True,
    )
    assert [each for each in followed if isinstance(each, str)] == [user_id]
    assert {each.code for each in followed if isinstance(each, Refused)} == {"bad_link"}


async def test_a_code_is_good_once_however_many_show_it(store: SqlTenantStore) -> None:
    user_id = await begun(store)
    await store.across(lambda session: accounts.set_fields(session, user_id, recovery_hashes=["r1", "r2"]))
    steps = [store.across(lambda session: accounts.use_step(session, user_id, step=7)) for _ in range(4)]
    papers = [store.across(lambda session: accounts.use_recovery(session, user_id, code_hash="r1")) for _ in range(4)]
    used: list[Any] = await asyncio.gather(*steps, *papers)
    assert (sum(used[:4]), sum(used[4:])) == (1, 1)
    left = await store.across(lambda session: session.get_one(User, user_id).recovery_hashes)
    assert left == ["r2"]


async def test_ten_guesses_are_ten_also_when_they_come_at_once(store: SqlTenantStore) -> None:
    waits = await asyncio.gather(*(store.across(lambda session: failures.attempt(session, "e")) for _ in range(16)))
    assert sum(wait == 0 for wait in waits) == 10
    await store.across(lambda session: failures.forget(session, "e"))
    assert await store.across(lambda session: failures.attempt(session, "e")) == 0


async def test_an_address_is_taken_once_in_the_whole_installation(store: SqlTenantStore) -> None:
    await begun(store)
    with pytest.raises(Refused, match="Sign in with it"):
        await store.across(lambda session: accounts.add(session, NEW).id)


async def test_with_the_user_go_their_sessions(store: SqlTenantStore) -> None:
    user_id = await begun(store)
    await store.across(lambda session: session.delete(session.get_one(User, user_id)))
    assert await store.across(lambda session: session.scalar(select(RefreshToken.hash))) is None


@with_roles
async def test_a_tenants_session_reaches_no_refresh_token(store: SqlTenantStore) -> None:
    await begun(store)
    who = Principal(tenant_id=DEFAULT_TENANT, kind=Kind.USER)
    assert await store.read(who, lambda session: session.scalar(select(SessionFamily.user_id)))
    with pytest.raises(ProgrammingError, match="permission denied"):
        await store.read(who, lambda session: session.scalar(select(RefreshToken.hash)))
