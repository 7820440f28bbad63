"""What every cache keeps to, in one process or over a real Redis."""

import uuid
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.cache.memory import MemoryCache
from control_plane.adapters.cache.redis import RedisCache
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.redis_link import open_redis
from control_plane.ports.infrastructure import Cache


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache(SystemClock())
        return
    over_redis = RedisCache(open_redis(request.getfixturevalue("redis_server").url), SystemClock())
    yield over_redis
    await over_redis.aclose()


@pytest.fixture
def kind() -> str:
    return f"kind-{uuid.uuid4().hex}"


async def keep(cache: Cache, kind: str, key: str, value: bytes, *, ttl_s: float = 60.0) -> None:
    await cache.put(kind, key, value=value, ttl_s=ttl_s, stamp=(await cache.look(kind, key)).stamp)


async def found(cache: Cache, kind: str, key: str) -> bytes | None:
    return (await cache.look(kind, key)).value


async def test_what_was_put_is_found(cache: Cache, kind: str) -> None:
    assert await found(cache, kind, "a") is None
    await keep(cache, kind, "a", b"\x00\xff value")
    await keep(cache, kind, "b", b"")
    assert [await found(cache, kind, key) for key in "abc"] == [b"\x00\xff value", b"", None]


async def test_kinds_and_keys_do_not_mix(cache: Cache, kind: str) -> None:
    await keep(cache, kind, "a:b", b"1")
    assert await found(cache, f"{kind}:a", "b") is None
    assert await found(cache, kind, "a") is None


async def test_a_key_may_be_a_long_sentence_of_any_language(cache: Cache, kind: str) -> None:
    sentence = "¿Cómo está? 你好 " * 200
    await keep(cache, kind, sentence, b"1")
    assert await found(cache, kind, sentence) == b"1"


async def test_nothing_is_kept_for_no_time(cache: Cache, kind: str) -> None:
    await keep(cache, kind, "a", b"1", ttl_s=0)
    assert await found(cache, kind, "a") is None


async def test_one_entry_can_be_dropped(cache: Cache, kind: str) -> None:
    await keep(cache, kind, "a", b"1")
    await keep(cache, kind, "b", b"2")
    await cache.drop(kind, "a")
    assert [await found(cache, kind, key) for key in "ab"] == [None, b"2"]
    await keep(cache, kind, "a", b"3")
    assert await found(cache, kind, "a") == b"3"


async def test_a_whole_kind_can_be_dropped(cache: Cache, kind: str) -> None:
    await keep(cache, kind, "a", b"1")
    await keep(cache, f"{kind}-2", "a", b"2")
    await cache.drop(kind)
    assert await found(cache, kind, "a") is None
    assert await found(cache, f"{kind}-2", "a") == b"2"
    await keep(cache, kind, "a", b"3")
    assert await found(cache, kind, "a") == b"3"


@pytest.mark.parametrize("key", ["a", None])
async def test_what_was_begun_before_a_drop_is_not_kept_after_it(cache: Cache, kind: str, key: str | None) -> None:
    stamp = (await cache.look(kind, "a")).stamp
    await cache.drop(kind, key)
    await cache.put(kind, "a", value=b"old", ttl_s=60, stamp=stamp)
    assert await found(cache, kind, "a") is None


async def test_a_claim_given_back_can_be_had_again(cache: Cache, kind: str) -> None:
    assert await cache.claim(kind, "a", ttl_s=5)
    await cache.release(kind, "a")
    assert await cache.claim(kind, "a", ttl_s=5)
