"""Made once, shared, forgotten in time; never wrong because something below is away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import fakeredis
import pytest

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.cache.memory import MemoryCache
from control_plane.adapters.cache.redis import RedisCache
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import BusMessage
from control_plane.services.cache.kinds import BOTS, KINDS, SPEECH, Kind
from control_plane.services.cache.service import NEAR_S, CacheParts, CacheService
from control_plane.services.supervisor import Supervisor
from control_plane.testing.clock import FakeClock
from tests.virtual_time import eventually

BRIEF = Kind(name="brief", ttl_s=5.0)


class Process:
    """One process's cache."""

    def __init__(self, clock: FakeClock, far: RedisCache | None = None, bus: MemoryBus | None = None) -> None:
        self.metrics, self.supervisor, self.bus = Metrics(version="test"), Supervisor(), bus or MemoryBus()
        self.near = MemoryCache(clock)
        self.parts = CacheParts(
            near=self.near,
            far=far,
            bus=self.bus,
            metrics=self.metrics,
            supervisor=self.supervisor,
            default_ttl_s=300.0,
            settle=far.settle if far else None,
        )
        self.cache = CacheService(self.parts)

    def count(self, outcome: str, kind: Kind = BOTS) -> float:
        labels = {"kind": kind.name, "outcome": outcome}
        return self.metrics.registry.get_sample_value("gateway_cache_requests_total", labels) or 0.0


class Making:
    """Something slow, which is finished when the test says so."""

    def __init__(self, value: bytes | None = b"made", error: Exception | None = None) -> None:
        self.value, self.error = value, error
        self.begun = 0
        self.started, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> bytes | None:
        self.begun += 1
        self.started.set()
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        return self.value


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def it(clock: FakeClock) -> AsyncIterator[Process]:
    process = Process(clock)
    yield process
    await process.supervisor.aclose()


