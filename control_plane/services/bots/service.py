"""The bots of the installation: given to new tenants, counted, tried out; and the book that calls look into."""

from collections.abc import Sequence
from typing import Final

from control_plane.core.bot import Bot
from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import CallRecord
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.bots.seeding import botless, counted, seed
from control_plane.services.bots.book import BotBook
from control_plane.services.bots.chat import BotChat
from control_plane.services.fresh import Fresh
from control_plane.services.supervisor import Supervisor

log = get_logger("bots")

COUNT_S: Final = 60.0


class Bots:
    """`book` is for calls, `chat` for people who try a bot out."""

    def __init__(
        self,
        store: TenantStore,
        *,
        book: BotBook,
        chat: BotChat,
        shipped: Sequence[Bot],
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self._store = store
        self._shipped = tuple(shipped)
        self.book = book
        self.chat = chat
        self._count = Fresh(self._counted, name="bots", keep_s=lambda _: COUNT_S, clock=clock, supervisor=supervisor)

    async def seed(self) -> None:
        """At the start: who has no bot at all gets those that ship. Raises StoreUnavailable."""
        for tenant_id in await self._store.across(botless):
            await self.seed_tenant(tenant_id)

    async def seed_tenant(self, tenant_id: str) -> None:
        """For a tenant that has just been made. Raises StoreUnavailable."""
        try:
            made = await self._store.write(system(tenant_id, "gateway"), lambda session: seed(session, self._shipped))
        except Refused:
            log.info("another process gives the tenant its bots", tenant=tenant_id)
            return
        if made:
            await self.book.forget()
            log.info("tenant has the bots that ship", tenant=tenant_id, bots=made)

    async def count(self, *, patience_s: float) -> int:
        """Of all tenants, at most a minute old; those that ship while nobody knows."""
        known = await self._count.get(patience_s=patience_s)
        return len(self._shipped) if known is None else known.value

    async def language(self, record: CallRecord) -> str:
        """Which language the bot of a call speaks."""
        await self.book.recall([record])
        return self.book.of(record).bot.language

    async def _counted(self) -> int:
        return await self._store.across(counted)
