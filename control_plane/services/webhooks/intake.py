"""The way of a webhook: verify on the raw bytes, store, acknowledge, then hand it to its call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice, WebhookReader
from control_plane.ports.errors import MalformedMessage, ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoredWebhook, StoreUnavailable, WebhookStore
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.calls.session import InboxFull
from control_plane.services.supervisor import Supervisor
from control_plane.services.webhooks.keeping import Keeper

log = get_logger("webhooks")

SWEEP_S: Final = 5.0
"""Stored webhooks that could not be worked are tried again this often."""

SHARED_SWEEP_S: Final = 1.0
"""The same among several nodes: a webhook may have come in at another one than its call lives in."""

QUEUE_LIMIT: Final = 5000
"""Waiting in memory; beyond, a webhook is stored and acknowledged, and the sweep works it."""

SWEEP_LIMIT: Final = 500
"""Stored webhooks that one sweep takes up, beside those that are put off."""

QUICK_TRIES: Final = 5
REST_S: Final = 60.0
"""A webhook that met a fault of ours that often is tried only once in this time."""

FAULTY_LIMIT: Final = 1000

PAUSE_S: Final = 1.0
"""After a fault in the worker itself."""


class Receipt(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice on its way to its call."""

    notice: Notice
    received_at: float
    """Unix seconds."""
    here: bool = False
    """It came in at this process, just now; else it was found among what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts:
    """What the intake works with. `route` takes a delivery to its call; it returns when the call has kept it."""

    carrier: str
    reader: WebhookReader
    store: WebhookStore
    route: Callable[[Delivery], Awaitable[None]]
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    alone: Callable[[], bool] = lambda: True
    """Whether no other node shares the database."""


class WebhookIntake:
    """One carrier's webhooks. `accept` is what the acknowledgement waits for; everything else follows it."""

    def __init__(self, parts: IntakeParts) -> None:
        self._parts = parts
        self._queue: asyncio.Queue[tuple[Notice, float]] = asyncio.Queue(QUEUE_LIMIT)
        self._keeper = Keeper(parts.store, clock=parts.clock, spawn=parts.supervisor.spawn)
        self._faulty = _Faulty(parts.clock)

    async def accept(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Verify and store. Raises BadSignature, MalformedMessage, StoreUnavailable."""
        parts = self._parts
        now = parts.clock.wall()
        parts.reader.verify(headers, body, now=now)
        notice = parts.reader.read(body)
        webhook = StoredWebhook(
            carrier=parts.carrier,
            event_id=notice.event_id,
            kind=notice.kind,
            body=body,
            received_at=now,
            worked=notice.event is None,
        )
        if not await self._keeper.keep(webhook):
            return Receipt.DUPLICATE
        if notice.event is None:
            self._worked(now)
        elif not self._queue.full():
            self._queue.put_nowait((notice, now))
        return Receipt.STORED

    @property
    def waiting(self) -> int:
        """How many are acknowledged and wait in memory."""
        return self._queue.qsize()

    async def run(self) -> None:
        """Work webhooks until cancelled; begins with what an earlier process has left."""
        while True:
            for step in (self._sweep, self._work_a_while):
                try:
                    await step()
                except Exception as fault:
                    # A border: whatever goes wrong here, the webhooks that come in later have to be worked.
                    log.error("webhook worker met a fault of ours, it goes on", exc_info=fault)
                    await asyncio.sleep(PAUSE_S)

    async def _work_a_while(self) -> None:
        """What comes in until the next sweep, which takes place however much it is."""
        clock = self._parts.clock
        then = clock.steady() + (SWEEP_S if self._parts.alone() else SHARED_SWEEP_S)
        while (left := then - clock.steady()) > 0:
            try:
                async with asyncio.timeout(left):
                    notice, at = await self._queue.get()
            except TimeoutError:
                return
            work = partial(self._parts.route, Delivery(notice=notice, received_at=at, here=True))
            await self._work(notice.event_id, notice.kind, work=work, received_at=at)

    async def _sweep(self) -> None:
        """Whatever is stored and not worked: left by a crash, by a full inbox or a full queue."""
        try:
            # Those that are put off stay the oldest; they must not take the places of all others.
            waiting = await self._parts.store.unworked(limit=SWEEP_LIMIT + len(self._faulty))
        except StoreUnavailable as error:
            log.error("stored webhooks cannot be read", error=str(error))
            return
        for webhook in waiting:
            if webhook.carrier == self._parts.carrier and not self._faulty.rests(webhook.event_id):
                work = partial(self._route_stored, webhook)
                await self._work(webhook.event_id, webhook.kind, work=work, received_at=webhook.received_at)

    async def _route_stored(self, webhook: StoredWebhook) -> None:
        try:
            notice = self._parts.reader.read(webhook.body)
        except MalformedMessage as error:
            log.error("stored webhook cannot be read any more", event_id=webhook.event_id, error=str(error))
            await self._parts.store.mark_worked(webhook.carrier, webhook.event_id)
            return
        await self._parts.route(Delivery(notice=notice, received_at=webhook.received_at))

    async def _work(self, event_id: str, kind: str, *, work: Callable[[], Awaitable[None]], received_at: float) -> None:
        try:
            await work()
        except InboxFull:
            log.warning("call is busy, the webhook waits", kind=kind)
        except LivesElsewhere as other:
            log.debug("webhook is left to the node of its call", kind=kind, node=other.node)
        except (StoreUnavailable, ProviderError) as error:
            log.error("webhook not worked, it waits", kind=kind, error=str(error))
        except Exception as fault:
            # A border: one webhook that meets a fault of ours must not keep all others from their calls.
            self._faulty.add(event_id)
            log.error("webhook met a fault of ours, it waits", kind=kind, exc_info=fault)
        else:
            self._faulty.discard(event_id)
            self._worked(received_at)

    def _worked(self, received_at: float) -> None:
        self._parts.metrics.webhook_age_seconds.observe(max(0.0, self._parts.clock.wall() - received_at))


class _Faulty:
    """Webhooks that met faults of ours in this process. Holds up to `FAULTY_LIMIT`, then forgets the oldest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._met: dict[str, tuple[int, float]] = {}
        """How often, and when last, by event id."""

    def __len__(self) -> int:
        return len(self._met)

    def rests(self, event_id: str) -> bool:
        """Whether it is not yet to be tried again."""
        tries, at = self._met.get(event_id, (0, 0.0))
        return tries >= QUICK_TRIES and self._clock.steady() - at < REST_S

    def add(self, event_id: str) -> None:
        tries, _ = self._met.get(event_id, (0, 0.0))
        if not tries and len(self._met) >= FAULTY_LIMIT:
            del self._met[next(iter(self._met))]
        self._met[event_id] = (tries + 1, self._clock.steady())

    def discard(self, event_id: str) -> None:
        self._met.pop(event_id, None)
