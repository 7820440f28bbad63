"""How often somebody has asked, within one process."""

import hashlib
from collections import OrderedDict
from typing import Final

from control_plane.core.rate import gcra
from control_plane.ports.infrastructure import Clock
from control_plane.ports.limits import Limit, Verdict

KEYS: Final = 50_000
"""Further ones push out those that asked longest ago: 150 bytes each, whoever tries to fill it."""


class MemoryLimiter:
    """The Limiter port for one process."""

    def __init__(self, clock: Clock, *, keys: int = KEYS) -> None:
        self._clock = clock
        self._most = keys
        self._even: OrderedDict[bytes, float] = OrderedDict()
        """Key to the steady time at which its account is even; who asked last is last."""

    @property
    def keys(self) -> int:
        return len(self._even)

    async def hit(self, key: str, limit: Limit) -> Verdict:
        return self.hit_now(key, limit)

    def hit_now(self, key: str, limit: Limit) -> Verdict:
        """The same for whoever does not wait."""
        place = hashlib.blake2b(key.encode(errors="replace"), digest_size=16).digest()
        now = self._clock.steady()
        even_at, verdict = gcra.hit(self._even.get(place, 0.0), limit, now=now)
        self._even[place] = even_at
        self._even.move_to_end(place)
        if len(self._even) > self._most:
            self._even.popitem(last=False)
        return verdict
