"""Two processes hear each other over Redis, and themselves without it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import fakeredis
import orjson
import pytest

from control_plane.adapters.bus.redis import CHANNEL, OUTBOX, RedisBus
from control_plane.adapters.redis_link import open_redis
from control_plane.ports.infrastructure import BusMessage
from tests.redis_server import RedisServer, start_redis
from tests.virtual_time import eventually


def fact(number: int, **body: Any) -> BusMessage:
    return BusMessage(topic="call.state", call_id="call-1", body={"number": number, **body})


class Two:
    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.counted: list[str] = []
        self.one = RedisBus(lambda: open_redis(server.url, patience_s=5.0), count=self.counted.append)
        self.other = RedisBus(lambda: open_redis(server.url, patience_s=5.0))
        self.tasks = [asyncio.ensure_future(bus.run()) for bus in (self.one, self.other)]

    async def connected(self) -> None:
        async with asyncio.timeout(20):
            await self.one.connected.wait()
            await self.other.connected.wait()

    async def apart(self) -> None:
        await eventually(lambda: not (self.one.connected.is_set() or self.other.connected.is_set()))


async def heard(subscription: Any) -> BusMessage:
    async with asyncio.timeout(10):
        message: BusMessage = await anext(subscription)
        return message


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    it = Two(start_redis(tmp_path))
    await it.connected()
    yield it
    for task in it.tasks:
        task.cancel()
    await asyncio.gather(*it.tasks, return_exceptions=True)
    it.server.stop()


async def test_the_other_process_hears_it_and_the_own_listeners_once(two: Two) -> None:
    here, there = two.one.subscribe(), two.other.subscribe()
    two.one.publish(fact(1, text="¿Aló?"))
    assert await heard(here) == fact(1, text="¿Aló?")
    assert await heard(there) == fact(1, text="¿Aló?")
    two.other.publish(fact(2))
    assert await heard(here) == fact(2)
    assert await heard(there) == fact(2)


async def test_the_order_of_one_speaker_is_kept(two: Two) -> None:
    there = two.other.subscribe()
    for number in range(500):
        two.one.publish(fact(number))
    assert [await heard(there) for _ in range(500)] == [fact(number) for number in range(500)]


async def test_without_redis_the_own_listeners_hear_on_and_afterwards_everybody(two: Two) -> None:
    here, there = two.one.subscribe(), two.other.subscribe()
    two.server.kill()
    await two.apart()
    two.one.publish(fact(1))
    assert await heard(here) == fact(1)
    two.server.start()
    await two.connected()
    two.one.publish(fact(2))
    assert await heard(here) == fact(2)
    async with asyncio.timeout(10):
        while await anext(there) != fact(2):
            pass


async def test_what_cannot_be_read_is_ignored_and_counted(two: Two) -> None:
    here = two.one.subscribe()
    sound = {"v": 2, "from": "x", "topic": "call.state", "call_id": "c", "tenant": "", "body": {}}
    broken = [
        b"not json",
        b"[]",
        b"null",
        orjson.dumps({**sound, "v": 1}),
        orjson.dumps({**sound, "body": [1]}),
        orjson.dumps({**sound, "topic": 7}),
        orjson.dumps({"v": 2}),
    ]
    stranger = open_redis(two.server.url)
    for message in [*broken, orjson.dumps(sound)]:
        await stranger.publish(CHANNEL, message)
    await stranger.aclose(close_connection_pool=True)
    assert await heard(here) == BusMessage(topic="call.state", call_id="c", body={})
    assert two.counted.count("malformed") == len(broken)


async def test_what_is_no_json_is_heard_here_only(two: Two) -> None:
    there = two.other.subscribe()
    two.one.publish(fact(1, strange=object()))
    two.one.publish(fact(2))
    assert await heard(there) == fact(2)


async def test_publishing_never_waits_and_the_oldest_is_lost() -> None:
    counted: list[str] = []
    bus = RedisBus(fakeredis.FakeAsyncRedis, count=counted.append)
    for number in range(OUTBOX + 3):
        bus.publish(fact(number))
    assert counted == ["dropped"] * 3


async def test_a_redis_that_refuses_is_tried_again_and_again() -> None:
    server = fakeredis.FakeServer()
    server.connected = False
    bus = RedisBus(lambda: fakeredis.FakeAsyncRedis(server=server))
    running = asyncio.ensure_future(bus.run())
    await asyncio.sleep(0)
    server.connected = True
    async with asyncio.timeout(10):
        await bus.connected.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
