"""Webhooks that come in together are stored together: one transaction for all that wait."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoredWebhook, StoreUnavailable, WebhookStore

log = get_logger("webhooks")

APART_S: Final = 0.01
"""Transactions begin at least so long after one another. One that comes alone waits for nobody."""

GROUP_LIMIT: Final = 200
"""Stored in one transaction; the others go into the next."""

WAITING_LIMIT: Final = 5000
"""Beyond, a webhook is refused as if the database were away: the carrier repeats it."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A webhook whose request waits for its transaction. The answer: whether it is new."""

    webhook: StoredWebhook
    answer: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Keeper:
    """Stores in the order of arrival. Each request is answered when the transaction with its webhook is committed."""

    def __init__(
        self, store: WebhookStore, *, clock: Clock, spawn: Callable[[Coroutine[Any, Any, None], str], object]
    ) -> None:
        self._store = store
        self._clock = clock
        self._spawn = spawn
        self._waiting: list[_Waiting] = []
        self._at_work = False
        self._begun = float("-inf")
        """When the latest transaction began, by the steady clock."""

    async def keep(self, webhook: StoredWebhook) -> bool:
        """False when it was stored before. Raises StoreUnavailable, and what the database has against this one."""
        if len(self._waiting) >= WAITING_LIMIT:
            raise StoreUnavailable("too many webhooks wait to be stored")
        mine = _Waiting(webhook)
        self._waiting.append(mine)
        if not self._at_work:
            self._at_work = True
            self._spawn(self._work(), "webhooks to the store")
        return await mine.answer

    async def _work(self) -> None:
        """Until nobody waits."""
        try:
            while self._waiting:
                await self._pause()
                if group := self._next():
                    await self._store_group(group)
        finally:
            self._at_work = False
            self._refuse_waiting(StoreUnavailable("webhooks are not stored any more"))

    def _next(self) -> list[_Waiting]:
        group = self._waiting[:GROUP_LIMIT]
        del self._waiting[:GROUP_LIMIT]
        # Whoever has hung up meanwhile will send it again.
        return [one for one in group if not one.answer.done()]

    async def _pause(self) -> None:
        wait = self._begun + APART_S - self._clock.steady()
        if wait > 0:
            await asyncio.sleep(wait)
        self._begun = self._clock.steady()

    async def _store_group(self, group: Sequence[_Waiting]) -> None:
        try:
            found = await self._store.add_all([one.webhook for one in group])
        except StoreUnavailable as away:
            # Nor would the next find it: each of those that wait gets its answer before the carrier's patience ends.
            _refuse(away, group)
            self._refuse_waiting(away)
        except Exception as fault:
            # A border: one webhook that the database does not take must not keep out those it came with.
            if len(group) > 1:
                log.error("group of webhooks not stored, each is tried alone", webhooks=len(group), exc_info=fault)
                for one in group:
                    await self._store_group([one])
            else:
                _refuse(fault, group)
        except BaseException:
            _refuse(StoreUnavailable("the process ends"), group)
            raise
        else:
            for one, new in zip(group, found, strict=True):
                if not one.answer.done():
                    one.answer.set_result(new)

    def _refuse_waiting(self, error: Exception) -> None:
        _refuse(error, self._waiting)
        self._waiting.clear()


def _refuse(error: Exception, group: Sequence[_Waiting]) -> None:
    for one in group:
        if not one.answer.done():
            one.answer.set_exception(error)
