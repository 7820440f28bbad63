"""Secrets that lie open in the database, as an earlier program or a tool has left them, are sealed."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from control_plane.ports.tenancy import TenantStore
from control_plane.resources.sealing import Sealed, seal_some


async def seal_all(store: TenantStore, places: Sequence[Sealed]) -> int:
    """In small transactions; how many there were. Raises StoreUnavailable."""
    return sum([await _sealed(store, place) for place in places])


async def _sealed(store: TenantStore, place: Sealed) -> int:
    count, after = 0, ""
    while True:

        def portion(session: Session, after: str = after) -> tuple[int, str]:
            return seal_some(session, place, after=after)

        sealed, after = await store.across(portion)
        count += sealed
        if not after:
            return count
