"""Bytes by key for a while, within one process."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from control_plane.ports.infrastructure import Clock

DEFAULT_MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    value: bytes
    expires_at: float
    """Steady seconds."""


class MemoryCache:
    """The Cache port. Holds at most `max_bytes` of keys and values: the least recently used go first, and what is
    larger than that is not kept.
    """

    def __init__(self, clock: Clock, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    @property
    def size_bytes(self) -> int:
        return self._bytes

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires_at <= self._clock.steady():
            self._forget(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        self._forget(key)
        if ttl_s <= 0 or _size(key, value) > self._max_bytes:
            return
        self._entries[key] = _Entry(value, self._clock.steady() + ttl_s)
        self._bytes += _size(key, value)
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: str) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= _size(key, entry.value)


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value)
