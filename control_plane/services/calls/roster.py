"""Who lives in this process: opens calls, takes over those of an earlier one, replaces an actor that met a fault."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from control_plane.core.call.commands import Dial
from control_plane.core.call.events import CallEvent, CommandFailed, HangupRequested, ProcessRestarted
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from control_plane.observability.logging import bind_call, get_logger
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Tracing
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import CallRecord, CallStore, StoredCommand
from control_plane.services.calls import journal
from control_plane.services.calls.factory import CallFactory
from control_plane.services.calls.figures import trace_call
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.nodes import Nodes
from control_plane.services.supervisor import Supervisor

log = get_logger("calls")

FAULTS_LIMIT: Final = 3
"""So many faults of ours in one call, and it is hung up."""

RELEASE_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterParts:
    """What the roster works with."""

    factory: CallFactory
    store: CallStore
    nodes: Nodes
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    tracing: Tracing = field(default_factory=Tracing)


class Roster:
    """The calls of this process by id. A call is listed until it has ended and all that follows is done."""

    def __init__(self, parts: RosterParts) -> None:
        self._parts = parts
        self._live: dict[str, LiveCall] = {}
        self.ended_calls = 0
        """That have lived here since the process began and do so no more."""
        self._empty = asyncio.Event()
        self._empty.set()
        self._faults: dict[str, int] = {}
        self._moving: set[str] = set()
        """Calls that are just being taken over: by whoever came first."""
        self._tasks: dict[str, asyncio.Task[None]] = {}

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

    def __iter__(self) -> Iterator[LiveCall]:
        return iter(self._live.values())

    @property
    def live_calls(self) -> int:
        """Calls that have not ended; what an ended one still has to tidy up does not count."""
        return sum(not live.session.ended for live in self._live.values())

    def live_calls_of(self, tenant_id: str) -> int:
        """Those of one tenant among them."""
        mine = (live for live in self._live.values() if live.session.record.tenant_id == tenant_id)
        return sum(not live.session.ended for live in mine)

    async def recover(self) -> int:
        """At the start: take over the calls and pending commands that an earlier process has left; how many calls."""
        return await self._take_over_all(await self._parts.nodes.orphans(ours=True))

    async def adopt(self, *, room: int) -> int:
        """Take over our share, at most `room`, of what nodes that are gone have left; how many calls.

        Calls of our own node are left out: what is not listed here is just being opened.
        """
        nodes = self._parts.nodes
        return await self._take_over_all(nodes.share(await nodes.orphans(ours=False))[:room])

    async def _take_over_all(self, call_ids: Sequence[str]) -> int:
        store = self._parts.store
        mine = [call_id for call_id in call_ids if call_id not in self._live and call_id not in self._moving]
        self._moving.update(mine)
        try:
            found = [record for call_id in mine if (record := await store.get(call_id))]
            name = self._parts.nodes.name
            records = [replace(record, node=name) for record in found if await self._claim(record)]
            pending = await store.pending_commands() if records else ()
            seqs = [await store.last_seq(record.id) for record in records]
            await self._parts.factory.prepare(records)
            # From here on nothing waits, so that no call begins to run before it has its commands back.
            for record, seq in zip(records, seqs, strict=True):
                self._take_over(record, pending, seq=seq)
        finally:
            self._moving.difference_update(mine)
        return sum(record.ended_at is None for record in records)

    async def _claim(self, record: CallRecord) -> bool:
        return await self._parts.nodes.adopt(record.id, record.node)

    def _take_over(self, record: CallRecord, pending: Sequence[StoredCommand], *, seq: int) -> None:
        try:
            live = self.open(record, seq=seq)
        except ValueError as error:
            log.error("call of another version is left alone", call=record.id, error=str(error))
            return
        for command in pending:
            if command.call_id == record.id:
                self._repeat(command)
        if record.ended_at is None:
            live.post(ProcessRestarted())

    async def _take_up_again(self, call_id: str) -> None:
        """A call that belongs here, or to nobody, and has no actor. Raises LivesElsewhere, also while somebody else is
        about it."""
        record = await self._parts.store.get(call_id)
        if record is None or record.ended_at is not None:
            return
        if await self._parts.nodes.lives_elsewhere(record.node):
            raise LivesElsewhere(record.node)
        await self._take_over_all([call_id])
        if call_id not in self._live:
            raise LivesElsewhere(record.node)

    async def _after_fault(self, call_id: str) -> None:
        """A fault of ours ended the actor: another one takes the call up. One that meets faults again and again is
        given up."""
        self._faults[call_id] = self._faults.get(call_id, 0) + 1
        try:
            await self._take_up_again(call_id)
        except LivesElsewhere as other:
            log.warning("call lives in another node now", node=other.node)
            return
        if self._faults[call_id] >= FAULTS_LIMIT and (live := self._live.get(call_id)):
            live.post(HangupRequested(reason="the gateway met a fault"))

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
        if live := self._live.get(stored.call_id):
            live.post(CommandFailed(command="Dial", code="stale"))
        await self._parts.store.settle_command(stored.id, error="too old to be repeated")

    async def wait_empty(self, *, timeout_s: float) -> None:
        """Until nobody is left; calls that live on after the time are silenced and left to the next process."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            log.warning("calls are left to the next process", calls=len(self._live))
            for live in list(self._live.values()):
                await live.talk.stop()

    async def work_late(self, record: CallRecord, event: CallEvent, *, source_id: str) -> None:
        """An event of a call that does not live here: of one that has ended, such as its recording.

        A call that has not ended lost its actor to a fault, or its node is gone: it is taken up again. Raises
        LivesElsewhere.
        """
        if await self._parts.nodes.lives_elsewhere(record.node):
            raise LivesElsewhere(record.node)
        if record.ended_at is None:
            await self._take_up_again(record.id)
            live = self._live.get(record.id)
            if live is None:
                raise LivesElsewhere(record.node)  # it has ended meanwhile: the next time it is worked as late
            live.session.post(event, source_id=source_id)
            return
        seq = await self._parts.store.last_seq(record.id)
        late = self._parts.factory.build(record, seq=seq)
        with bind_call(record.id):
            await late.session.take(event, source_id=source_id)
        self._parts.supervisor.spawn(late.run(self._parts.supervisor), "late event")

    def open(self, record: CallRecord, *, seq: int) -> LiveCall:
        """Bring a call to life; `seq` is the number of its newest journal entry. Raises ValueError for a state that
        this version does not know."""
        live = self._parts.factory.build(record, seq=seq)
        self._live[record.id] = live
        self._empty.clear()
        self._parts.metrics.calls_live.set(self.live_calls)
        self._tasks[live.call_id] = self._parts.supervisor.spawn(self._run(live), f"call {record.id}")
        return live

    async def release(self) -> None:
        """Let go of every call: they belong to other nodes."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=RELEASE_S)

    async def _run(self, live: LiveCall) -> None:
        faulty, over = False, live.session.ended
        try:
            await live.run(self._parts.supervisor)
        except Exception as fault:
            # A border: the caller is still on the line, so the call gets another actor.
            log.error("call met a fault of ours, it is taken up again", call=live.call_id, exc_info=fault)
            faulty = True
        finally:
            self._live.pop(live.call_id, None)
            self._tasks.pop(live.call_id, None)
            self.ended_calls += 1
            self._parts.metrics.calls_live.set(self.live_calls)
            if not self._live:
                self._empty.set()
        if live.session.ended and not over:
            trace_call(self._parts.tracing, live.session.record)
        if faulty:
            await self._after_fault(live.call_id)
        else:
            self._faults.pop(live.call_id, None)
