"""All that is offered around contacts, as the web layer reaches it."""

from dataclasses import dataclass
from typing import Final

from control_plane.core.durable.slots import Daily
from control_plane.ports.durable import DurableEngine
from control_plane.services.contacts.book import ContactBook
from control_plane.services.contacts.imports import Imports
from control_plane.services.privacy.erasure import Privacy
from control_plane.services.privacy.retention import KIND, RetentionSweep

WHEN: Final = Daily(hour=3, minute=20)
"""UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactServices:
    book: ContactBook
    imports: Imports
    privacy: Privacy
    retention: RetentionSweep

    def serve(self, engine: DurableEngine) -> None:
        """Let the engine carry out our work; before it is launched."""
        engine.register(self.imports.work, self.privacy.work, self.retention.work)
        engine.schedule(KIND, KIND, when=WHEN)

    async def resume(self) -> None:
        """Go on with what a crash left between its row and its run; after the launch. Raises StoreUnavailable."""
        await self.imports.resume()
        await self.privacy.resume()
