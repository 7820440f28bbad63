"""The cache in front of slow things: each made once, shared by the processes, forgotten when it has changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Bus, BusMessage, Cache, Cached
from control_plane.services.cache.kinds import Kind
from control_plane.services.supervisor import Supervisor

log = get_logger("cache")

T = TypeVar("T", bytes, bytes | None)

TOPIC: Final = "cache.dropped"
NEAR_S: Final = 1.0
"""What may change is trusted for so long without asking Redis: a drop that was not heard is wrong no longer."""
CLAIM_S: Final = 10.0
"""How long another process may take to make an entry before somebody else begins."""
LOOK_AGAIN_S: Final = 0.05
WAIT_S: Final = 3.0
"""Then an entry that another process is making is made here as well."""
MAKE_S: Final = 60.0
SETTLE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheParts:
    """What the cache works with."""

    near: Cache
    """In this process."""
    far: Cache | None
    """Shared by all processes; None when there is no Redis."""
    bus: Bus
    metrics: Metrics
    supervisor: Supervisor
    default_ttl_s: float
    settle: Callable[[], Awaitable[None]] | None = None
    """Makes up for drops that the shared cache has missed."""


class CacheService:
    """Entries by kind and key. What goes wrong in the caches below makes it slower and never wrong; what goes wrong in
    making an entry is told to everybody who waits for it, and is not kept. Nothing (None) is not kept either.
    """

    def __init__(self, parts: CacheParts) -> None:
        self._parts = parts
        self._making: dict[tuple[str, str], asyncio.Future[bytes | None]] = {}

    async def get(self, kind: Kind, key: str) -> bytes | None:
        found = await self._parts.near.look(kind.name, key)
        outcome, value = "hit", found.value
        if value is None and self._parts.far is not None:
            outcome, value = "shared", (await self._parts.far.look(kind.name, key)).value
            if value is not None:
                await self._keep_near(kind, key, value=value, stamp=found.stamp)
        self._count(kind, "miss" if value is None else outcome)
        return value

    async def put(self, kind: Kind, key: str, *, value: bytes) -> None:
        stamps = [(await cache.look(kind.name, key)).stamp for cache in self._caches()]
        await self._keep(kind, key, value=value, stamps=stamps)

    async def get_or_make(self, kind: Kind, key: str, *, make: Callable[[], Awaitable[T]]) -> T:
        """The entry, made by `make` if it is nowhere. `make` runs once for all who ask meanwhile, and goes on when one
        of them, or every one, gives up. Raises what `make` raises.
        """
        found = await self._parts.near.look(kind.name, key)
        if found.value is not None:
            self._count(kind, "hit")
            return found.value
        place = (kind.name, key)
        making = self._making.get(place)
        if making is not None:
            self._count(kind, "joined")
        else:
            making = self._begin(kind, key, make=make, near_stamp=found.stamp)
        return cast(T, await asyncio.shield(making))

    async def invalidate(self, kind: Kind, key: str | None = None) -> None:
        """Forget one entry, or all of the kind, here and in all processes. Call it after the change is stored."""
        await self._forget(kind.name, key)
        if self._parts.far is not None:
            await self._parts.far.drop(kind.name, key)
            body = {"kind": kind.name, "key": key}
            self._parts.bus.publish(BusMessage(topic=TOPIC, call_id="", body=body))

    async def listen(self) -> None:
        """Until cancelled: forget what other processes have changed, and make up for what they have not heard of."""
        messages = self._parts.bus.subscribe()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(messages))
            if self._parts.settle is not None:
                group.create_task(_repeat(self._parts.settle))

    async def _hear(self, messages: AsyncIterator[BusMessage]) -> None:
        async for message in messages:
            match message:
                case BusMessage(topic="cache.dropped", body={"kind": str() as kind, "key": str() | None as key}):
                    await self._forget(kind, key)

    def _begin(
        self, kind: Kind, key: str, *, make: Callable[[], Awaitable[Any]], near_stamp: bytes
    ) -> asyncio.Future[bytes | None]:
        place = (kind.name, key)
        making: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        # Whoever asked may be gone when it fails.
        making.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._making[place] = making

        async def flight() -> None:
            try:
                async with asyncio.timeout(MAKE_S):
                    value = await self._find_or_make(kind, key, make=make, near_stamp=near_stamp)
                making.set_result(value)
            except Exception as error:
                # A border: whatever `make` raises belongs to those who wait, and to them only.
                making.set_exception(error)
            finally:
                making.cancel()
                if self._making.get(place) is making:
                    del self._making[place]

        self._parts.supervisor.spawn(flight(), f"make {kind.name}")
        return making

    async def _find_or_make(
        self, kind: Kind, key: str, *, make: Callable[[], Awaitable[Any]], near_stamp: bytes
    ) -> bytes | None:
        far = self._parts.far
        if far is None:
            self._count(kind, "miss")
            value = cast(bytes | None, await make())
            await self._keep(kind, key, value=value, stamps=[near_stamp])
            return value
        found = await self._claimed(far, kind, key=key)
        if found.value is not None:
            self._count(kind, "shared")
            await self._keep_near(kind, key, value=found.value, stamp=near_stamp)
            return found.value
        self._count(kind, "miss")
        try:
            value = cast(bytes | None, await make())
            await self._keep(kind, key, value=value, stamps=[near_stamp, found.stamp])
        finally:
            await far.release(kind.name, key)
        return value

    async def _claimed(self, far: Cache, kind: Kind, *, key: str) -> Cached:
        """The shared entry; without a value it is for us to make it."""
        for _ in range(int(WAIT_S / LOOK_AGAIN_S)):
            found = await far.look(kind.name, key)
            if found.value is not None:
                return found
            if await far.claim(kind.name, key, ttl_s=CLAIM_S):
                break
            await asyncio.sleep(LOOK_AGAIN_S)
        # Whoever had the claim before us may have made it between our look and our claim.
        return await far.look(kind.name, key)

    async def _keep(self, kind: Kind, key: str, *, value: bytes | None, stamps: list[bytes]) -> None:
        if value is None:
            return
        await self._keep_near(kind, key, value=value, stamp=stamps[0])
        if self._parts.far is not None:
            await self._parts.far.put(kind.name, key, value=value, ttl_s=self._ttl_s(kind), stamp=stamps[1])

    async def _keep_near(self, kind: Kind, key: str, *, value: bytes, stamp: bytes) -> None:
        shared = self._parts.far is not None and not kind.immutable
        ttl_s = min(NEAR_S, self._ttl_s(kind)) if shared else self._ttl_s(kind)
        await self._parts.near.put(kind.name, key, value=value, ttl_s=ttl_s, stamp=stamp)

    async def _forget(self, kind: str, key: str | None) -> None:
        for place in [place for place in self._making if place[0] == kind and key in (None, place[1])]:
            # Who asks from now on must not get what was begun before.
            del self._making[place]
        await self._parts.near.drop(kind, key)

    def _caches(self) -> tuple[Cache, ...]:
        return (self._parts.near,) if self._parts.far is None else (self._parts.near, self._parts.far)

    def _ttl_s(self, kind: Kind) -> float:
        return kind.ttl_s or self._parts.default_ttl_s

    def _count(self, kind: Kind, outcome: str) -> None:
        self._parts.metrics.cache_requests_total.labels(kind=kind.name, outcome=outcome).inc()


async def _repeat(settle: Callable[[], Awaitable[None]]) -> None:
    """By the clock: a bus is hardly ever silent."""
    while True:
        await asyncio.sleep(SETTLE_S)
        await settle()
