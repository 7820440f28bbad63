"""Bytes by key for a while, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.cache.memory import MemoryCache
from control_plane.testing.clock import FakeClock


async def test_a_value_is_there_until_its_time_is_over() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock)
    await cache.set("a", b"1", ttl_s=10)
    clock.advance(9.9)
    assert await cache.get("a") == b"1"
    clock.advance(0.1)
    assert await cache.get("a") is None
    assert cache.size_bytes == 0


async def test_a_value_replaces_the_one_before_and_its_time() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock)
    await cache.set("a", b"1", ttl_s=1)
    await cache.set("a", b"22", ttl_s=10)
    clock.advance(5)
    assert await cache.get("a") == b"22"
    assert cache.size_bytes == 3


async def test_the_least_recently_used_goes_first() -> None:
    cache = MemoryCache(FakeClock(), max_bytes=6)
    for key in "abc":
        await cache.set(key, b"1", ttl_s=10)
    await cache.get("a")
    await cache.set("d", b"1", ttl_s=10)
    assert [await cache.get(key) for key in "abcd"] == [b"1", None, b"1", b"1"]


async def test_what_is_too_large_or_has_no_time_is_not_kept() -> None:
    cache = MemoryCache(FakeClock(), max_bytes=4)
    await cache.set("a", b"1", ttl_s=10)
    await cache.set("a", b"1234", ttl_s=10)
    assert await cache.get("a") is None
    await cache.set("b", b"1", ttl_s=0)
    assert await cache.get("b") is None


STEPS = st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=12), st.floats(0, 5), st.floats(0, 3)))


@given(STEPS)
async def test_the_bound_holds_and_no_value_is_ever_stale(steps: list[tuple[str, bytes, float, float]]) -> None:
    clock = FakeClock()
    cache = MemoryCache(clock, max_bytes=30)
    last: dict[str, tuple[bytes, float]] = {}
    for key, value, ttl_s, pause in steps:
        await cache.set(key, value, ttl_s=ttl_s)
        last[key] = (value, clock.steady() + ttl_s)
        clock.advance(pause)
        assert cache.size_bytes <= 30
        for known, (expected, expires_at) in last.items():
            found = await cache.get(known)
            assert found is None or (found == expected and clock.steady() < expires_at)
