"""What calls were like at the caller's ear is kept with the call, belongs to its tenant, and goes with it."""

import pytest
from sqlalchemy import select

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.ear_tables import CallEar, call_ears
from control_plane.adapters.store.ears import SqlEarStore
from control_plane.adapters.store.privacy import SqlPersonalCalls
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.ports.ears import EarRecord
from control_plane.ports.errors import Rejected
from control_plane.testing.clock import FakeClock
from tests.records import call_record, journal_entry, turn_record
from tests.shops import somebody


def ear(call_id: str = "call-1", **changes: object) -> EarRecord:
    usual = {"latency_p95_ms": 900.0, "latency_max_ms": 1200.0, "dead_air_ms": 0, "talk_over_ms": 240}
    return EarRecord(call_id=call_id, **{**usual, "report": {"gaps": [[1000, 2200]]}, **changes})  # type: ignore[arg-type]


async def test_it_is_kept_with_its_call_and_replaced(database: Database, calls: SqlCallStore) -> None:
    await calls.create(call_record(), journal_entry(), commands=[])
    ears = SqlEarStore(database)
    assert await ears.of("call-1") is None
    await ears.save(ear(), turns={})
    assert await ears.of("call-1") == ear()
    await ears.save(ear(dead_air_ms=2400), turns={})
    assert await ears.of("call-1") == ear(dead_air_ms=2400)


async def test_turns_get_their_latency_beside_what_was_measured_before(database: Database, calls: SqlCallStore) -> None:
    await calls.create(call_record(), journal_entry(), commands=[])
    await calls.save_turn(turn_record(index=0, speaker="agent"))
    await calls.save_turn(turn_record(index=1, speaker="agent", timing={"total": 650.5}))
    await SqlEarStore(database).save(ear(), turns={1: 780, 7: 100})
    assert [dict(turn.timing) for turn in await calls.turns("call-1")] == [{}, {"total": 650.5, "ear": 780}]


async def test_a_call_that_is_not_there_has_no_ear(database: Database) -> None:
    with pytest.raises(Rejected):
        await SqlEarStore(database).save(ear("nobody"), turns={})


async def test_it_goes_with_its_call(database: Database, calls: SqlCallStore) -> None:
    await calls.create(call_record(), journal_entry(), commands=[])
    ears = SqlEarStore(database)
    await ears.save(ear(), turns={})
    await SqlPersonalCalls(database).remove(["call-1"])
    assert await ears.of("call-1") is None


async def test_it_belongs_to_whom_the_call_belongs(database: Database, calls: SqlCallStore) -> None:
    await calls.create(call_record(tenant_id="one"), journal_entry(), commands=[])
    await SqlEarStore(database).save(ear(), turns={})
    tenants = SqlTenantStore(database, clock=FakeClock(), watch=lambda session: None)
    seen = [
        await tenants.read(somebody(tenant), lambda session: session.scalars(select(CallEar.call_id)).all())
        for tenant in ("one", "two")
    ]
    assert [list(ids) for ids in seen] == [["call-1"], []]
    assert await database.read(lambda connection: connection.scalar(select(call_ears.c.tenant_id))) == "one"
