"""The connection to Redis: how it is made, how long it is waited for, when it is left alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from control_plane.ports.infrastructure import Clock
from control_plane.ports.probes import Unreachable

T = TypeVar("T")

PATIENCE_S: Final = 0.25
"""Redis is a neighbour: an answer that takes longer is none."""
CONNECTIONS: Final = 16
FAILURES: Final = 2
"""So many in a row, and Redis is left alone for a while."""
PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)

FAULTS: Final = (RedisError, OSError, TimeoutError)


class RedisAway(Unreachable):
    """Redis does not answer, or did not a moment ago."""


def open_redis(url: str, *, patience_s: float = PATIENCE_S) -> Any:
    """A client that connects when first used and repeats nothing by itself. Raises ValueError for a bad address."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=patience_s,
        socket_timeout=patience_s,
        socket_connect_timeout=patience_s,
        retry=Retry(NoBackoff(), 0),
        client_name="centralita",
    )
    return Redis.from_pool(pool)


class RedisLink:
    """Asks Redis with a breaker: after `FAILURES` in a row nobody asks for a pause, then one caller at a time."""

    def __init__(self, client: Any, clock: Clock, *, failed: Callable[[], None] = lambda: None) -> None:
        self.client = client
        self._clock = clock
        self._failed = failed
        self._failures = 0
        self._closed_until = 0.0
        self._trying = False

    @property
    def resting(self) -> bool:
        """Whether Redis is being left alone."""
        return self._failures >= FAILURES and (self._trying or self._clock.steady() < self._closed_until)

    async def ask(self, work: Callable[[], Awaitable[T]]) -> T:
        """The answer of `work`, within the patience. Raises RedisAway."""
        if self.resting:
            raise RedisAway
        self._trying = True
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await work()
        except FAULTS as error:
            self._count()
            raise RedisAway from error
        finally:
            self._trying = False
        self._failures = 0
        return answer

    async def ping(self) -> float:
        """Seconds for a round trip. Raises RedisAway."""
        began = self._clock.steady()
        await self.ask(self.client.ping)
        return self._clock.steady() - began

    async def aclose(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.client.aclose(close_connection_pool=True)

    def _count(self) -> None:
        self._failed()
        if self._failures >= FAILURES and self._clock.steady() < self._closed_until:
            return  # one of many that were asked before the pause began
        self._failures += 1
        over = self._failures - FAILURES
        if over >= 0:
            self._closed_until = self._clock.steady() + PAUSES_S[min(over, len(PAUSES_S) - 1)]
