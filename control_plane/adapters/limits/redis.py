"""How often somebody has asked, counted by all processes that have the same Redis.

    centralita:limit:<hash>   the time, in microseconds of Redis, at which the account is even; gone when it is

The clock is that of Redis: machines disagree about the time.
"""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, Final

from control_plane.adapters.limits.memory import MemoryLimiter
from control_plane.adapters.redis_link import RedisAway, RedisLink
from control_plane.core.rate.gcra import remaining
from control_plane.ports.infrastructure import Clock
from control_plane.ports.limits import Limit, Verdict

PREFIX: Final = "centralita:limit"
PATIENCE_S: Final = 0.05
"""Every request waits for this: a slow answer is none."""

HIT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local even = tonumber(redis.call('GET', KEYS[1]) or '0')
local ahead = math.min(math.max(0, even - now), tolerance + interval + 1)
if ahead - tolerance > 1 then
  return {0, math.ceil(ahead - tolerance)}
end
ahead = math.ceil(ahead + interval)
redis.call('SET', KEYS[1], string.format('%.0f', now + ahead), 'PX', math.ceil(ahead / 1000))
return {1, ahead}
"""
"""`core.rate.gcra.hit` in one step, in microseconds; answers how late or how far ahead the account is."""


class RedisLimiter:
    """The Limiter port. Without Redis each process counts for itself, so that a limit is that often larger; nobody is
    let through uncounted, and nobody waits.
    """

    def __init__(self, client: Any, clock: Clock, *, failed: Callable[[], None] = lambda: None) -> None:
        """`failed` is told of each question that Redis did not answer."""
        self.link = RedisLink(client, clock, failed=failed)
        self._script = client.register_script(HIT)
        self._near = MemoryLimiter(clock)

    async def hit(self, key: str, limit: Limit) -> Verdict:
        try:
            let_in, microseconds = await self.link.ask(lambda: self._counted(key, limit))
        except RedisAway:
            return self._near.hit_now(key, limit)
        seconds = microseconds / 1e6
        if not let_in:
            return Verdict(allowed=False, remaining=0, retry_after_s=seconds)
        return Verdict(allowed=True, remaining=remaining(seconds, limit))

    async def aclose(self) -> None:
        await self.link.aclose()

    async def _counted(self, key: str, limit: Limit) -> tuple[int, int]:
        place = f"{PREFIX}:{hashlib.blake2b(key.encode(errors='replace'), digest_size=16).hexdigest()}"
        async with asyncio.timeout(PATIENCE_S):
            let_in, microseconds = await self._script(
                keys=[place], args=[limit.interval_s * 1e6, limit.tolerance_s * 1e6]
            )
        return int(let_in), int(microseconds)
