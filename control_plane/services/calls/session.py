"""One call's actor: takes events one by one, keeps each with the new state, then has the commands carried out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from control_plane.core.call.commands import (
    CarrierCommand,
    Command,
    Deliver,
    Directive,
    LeaveMessage,
    StartTalking,
    StopTalking,
)
from control_plane.core.call.events import CallEvent
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.state import LegState, Phase
from control_plane.observability.logging import bind_call, get_logger
from control_plane.ports.infrastructure import Bus, BusMessage, Clock
from control_plane.ports.stores import CallRecord, CallStore, JournalEntry, StoredCommand, StoreUnavailable
from control_plane.services.calls import journal

log = get_logger("calls")

INBOX_LIMIT: Final = 500
STORE_PAUSES_S: Final = (0.1, 0.3, 1.0, 3.0, 5.0)
"""Pauses between attempts while the store is away; the last repeats for ever, since no event may be lost."""


class Talk(Protocol):
    """The conversation side of a call, as the actor sees it."""

    async def start(self, *, stream: bool, resumed: bool) -> None: ...

    async def leave_message(self, *, stream: bool) -> None:
        """Have an answering machine record the bot's message."""
        ...

    async def stop(self) -> None: ...

    def deliver(self, event: CallEvent) -> None: ...

    def prepare(self) -> None:
        """Warm what the conversation will need, while it rings. Does not wait."""
        ...


class Executor(Protocol):
    """Carries out the commands of one call, in order."""

    def submit(self, command_id: str, command: CarrierCommand) -> None: ...


@dataclass(frozen=True, slots=True)
class _Letter:
    event: CallEvent
    source_id: str = ""
    kept: asyncio.Event | None = None


