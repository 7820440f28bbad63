"""The showcase of a tenant, from parts, for a command of its own."""

from collections.abc import Awaitable, Callable

from control_plane.adapters.store.migrate import migrate
from control_plane.services.business import Business
from control_plane.services.showcase.fill import Progress, Showcase, ShowcaseParts
from control_plane.settings import Settings
from control_plane.wiring.bots import make_bots
from control_plane.wiring.contacts import contact_services
from control_plane.wiring.parts import Parts


async def open_showcase(
    settings: Settings, *, tenant_id: str, progress: Progress
) -> tuple[Showcase, Callable[[], Awaitable[None]]]:
    """With the schema as it should be, and what is to be called at the end."""
    parts = Parts(settings, {})
    await migrate(parts.database)
    showcase = Showcase(
        ShowcaseParts(
            business=Business(parts.tenants),
            book=contact_services(parts).book,
            bots=make_bots(parts),
            calls=parts.calls,
            blobs=parts.blobs,
            clock=parts.clock,
        ),
        tenant_id=tenant_id,
        progress=progress,
    )

    async def close() -> None:
        await parts.supervisor.aclose()
        for closing in parts.closers():
            await closing()

    return showcase, close
