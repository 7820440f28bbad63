"""Bots, versions, flows and numbers on both databases: rules of the tables, and the walls between tenants."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.core.people.permissions import SYSTEM
from control_plane.core.people.principal import Kind, Principal, system
from control_plane.core.refusals import Refused
from control_plane.resources.audit import watch
from control_plane.resources.bots import BOTS, actions, lookup
from control_plane.resources.bots.actions import Which
from control_plane.resources.bots.document import BotDocument
from control_plane.resources.bots.resource import BOT, BotIn
from control_plane.resources.bots.seeding import botless, counted, seed
from control_plane.resources.bots.tables import BotVersion
from control_plane.resources.crud import Rows
from control_plane.resources.numbers import NUMBERS, NumberIn
from control_plane.resources.versioned import PublishIn
from control_plane.testing.clock import FakeClock
from tests.records import call_record, journal_entry, turn_record

A = system("default", "test")
B = Principal(tenant_id="other", kind=Kind.OPERATOR, permissions=frozenset(SYSTEM))
NUMBER = "+576015550199"


@pytest.fixture
async def store(database: Database) -> SqlTenantStore:
    store = SqlTenantStore(database, clock=FakeClock(), watch=watch)
    for who in (A, B):
        await store.write(who, lambda session: seed(session, BOTS))
    return store


def number(bot_id: str | None = None) -> NumberIn:
    return NumberIn(e164=NUMBER, bot_id=bot_id)


async def test_a_tenant_without_bots_gets_those_that_ship_once(store: SqlTenantStore) -> None:
    assert await store.write(A, lambda session: seed(session, BOTS)) == 0
    assert await store.across(botless) == []
    assert await store.across(counted) == 2


async def test_two_starts_at_once_do_not_both_give_bots(database: Database, store: SqlTenantStore) -> None:
    def again(session: Session) -> None:
        from control_plane.resources.bots.seeding import _add

        _add(session, BOTS[0], row_id="maria")

    with pytest.raises(Refused, match="unique"):
        await store.write(A, again)


async def test_versions_go_with_their_bot(store: SqlTenantStore) -> None:
    def make(session: Session) -> str:
        draft = BotDocument(name="Ana", persona="Eres Ana.")
        return str(Rows(session, BOT).create(BotIn(draft=draft)).id)

    bot_id = await store.write(A, make)
    for expected in (1, 2):
        out = await store.write(A, actions.publish(Which(bot_id=bot_id), PublishIn()))
        assert out.number == expected
    await store.write(A, lambda session: Rows(session, BOT).delete(bot_id, version=None))
    count = select(func.count()).select_from(BotVersion).where(BotVersion.bot_id == bot_id)
    assert await store.read(A, lambda session: session.scalars(count).one()) == 0


async def test_calls_find_what_is_published_and_only_their_own(store: SqlTenantStore) -> None:
    known = await store.read(A, lambda session: lookup.active_bot(session, "maria"))
    assert known is not None
    assert (known.bot_id, known.version, known.document["name"]) == ("maria", 1, "María")
    theirs = await store.read(B, lambda session: lookup.standard_bot(session, "maria"))
    assert theirs is not None
    assert theirs.bot_id != "maria"
    assert await store.read(B, lambda session: lookup.of_version(session, "maria", number=1)) is None


async def test_a_number_has_one_owner_in_the_installation(store: SqlTenantStore) -> None:
    await store.write(A, lambda session: Rows(session, NUMBERS).create(number("maria")).id)
    with pytest.raises(Refused, match="unique"):
        await store.write(B, lambda session: Rows(session, NUMBERS).create(number()).id)
    found = await store.across(lambda session: lookup.number_called(session, NUMBER))
    assert found == lookup.KnownNumber(tenant_id="default", bot_id="maria")
    assert await store.read(A, lambda session: lookup.own_number(session, "telnyx")) == NUMBER
    assert await store.read(B, lambda session: lookup.own_number(session, "telnyx")) == ""


async def test_the_figures_of_a_bot_are_counted_by_the_spans_between_the_bounds(database: Database) -> None:
    calls, reports = SqlCallStore(database), SqlReportStore(database)
    begun = {"a": ("maria", 10.0), "b": ("maria", 250.0), "c": ("ana", 20.0), "d": ("maria", 300.0)}
    for name, (bot_id, at) in begun.items():
        record = call_record(name, bot_id=bot_id, created_at=at, answered_at=at + 1)
        await calls.create(record, journal_entry(name), commands=[])
        turn = turn_record(name, speaker="agent", started_at=at + 2, timing={"total": 500.0})
        await calls.save_turn(turn)
    report = await reports.bot("default", "maria", bounds=[0.0, 100.0, 200.0, 300.0])
    assert (report.calls, report.answered, report.turns, report.live) == (2, 2, 2, 3)
    assert [(span.hour, span.calls, span.turns) for span in report.hours] == [(0, 1, 1), (2, 1, 1)]
    assert report.latency_p50_ms == 505.0
    assert (await reports.bot("other", "maria", bounds=[0.0, 300.0])).calls == 0