class InboxFull(Exception):
    """The call cannot take more events now; a webhook stays stored and is worked later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionParts:
    """What an actor works with."""

    store: CallStore
    clock: Clock
    bus: Bus
    talk: Talk
    executor: Executor
    on_change: Callable[[LegState, LegState], None]
    """Told of every change of state, with the state before and after (metrics, log lines)."""
    patience: Mapping[Phase, float]


class CallSession:
    """An actor. `post` is the only way in; `run` lives until the call has ended and its inbox is empty."""

    def __init__(self, record: CallRecord, *, seq: int, parts: SessionParts) -> None:
        self.record = record
        self._parts = parts
        self._machine = CallMachine(LegState.restore(record.machine), patience=parts.patience)
        self._seq = seq
        self._inbox: asyncio.Queue[_Letter] = asyncio.Queue(INBOX_LIMIT)
        self._changed = asyncio.Condition()
        self._working = asyncio.Lock()

    @property
    def state(self) -> LegState:
        return self._machine.state

    @property
    def ended(self) -> bool:
        return self.state.phase is Phase.ENDED

    @property
    def waiting(self) -> bool:
        """Whether there are events that were not taken yet."""
        return not self._inbox.empty()

    @property
    def depth(self) -> int:
        """How many events were not taken yet."""
        return self._inbox.qsize()

    def post(self, event: CallEvent, *, source_id: str = "") -> None:
        """Put an event into the inbox. Raises InboxFull."""
        try:
            self._inbox.put_nowait(_Letter(event, source_id))
        except asyncio.QueueFull:
            raise InboxFull(self.record.id) from None

    async def put(self, event: CallEvent, *, timeout_s: float) -> None:
        """Put an event into the inbox and wait until it is kept. Raises InboxFull, TimeoutError."""
        kept = asyncio.Event()
        try:
            self._inbox.put_nowait(_Letter(event, kept=kept))
        except asyncio.QueueFull:
            raise InboxFull(self.record.id) from None
        async with asyncio.timeout(timeout_s):
            await kept.wait()

    async def until(self, holds: Callable[[CallRecord], bool], *, timeout_s: float) -> bool:
        """Wait until the call's record satisfies `holds`; False when the time is over."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: holds(self.record))
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        with bind_call(self.record.id):
            while not (self.ended and self._inbox.empty()):
                await self._turn(await self._next())

    async def _turn(self, letter: _Letter | None) -> None:
        if letter is None:
            await self._step(None, self._machine.tick)
            return
        await self.take(letter.event, source_id=letter.source_id)
        if letter.kept is not None:
            letter.kept.set()

    async def take(self, event: CallEvent, *, source_id: str = "") -> None:
        """Work one event now: for calls that have ended, whose inbox nobody reads, and whose timers nobody arms."""
        await self._step(event, lambda now: self._machine.handle(event, now), source_id=source_id)

    async def _next(self) -> _Letter | None:
        """The next event, or None when the machine wants to be woken before one comes."""
        wake_at = self._machine.wake_at
        if wake_at is None:
            return await self._inbox.get()
        try:
            async with asyncio.timeout(max(0.0, wake_at - self._parts.clock.wall())):
                return await self._inbox.get()
        except TimeoutError:
            return None

    async def _step(
        self, event: CallEvent | None, decide: Callable[[float], tuple[Command, ...]], *, source_id: str = ""
    ) -> None:
        async with self._working:
            await self._work(event, decide, source_id=source_id)

    async def _work(
        self, event: CallEvent | None, decide: Callable[[float], tuple[Command, ...]], *, source_id: str
    ) -> None:
        now = self._parts.clock.wall()
        before = self._machine.state
        commands = decide(now)
        after = self._machine.state
        if event is None and after is before:
            return
        kind, body = journal.pack(event) if event is not None else ("TimePassed", {})
        seq = self._seq + 1
        entry = JournalEntry(call_id=self.record.id, seq=seq, kind=kind, body=body, at=now, source_id=source_id)
        kept = journal.to_store(self.record.id, seq, commands=commands, now=now)
        record = apply_state(self.record, after)
        if not await self._keep(record, entry, commands=kept):
            self._machine = CallMachine(before, patience=self._parts.patience)
            return
        self._seq, self.record = seq, record
        await self._carry_out(event, seq, commands=commands)
        await self._tell(before, after)

    async def _keep(self, record: CallRecord, entry: JournalEntry, *, commands: list[StoredCommand]) -> bool:
        attempt = 0
        while True:
            try:
                return await self._parts.store.record(record, entry, commands=commands)
            except StoreUnavailable as error:
                pause = STORE_PAUSES_S[min(attempt, len(STORE_PAUSES_S) - 1)]
                log.error("call event not stored, trying again", kind=entry.kind, error=str(error), pause_s=pause)
                attempt += 1
                await asyncio.sleep(pause)

    async def _carry_out(self, event: CallEvent | None, seq: int, *, commands: tuple[Command, ...]) -> None:
        for position, command in enumerate(commands):
            if isinstance(command, Directive):
                await self._direct(command, event)
            else:
                self._parts.executor.submit(journal.command_id(self.record.id, seq, position=position), command)

    async def _direct(self, directive: Directive, event: CallEvent | None) -> None:
        match directive:
            case StartTalking(stream=stream, resumed=resumed):
                await self._parts.talk.start(stream=stream, resumed=resumed)
            case LeaveMessage(stream=stream):
                await self._parts.talk.leave_message(stream=stream)
            case StopTalking():
                await self._parts.talk.stop()
            case Deliver():
                assert event is not None
                self._parts.talk.deliver(event)

    async def _tell(self, before: LegState, after: LegState) -> None:
        async with self._changed:
            self._changed.notify_all()
        self._parts.on_change(before, after)
        if after.phase is before.phase:
            return
        if after.phase in (Phase.RINGING, Phase.OFFERED):
            self._parts.talk.prepare()
        body = {"phase": after.phase, "mode": after.mode, "cause": after.cause, "reason": after.reason}
        call = self.record
        self._parts.bus.publish(BusMessage(topic="call.state", call_id=call.id, body=body, tenant_id=call.tenant_id))


def apply_state(record: CallRecord, state: LegState) -> CallRecord:
    """The record with what the machine's state says about it."""
    return replace(
        record,
        state=state.phase.value,
        mode=state.mode.value,
        control_id=state.control_id,
        leg_id=state.leg_id,
        session_id=state.session_id,
        answered_at=state.answered_at,
        ended_at=state.ended_at,
        hangup_cause=state.cause.value if state.cause else "",
        machine=state.snapshot(),
    )
