"""The making of a live call from its record: actor, conversation side and executor, tied together."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from control_plane.core.call.events import CallEvent
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.state import LegState, Phase
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Bus, Clock
from control_plane.ports.stores import CallRecord, CallStore
from control_plane.services.bots.casting import Cast, Casting
from control_plane.services.calls.executor import CallExecutor, ExecutorParts
from control_plane.services.calls.figures import count_change
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.session import CallSession, SessionParts
from control_plane.services.calls.talk import CallTalk, TalkParts

log = get_logger("calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryParts:
    """What every call is made of. `patience` overrides how long phases may last, in seconds."""

    bots: Casting
    patience: Mapping[Phase, float]
    store: CallStore
    clock: Clock
    bus: Bus
    metrics: Metrics
    talk: TalkParts
    executor: ExecutorParts


class CallFactory:
    """Builds calls; starts nothing."""

    def __init__(self, parts: FactoryParts) -> None:
        self._parts = parts

    @property
    def bots(self) -> Casting:
        """Who can take a call."""
        return self._parts.bots

    def machine(self, record: CallRecord) -> CallMachine:
        """The machine of a call that is about to begin."""
        return CallMachine(patience=self._patience(self._parts.bots.of(record)))

    async def prepare(self, records: Sequence[CallRecord]) -> None:
        """Have the bots at hand that these calls of earlier began with. Never fails."""
        await self._parts.bots.recall(records)

    def build(self, record: CallRecord, *, seq: int) -> LiveCall:
        """The call as its record says; `seq` is the number of its newest journal entry."""
        parts = self._parts
        executor, post = CallExecutor(parts.executor), _Post()
        cast = parts.bots.of(record)
        talk = CallTalk(record, cast.bot, parts=self._talk_parts(cast), post=post.put)
        session_parts = SessionParts(
            store=parts.store,
            clock=parts.clock,
            bus=parts.bus,
            talk=talk,
            executor=executor,
            on_change=lambda before, after: self._changed(record, before=before, after=after),
            patience=self._patience(cast),
        )
        session = CallSession(record, seq=seq, parts=session_parts)
        executor.serve(session)
        return post.to(LiveCall(session=session, talk=talk, executor=executor))

    def _talk_parts(self, cast: Cast) -> TalkParts:
        usual = self._parts.talk
        return replace(
            usual,
            transfer_number=cast.transfer_number or usual.transfer_number,
            spool=usual.spool if cast.record else None,
        )

    def _patience(self, cast: Cast) -> Mapping[Phase, float]:
        """A bot may keep its calls shorter than the installation does, not longer: the carrier would end them."""
        usual = self._parts.patience
        if cast.max_call_s is None:
            return usual
        return {**usual, Phase.TALKING: min(cast.max_call_s, usual.get(Phase.TALKING, cast.max_call_s))}

    def _changed(self, record: CallRecord, *, before: LegState, after: LegState) -> None:
        count_change(self._parts.metrics, record, before=before, after=after)
        if after.phase is not before.phase:
            log.info("call state", phase=after.phase.value, before=before.phase.value, mode=after.mode.value)


class _Post:
    """The way from a call's conversation back to the call, which it does not keep alive: when the call is over, all of
    it goes at once, and no collector has to find out that its parts hold one another.
    """

    def __init__(self) -> None:
        self._find: Callable[[], LiveCall | None] = lambda: None

    def to(self, live: LiveCall) -> LiveCall:
        self._find = weakref.ref(live)
        return live

    def put(self, event: CallEvent) -> None:
        live = self._find()
        if live is not None:
            live.post(event)
