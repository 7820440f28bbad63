"""Which call a webhook belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from control_plane.core.call.events import CallEvent, CallOffered, LegHungUp, TransferFailed
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import CallRecord, CallStore, WebhookStore
from control_plane.services.calls.desk import CallDesk
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.webhooks.intake import Delivery

log = get_logger("webhooks")


FRESH_S: Final = 2.0
"""An offer that came in at another node so lately is being taken there."""

UNWILLING_S: Final = 6.0
"""How long a node that drains or is full leaves an offer to the others, before it turns the caller away."""

UNKNOWN_S: Final = 30.0
"""How long a webhook of a call that nobody knows may be one whose call is just being stored by another node."""

OVERTAKING_S: Final = 3.0
"""So long a hangup may have overtaken the offer or the dial's answer that makes its call known. Carriers promise no
order; an offer that is taken after its hangup was put away would hold a line for a leg that is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterParts:
    """What the router works with. `alone`: no other node shares the database."""

    desk: CallDesk
    carrier: str
    calls: CallStore
    webhooks: WebhookStore
    clock: Clock
    metrics: Metrics
    alone: Callable[[], bool] = lambda: True


class NoticeRouter:
    """Brings notices of one carrier to their calls; those that concern nobody are marked as worked.

    What another node has to do, or may do better, is left stored: LivesElsewhere says so.
    """

    def __init__(self, parts: RouterParts) -> None:
        self._desk = parts.desk
        self._carrier = parts.carrier
        self._calls = parts.calls
        self._webhooks = parts.webhooks
        self._metrics = parts.metrics
        self._clock = parts.clock
        self._alone = parts.alone

    async def route(self, delivery: Delivery) -> None:
        """Raises InboxFull, StoreUnavailable, LivesElsewhere: then it must be brought again, here or elsewhere."""
        notice = delivery.notice
        match notice.event:
            case None:
                await self._done(notice)
            case CallOffered() as offer:
                self._leave_to_others(delivery, within_s=0.0 if delivery.here else FRESH_S)
                if not self._desk.willing:
                    self._leave_to_others(delivery, within_s=UNWILLING_S)
                await self._desk.take_offer(offer, source_id=notice.event_id)
                await self._done(notice)
            case event:
                await self._bring(delivery, event)

    def _leave_to_others(self, delivery: Delivery, *, within_s: float) -> None:
        """Raises LivesElsewhere when there are others and the delivery is that young."""
        if not self._alone() and self._clock.wall() - delivery.received_at < within_s:
            raise LivesElsewhere("")

    async def _bring(self, delivery: Delivery, event: CallEvent) -> None:
        notice = delivery.notice
        live = self._desk.roster.find(notice.call_id)
        live = live or self._desk.roster.find_leg(control_id=notice.control_id, session_id=notice.session_id)
        if live is None:
            await self._late(delivery, event)
            return
        mine = event if _is_own_leg(notice, live) else _of_other_leg(event)
        if mine is None:
            await self._done(notice)
        else:
            # The call marks the webhook as worked in the transaction that keeps the event.
            live.session.post(mine, source_id=notice.event_id)

    async def _late(self, delivery: Delivery, event: CallEvent) -> None:
        notice = delivery.notice
        record = await self._known(notice)
        if record is not None:
            await self._desk.roster.work_late(record, event, source_id=notice.event_id)
            return
        family = await self._calls.by_session_id(notice.session_id) if notice.session_id else None
        if family is not None and await self._desk.lives_elsewhere(family):
            raise LivesElsewhere(family.node)  # of a leg that the carrier made for it: known where it lives
        self._leave_to_others(delivery, within_s=UNKNOWN_S)
        if isinstance(event, LegHungUp) and self._clock.wall() - delivery.received_at < OVERTAKING_S:
            raise LivesElsewhere("")  # not anywhere yet: the sweep brings it again
        log.warning("webhook for an unknown call", kind=notice.kind)
        self._metrics.webhooks_total.labels(carrier=self._carrier, outcome="unknown_call").inc()
        await self._done(notice)

    async def _known(self, notice: Notice) -> CallRecord | None:
        record = await self._calls.get(notice.call_id) if notice.call_id else None
        if record is None and notice.control_id:
            record = await self._calls.by_control_id(notice.control_id)
        return record

    async def _done(self, notice: Notice) -> None:
        await self._webhooks.mark_worked(self._carrier, notice.event_id)


def _is_own_leg(notice: Notice, live: LiveCall) -> bool:
    """The carrier may name a leg differently in the dial's answer and in webhooks; our own id in it decides then."""
    same_name = not live.control_id or not notice.control_id or notice.control_id == live.control_id
    return same_name or notice.call_id == live.call_id


def _of_other_leg(event: CallEvent) -> CallEvent | None:
    """The leg to which we transfer: only that it was not reached matters to ours."""
    return TransferFailed(cause=event.cause) if isinstance(event, LegHungUp) else None
