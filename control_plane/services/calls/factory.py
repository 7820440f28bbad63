"""The making of a live call from its record: actor, conversation side and executor, tied together."""

from collections.abc import Mapping
from dataclasses import dataclass

from control_plane.core.bot import Bot
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.state import LegState, Phase
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Bus, Clock
from control_plane.ports.stores import CallRecord, CallStore
from control_plane.services.calls.executor import CallExecutor, ExecutorParts
from control_plane.services.calls.figures import count_change
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import UnknownBot
from control_plane.services.calls.session import CallSession, SessionParts
from control_plane.services.calls.talk import CallTalk, TalkParts

log = get_logger("calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryParts:
    """What every call is made of. `patience` overrides how long phases may last, in seconds."""

    bots: Mapping[str, Bot]
    default_bot: str
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

    def machine(self) -> CallMachine:
        """The machine of a call that is about to begin."""
        return CallMachine(patience=self._parts.patience)

    def bot(self, bot_id: str = "") -> Bot:
        """The bot with this id, or the default one. Raises UnknownBot."""
        bot = self._parts.bots.get(bot_id or self._parts.default_bot)
        if bot is None:
            raise UnknownBot(bot_id)
        return bot

    def build(self, record: CallRecord, *, seq: int) -> LiveCall:
        """The call as its record says; `seq` is the number of its newest journal entry."""
        parts = self._parts
        executor = CallExecutor(parts.executor)
        bot = parts.bots.get(record.bot_id) or self.bot()
        talk = CallTalk(record, bot, parts=parts.talk, post=lambda event: live.post(event))
        session_parts = SessionParts(
            store=parts.store,
            clock=parts.clock,
            bus=parts.bus,
            talk=talk,
            executor=executor,
            on_change=lambda before, after: self._changed(record, before=before, after=after),
            patience=parts.patience,
        )
        session = CallSession(record, seq=seq, parts=session_parts)
        executor.serve(session)
        live = LiveCall(session=session, talk=talk, executor=executor)
        return live

    def _changed(self, record: CallRecord, *, before: LegState, after: LegState) -> None:
        count_change(self._parts.metrics, record, before=before, after=after)
        if after.phase is not before.phase:
            log.info("call state", phase=after.phase.value, before=before.phase.value, mode=after.mode.value)
