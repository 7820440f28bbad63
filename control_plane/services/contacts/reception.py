"""Files of imports as they come in: bounded in number and time, and cleared away when they do not come whole."""

import asyncio
from collections.abc import AsyncIterable, Callable
from typing import Final

from control_plane.core.people.principal import Principal, system
from control_plane.core.refusals import Refused, invalid
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError
from control_plane.ports.stores import StoreUnavailable
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.contacts import receiving
from control_plane.resources.contacts.imports import ImportJob, ImportJobOut
from control_plane.resources.contacts.receiving import STALE_S, UPLOAD_S
from control_plane.services.contacts.import_file import MOST_PIECES, ImportFiles

log = get_logger("imports")

CLEAR_S: Final = 20.0
"""For removing one file and its row."""

PORTION: Final = 200
"""Files that one sweep clears away; the next takes those that are left."""


class Reception:
    """Methods raise Refused, StoreUnavailable and ProviderError."""

    def __init__(self, store: TenantStore, files: ImportFiles) -> None:
        self._store = store
        self._files = files

    async def take_in(
        self, who: Principal, import_id: str, *, make: Callable[[], ImportJob], body: AsyncIterable[bytes]
    ) -> ImportJobOut:
        """The import with its whole file. Whatever else happens, nothing is left: now, or after `sweep`.

        `make` makes its row, anew for each try of a transaction.
        """
        await self._store.write(who, lambda session: receiving.reserve(session, make()))
        try:
            async with asyncio.timeout(UPLOAD_S) as patience:
                size, pieces = await self._files.keep(import_id, body)
        except BaseException as cut_off:
            # A border: whoever goes away, is refused or cancelled leaves nothing.
            await asyncio.shield(self._try_to_clear(who, import_id))
            if isinstance(cut_off, TimeoutError) and patience.expired():
                raise invalid("file", f"it did not come within {UPLOAD_S:.0f} seconds") from None
            raise
        try:
            return await self._store.write(
                who, lambda session: receiving.received(session, import_id, size=size, pieces=pieces)
            )
        except Refused:
            # After any other fault the row may be there as one that is to be worked, and its run needs the file.
            await self._try_to_clear(who, import_id)
            raise

    async def sweep(self, at: float) -> int:
        """Clear away what was cut off with its process; how many files."""
        found = await self._store.across(lambda session: receiving.stale(session, before=at - STALE_S, limit=PORTION))
        cleared = [await self._try_to_clear(system(tenant_id, "import"), row_id) for tenant_id, row_id in found]
        return sum(cleared)

    async def _try_to_clear(self, who: Principal, import_id: str) -> bool:
        """The row goes last: as long as it is there, the sweep comes back."""
        try:
            async with asyncio.timeout(CLEAR_S):
                await self._files.drop(import_id, MOST_PIECES)
                await self._store.write(who, lambda session: receiving.forget(session, import_id))
        except (Refused, ProviderError, StoreUnavailable, TimeoutError) as error:
            log.warning("an upload is left to the sweep", import_id=import_id, error=type(error).__name__)
            return False
        return True
