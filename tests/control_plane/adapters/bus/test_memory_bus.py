"""Facts in passing: everyone hears them, nobody can hold them up."""

import asyncio
import gc

import pytest

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.ports.infrastructure import BusMessage


def fact(number: int) -> BusMessage:
    return BusMessage(topic="call.state", call_id="call-1", body={"number": number})


async def test_every_subscriber_hears_everything_since_it_subscribed() -> None:
    bus = MemoryBus()
    bus.publish(fact(0))
    first = bus.subscribe()
    bus.publish(fact(1))
    second = bus.subscribe()
    bus.publish(fact(2))
    assert [await anext(first), await anext(first)] == [fact(1), fact(2)]
    assert await anext(second) == fact(2)


async def test_a_waiting_subscriber_is_woken() -> None:
    bus = MemoryBus()
    waiting = asyncio.ensure_future(anext(bus.subscribe()))
    await asyncio.sleep(0)
    bus.publish(fact(1))
    assert await waiting == fact(1)


async def test_a_slow_subscriber_loses_the_oldest_and_it_is_counted() -> None:
    bus = MemoryBus(backlog=3)
    slow, quick = bus.subscribe(), bus.subscribe()
    heard = []
    for number in range(5):
        bus.publish(fact(number))
        heard.append(await anext(quick))
    assert heard == [fact(number) for number in range(5)]
    assert [await anext(slow) for _ in range(3)] == [fact(2), fact(3), fact(4)]
    assert (slow.dropped, quick.dropped, bus.dropped) == (2, 0, 2)


async def test_closing_ends_the_iteration_and_releases_a_reader() -> None:
    bus = MemoryBus()
    subscription = bus.subscribe()
    waiting = asyncio.ensure_future(anext(subscription, None))
    await asyncio.sleep(0)
    await subscription.aclose()
    bus.publish(fact(1))
    assert await waiting is None
    assert [message async for message in subscription] == []


async def test_a_cancelled_reader_loses_nothing() -> None:
    bus = MemoryBus()
    subscription = bus.subscribe()
    waiting = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    bus.publish(fact(1))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await anext(subscription) == fact(1)


async def test_a_forgotten_subscription_costs_nothing() -> None:
    bus = MemoryBus(backlog=1)
    bus.subscribe()
    gc.collect()
    bus.publish(fact(1))
    bus.publish(fact(2))
    assert bus.dropped == 0
