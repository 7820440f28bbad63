"""A cache that processes share, and what is left of it when Redis is away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control_plane.adapters.cache.redis import RedisCache
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.redis_link import FAILURES, open_redis
from control_plane.testing.clock import FakeClock
from tests.redis_server import RedisServer, start_redis


class Two:
    """Two processes with one Redis of their own."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.clock = FakeClock()
        self.failures = 0
        self.one = RedisCache(open_redis(server.url), self.clock, failed=self._failed)
        self.other = RedisCache(open_redis(server.url), SystemClock())

    def _failed(self) -> None:
        self.failures += 1


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    it = Two(start_redis(tmp_path))
    yield it
    it.server.thaw()
    await it.one.aclose()
    await it.other.aclose()
    it.server.stop()


async def keep(cache: RedisCache, key: str, value: bytes) -> None:
    await cache.put("bots", key, value=value, ttl_s=60.0, stamp=(await cache.look("bots", key)).stamp)


async def found(cache: RedisCache, key: str) -> bytes | None:
    return (await cache.look("bots", key)).value


async def test_what_one_process_puts_the_other_finds_and_may_drop(two: Two) -> None:
    await keep(two.one, "a", b"1")
    assert await found(two.other, "a") == b"1"
    await two.other.drop("bots")
    assert await found(two.one, "a") is None


async def test_what_one_makes_is_not_kept_when_the_other_has_dropped_it_meanwhile(two: Two) -> None:
    stamp = (await two.one.look("bots", "a")).stamp
    await two.other.drop("bots", "a")
    await two.one.put("bots", "a", value=b"old", ttl_s=60.0, stamp=stamp)
    assert await found(two.other, "a") is None


async def test_only_one_of_two_processes_makes_an_entry(two: Two) -> None:
    assert await two.one.claim("bots", "a", ttl_s=5)
    assert not await two.other.claim("bots", "a", ttl_s=5)
    await two.other.release("bots", "a")
    assert not await two.other.claim("bots", "a", ttl_s=5)
    await two.one.release("bots", "a")
    assert await two.other.claim("bots", "a", ttl_s=5)


async def test_a_dead_redis_is_an_empty_one_and_is_soon_left_alone(two: Two) -> None:
    await keep(two.one, "a", b"1")
    two.server.kill()
    for _ in range(20):
        assert await found(two.one, "a") is None
        await keep(two.one, "b", b"2")
        assert await two.one.claim("bots", "a", ttl_s=5)
        await two.one.release("bots", "a")
        await two.one.drop("bots", "a")
    assert two.failures == FAILURES
    two.server.start()
    assert await found(two.one, "a") is None
    assert two.failures == FAILURES
    two.clock.advance(2)
    await keep(two.one, "a", b"3")
    assert await found(two.one, "a") == b"3"


async def test_a_redis_that_hangs_is_not_waited_for_each_time(two: Two) -> None:
    await keep(two.one, "a", b"1")
    two.server.freeze()
    for _ in range(20):
        assert await found(two.one, "a") is None
    assert two.failures == FAILURES
    two.server.thaw()
    two.clock.advance(2)
    assert await found(two.one, "a") == b"1"


async def test_a_drop_that_did_not_get_through_is_made_up_for_before_anything_is_answered(two: Two) -> None:
    await keep(two.one, "a", b"old")
    two.server.freeze()
    await two.one.drop("bots", "a")
    two.server.thaw()
    two.clock.advance(60)
    assert await found(two.one, "a") is None
    assert await found(two.other, "a") is None


async def test_settling_makes_up_for_it_without_a_question(two: Two) -> None:
    await keep(two.one, "a", b"old")
    await two.one.settle()
    two.server.freeze()
    await two.one.drop("bots")
    await two.one.settle()
    two.server.thaw()
    two.clock.advance(60)
    await two.one.settle()
    assert await found(two.other, "a") is None


async def test_a_redis_that_lost_everything_serves_nothing_that_was_before(two: Two) -> None:
    stamp = (await two.one.look("bots", "a")).stamp
    two.server.kill()
    two.server.start()
    await two.other.look("bots", "a")
    await two.one.put("bots", "a", value=b"old", ttl_s=60.0, stamp=stamp)
    assert await found(two.other, "a") is None
