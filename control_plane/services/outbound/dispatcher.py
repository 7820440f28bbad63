"""From the outbox to runs: every delivery that was written down is begun."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.ports.durable import DurableEngine
from control_plane.ports.stores import StoreUnavailable
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.outbound.announcing import Announcer
from control_plane.resources.outbound.deliveries import Waiting, begun, waiting
from control_plane.services.outbound.delivering import KIND

log = get_logger("outbound")

PORTION: Final = 200

PAUSES_S: Final = (0.05, 0.5, 15.0)
"""After the bell: its transaction is about to end; the last is for what another process left behind."""


class Dispatcher:
    """Looks when the bell rings, and now and then. Several processes may do so: a run is begun once."""

    def __init__(self, store: TenantStore, engine: DurableEngine, *, announcer: Announcer) -> None:
        self._store = store
        self._engine = engine
        self._announcer = announcer
        self._bell = asyncio.Event()

    def _ringer(self) -> Callable[[], None]:
        """For any thread."""
        loop = asyncio.get_running_loop()

        def ring() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._bell.set)

        return ring

    async def run(self) -> None:
        """Until cancelled."""
        self._announcer.ring = self._ringer()
        quiet = 0
        while True:
            quiet = 0 if self._bell.is_set() else min(quiet + 1, len(PAUSES_S) - 1)
            self._bell.clear()
            await self._pause(PAUSES_S[quiet], bell=quiet == len(PAUSES_S) - 1)
            try:
                while await self.look() == PORTION:
                    pass
            except StoreUnavailable as error:
                log.warning("webhooks cannot be read, they are looked for again", error=str(error))
            except Exception as fault:
                # A border: what waits must not wait for a restart. The next look is after a pause as ever.
                log.error("beginning webhooks met a fault of ours, it goes on", exc_info=fault)

    async def _pause(self, seconds: float, *, bell: bool) -> None:
        """With `bell` it ends when that rings."""
        if not bell:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    async def look(self) -> int:
        """Begin what waits; how many were found."""
        found: Sequence[Waiting] = await self._store.across(lambda session: waiting(session, PORTION))
        for tenant_id, endpoint_id, delivery_id in found:
            argument = {"tenant_id": tenant_id, "delivery_id": delivery_id}
            await self._engine.start(KIND, f"deliver:{delivery_id}", argument=argument, queue=endpoint_id)
        ids = [delivery_id for _, _, delivery_id in found]
        if ids:
            await self._store.across(lambda session: begun(session, ids))
        return len(found)
