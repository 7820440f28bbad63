"""Bringing stored notices to their channels, until they are there or given up."""

import asyncio
import traceback
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.alerts import AlertStore, Delivery, Notifier
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock

log = get_logger("alerts")

SEND_S: Final = 10.0
BATCH: Final = 5
LEASE_S: Final = 90.0
"""Longer than a batch can take. What a process that died held is tried by the others afterwards."""
FIRST_PAUSE_S: Final = 15.0
LONGEST_PAUSE_S: Final = 3600.0
ATTEMPTS: Final = 12
"""With these pauses they are spread over five hours."""
POLL_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxParts:
    """What an outbox works with. `holder` names the process among those that share the store."""

    holder: str
    store: AlertStore
    notifier: Notifier
    clock: Clock
    metrics: Metrics


class Outbox:
    """Sends what is due. A notice is claimed before it is sent, so that no two processes send it; one whose sender
    died between sending and writing that down is sent again.
    """

    def __init__(self, parts: OutboxParts) -> None:
        self._parts = parts
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def run(self) -> NoReturn:
        """Send when woken, and look for what has become due every now and then; until cancelled."""
        while True:
            try:
                while await self.send_due():
                    pass
            except Exception as fault:
                # A border: what cannot be delivered now must not end the delivery of everything.
                log.error("notices could not be delivered", exc_info=fault)
            try:
                async with asyncio.timeout(POLL_S):
                    await self._woken.wait()
            except TimeoutError:
                continue
            self._woken.clear()

    async def send_due(self) -> int:
        """Try what is due now, at most a batch; how many were tried. Raises StoreUnavailable."""
        parts = self._parts
        due = await parts.store.claim(parts.holder, at=parts.clock.wall(), lease_s=LEASE_S, limit=BATCH)
        by_channel: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in due:
            by_channel[delivery.channel].append(delivery)
        # Not a group with one fate: a channel whose outcome cannot be kept must not interrupt what others are sending.
        ends = await asyncio.gather(*map(self._send_all, by_channel.values()), return_exceptions=True)
        for fault in filter(None, ends):
            raise fault
        return len(due)

    async def _send_all(self, deliveries: Sequence[Delivery]) -> None:
        """One channel's, in their order. Raises StoreUnavailable: what is left waits until its claim is over."""
        for delivery in deliveries:
            await self._parts.store.settle(await self._send(delivery))

    async def _send(self, delivery: Delivery) -> Delivery:
        """The delivery as it stands after one try."""
        try:
            await self._parts.notifier.send(delivery.channel, delivery.notice, timeout_s=SEND_S)
        except ProviderError as fault:
            return self._not_sent(delivery, why=str(fault), again=fault.retryable)
        except Exception as fault:
            # A border: services fail in every way of their libraries. The fault's own text may hold the address.
            where = "".join(traceback.format_tb(fault.__traceback__))
            log.error("channel met a fault of ours", channel=delivery.channel, fault=type(fault).__name__, where=where)
            return self._not_sent(delivery, why=f"{delivery.channel}: {type(fault).__name__}", again=True)
        self._parts.metrics.alerts_deliveries_total.labels(outcome="sent").inc()
        return replace(delivery, state="sent", attempts=delivery.attempts + 1, error="")

    def _not_sent(self, delivery: Delivery, *, why: str, again: bool) -> Delivery:
        attempts = delivery.attempts + 1
        given_up = attempts >= ATTEMPTS or not again
        self._parts.metrics.alerts_deliveries_total.labels(outcome="given_up" if given_up else "retried").inc()
        log.warning("notice not delivered", channel=delivery.channel, attempts=attempts, reason=why)
        state, next_at = "failed" if given_up else "pending", self._parts.clock.wall() + pause(attempts)
        return replace(delivery, state=state, attempts=attempts, error=why, next_at=next_at)


def pause(attempts: int) -> float:
    """Seconds until the next try. Longer each time, as what is down for long is rarely up in a moment."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempts - 1))
