"""The bots of all tenants as calls see them: what is published, by name, by number, by call."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from control_plane.core.bot import Bot
from control_plane.core.people.principal import Principal, system
from control_plane.observability.logging import get_logger
from control_plane.ports.stores import CallRecord, StoreUnavailable
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.bots.document import read, to_bot
from control_plane.resources.bots.lookup import (
    KnownBot,
    KnownNumber,
    active_bot,
    most_calls,
    number_called,
    of_version,
    own_number,
    standard_bot,
)
from control_plane.services.bots.casting import Cast, Reached, ShippedBots
from control_plane.services.cache.kinds import ANSWERING
from control_plane.services.cache.service import CacheService
from control_plane.services.calls.orders import UnknownBot

log = get_logger("bots")

Known = TypeVar("Known", bound=BaseModel)
Key = TypeVar("Key")
Value = TypeVar("Value")

PATIENCE_S: Final = 2.0
"""So long a ringing call waits for the database, then a bot that is known answers it."""
KEPT: Final = 1000
"""Versions of bots that are kept in mind."""
NOTHING: Final = b"null"

Version = tuple[str, str, int]
"""Tenant, bot, number."""


class BotBook:
    """The Casting of a gateway with a database. Changes are told with `forget`."""

    def __init__(
        self, store: TenantStore, cache: CacheService, *, shipped: ShippedBots, default_bot: str, zone: str = "UTC"
    ) -> None:
        """`zone` is that of tenants which have none of their own."""
        self._store = store
        self._cache = cache
        self._shipped = shipped
        self._default_bot = default_bot
        self._zone = zone
        self._versions: OrderedDict[Version, Cast] = OrderedDict()
        self._last_reached: OrderedDict[str, Reached] = OrderedDict()
        self._last_most: OrderedDict[str, int] = OrderedDict()

    async def choose(self, tenant_id: str, bot_id: str) -> Cast:
        if bot_id:
            key = f"bot/{tenant_id}/{bot_id}"
            known = await self._bot(key, tenant_id, find=lambda session: active_bot(session, bot_id))
            if known is None:
                raise UnknownBot(bot_id)
            return known
        name = self._default_bot
        key = f"standard/{tenant_id}"
        standard = await self._bot(key, tenant_id, find=lambda session: standard_bot(session, name))
        return standard or self._shipped.standard

    async def called(self, number: str) -> Reached:
        usual = Reached(tenant_id=DEFAULT_TENANT, cast=self._shipped.standard)
        # Of a number that was never called nobody knows the tenant: it is worth a second question.
        for _ in range(1 if number in self._last_reached else 2):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    reached = await self._reached(number)
            except (StoreUnavailable, TimeoutError) as error:
                log.error("the database does not say who is called", error=str(error) or "too slow")
                continue
            _keep(self._last_reached, number, value=reached)
            return reached
        return self._last_reached.get(number, usual)

    async def sender(self, tenant_id: str, carrier: str) -> str:
        async def ask() -> bytes:
            number = await self._store.look(_us(tenant_id), lambda session: own_number(session, carrier))
            return json.dumps(number).encode()

        return str(json.loads(await self._cache.get_or_make(ANSWERING, f"sender/{tenant_id}/{carrier}", make=ask)))

    async def most_calls(self, tenant_id: str) -> int:
        async def ask() -> bytes:
            most = await self._store.look(_us(tenant_id), lambda session: most_calls(session, tenant_id))
            return json.dumps(most).encode()

        try:
            async with asyncio.timeout(PATIENCE_S):
                most = int(json.loads(await self._cache.get_or_make(ANSWERING, f"most/{tenant_id}", make=ask)))
        except (StoreUnavailable, TimeoutError):
            return self._last_most.get(tenant_id, 0)
        _keep(self._last_most, tenant_id, value=most)
        return most

    async def recall(self, records: Sequence[CallRecord]) -> None:
        wanted = {_version(record) for record in records if record.bot_version} - self._versions.keys()
        try:
            async with asyncio.timeout(PATIENCE_S):
                for tenant_id, bot_id, number in sorted(wanted):
                    await self._bring_back(tenant_id, bot_id, number=number)
        except (StoreUnavailable, TimeoutError) as error:
            log.error("calls go on with the bots that are known", error=str(error) or "too slow")

    def of(self, record: CallRecord) -> Cast:
        return self._versions.get(_version(record)) or self._shipped.of(record)

    async def forget(self) -> None:
        """Something about bots or numbers has changed: every process asks again. Versions never change."""
        await self._cache.invalidate(ANSWERING)

    async def _reached(self, number: str) -> Reached:
        async def ask() -> bytes:
            return _packed(await self._store.look_across(lambda session: number_called(session, number)))

        found = _unpacked(KnownNumber, await self._cache.get_or_make(ANSWERING, f"number/{number}", make=ask))
        leads_to = found or KnownNumber()
        try:
            cast = await self.choose(leads_to.tenant_id, leads_to.bot_id)
        except UnknownBot:
            cast = await self.choose(leads_to.tenant_id, "")
        return Reached(tenant_id=leads_to.tenant_id, cast=cast)

    async def _bot(self, key: str, tenant_id: str, *, find: Callable[[Session], KnownBot | None]) -> Cast | None:
        async def ask() -> bytes:
            return _packed(await self._store.look(_us(tenant_id), find))

        known = _unpacked(KnownBot, await self._cache.get_or_make(ANSWERING, key, make=ask))
        return None if known is None else self._cast(tenant_id, known)

    async def _bring_back(self, tenant_id: str, bot_id: str, *, number: int) -> None:
        known = await self._store.look(_us(tenant_id), lambda session: of_version(session, bot_id, number=number))
        if known is None:
            log.warning("version of a bot is gone, its call goes on with the standard bot", bot=bot_id, version=number)
            return
        self._cast(tenant_id, known)

    def _cast(self, tenant_id: str, known: KnownBot) -> Cast | None:
        """The version, read once for each zone that its tenant has had."""
        version = (tenant_id, known.bot_id, known.version)
        cast = self._versions.get(version)
        if cast is None or cast.zone != known.zone:
            try:
                cast = _cast_of(known, self._zone)
            except ValidationError as error:
                log.error("version of a bot cannot be read", bot=known.bot_id, faults=error.error_count())
                return None
        _keep(self._versions, version, value=cast)
        return cast


def _cast_of(known: KnownBot, zone: str) -> Cast:
    """Raises ValidationError for a document that this program cannot read."""
    document = read(known.document)
    return Cast(
        bot=_placed(to_bot(document, known.bot_id), known.zone or zone),
        zone=known.zone,
        version=known.version,
        transfer_number=document.transfer_number or "",
        record=document.record,
        max_call_s=document.max_call_s,
    )


def _placed(bot: Bot, zone: str) -> Bot:
    """With the clock that its hours go by."""
    hours = bot.hours
    return replace(bot, hours=replace(hours, zone=zone)) if hours.week and not hours.zone else bot


def _version(record: CallRecord) -> Version:
    return (record.tenant_id, record.bot_id, record.bot_version)


def _us(tenant_id: str) -> Principal:
    return system(tenant_id, "calls")


def _packed(known: BaseModel | None) -> bytes:
    return NOTHING if known is None else known.model_dump_json().encode()


def _unpacked(kind: type[Known], packed: bytes) -> Known | None:
    return None if packed == NOTHING else kind.model_validate_json(packed)


def _keep(kept: OrderedDict[Key, Value], key: Key, *, value: Value) -> None:
    """As the newest of at most `KEPT`."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
