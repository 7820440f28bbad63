"""Bytes by kind and key for a while, within one process."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from control_plane.ports.infrastructure import Cached, Clock

DEFAULT_MAX_BYTES: Final = 64 * 1024 * 1024
DEFAULT_MAX_ENTRIES: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Entry:
    value: bytes
    expires_at: float
    """Steady seconds."""


class MemoryCache:
    """The Cache port. Holds at most `max_entries`, and `max_bytes` of keys and values: the least recently used go
    first, and what is larger than that is not kept.
    """

    def __init__(
        self, clock: Clock, *, max_bytes: int = DEFAULT_MAX_BYTES, max_entries: int = DEFAULT_MAX_ENTRIES
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._drops: dict[str, int] = {}
        """How often something of the kind was dropped: there are few kinds."""
        self._bytes = 0

    @property
    def size_bytes(self) -> int:
        return self._bytes

    @property
    def entries(self) -> int:
        return len(self._entries)

    async def look(self, kind: str, key: str) -> Cached:
        return Cached(value=self._find((kind, key)), stamp=self._stamp(kind))

    async def put(self, kind: str, key: str, *, value: bytes, ttl_s: float, stamp: bytes) -> None:
        if stamp != self._stamp(kind):
            return
        place = (kind, key)
        self._forget(place)
        if ttl_s <= 0 or _size(place, value) > self._max_bytes:
            return
        self._entries[place] = _Entry(value, self._clock.steady() + ttl_s)
        self._bytes += _size(place, value)
        while self._bytes > self._max_bytes or len(self._entries) > self._max_entries:
            self._forget(next(iter(self._entries)))

    async def drop(self, kind: str, key: str | None = None) -> None:
        self._drops[kind] = self._drops.get(kind, 0) + 1
        gone = [(kind, key)] if key is not None else [place for place in self._entries if place[0] == kind]
        for place in gone:
            self._forget(place)

    async def claim(self, kind: str, key: str, *, ttl_s: float) -> bool:
        """Within one process there is nobody to agree with: the cache's user makes each entry once."""
        return True

    async def release(self, kind: str, key: str) -> None:
        return None

    def _stamp(self, kind: str) -> bytes:
        return str(self._drops.get(kind, 0)).encode()

    def _find(self, place: tuple[str, str]) -> bytes | None:
        entry = self._entries.get(place)
        if entry is None:
            return None
        if entry.expires_at <= self._clock.steady():
            self._forget(place)
            return None
        self._entries.move_to_end(place)
        return entry.value

    def _forget(self, place: tuple[str, str]) -> None:
        if entry := self._entries.pop(place, None):
            self._bytes -= _size(place, entry.value)


def _size(place: tuple[str, str], value: bytes) -> int:
    return len(place[0]) + len(place[1]) + len(value)
