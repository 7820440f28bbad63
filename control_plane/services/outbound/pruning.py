"""The nightly work that deletes what was told long ago."""

from collections.abc import Mapping
from typing import Any, Final

from control_plane.ports.durable import Run, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.outbound.deliveries import forget

KIND: Final = "forget_webhooks"

KEPT_S: Final = 30 * 86_400.0

PORTION: Final = 500


def pruning(store: TenantStore, clock: Clock) -> Work:
    async def run(run: Run, argument: Mapping[str, Any]) -> int:
        return await prune(store, before=clock.wall() - KEPT_S)

    return Work(kind=KIND, run=run, concurrency=1)


async def prune(store: TenantStore, *, before: float) -> int:
    """Delete events of that time and all their deliveries, in portions; how many events."""
    forgotten = 0
    while portion := await store.across(lambda session: forget(session, before=before, limit=PORTION)):
        forgotten += portion
    return forgotten