@pytest.fixture
async def pair(clock: FakeClock) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes with one Redis; nobody passes invalidations on."""
    server = fakeredis.FakeServer()
    processes = [Process(clock, RedisCache(fakeredis.FakeAsyncRedis(server=server), clock)) for _ in range(2)]
    yield processes[0], processes[1]
    for process in processes:
        await process.supervisor.aclose()


def quick(value: bytes | None = b"made") -> Making:
    making = Making(value)
    making.go_on.set()
    return making


async def asked(process: Process, make: Making, number: int) -> list["asyncio.Future[bytes | None]"]:
    tasks = [asyncio.ensure_future(process.cache.get_or_make(BOTS, "a", make=make)) for _ in range(number)]
    await make.started.wait()
    await asyncio.sleep(0)
    return tasks


async def test_all_who_ask_at_once_get_what_is_made_once(it: Process) -> None:
    make = Making()
    waiting = await asked(it, make, 50)
    make.go_on.set()
    assert await asyncio.gather(*waiting) == [b"made"] * 50
    assert make.begun == 1
    assert await it.cache.get(BOTS, "a") == b"made"
    assert (it.count("miss"), it.count("joined"), it.count("hit")) == (1, 49, 1)


async def test_what_goes_wrong_reaches_all_who_wait_and_is_not_kept(it: Process) -> None:
    make = Making(error=LookupError("no"))
    waiting = await asked(it, make, 3)
    make.go_on.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3
    assert await it.cache.get_or_make(BOTS, "a", make=quick()) == b"made"


async def test_who_gives_up_does_not_take_it_from_the_others(it: Process) -> None:
    make = Making()
    first, second = await asked(it, make, 2)
    first.cancel()
    await asyncio.sleep(0)
    make.go_on.set()
    assert await second == b"made"
    assert first.cancelled()


async def test_it_is_made_and_kept_even_when_everybody_has_given_up(it: Process) -> None:
    make = Making()
    [waiting] = await asked(it, make, 1)
    waiting.cancel()
    await asyncio.sleep(0)
    make.go_on.set()
    assert await it.cache.get_or_make(BOTS, "a", make=make) == b"made"
    assert make.begun == 1


async def test_nothing_is_not_kept(it: Process) -> None:
    assert await it.cache.get_or_make(BOTS, "a", make=quick(None)) is None
    assert await it.cache.get_or_make(BOTS, "a", make=quick()) == b"made"


async def test_a_stop_releases_those_who_wait(it: Process) -> None:
    [waiting] = await asked(it, Making(), 1)
    await it.supervisor.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_entry_lives_as_long_as_its_kind_says(it: Process, clock: FakeClock) -> None:
    for kind in (BRIEF, BOTS, SPEECH):
        await it.cache.put(kind, "a", value=b"1")
    found = []
    for pause in (5.0, 300.0, 86400.0):
        clock.advance(pause)
        found.append([await it.cache.get(kind, "a") for kind in (BRIEF, BOTS, SPEECH)])
    assert found == [[None, b"1", b"1"], [None, None, b"1"], [None, None, None]]


@pytest.mark.parametrize("key", ["a", None])
async def test_what_is_invalidated_while_it_is_made_is_made_again(it: Process, key: str | None) -> None:
    make = Making(b"old")
    [waiting] = await asked(it, make, 1)
    await it.cache.invalidate(BOTS, key)
    assert await it.cache.get_or_make(BOTS, "a", make=quick(b"new")) == b"new"
    make.go_on.set()
    assert await waiting == b"old"
    assert await it.cache.get(BOTS, "a") == b"new"


async def test_processes_share_what_one_of_them_made(pair: tuple[Process, Process]) -> None:
    one, other = pair
    make = quick()
    await one.cache.get_or_make(BOTS, "a", make=make)
    assert await other.cache.get_or_make(BOTS, "a", make=make) == b"made"
    assert await other.cache.get(BOTS, "a") == b"made"
    assert make.begun == 1
    assert (other.count("shared"), other.count("hit"), other.count("miss")) == (1, 1, 0)


async def test_processes_that_ask_at_once_do_not_make_it_twice(pair: tuple[Process, Process]) -> None:
    one, other = pair
    make = Making()
    [here] = await asked(one, make, 1)
    [there] = await asked(other, make, 1)
    make.go_on.set()
    assert await asyncio.gather(here, there) == [b"made", b"made"]
    assert make.begun == 1


async def test_a_process_that_fails_leaves_the_making_to_the_other(pair: tuple[Process, Process]) -> None:
    one, other = pair
    broken = Making(error=LookupError("no"))
    [here] = await asked(one, broken, 1)
    there = asyncio.ensure_future(other.cache.get_or_make(BOTS, "a", make=quick()))
    broken.go_on.set()
    with pytest.raises(LookupError):
        await here
    assert await there == b"made"


async def test_an_invalidation_nobody_told_of_is_wrong_for_no_longer_than_a_second(
    pair: tuple[Process, Process], clock: FakeClock
) -> None:
    one, other = pair
    await one.cache.put(BOTS, "a", value=b"old")
    assert await other.cache.get(BOTS, "a") == b"old"
    await one.cache.invalidate(BOTS, "a")
    assert await one.cache.get(BOTS, "a") is None
    clock.advance(NEAR_S)
    assert await other.cache.get(BOTS, "a") is None


async def test_an_invalidation_is_told_to_the_other_processes(clock: FakeClock) -> None:
    bus, server = MemoryBus(), fakeredis.FakeServer()
    one, other = (Process(clock, RedisCache(fakeredis.FakeAsyncRedis(server=server), clock), bus=bus) for _ in range(2))
    other.supervisor.spawn(other.cache.listen(), "listen")
    await one.cache.put(SPEECH, "a", value=b"old")
    assert await other.cache.get(SPEECH, "a") == b"old"
    await one.cache.invalidate(SPEECH)
    await eventually(lambda: other.near.entries == 0)
    assert await other.cache.get(SPEECH, "a") is None
    await other.supervisor.aclose()


class Chatter(MemoryBus):
    """A bus that is never silent."""

    async def subscribe(self) -> AsyncIterator[BusMessage]:  # type: ignore[override]
        while True:
            await asyncio.sleep(0)
            yield BusMessage(topic="call.state", call_id="1", body={})


async def test_a_busy_bus_does_not_keep_a_process_from_making_up_for_drops(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.services.cache.service.SETTLE_S", 0.01)
    server = fakeredis.FakeServer()
    process = Process(clock, RedisCache(fakeredis.FakeAsyncRedis(server=server), clock), bus=Chatter())
    settled = []
    process.parts = replace(process.parts, settle=lambda: settling(settled))
    process.cache = CacheService(process.parts)
    process.supervisor.spawn(process.cache.listen(), "listen")
    await eventually(lambda: len(settled) >= 3)
    await process.supervisor.aclose()


async def settling(settled: list[bool]) -> None:
    settled.append(True)


async def test_without_its_redis_a_process_goes_on_alone(clock: FakeClock) -> None:
    server = fakeredis.FakeServer()
    server.connected = False
    process = Process(clock, RedisCache(fakeredis.FakeAsyncRedis(server=server), clock))
    make = quick()
    for _ in range(3):
        assert await process.cache.get_or_make(SPEECH, "a", make=make) == b"made"
    assert make.begun == 1
    await process.cache.invalidate(SPEECH)
    assert await process.cache.get_or_make(SPEECH, "a", make=quick(b"new")) == b"new"


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
