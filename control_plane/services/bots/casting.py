"""What the call path asks about bots, and its answer from those that ship with the gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from control_plane.core.bot import Bot
from control_plane.ports.stores import CallRecord
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.services.calls.orders import UnknownBot


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A bot as it takes a call: one version of it, and how its calls are run."""

    bot: Bot
    version: int = 0
    """Of the published document; 0: as the bot ships."""
    transfer_number: str = ""
    """Empty: the installation's."""
    record: bool = True
    """False: its calls are not recorded."""
    max_call_s: float | None = None
    """None: as the installation says."""
    zone: str = ""
    """Of the tenant; empty: the installation's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom somebody has called."""

    tenant_id: str
    cast: Cast


class Casting(Protocol):
    """Which bot takes a call. What was answered once is known for a while without asking the database."""

    async def choose(self, tenant_id: str, bot_id: str) -> Cast:
        """An active bot of the tenant by id or slug, or its standard one. Raises UnknownBot, StoreUnavailable."""
        ...

    async def called(self, number: str) -> Reached:
        """Who answers this number of ours (E.164). Never fails: whoever rings is answered."""
        ...

    async def sender(self, tenant_id: str, carrier: str) -> str:
        """The number that a tenant calls with; empty when it has none of its own. Raises StoreUnavailable."""
        ...

    async def most_calls(self, tenant_id: str) -> int:
        """How many the tenant may have at once; 0: any number. Never fails: as far as is known."""
        ...

    async def recall(self, records: Sequence[CallRecord]) -> None:
        """Bring back to mind as what bots took these calls, so that `of` knows it. Never fails."""
        ...

    def of(self, record: CallRecord) -> Cast:
        """As what the bot of this call began it; the standard bot when nobody knows any more."""
        ...


class ShippedBots:
    """The bots that ship with the gateway: what there is without a database, and when it does not answer."""

    def __init__(self, bots: Mapping[str, Bot], *, default: str) -> None:
        self._casts = {bot_id: Cast(bot=bot) for bot_id, bot in bots.items()}
        self.standard = self._casts[default]

    async def choose(self, tenant_id: str, bot_id: str) -> Cast:
        cast = self._casts.get(bot_id) if bot_id else self.standard
        if cast is None:
            raise UnknownBot(bot_id)
        return cast

    async def called(self, number: str) -> Reached:
        return Reached(tenant_id=DEFAULT_TENANT, cast=self.standard)

    async def sender(self, tenant_id: str, carrier: str) -> str:
        return ""

    async def most_calls(self, tenant_id: str) -> int:
        return 0

    async def recall(self, records: Sequence[CallRecord]) -> None:
        pass

    def of(self, record: CallRecord) -> Cast:
        return self._casts.get(record.bot_id, self.standard)
