"""The cache of one process keeps within its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.cache.memory import MemoryCache
from control_plane.testing.clock import FakeClock

KIND = "speech"


async def keep(cache: MemoryCache, key: str, value: bytes, *, ttl_s: float = 10) -> None:
    await cache.put(KIND, key, value=value, ttl_s=ttl_s, stamp=(await cache.look(KIND, key)).stamp)


async def found(cache: MemoryCache, key: str) -> bytes | None:
    return (await cache.look(KIND, key)).value


async def test_a_value_is_there_until_its_time_is_over() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock)
    await keep(cache, "a", b"1")
    clock.advance(9.9)
    assert await found(cache, "a") == b"1"
    clock.advance(0.1)
    assert await found(cache, "a") is None
    assert (cache.size_bytes, cache.entries) == (0, 0)


async def test_a_value_replaces_the_one_before_and_its_time() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock)
    await keep(cache, "a", b"1", ttl_s=1)
    await keep(cache, "a", b"22")
    clock.advance(5)
    assert await found(cache, "a") == b"22"
    assert cache.size_bytes == len(KIND) + 3


async def test_the_least_recently_used_goes_first() -> None:
    by_bytes = MemoryCache(FakeClock(), max_bytes=3 * (len(KIND) + 2))
    by_entries = MemoryCache(FakeClock(), max_entries=3)
    for cache in (by_bytes, by_entries):
        for key in "abc":
            await keep(cache, key, b"1")
        await found(cache, "a")
        await keep(cache, "d", b"1")
        assert [await found(cache, key) for key in "abcd"] == [b"1", None, b"1", b"1"]


async def test_what_is_too_large_or_has_no_time_is_not_kept() -> None:
    cache = MemoryCache(FakeClock(), max_bytes=len(KIND) + 4)
    await keep(cache, "a", b"1")
    await keep(cache, "a", b"1234")
    assert await found(cache, "a") is None
    await keep(cache, "b", b"1", ttl_s=0)
    assert await found(cache, "b") is None


STEPS = st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=12), st.floats(0, 5), st.floats(0, 3)))


@given(STEPS)
async def test_the_bound_holds_and_no_value_is_ever_stale(steps: list[tuple[str, bytes, float, float]]) -> None:
    clock = FakeClock()
    cache = MemoryCache(clock, max_bytes=60, max_entries=4)
    last: dict[str, tuple[bytes, float]] = {}
    for key, value, ttl_s, pause in steps:
        await keep(cache, key, value, ttl_s=ttl_s)
        last[key] = (value, clock.steady() + ttl_s)
        clock.advance(pause)
        assert cache.size_bytes <= 60
        assert cache.entries <= 4
        for known, (expected, expires_at) in last.items():
            value_now = await found(cache, known)
            assert value_now is None or (value_now == expected and clock.steady() < expires_at)
