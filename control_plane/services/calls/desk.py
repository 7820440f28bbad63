"""The call desk: places calls, takes offered ones, and passes on what is asked of a live one."""

import asyncio
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from control_plane.core.call.events import (
    CallEvent,
    CallOffered,
    CallRequested,
    DigitsRequested,
    HangupRequested,
    TransferRequested,
)
from control_plane.core.call.state import Phase
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.contacts import AnybodyMayBeCalled, DialPermit
from control_plane.ports.infrastructure import Clock, NumberPlan
from control_plane.ports.stores import (
    CallRecord,
    CallStore,
    DuplicateKey,
    JournalEntry,
    StoreUnavailable,
)
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.services.bots.casting import Cast
from control_plane.services.calls import journal
from control_plane.services.calls.factory import CallFactory
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import CallNotLive, CallOrder, LivesElsewhere, NotAccepting, UnknownCall
from control_plane.services.calls.roster import Roster
from control_plane.services.calls.session import apply_state
from control_plane.services.nodes import Nodes
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
    roster: Roster
    store: CallStore
    nodes: Nodes
    numbers: NumberPlan
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    permit: DialPermit = field(default_factory=AnybodyMayBeCalled)


class CallDesk:
    """What the API and the carrier's offers come to. It refuses while it drains or is full."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self.roster = parts.roster
        self._opening: Counter[str] = Counter()
        """Calls of tenants that are being created."""
        self.draining = False

    # --- calls in and out -------------------------------------------------------------------------

    async def initiate(self, order: CallOrder) -> CallRecord:
        """Place a call; returns when the carrier has named it, or after some seconds without.

        A repeated idempotency key answers the call it made before. Raises BadNumber, UnknownBot, NotAccepting,
        Refused(`do_not_call`, `no_own_number`, `too_many_live_calls`).
        """
        key = order.idempotency_key
        if key and (known := await self._parts.store.by_idempotency_key(order.tenant_id, key)):
            return await self.get(known.id)
        policy, bots = self._parts.policy, self._parts.factory.bots
        cast = await bots.choose(order.tenant_id, order.bot_id)
        sender = await bots.sender(order.tenant_id, policy.carrier)
        if not sender and order.tenant_id != DEFAULT_TENANT:
            raise Refused("no_own_number", "Whoever runs the installation assigns numbers to tenants.")
        sender = sender or policy.sender
        number = self._parts.numbers.parse(order.number)
        if await self._parts.permit.suppressed(order.tenant_id, number.e164) is not None:
            raise Refused("do_not_call", "The number is on the list of those that are not called.")
        most = await bots.most_calls(order.tenant_id)
        # Nothing is waited for from here until the call counts, so that no more are let in than there is room for.
        if self.draining or self.full:
            raise NotAccepting(draining=self.draining)
        if self._has_its_share(order.tenant_id, most):
            raise Refused("too_many_live_calls", f"It may have {most} at once: try again when one has ended.")
        record = CallRecord(
            id=str(uuid.uuid4()),
            direction="outbound",
            carrier=policy.carrier,
            sender=sender,
            to=number.e164,
            state=Phase.NEW.value,
            bot_id=cast.bot.id,
            bot_version=cast.version,
            created_at=self._parts.clock.wall(),
            contact_name=order.name,
            idempotency_key=key,
            tenant_id=order.tenant_id,
            variables=order.variables,
            metadata=order.metadata,
        )
        event = _requested(record, policy, cast=cast)
        try:
            live = await self._place(record, event)
        except DuplicateKey as taken:
            return await self.get(taken.call_id)
        await live.session.until(
            lambda call: bool(call.control_id) or call.ended_at is not None, timeout_s=DIAL_ANSWER_S
        )
        return live.session.record

    async def take_offer(self, offer: CallOffered, *, source_id: str) -> None:
        """A caller rings: answer, or turn away when no call can be taken. A repeated offer changes nothing."""
        policy, bots = self._parts.policy, self._parts.factory.bots
        reached = await bots.called(offer.to)
        most = await bots.most_calls(reached.tenant_id)
        accepted = not self.draining and not self.full and not self._has_its_share(reached.tenant_id, most)
        if not accepted:
            log.warning("offered call turned away", draining=self.draining, full=self.full, tenant=reached.tenant_id)
        record = CallRecord(
            id=str(uuid.uuid4()),
            direction="inbound",
            carrier=policy.carrier,
            sender=offer.sender,
            to=offer.to,
            state=Phase.NEW.value,
            bot_id=reached.cast.bot.id,
            bot_version=reached.cast.version,
            created_at=self._parts.clock.wall(),
            tenant_id=reached.tenant_id,
        )
        record_it = policy.record and reached.cast.record
        event = replace(offer, accepted=accepted, stream=policy.stream, record=record_it)
        try:
            await self._place(record, event, source_id=source_id)
        except DuplicateKey:
            log.info("offered call is known already")

    async def _place(self, record: CallRecord, event: CallEvent, *, source_id: str = "") -> LiveCall:
        """Create the call to its end even if whoever asked for it goes away meanwhile: else it would be kept and nobody
        would run it."""
        placed: asyncio.Future[LiveCall] = asyncio.get_running_loop().create_future()

        async def create() -> None:
            try:
                placed.set_result(await self._create(record, event, source_id=source_id))
            except Exception as fault:
                # A border: whoever asked waits for an answer, also when it is a fault of ours.
                if not isinstance(fault, DuplicateKey | StoreUnavailable):
                    log.error("call could not be created", call=record.id, exc_info=fault)
                placed.set_exception(fault)
            finally:
                placed.cancel()  # unless it is done: nobody is left to do it
                self._opening[record.tenant_id] -= 1
                self._opening += Counter()  # without those that are at zero

        self._opening[record.tenant_id] += 1
        self._parts.supervisor.spawn(create(), "place call")
        return await asyncio.shield(placed)

    async def _create(self, record: CallRecord, event: CallEvent, *, source_id: str) -> LiveCall:
        """Keep the call with its first event and commands, then bring it to life."""
        now = self._parts.clock.wall()
        machine = self._parts.factory.machine(record)
        commands = machine.handle(event, now)
        kind, body = journal.pack(event)
        entry = JournalEntry(call_id=record.id, seq=1, kind=kind, body=body, at=now, source_id=source_id)
        kept = journal.to_store(record.id, 1, commands=commands, now=now)
        record = replace(apply_state(record, machine.state), node=self._parts.nodes.name)
        await self._parts.store.create(record, entry, commands=kept)
        self._parts.metrics.calls_started_total.labels(direction=record.direction).inc()
        live = self.roster.open(record, seq=1)
        for command in kept:
            live.executor.submit(command.id, journal.unpack_command(command.kind, command.body))
        if machine.state.phase is Phase.OFFERED:
            live.talk.prepare()
        return live

    # --- what can be asked of a call --------------------------------------------------------------

    async def get(self, call_id: str) -> CallRecord:
        """Raises UnknownCall."""
        live = self.roster.find(call_id)
        record = live.session.record if live else await self._parts.store.get(call_id)
        if record is None:
            raise UnknownCall(call_id)
        return record

    async def hang_up(self, call_id: str, *, reason: str) -> None:
        """Raises UnknownCall, CallNotLive; like all that follow, LivesElsewhere."""
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
        live = self.roster.find(call_id)
        if live is None:
            record = await self.get(call_id)
            if record.ended_at is None and await self.lives_elsewhere(record):
                raise LivesElsewhere(record.node)
            raise CallNotLive(call_id)
        if live.session.ended or (phases and live.session.state.phase not in phases):
            raise CallNotLive(call_id)  # one that is just being tidied up has ended, too
        return live

    @property
    def full(self) -> bool:
        return self._taken >= self._parts.policy.max_calls

    @property
    def _taken(self) -> int:
        return self.roster.live_calls + self._opening.total()

    def _has_its_share(self, tenant_id: str, most: int) -> bool:
        return 0 < most <= self.roster.live_calls_of(tenant_id) + self._opening[tenant_id]

    async def lives_elsewhere(self, record: CallRecord) -> bool:
        """Whether another node has the call. Raises StoreUnavailable."""
        return await self._parts.nodes.lives_elsewhere(record.node)

    @property
    def willing(self) -> bool:
        """Whether an offered call should be taken here, rather than by another node."""
        return self._parts.nodes.alone or not (self.draining or self.full)

    async def recover(self) -> int:
        """Take over the calls that an earlier process under our name has left; how many."""
        return await self.roster.recover()

    async def adopt(self) -> int:
        """Take over calls of nodes that are gone, as far as there is nobody with more room; how many."""
        policy, alone = self._parts.policy, self._parts.nodes.alone
        room = policy.max_calls if alone else policy.max_calls - self._taken
        return 0 if room <= 0 or (self.draining and not alone) else await self.roster.adopt(room=room)

    async def release(self) -> None:
        """Let go of all calls, and take no more if our name is taken."""
        self.draining = self.draining or self._parts.nodes.superseded.is_set()
        await self.roster.release()

    async def drain(self, *, timeout_s: float) -> None:
        """Take no more calls and wait for those that live; what is left is taken over by the next process."""
        self.draining = True
        await self.roster.wait_empty(timeout_s=timeout_s)


def _requested(record: CallRecord, policy: DeskPolicy, *, cast: Cast) -> CallRequested:
    return CallRequested(
        to=record.to,
        sender=record.sender,
        stream=policy.stream,
        record=policy.record and cast.record,
        on_machine=cast.bot.answering_machine.policy,
    )
