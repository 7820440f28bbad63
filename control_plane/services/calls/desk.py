"""The call desk: knows every live call of this process, places calls, takes offered ones, brings notices to them."""

import asyncio
import uuid
from dataclasses import dataclass, replace
from typing import Final

from control_plane.core.call.commands import Dial
from control_plane.core.call.events import (
    CallEvent,
    CallOffered,
    CallRequested,
    CommandFailed,
    DigitsRequested,
    HangupRequested,
    ProcessRestarted,
    TransferRequested,
)
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from control_plane.observability.logging import bind_call, get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock, NumberPlan
from control_plane.ports.stores import (
    CallRecord,
    CallStore,
    DuplicateKey,
    JournalEntry,
    StoredCommand,
)
from control_plane.services.calls import journal
from control_plane.services.calls.factory import CallFactory
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import CallNotLive, CallOrder, NotAccepting, UnknownCall
from control_plane.services.calls.session import apply_state
from control_plane.services.supervisor import Supervisor

log = get_logger("desk")

DIAL_ANSWER_S: Final = 6.0
"""How long a request to call waits for the carrier to name the leg before it is answered without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPolicy:
    """How this gateway places and takes calls."""

    carrier: str
    sender: str
    """Our number, E.164."""
    stream: bool
    record: bool
    max_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What the desk works with."""

    policy: DeskPolicy
    factory: CallFactory
    store: CallStore
    numbers: NumberPlan
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor


