"""Programs that show an API key."""

from collections import OrderedDict
from dataclasses import asdict
from typing import Final

import orjson

from control_plane.observability.logging import get_logger
from control_plane.ports.stores import StoreUnavailable
from control_plane.resources.people import key_use
from control_plane.resources.people.key_use import USED_EVERY_S, KnownKey
from control_plane.services.cache.kinds import API_KEYS
from control_plane.services.people.parts import PeopleParts, TooManyKeys

log = get_logger("people")

REMEMBERED: Final = 10_000
"""Keys whose last use is known here; of others it may be written once more within the minute. As many are remembered
to be good."""


class Keys:
    """The keys of all tenants. Raises StoreUnavailable."""

    def __init__(self, parts: PeopleParts) -> None:
        self._parts = parts
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._good: OrderedDict[str, None] = OrderedDict()
        """Hashes of keys that were good when they were last shown, or when this process began."""

    async def warm(self) -> None:
        """Know the keys that there are, so that nobody who tries keys from their address keeps them out."""
        try:
            found = await self._parts.store.look_across(lambda session: key_use.hashes(session, limit=REMEMBERED))
        except StoreUnavailable:
            log.warning("no key is known to be good until it is shown")
            return
        for known in reversed(found):
            self._remember(known)

    async def admitted(self, shown: str, address: str) -> KnownKey | None:
        """`known` for whoever asks from `address`. One who tries keys has so many tries, whatever becomes of them, and
        costs the database nothing afterwards; keys that were good go on meanwhile. Raises TooManyKeys."""
        if self._parts.secrets.prefix_of(shown) and self._parts.secrets.hash_of(shown) not in self._good:
            limit = self._parts.policy.new_keys
            verdict = await self._parts.limiter.hit(f"new key:{address}", limit)
            if not verdict.allowed:
                raise TooManyKeys(limit, verdict)
        return await self.known(shown)

    async def known(self, shown: str) -> KnownKey | None:
        """The key, as it was some seconds ago at most; None when it is no good."""
        prefix = self._parts.secrets.prefix_of(shown)
        if not prefix:
            return None
        found, shown_hash = await self.find(prefix), self._parts.secrets.hash_of(shown)
        if found is None or not self._parts.secrets.matches(shown, found.hash):
            self._good.pop(shown_hash, None)
            return None
        self._remember(shown_hash)
        self._note_use(found.id)
        return found

    async def find(self, prefix: str) -> KnownKey | None:
        async def make() -> bytes | None:
            key = await self._parts.store.look_across(lambda session: key_use.find(session, prefix))
            return orjson.dumps(asdict(key)) if key is not None else None

        kept = await self._parts.cache.get_or_make(API_KEYS, prefix, make=make)
        if kept is None:
            return None
        said = orjson.loads(kept)
        key = KnownKey(**{**said, "permissions": tuple(said["permissions"])})
        return key if key.expires_at is None or key.expires_at > self._parts.clock.wall() else None

    async def forget(self, prefix: str | None = None) -> None:
        """A key, or what its maker may, has changed: look again. Here at once, elsewhere within seconds."""
        await self._parts.cache.invalidate(API_KEYS, prefix)

    def _remember(self, shown_hash: str) -> None:
        self._good[shown_hash] = None
        self._good.move_to_end(shown_hash)
        if len(self._good) > REMEMBERED:
            self._good.popitem(last=False)

    def _note_use(self, key_id: str) -> None:
        """Once a minute, beside the request."""
        now = self._parts.clock.steady()
        if now - self._noted.get(key_id, -USED_EVERY_S) < USED_EVERY_S:
            return
        self._noted[key_id] = now
        self._noted.move_to_end(key_id)
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
        self._parts.supervisor.spawn(self._written(key_id), "note the use of a key")

    async def _written(self, key_id: str) -> None:
        await self._parts.store.across(lambda session: key_use.used(session, key_id))
