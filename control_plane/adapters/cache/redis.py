"""Bytes by kind and key for a while, shared by all processes that have the same Redis.

    centralita:cache:<kind>:era       the kind's generation; entries of another one do not exist
    centralita:cache:<kind>:drops     changes with every drop; what was made before it is not written
    centralita:cache:<kind>:=<hash>   the generation, then the value
    centralita:cache:<kind>:+<hash>   the claim of whoever is making the entry

A drop replaces a random word. Nothing has to be found or counted, and a Redis that lost everything is merely empty.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from control_plane.adapters.redis_link import RedisAway, RedisLink
from control_plane.ports.infrastructure import Cached, Clock

T = TypeVar("T")

PREFIX: Final = "centralita:cache"
WORD: Final = 16
"""Characters of a generation's name."""
UNKNOWN: Final = Cached(value=None, stamp=b"")
"""The answer of a Redis that is away; what is put with this stamp is not kept."""

LOOK: Final = """
local era = redis.call('GET', KEYS[1])
if not era then
  era = ARGV[1]
  redis.call('SET', KEYS[1], era)
end
return {era, redis.call('GET', KEYS[2]) or '', redis.call('GET', KEYS[3])}
"""
PUT: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] or (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then
  return 0
end
redis.call('SET', KEYS[3], ARGV[1] .. ARGV[3], 'PX', ARGV[4])
return 1
"""
RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class RedisCache:
    """The Cache port. Without Redis it knows nothing and keeps nothing; a drop that did not get through is made up
    for before anything else is asked, by `settle` or the next use.
    """

    def __init__(self, client: Any, clock: Clock, *, failed: Callable[[], None] = lambda: None) -> None:
        self.link = RedisLink(client, clock, failed=failed)
        self._look = client.register_script(LOOK)
        self._put = client.register_script(PUT)
        self._release = client.register_script(RELEASE)
        self._name = secrets.token_hex(WORD // 2)
        self._owed: set[str] = set()
        """Kinds of which something should have been dropped while Redis was away."""

    async def look(self, kind: str, key: str) -> Cached:
        try:
            era, drops, entry = await self._ask(
                lambda: self._look(keys=[*_words(kind), _entry(kind, key)], args=[secrets.token_hex(WORD // 2)])
            )
        except RedisAway:
            return UNKNOWN
        current = entry is not None and entry[:WORD] == era
        return Cached(value=entry[WORD:] if current else None, stamp=era + drops)

    async def put(self, kind: str, key: str, *, value: bytes, ttl_s: float, stamp: bytes) -> None:
        milliseconds = int(ttl_s * 1000)
        if not stamp or milliseconds <= 0:
            return
        arguments = [stamp[:WORD], stamp[WORD:], value, milliseconds]
        try:
            await self._ask(lambda: self._put(keys=[*_words(kind), _entry(kind, key)], args=arguments))
        except RedisAway:
            return

    async def drop(self, kind: str, key: str | None = None) -> None:
        try:
            await self._ask(lambda: self._dropped(kind, key))
        except RedisAway:
            self._owed.add(kind)

    async def claim(self, kind: str, key: str, *, ttl_s: float) -> bool:
        """Ours when Redis is away: then everybody makes the entry himself."""
        set_ = self.link.client.set
        try:
            return bool(await self._ask(lambda: set_(_claim(kind, key), self._name, nx=True, px=int(ttl_s * 1000))))
        except RedisAway:
            return True

    async def release(self, kind: str, key: str) -> None:
        try:
            await self._ask(lambda: self._release(keys=[_claim(kind, key)], args=[self._name]))
        except RedisAway:
            return

    async def settle(self) -> None:
        """Make up for drops that did not get through; nothing to do is the rule."""
        try:
            await self._pay()
        except RedisAway:
            return

    async def aclose(self) -> None:
        await self.link.aclose()

    async def _ask(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._owed:
            await self._pay()
        return await self.link.ask(work)

    async def _pay(self) -> None:
        for kind in tuple(self._owed):
            await self.link.ask(lambda kind=kind: self._dropped(kind, None))  # type: ignore[misc]
            self._owed.discard(kind)

    async def _dropped(self, kind: str, key: str | None) -> None:
        era, drops = _words(kind)
        async with self.link.client.pipeline(transaction=True) as together:
            together.set(drops, secrets.token_hex(WORD // 2))
            if key is None:
                together.set(era, secrets.token_hex(WORD // 2))
            else:
                together.delete(_entry(kind, key))
            await together.execute()


def _words(kind: str) -> tuple[str, str]:
    return f"{PREFIX}:{kind}:era", f"{PREFIX}:{kind}:drops"


def _entry(kind: str, key: str) -> str:
    return f"{PREFIX}:{kind}:={_hash(key)}"


def _claim(kind: str, key: str) -> str:
    return f"{PREFIX}:{kind}:+{_hash(key)}"


def _hash(key: str) -> str:
    """Keys may hold whole sentences."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
