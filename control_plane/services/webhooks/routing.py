"""Which call a webhook belongs to."""

from control_plane.core.call.events import CallEvent, CallOffered, LegHungUp, TransferFailed
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice
from control_plane.ports.stores import CallRecord, CallStore, WebhookStore
from control_plane.services.calls.desk import CallDesk
from control_plane.services.calls.live import LiveCall

log = get_logger("webhooks")


class NoticeRouter:
    """Brings notices of one carrier to their calls; those that concern nobody are marked as worked."""

    def __init__(
        self, desk: CallDesk, *, carrier: str, calls: CallStore, webhooks: WebhookStore, metrics: Metrics
    ) -> None:
        self._desk = desk
        self._carrier = carrier
        self._calls = calls
        self._webhooks = webhooks
        self._metrics = metrics

    async def route(self, notice: Notice) -> None:
        """Raises InboxFull, StoreUnavailable: then it must be brought again."""
        match notice.event:
            case None:
                await self._done(notice)
            case CallOffered() as offer:
                await self._desk.take_offer(offer, source_id=notice.event_id)
                await self._done(notice)
            case event:
                await self._bring(notice, event)

    async def _bring(self, notice: Notice, event: CallEvent) -> None:
        live = self._desk.roster.find(notice.call_id)
        live = live or self._desk.roster.find_leg(control_id=notice.control_id, session_id=notice.session_id)
        if live is None:
            await self._late(notice, event)
            return
        mine = event if _is_own_leg(notice, live) else _of_other_leg(event)
        if mine is None:
            await self._done(notice)
        else:
            # The call marks the webhook as worked in the transaction that keeps the event.
            live.session.post(mine, source_id=notice.event_id)

    async def _late(self, notice: Notice, event: CallEvent) -> None:
        record = await self._known(notice)
        if record is not None:
            await self._desk.roster.work_late(record, event, source_id=notice.event_id)
            return
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
