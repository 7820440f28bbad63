"""A call desk with everything real but the outside world: the carrier, the model and the time are fakes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.nodes import SqlNodeStore
from control_plane.adapters.store.webhooks import SqlWebhookStore
from control_plane.core.call import events as e
from control_plane.core.call.commands import CarrierCommand, FetchRecording
from control_plane.core.call.state import Phase
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice, StreamTicket, WebhookReader
from control_plane.ports.stores import CallRecord, CallStore, JournalEntry, StoredCommand, StoreUnavailable
from control_plane.resources.bots import BOTS
from control_plane.services.bots.casting import ShippedBots
from control_plane.services.calls.desk import CallDesk, DeskParts, DeskPolicy
from control_plane.services.calls.executor import ExecutorParts
from control_plane.services.calls.factory import CallFactory, FactoryParts
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.orders import CallOrder
from control_plane.services.calls.roster import Roster, RosterParts
from control_plane.services.calls.talk import TalkParts
from control_plane.services.conversation.turn_log import TurnLogParts
from control_plane.services.nodes import Nodes
from control_plane.services.supervisor import Supervisor
from control_plane.services.webhooks.intake import IntakeParts, Receipt, WebhookIntake
from control_plane.services.webhooks.routing import NoticeRouter, RouterParts
from control_plane.testing.brains import FakeBrain
from control_plane.testing.carriers import SIGNATURE, FakeCallControl, FakeWebhookReader
from tests.caches import local_cache
from tests.call_events import CALLEE, OURS
from tests.virtual_time import LoopClock, eventually

CARRIER = "fake"
ORDER = CallOrder(tenant_id="default", number=CALLEE)


class Store(SqlCallStore):
    """The real store, which can be made to be away."""

    away = False

    async def create(self, call: CallRecord, entry: JournalEntry, commands: Any) -> None:
        self._check()
        await super().create(call, entry, commands=commands)

    async def record(self, call: CallRecord, entry: JournalEntry, commands: Any) -> bool:
        self._check()
        return await super().record(call, entry, commands=commands)

    async def settle_command(self, command_id: str, *, error: str = "") -> None:
        self._check()
        await super().settle_command(command_id, error=error)

    def _check(self) -> None:
        if self.away:
            raise StoreUnavailable("the database is away")


@dataclass(slots=True, kw_only=True)
class Office:
    """A desk and all that it touches. `control` is the carrier as the desk reaches it, `reader` as it reaches us."""

    desk: CallDesk
    control: FakeCallControl
    reader: FakeWebhookReader
    intake: WebhookIntake
    router: NoticeRouter
    store: Store
    nodes: Nodes
    webhooks: SqlWebhookStore
    metrics: Metrics
    supervisor: Supervisor
    clock: LoopClock
    fetched: list[FetchRecording]

    # --- what the carrier does --------------------------------------------------------------------

    async def tell(self, event_id: str, event: e.CallEvent | None, **names: str) -> Receipt:
        """A webhook arrives and is acknowledged; `names` are fields of Notice."""
        kind = type(event).__name__ if event else "call.cost"
        body = self.reader.add(Notice(event_id=event_id, kind=kind, event=event, **names))
        return await self.intake.accept(SIGNATURE, body)

    # --- what has become of a call ----------------------------------------------------------------

    async def connected(self, order: CallOrder = ORDER) -> LiveCall:
        """A call that the callee has answered."""
        record = await self.desk.initiate(order)
        live = self.live(record.id)
        live.post(e.LegAnswered())
        await self.until_phase(record.id, Phase.ANSWERED, Phase.TALKING)
        return live

    def live(self, call_id: str) -> LiveCall:
        live = self.desk.roster.find(call_id)
        assert live is not None, "the call does not live here"
        return live

    async def until_phase(self, call_id: str, *phases: Phase) -> CallRecord:
        def reached() -> bool:
            live = self.desk.roster.find(call_id)
            return live is None or live.session.record.state in phases

        await eventually(reached)
        record = await self.desk.get(call_id)
        assert record.state in phases
        return record

    async def until_gone(self, call_id: str) -> CallRecord:
        """The call has ended, and all that follows from it is done."""
        await eventually(lambda: self.desk.roster.find(call_id) is None)
        return await self.desk.get(call_id)

    async def until_given(self, *commands: CarrierCommand) -> None:
        await eventually(lambda: set(commands) <= set(self.control.commands))

    async def history(self, call_id: str) -> list[str]:
        return [entry.kind for entry in await self.store.journal(call_id)]

    async def pending(self) -> list[StoredCommand]:
        return list(await self.store.pending_commands())

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


@asynccontextmanager
async def office(
    database_url: str,
    folder: Path,
    *,
    control: FakeCallControl | None = None,
    reader: WebhookReader | None = None,
    node: str = "main",
    **policy: Any,
) -> AsyncIterator[Office]:
    """Opened on a database; leaving it is a crash: every task is cancelled wherever it is.

    `policy` are fields of DeskPolicy, and `patience`, by phase. Nobody beats for the node unless the test lets it.
    """
    patience: Mapping[Phase, float] = policy.pop("patience", {})
    database = open_database(database_url)
    nodes = Nodes(node, address=f"http://{node}", store=SqlNodeStore(database), clock=LoopClock())
    await nodes.enter()
    parts = _Parts(
        store=Store(database),
        nodes=nodes,
        control=control or FakeCallControl(),
        metrics=Metrics(),
        supervisor=Supervisor(),
        clock=LoopClock(),
        folder=folder,
        fetched=[],
    )
    factory = CallFactory(_factory_parts(parts, patience))
    roster = Roster(
        RosterParts(
            factory=factory,
            store=parts.store,
            nodes=parts.nodes,
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
        )
    )
    desk = CallDesk(
        DeskParts(
            policy=DeskPolicy(
                **{"carrier": CARRIER, "sender": OURS, "stream": True, "record": False, "max_calls": 5, **policy}
            ),
            factory=factory,
            roster=roster,
            store=parts.store,
            nodes=parts.nodes,
            numbers=WorldNumberPlan("CO"),
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
        )
    )
    webhooks = SqlWebhookStore(database)
    router = NoticeRouter(
        RouterParts(
            desk=desk,
            carrier=CARRIER,
            calls=parts.store,
            webhooks=webhooks,
            clock=parts.clock,
            metrics=parts.metrics,
            alone=lambda: parts.nodes.alone,
        )
    )
    fake_reader = FakeWebhookReader()
    intake = WebhookIntake(
        IntakeParts(
            carrier=CARRIER,
            reader=reader or fake_reader,
            store=webhooks,
            route=router.route,
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
            alone=lambda: parts.nodes.alone,
        )
    )
    try:
        yield Office(
            desk=desk,
            control=parts.control,
            reader=fake_reader,
            intake=intake,
            router=router,
            store=parts.store,
            nodes=parts.nodes,
            webhooks=webhooks,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
            clock=parts.clock,
            fetched=parts.fetched,
        )
    finally:
        await parts.supervisor.aclose()
        await database.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    store: Store
    nodes: Nodes
    control: FakeCallControl
    metrics: Metrics
    supervisor: Supervisor
    clock: LoopClock
    folder: Path
    fetched: list[FetchRecording]


def _factory_parts(parts: _Parts, patience: Mapping[Phase, float]) -> FactoryParts:
    store: CallStore = parts.store
    bus = MemoryBus()
    turns = TurnLogParts(store=store, bus=bus, clock=parts.clock, metrics=parts.metrics, supervisor=parts.supervisor)
    talk = TalkParts(
        brain=FakeBrain(),
        tts=None,
        store=store,
        blobs=DiskBlobs(parts.folder, "https://gateway.example", secret=b"secret", clock=parts.clock),
        cache=local_cache(parts.clock),
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        turns=turns,
        spool=None,
        transfer_number="",
        zone_of=lambda call: "America/Bogota",
    )

    async def fetch_recording(call: CallRecord, command: FetchRecording) -> None:
        await parts.control.download(command.url)
        parts.fetched.append(command)

    executor = ExecutorParts(
        store=store,
        control=parts.control,
        metrics=parts.metrics,
        ticket=lambda call_id: StreamTicket(url=f"wss://gateway.example/{call_id}", token=call_id),
        language=lambda call: "es",
        fetch_recording=fetch_recording,
    )
    return FactoryParts(
        bots=ShippedBots({bot.id: bot for bot in BOTS}, default=BOTS[0].id),
        patience=patience,
        store=store,
        clock=parts.clock,
        bus=bus,
        metrics=parts.metrics,
        talk=talk,
        executor=executor,
    )