class CallDesk:
    """Opens, finds and closes calls. Only this process's calls are known to it."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._live: dict[str, LiveCall] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._opening = 0
        self.draining = False

    # --- calls in and out -------------------------------------------------------------------------

    async def initiate(self, order: CallOrder) -> CallRecord:
        """Place a call; returns when the carrier has named it, or after some seconds without.

        A repeated idempotency key answers the call it made before. Raises BadNumber, UnknownBot, NotAccepting.
        """
        if order.idempotency_key and (known := await self._parts.store.by_idempotency_key(order.idempotency_key)):
            return await self.get(known.id)
        if self.draining or self.full:
            raise NotAccepting(draining=self.draining)
        policy = self._parts.policy
        bot = self._parts.factory.bot(order.bot_id)
        number = self._parts.numbers.parse(order.number)
        record = CallRecord(
            id=str(uuid.uuid4()),
            direction="outbound",
            carrier=policy.carrier,
            sender=policy.sender,
            to=number.e164,
            state=Phase.NEW.value,
            bot_id=bot.id,
            created_at=self._parts.clock.wall(),
            contact_name=order.name,
            idempotency_key=order.idempotency_key,
            variables=order.variables,
            metadata=order.metadata,
        )
        event = CallRequested(to=number.e164, sender=policy.sender, stream=policy.stream, record=policy.record)
        try:
            live = await self._create(record, event)
        except DuplicateKey as taken:
            return await self.get(taken.call_id)
        await live.session.until(
            lambda call: bool(call.control_id) or call.ended_at is not None, timeout_s=DIAL_ANSWER_S
        )
        return live.session.record

    async def take_offer(self, offer: CallOffered, *, source_id: str) -> None:
        """A caller rings: answer, or turn away when no call can be taken. A repeated offer changes nothing."""
        policy = self._parts.policy
        accepted = not self.draining and not self.full
        if not accepted:
            log.warning("offered call turned away", draining=self.draining)
        record = CallRecord(
            id=str(uuid.uuid4()),
            direction="inbound",
            carrier=policy.carrier,
            sender=offer.sender,
            to=offer.to,
            state=Phase.NEW.value,
            bot_id=self._parts.factory.bot().id,
            created_at=self._parts.clock.wall(),
        )
        event = replace(offer, accepted=accepted, stream=policy.stream, record=policy.record)
        try:
            await self._create(record, event, source_id=source_id)
        except DuplicateKey:
            log.info("offered call is known already")

    async def _create(self, record: CallRecord, event: CallEvent, *, source_id: str = "") -> LiveCall:
        """Keep the call with its first event and commands, then bring it to life."""
        now = self._parts.clock.wall()
        machine = self._parts.factory.machine()
        commands = machine.handle(event, now)
        kind, body = journal.pack(event)
        entry = JournalEntry(call_id=record.id, seq=1, kind=kind, body=body, at=now, source_id=source_id)
        kept = journal.to_store(record.id, 1, commands=commands, now=now)
        record = apply_state(record, machine.state)
        self._opening += 1
        try:
            await self._parts.store.create(record, entry, commands=kept)
        finally:
            self._opening -= 1
        self._parts.metrics.calls_started_total.labels(direction=record.direction).inc()
        live = self._open(record, seq=1)
        for command in kept:
            live.executor.submit(command.id, journal.unpack_command(command.kind, command.body))
        if machine.state.phase is Phase.OFFERED:
            live.talk.prepare()
        return live

    # --- what can be asked of a call --------------------------------------------------------------

    def find(self, call_id: str) -> LiveCall | None:
        return self._live.get(call_id)

    def find_leg(self, *, control_id: str, session_id: str) -> LiveCall | None:
        """By the carrier's names; legs that it made for a transfer share the session of ours."""
        for live in self._live.values():
            record = live.session.record
            if control_id and record.control_id == control_id:
                return live
            if session_id and record.session_id == session_id:
                return live
        return None

    async def get(self, call_id: str) -> CallRecord:
        """Raises UnknownCall."""
        live = self._live.get(call_id)
        record = live.session.record if live else await self._parts.store.get(call_id)
        if record is None:
            raise UnknownCall(call_id)
        return record

    async def hang_up(self, call_id: str, *, reason: str) -> None:
        """Raises UnknownCall, CallNotLive."""
        (await self._need(call_id)).post(HangupRequested(reason=reason))

    async def transfer(self, call_id: str, number: str) -> None:
        """Blind transfer. Raises UnknownCall, CallNotLive, BadNumber."""
        live = await self._need(call_id, Phase.ANSWERED, Phase.TALKING)
        live.post(TransferRequested(to=self._parts.numbers.parse(number).e164))

    async def send_digits(self, call_id: str, digits: str) -> None:
        """Raises UnknownCall, CallNotLive."""
        (await self._need(call_id, Phase.ANSWERED, Phase.TALKING)).post(DigitsRequested(digits=digits))

    async def say(self, call_id: str, text: str) -> None:
        """Have the bot say the text now. Raises UnknownCall, CallNotLive."""
        live = await self._need(call_id, Phase.TALKING)
        if not live.talk.say(text):
            raise CallNotLive(call_id)

    async def _need(self, call_id: str, *phases: Phase) -> LiveCall:
        live = self._live.get(call_id)
        if live is None:
            await self.get(call_id)
            raise CallNotLive(call_id)
        if phases and live.session.state.phase not in phases:
            raise CallNotLive(call_id)
        return live

    @property
    def live_calls(self) -> int:
        return len(self._live)

    @property
    def full(self) -> bool:
        return len(self._live) + self._opening >= self._parts.policy.max_calls

    # --- life of the process ----------------------------------------------------------------------

    async def recover(self) -> int:
        """Take over the calls and pending commands that an earlier process has left; how many calls."""
        store = self._parts.store
        live = {record.id: record for record in await store.live()}
        pending = await store.pending_commands()
        ended = sorted({command.call_id for command in pending} - live.keys())
        records = [*live.values(), *[record for call_id in ended if (record := await store.get(call_id))]]
        seqs = [await store.last_seq(record.id) for record in records]
        # From here on nothing waits, so that no call begins to run before it has its commands back.
        for record, seq in zip(records, seqs, strict=True):
            self._open(record, seq=seq)
        for command in pending:
            self._repeat(command)
        for call_id in live:
            self._live[call_id].post(ProcessRestarted())
        return len(live)

    def _repeat(self, stored: StoredCommand) -> None:
        try:
            command = journal.unpack_command(stored.kind, stored.body)
        except (KeyError, TypeError):
            log.error("command of another version is left alone", kind=stored.kind)
            return
        if isinstance(command, Dial) and self._parts.clock.wall() - stored.at > PATIENCE[Phase.DIALING]:
            # The carrier forgets a command's id after a minute, and nobody expects the telephone to ring any more.
            self._parts.supervisor.spawn(self._give_up_dial(stored), "stale dial")
            return
        self._live[stored.call_id].executor.submit(stored.id, command)

    async def _give_up_dial(self, stored: StoredCommand) -> None:
        live = self._live[stored.call_id]
        live.post(CommandFailed(command="Dial", code="stale"))
        await self._parts.store.settle_command(stored.id, error="too old to be repeated")

    async def drain(self, *, timeout_s: float) -> None:
        """Take no more calls and wait for those that live; what is left is taken over by the next process."""
        self.draining = True
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            log.warning("calls are left to the next process", calls=len(self._live))
            for live in list(self._live.values()):
                await live.talk.stop()

    # --- assembly ---------------------------------------------------------------------------------

    async def work_late(self, record: CallRecord, event: CallEvent, *, source_id: str) -> None:
        """An event of a call that does not live here: of one that has ended, such as its recording.

        A call that has not ended lost its actor to a fault, and is taken up again.
        """
        seq = await self._parts.store.last_seq(record.id)
        if record.ended_at is None:
            self._open(record, seq=seq).session.post(event, source_id=source_id)
            return
        late = self._parts.factory.build(record, seq=seq)
        with bind_call(record.id):
            await late.session.take(event, source_id=source_id)
        self._parts.supervisor.spawn(late.run(self._parts.supervisor), "late event")

    def _open(self, record: CallRecord, *, seq: int) -> LiveCall:
        live = self._parts.factory.build(record, seq=seq)
        self._live[record.id] = live
        self._empty.clear()
        self._parts.metrics.calls_live.set(len(self._live))
        self._parts.supervisor.spawn(self._run(live), f"call {record.id}")
        return live

    async def _run(self, live: LiveCall) -> None:
        try:
            await live.run(self._parts.supervisor)
        finally:
            self._live.pop(live.call_id, None)
            self._parts.metrics.calls_live.set(len(self._live))
            if not self._live:
                self._empty.set()
