"""A value that is costly to know, kept for a moment: loaded once for all who ask, and never waited for too long."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.supervisor import Supervisor

T = TypeVar("T")
KeepS = Callable[[float], float]

log = get_logger("fresh")

LOAD_S: Final = 15.0
"""A load that takes longer is given up."""
REST_S: Final = 1.0
"""After a load that failed: what is in trouble is not helped by those who ask again and again."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What is known, and since when (steady clock)."""

    value: T
    since: float


class Fresh(Generic[T]):
    """Loads when it is asked and what it knows is old; one load at a time, which outlives who asked.

    `keep_s` says for how long a value is good, given how long it took to load.
    """

    def __init__(
        self, load: Callable[[], Awaitable[T]], *, name: str, keep_s: KeepS, clock: Clock, supervisor: Supervisor
    ) -> None:
        self._load = load
        self._name = name
        self._keep_s = keep_s
        self._clock = clock
        self._supervisor = supervisor
        self._known: Known[T] | None = None
        self._due = -math.inf
        """Not loaded before (steady clock)."""
        self._loading: asyncio.Task[None] | None = None

    async def get(self, *, patience_s: float) -> Known[T] | None:
        """The newest value; an older one when the load fails or takes longer; None while there never was one."""
        if self._clock.steady() >= self._due:
            if self._loading is None or self._loading.done():
                self._loading = self._supervisor.spawn(self._renew(), f"load {self._name}")
            await asyncio.wait([self._loading], timeout=patience_s)
        return self._known

    async def _renew(self) -> None:
        began, good_until = self._clock.steady(), None
        try:
            async with asyncio.timeout(LOAD_S):
                value = await self._load()
            took_s = self._clock.steady() - began
            self._known, good_until = Known(value, began), began + self._keep_s(took_s)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("not loaded", what=self._name, error=str(error) or "too slow")
        finally:
            self._due = self._clock.steady() + REST_S if good_until is None else good_until
