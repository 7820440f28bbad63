"""The running gateway: its services by name, and their start and end in the right order."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from control_plane.observability.gc_pauses import GcWatch, collect_rarely
from control_plane.observability.logging import get_logger
from control_plane.observability.loop_lag import watch_loop
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Tracing
from control_plane.ports.callbacks import CallbackStore
from control_plane.ports.carrier import MediaCodec
from control_plane.ports.durable import DurableEngine
from control_plane.ports.infrastructure import BlobStore, Bus, Clock
from control_plane.ports.stores import CallRecord, CallStore
from control_plane.services.alerts.service import AlertService
from control_plane.services.analytics.service import Analytics
from control_plane.services.bots.service import Bots
from control_plane.services.business import Business
from control_plane.services.cache.service import CacheService
from control_plane.services.calls.desk import CallDesk
from control_plane.services.contacts.services import ContactServices
from control_plane.services.depths import Depths
from control_plane.services.doctor.doctor import Doctor
from control_plane.services.media.door import MediaDoor
from control_plane.services.nodes import Nodes
from control_plane.services.outbound.endpoints import Endpoints
from control_plane.services.people.people import People
from control_plane.services.staff.invitations import Invitations
from control_plane.services.staff.key_ring import KeyRing
from control_plane.services.staff.staff import Staff
from control_plane.services.supervisor import Supervisor
from control_plane.services.sweeping import sweep
from control_plane.services.views import Views
from control_plane.services.webhooks.intake import WebhookIntake

log = get_logger("gateway")

VERSION: Final = "0.1.0"

CLOSE_S: Final = 3.0
"""For each part that is closed at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may use the API: loopback always, others with the token; with no token nobody else."""

    token: str = field(repr=False)
    public: str = ""
    """Scheme and host under which people reach the installation, as far as it is known."""


@dataclass(slots=True, kw_only=True)
class Gateway:
    """Everything the web layer can reach. Made by `wiring.build_gateway`."""

    desk: CallDesk
    door: MediaDoor
    intakes: Mapping[str, WebhookIntake]
    """By carrier."""
    codecs: Mapping[str, Callable[[], MediaCodec]]
    """Media wire language by carrier."""
    nodes: Nodes
    calls: CallStore
    callbacks: CallbackStore
    views: Views
    blobs: BlobStore
    local_blob: Callable[[str, Mapping[str, str]], Awaitable[bytes | None]]
    """Content of a locally kept blob by key and the query of its link; None when the link is bad or the blob gone."""
    store_answers: Callable[[], Awaitable[bool]]
    bus: Bus
    business: Business
    analytics: Analytics
    people: People
    bots: Bots
    invitations: Invitations
    key_ring: KeyRing
    staff: Staff
    endpoints: Endpoints
    contacts: ContactServices
    durable: DurableEngine
    alerts: AlertService
    cache: CacheService
    doctor: Doctor
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    tracing: Tracing
    access: Access
    migrate: Callable[[], Awaitable[None]]
    language: Callable[[CallRecord], Awaitable[str]]
    """Language of the bot of a call."""
    closers: tuple[Callable[[], Awaitable[None]], ...]
    """What is to be closed at the end, in this order."""
    background: Mapping[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    """What runs from `start` to `stop` beside the services, by name."""
    missing: tuple[str, ...] = ()
    """What is not configured for real calls, for people."""
    started_at: float = 0.0
    ready: bool = False
    workers: list[asyncio.Task[None]] = field(default_factory=list, init=False)
    """Those that work webhooks and hold our place among the nodes, from `start` on; none of them ends by itself."""
    depths: Depths = field(init=False)

    def __post_init__(self) -> None:
        self.depths = Depths(
            metrics=self.metrics,
            roster=self.desk.roster,
            door=self.door,
            intakes=self.intakes,
            bus=self.bus,
            supervisor=self.supervisor,
            gc_watch=GcWatch(self.metrics, self.clock),
        )

    async def start(self) -> None:
        """Migrate, take over what an earlier process left, begin to work."""
        self.started_at = self.clock.wall()
        self.depths.gc_watch.start()
        self.tracing.start()
        await self.migrate()
        await self.people.arrivals.welcome()
        await self.people.keys.warm()
        await self.bots.seed()
        await self.nodes.enter()
        taken_over = await self.desk.recover()
        if taken_over:
            log.info("calls taken over", calls=taken_over)
        for carrier, intake in self.intakes.items():
            self.workers.append(self.supervisor.spawn(intake.run(), f"webhooks of {carrier}"))
        self.workers.append(self.supervisor.spawn(self.nodes.run(self.desk), "node"))
        await self.durable.launch()
        await self.contacts.resume()
        for name, run in self.background.items():
            self.supervisor.spawn(run(), name)
        await self.alerts.start(self.supervisor, measure=self.measure)
        self.supervisor.spawn(watch_loop(self.metrics, self.clock), "event loop lag")
        collect_rarely()
        self.supervisor.spawn(sweep(self.desk.roster), "sweep")
        self.ready = True

    def measure(self) -> None:
        """Bring the metrics up to date with what is counted only when somebody looks."""
        self.depths.measure()

    async def drain(self, *, timeout_s: float) -> None:
        """Refuse new calls and wait for the live ones. The sockets stay open meanwhile."""
        self.ready = False
        await self.desk.drain(timeout_s=timeout_s)

    async def stop(self) -> None:
        """After the last socket: end all tasks, close everything. What does not close does not keep the others open."""
        self.ready = False
        self.depths.gc_watch.stop()
        let_go = await _closed(self.durable.aclose)
        await self.supervisor.aclose()
        if let_go:
            # Otherwise our beat stands still, and others take the runs that still have our name.
            await _closed(self.nodes.leave)
        for close in self.closers:
            await _closed(close)


async def _closed(close: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(CLOSE_S):
            await close()
    except Exception as fault:
        # A border: adapters may fail in any way of their libraries, and the database comes last.
        log.error("part of the gateway did not close", exc_info=fault)
        return False
    return True
