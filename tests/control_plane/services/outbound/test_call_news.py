"""Every call is told of once, whatever happens to the process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.core.people.principal import system
from control_plane.ports.infrastructure import BusMessage
from control_plane.resources.outbound.tables import OutboundMark
from control_plane.services.outbound import call_news
from control_plane.services.outbound.call_news import LATE_S, LOOK_BACK_S, CallNews, CallNewsParts, _mark
from control_plane.services.supervisor import Supervisor
from tests.houses import ANA, House
from tests.records import call_record, journal_entry


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def news(house: House, calls: SqlCallStore, bus: MemoryBus) -> CallNews:
    return fresh(house, calls, bus)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    made = Supervisor()
    yield made
    await made.aclose()


def fresh(house: House, calls: SqlCallStore, bus: MemoryBus) -> CallNews:
    """As of a process that has begun just now."""
    return CallNews(CallNewsParts(store=house.store, calls=calls, bus=bus, clock=house.clock, node="main"))


async def began(house: House, calls: SqlCallStore, call_id: str, **more: Any) -> None:
    at = {"created_at": house.clock.wall(), "state": "ringing", **more}
    await calls.create(call_record(call_id, **at), journal_entry(call_id), commands=())


async def ended(house: House, calls: SqlCallStore, call_id: str) -> None:
    call = await calls.get(call_id)
    assert call is not None
    end = {"state": "ended", "answered_at": call.created_at + 1.0, "ended_at": house.clock.wall()}
    changed = call_record(call_id, created_at=call.created_at, tenant_id=call.tenant_id, **end)
    await calls.record(changed, journal_entry(call_id, seq=2), commands=())


async def told(house: House) -> list[tuple[str, str]]:
    return [(kind, body["id"]) for kind, body in await house.events()]


async def test_a_call_is_told_of_when_it_begins_and_when_it_ends_and_never_again(
    house: House, calls: SqlCallStore, news: CallNews
) -> None:
    await house.hook("call.*")
    await began(house, calls, "one", contact_name="Laura")
    for _ in range(2):
        await news.round()
    assert await told(house) == [("call.started", "one")]
    house.clock.advance(30.0)
    await ended(house, calls, "one")
    for _ in range(2):
        await news.round()
    assert await told(house) == [("call.started", "one"), ("call.ended", "one")]
    _, body = (await house.events())[1]
    assert (body["state"], body["duration_s"]) == ("ended", 29.0)


async def test_one_that_ended_while_no_process_ran_is_told_of_afterwards(
    house: House, calls: SqlCallStore, news: CallNews, bus: MemoryBus
) -> None:
    await house.hook("call.ended")
    await began(house, calls, "one")
    house.clock.advance(10_000.0)
    await began(house, calls, "two")
    await news.round()
    assert await told(house) == []
    await ended(house, calls, "one")
    house.clock.advance(5 * 86_400.0)
    await fresh(house, calls, bus).round()
    assert await told(house) == [("call.ended", "one")]


async def test_what_was_over_before_somebody_wanted_to_know_is_not_told(
    house: House, calls: SqlCallStore, news: CallNews
) -> None:
    await began(house, calls, "old")
    await began(house, calls, "live")
    await ended(house, calls, "old")
    house.clock.advance(1.0)
    await house.hook("call.*")
    await news.round()
    assert await told(house) == []
    house.clock.advance(1.0)
    await ended(house, calls, "live")
    await news.round()
    assert await told(house) == [("call.ended", "live")]


async def test_the_round_goes_on_at_the_oldest_call_that_lives(
    house: House, calls: SqlCallStore, news: CallNews
) -> None:
    await house.hook("call.*")
    await began(house, calls, "first")
    first = house.clock.wall()
    await began(house, calls, "other's", tenant_id="other")
    house.clock.advance(1000.0)
    await began(house, calls, "second")
    await news.round()
    assert await house.store.read(ANA, _mark) == first
    await ended(house, calls, "first")
    house.clock.advance(LATE_S)
    await ended(house, calls, "second")
    await news.round()
    assert await house.store.read(ANA, _mark) == house.clock.wall() - LATE_S
    assert {call_id for _, call_id in await told(house)} == {"first", "second"}
    assert await house.store.read(system("other", "test"), _mark) == 0.0


async def test_the_bus_is_heard_at_once_for_calls_of_this_process(
    house: House, calls: SqlCallStore, news: CallNews, bus: MemoryBus, supervisor: Supervisor
) -> None:
    await house.hook("call.started")
    await news.round()
    supervisor.spawn(news.listen(), "listening")
    await began(house, calls, "theirs", node="another")
    await began(house, calls, "ours", node="main")
    async with asyncio.timeout(20):
        while not bus.subscribers:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for call_id in ("theirs", "nobody", "ours"):
            bus.publish(BusMessage(topic="call.state", call_id=call_id, body={}, tenant_id="default"))
        while not await told(house):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await told(house) == [("call.started", "ours")]


async def test_that_another_process_was_the_first_to_write_how_far_it_came_is_no_fault(
    house: House, calls: SqlCallStore, news: CallNews, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.hook("call.*")
    await news.round()
    # Between our look for the row and our writing of it the other has written one.
    monkeypatch.setattr(call_news, "_move_mark", lambda session, at: session.add(OutboundMark(calls_from=at)))
    house.clock.advance(100.0)
    before = await house.store.read(ANA, _mark)
    await began(house, calls, "one")
    await news.round()
    assert await told(house) == [("call.started", "one")]
    assert await house.store.read(ANA, _mark) == before


async def test_a_call_that_never_ends_does_not_hold_back_the_rounds_for_ever(
    house: House, calls: SqlCallStore, news: CallNews
) -> None:
    await house.hook("call.*")
    await began(house, calls, "stuck")
    house.clock.advance(LOOK_BACK_S + 1000.0)
    await news.round()
    assert await told(house) == [("call.started", "stuck")]
    assert await house.store.read(ANA, _mark) == house.clock.wall() - LOOK_BACK_S


async def test_a_fault_in_one_round_does_not_end_the_rounds(
    news: CallNews, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_news, "ROUND_S", 0.0)
    faults, went_on = [LookupError("a fault of ours")], asyncio.Event()

    async def faulty() -> None:
        if faults:
            raise faults.pop()
        went_on.set()

    monkeypatch.setattr(news, "round", faulty)
    supervisor.spawn(news.run(), "rounds")
    async with asyncio.timeout(20):
        await went_on.wait()


async def test_a_fault_with_one_call_does_not_end_the_listening(
    house: House,
    calls: SqlCallStore,
    news: CallNews,
    *,
    bus: MemoryBus,
    supervisor: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_news, "PAUSE_S", 0.0)
    await house.hook("call.started")
    await news.round()
    await began(house, calls, "one", node="main")
    get, faults = calls.get, [LookupError("a fault of ours")]

    async def faulty(call_id: str) -> Any:
        if faults:
            raise faults.pop()
        return await get(call_id)

    monkeypatch.setattr(calls, "get", faulty)
    supervisor.spawn(news.listen(), "listening")
    async with asyncio.timeout(20):
        while not await told(house):
            bus.publish(BusMessage(topic="call.state", call_id="one", body={}, tenant_id="default"))
            await asyncio.sleep(0.01)
    assert not faults
