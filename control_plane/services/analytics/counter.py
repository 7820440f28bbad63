"""Keeping the figures up to date: calls that have ended are counted, some at a time, as long as the gateway runs."""

import asyncio
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.analytics import AnalyticsStore
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoreUnavailable

log = get_logger("analytics")

EVERY_S: Final = 3.0
SETTLE_S: Final = 5.0
"""After its end a call is left alone for so long: what was said last may still be on its way to the database."""
PORTION: Final = 20
"""Calls that are counted in one transaction."""
SHARE: Final = 4
"""With many to count, one rests so many times as long as a portion takes: after an upgrade there may be years of them,
and live calls come first."""
PATIENCE_S: Final = 60.0


class CallCounter:
    """Any number of processes may do this at once; each call is counted once."""

    def __init__(self, store: AnalyticsStore, *, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._counted = metrics.calls_counted_total

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = self._clock.steady()
            try:
                more = await self.count()
            except Exception as fault:
                # A border: one call that cannot be counted must not end the count until the next start.
                log.error("counting calls met a fault of ours, it goes on", exc_info=fault)
                more = False
            took_s = self._clock.steady() - began
            await asyncio.sleep(took_s * SHARE if more else EVERY_S)

    async def count(self) -> bool:
        """One portion; whether there may be more."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                done = await self._store.count_ended(before=self._clock.wall() - SETTLE_S, limit=PORTION)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("calls not counted", error=str(error) or "too slow")
            return False
        self._counted.inc(done)
        return done == PORTION
