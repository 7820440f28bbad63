"""What every limiter keeps to: in one process, over a real Redis, over one that is played."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import fakeredis
import pytest

from control_plane.adapters.clock import SystemClock
from control_plane.adapters.limits import redis as limits_redis
from control_plane.adapters.limits.memory import MemoryLimiter
from control_plane.adapters.limits.redis import RedisLimiter
from control_plane.adapters.redis_link import FAILURES, open_redis
from control_plane.ports.limits import Limit, Limiter
from control_plane.testing.clock import FakeClock
from tests.redis_server import RedisServer, start_redis

SLOW = Limit(rate=0.001, burst=3)
"""So slow that nothing is earned while a test runs."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other work on the machine is no reason to do without Redis."""
    monkeypatch.setattr(limits_redis, "PATIENCE_S", 5.0)


@pytest.fixture(params=["memory", "played", "redis"])
async def limiter(request: pytest.FixtureRequest, patient: None) -> AsyncIterator[Limiter]:
    if request.param == "memory":
        yield MemoryLimiter(SystemClock())
        return
    played = request.param == "played"
    client: Any = (
        fakeredis.FakeAsyncRedis()
        if played
        else open_redis(request.getfixturevalue("redis_server").url, patience_s=5.0)
    )
    over_redis = RedisLimiter(client, SystemClock(), failed=lambda: pytest.fail("Redis answers"))
    yield over_redis
    await over_redis.aclose()


@pytest.fixture
def key() -> str:
    return f"login:{uuid.uuid4().hex}"


async def test_a_burst_goes_and_then_no_more(limiter: Limiter, key: str) -> None:
    verdicts = [await limiter.hit(key, SLOW) for _ in range(5)]
    assert [(verdict.allowed, verdict.remaining) for verdict in verdicts] == [
        *((True, 2), (True, 1), (True, 0), (False, 0), (False, 0)),
    ]
    assert 900 < verdicts[-1].retry_after_s <= 1000


async def test_keys_do_not_count_for_each_other(limiter: Limiter, key: str) -> None:
    for _ in range(3):
        await limiter.hit(key, SLOW)
    assert (await limiter.hit(f"{key}:other", SLOW)).remaining == 2
    assert not (await limiter.hit(key, SLOW)).allowed


async def test_of_many_at_once_exactly_the_burst_goes(limiter: Limiter, key: str) -> None:
    limit = Limit(rate=0.001, burst=7)
    verdicts = await asyncio.gather(*(limiter.hit(key, limit) for _ in range(50)))
    assert sum(verdict.allowed for verdict in verdicts) == 7


async def test_what_is_earned_comes_back(limiter: Limiter, key: str) -> None:
    fast = Limit(rate=500.0, burst=1)
    verdict = await limiter.hit(key, fast)
    while verdict.allowed:
        verdict = await limiter.hit(key, fast)
    await asyncio.sleep(verdict.retry_after_s + 0.001)
    assert (await limiter.hit(key, fast)).allowed


@pytest.mark.parametrize("odd", ["", "¿Cómo está? 你好 " * 200, "\ud800", "a b\r\nc\x00"])
async def test_any_text_is_a_key(limiter: Limiter, key: str, odd: str) -> None:
    assert (await limiter.hit(key + odd, SLOW)).allowed


async def test_memory_has_an_end_and_forgets_who_asked_longest_ago() -> None:
    clock = FakeClock()
    limiter = MemoryLimiter(clock, keys=3)
    for key in ("a", "b", "c", "a", "d"):
        await limiter.hit(key, Limit(rate=0.001, burst=2))
    assert limiter.keys == 3
    assert not (await limiter.hit("a", Limit(rate=0.001, burst=2))).allowed
    assert (await limiter.hit("b", Limit(rate=0.001, burst=2))).remaining == 1


async def test_memory_goes_by_the_clock_it_is_given() -> None:
    clock = FakeClock()
    limiter = MemoryLimiter(clock)
    limit = Limit(rate=2.0, burst=1)
    assert (await limiter.hit("a", limit)).allowed
    assert (await limiter.hit("a", limit)).retry_after_s == pytest.approx(0.5)
    clock.advance(0.5)
    assert (await limiter.hit("a", limit)).allowed


@pytest.mark.usefixtures("patient")
async def test_processes_share_what_redis_counts(redis_server: RedisServer, key: str) -> None:
    limiters = [RedisLimiter(open_redis(redis_server.url, patience_s=5.0), SystemClock()) for _ in range(2)]
    for limiter in limiters:
        await limiter.link.ping()
    allowed = [(await limiters[number % 2].hit(key, SLOW)).allowed for number in range(4)]
    for limiter in limiters:
        await limiter.aclose()
    assert allowed == [True, True, True, False]


@pytest.mark.usefixtures("patient")
async def test_redis_forgets_who_is_even_again(redis_server: RedisServer, key: str) -> None:
    client = open_redis(redis_server.url, patience_s=5.0)
    limiter = RedisLimiter(client, SystemClock())
    await limiter.link.ping()
    await limiter.hit(key, Limit(rate=0.5, burst=3))
    (name,) = [
        name async for name in client.scan_iter(match=f"{limits_redis.PREFIX}:*") if await client.pttl(name) <= 2000
    ]
    assert 0 < await client.pttl(name) <= 2000
    await limiter.aclose()


@pytest.mark.parametrize("stop", [RedisServer.kill, RedisServer.freeze])
async def test_without_redis_each_process_counts_for_itself(
    tmp_path: Any, key: str, stop: Callable[[RedisServer], None]
) -> None:
    server, failures = start_redis(tmp_path), list[int]()
    limiter = RedisLimiter(open_redis(server.url), FakeClock(), failed=lambda: failures.append(1))
    try:
        stop(server)
        assert [(await limiter.hit(key, SLOW)).allowed for _ in range(6)] == [True] * 3 + [False] * 3
    finally:
        server.stop()
        await limiter.aclose()
    assert len(failures) == FAILURES, "after some failures nobody waits for Redis any more"
