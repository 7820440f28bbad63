"""The way of a webhook: verify on the raw bytes, store, acknowledge, then hand it to its call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice, WebhookReader
from control_plane.ports.errors import MalformedMessage, ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoredWebhook, StoreUnavailable, WebhookStore
from control_plane.services.calls.session import InboxFull

log = get_logger("webhooks")

SWEEP_S: Final = 5.0
"""Stored webhooks that could not be worked are tried again this often."""

QUEUE_LIMIT: Final = 5000
"""Waiting in memory; beyond, a webhook is stored and acknowledged, and the sweep works it."""


class Receipt(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts:
    """What the intake works with. `route` takes the notice to its call; it returns when the call has kept it."""

    carrier: str
    reader: WebhookReader
    store: WebhookStore
    route: Callable[[Notice], Awaitable[None]]
    clock: Clock
    metrics: Metrics


class WebhookIntake:
    """One carrier's webhooks. `accept` is what the acknowledgement waits for; everything else follows it."""

    def __init__(self, parts: IntakeParts) -> None:
        self._parts = parts
        self._queue: asyncio.Queue[Notice] = asyncio.Queue(QUEUE_LIMIT)

    async def accept(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Verify and store. Raises BadSignature, MalformedMessage, StoreUnavailable."""
        parts = self._parts
        now = parts.clock.wall()
        parts.reader.verify(headers, body, now=now)
        notice = parts.reader.read(body)
        webhook = StoredWebhook(
            carrier=parts.carrier, event_id=notice.event_id, kind=notice.kind, body=body, received_at=now
        )
        if not await parts.store.add(webhook):
            return Receipt.DUPLICATE
        if not self._queue.full():
            self._queue.put_nowait(notice)
        return Receipt.STORED

    async def run(self) -> None:
        """Work webhooks until cancelled; begins with what an earlier process has left."""
        while True:
            await self._sweep()
            await self._work_until(self._parts.clock.steady() + SWEEP_S)

    async def _work_until(self, then: float) -> None:
        """What comes in meanwhile; however much it is, the next sweep takes place."""
        while (left := then - self._parts.clock.steady()) > 0:
            try:
                async with asyncio.timeout(left):
                    notice = await self._queue.get()
            except TimeoutError:
                return
            await self._work(notice)

    async def _sweep(self) -> None:
        """Whatever is stored and not worked: left by a crash, by a full inbox or a full queue."""
        try:
            for webhook in await self._parts.store.unworked():
                if webhook.carrier == self._parts.carrier:
                    await self._work_again(webhook)
        except StoreUnavailable as error:
            log.error("stored webhooks cannot be read", error=str(error))

    async def _work_again(self, webhook: StoredWebhook) -> None:
        try:
            notice = self._parts.reader.read(webhook.body)
        except MalformedMessage as error:
            log.error("stored webhook cannot be read any more", event_id=webhook.event_id, error=str(error))
            await self._parts.store.mark_worked(webhook.carrier, webhook.event_id)
            return
        await self._work(notice)

    async def _work(self, notice: Notice) -> None:
        try:
            await self._parts.route(notice)
        except InboxFull:
            log.warning("call is busy, the webhook waits", kind=notice.kind)
        except (StoreUnavailable, ProviderError) as error:
            log.error("webhook not worked, it waits", kind=notice.kind, error=str(error))
        except Exception as fault:
            # A border: one webhook that meets a fault of ours must not keep all others from their calls.
            log.error("webhook met a fault of ours, it waits", kind=notice.kind, exc_info=fault)
