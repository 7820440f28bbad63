"""Every delivery that was written down is begun, once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from control_plane.ports.durable import Work
from control_plane.ports.stores import StoreUnavailable
from control_plane.resources.outbound.announcing import tell
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.outbound import dispatcher as dispatching
from control_plane.services.outbound.delivering import KIND
from control_plane.services.outbound.dispatcher import Dispatcher
from control_plane.services.supervisor import Supervisor
from control_plane.testing.durable import memory_engine
from tests.houses import ANA, House


@pytest.fixture
def engine(house: House) -> StoredEngine:
    async def nothing(*_: Any) -> None:
        pass

    return memory_engine((Work(kind=KIND, run=nothing),), house.clock)


@pytest.fixture
def dispatcher(house: House, engine: StoredEngine) -> Dispatcher:
    return Dispatcher(house.store, engine, announcer=house.announcer)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    made = Supervisor()
    yield made
    await made.aclose()


async def told(house: House, count: int) -> None:
    for number in range(count):
        await house.store.write(ANA, lambda session, number=number: tell(session, "a.b", body={"n": number}))  # type: ignore[misc]


async def test_what_waits_is_begun_in_the_queue_of_its_endpoint(
    house: House, engine: StoredEngine, dispatcher: Dispatcher
) -> None:
    hook = await house.hook()
    await told(house, 3)
    assert await dispatcher.look() == 3
    assert await dispatcher.look() == 0
    runs = await engine.list(kind=KIND)
    assert {run.queue for run in runs} == {hook.id}
    ids = {delivery.id for delivery in await house.deliveries()}
    assert {run.argument["delivery_id"] for run in runs} == ids
    assert {run.id for run in runs} == {f"deliver:{each}" for each in ids}


async def test_one_that_was_begun_by_a_process_that_then_died_is_not_begun_twice(
    house: House, engine: StoredEngine, dispatcher: Dispatcher
) -> None:
    await house.hook()
    await told(house, 1)
    (delivery,) = await house.deliveries()
    await engine.start(KIND, f"deliver:{delivery.id}", argument={})
    await dispatcher.look()
    assert len(await engine.list(kind=KIND)) == 1
    assert (await house.deliveries())[0].begun


async def test_the_bell_is_heard_and_a_database_that_is_away_is_asked_again(
    house: House, engine: StoredEngine, dispatcher: Dispatcher, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "PAUSES_S", (0.0, 0.0, 3600.0))
    await house.hook()
    across, faults = house.store.across, [StoreUnavailable("away")]

    async def moody(work: Any) -> Any:
        if faults:
            raise faults.pop()
        return await across(work)

    monkeypatch.setattr(house.store, "across", moody)
    supervisor.spawn(dispatcher.run(), "dispatcher")
    async with asyncio.timeout(20):
        while faults:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await told(house, 1)
        while not await engine.list(kind=KIND):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_fault_in_one_look_does_not_end_the_looking(
    dispatcher: Dispatcher, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "PAUSES_S", (0.0, 0.0, 0.0))
    faults, went_on = [LookupError("a fault of ours")], asyncio.Event()

    async def faulty() -> int:
        if faults:
            raise faults.pop()
        went_on.set()
        return 0

    monkeypatch.setattr(dispatcher, "look", faulty)
    supervisor.spawn(dispatcher.run(), "dispatcher")
    async with asyncio.timeout(20):
        await went_on.wait()
