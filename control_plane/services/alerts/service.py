"""The parts of the alert service, and their start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from control_plane.core.alert.figures import Snapshot
from control_plane.observability.figures import catalogue, snapshot
from control_plane.observability.metrics import Metrics
from control_plane.ports.alerts import AlertStore, Notifier
from control_plane.ports.infrastructure import Bus, Clock
from control_plane.services.alerts.book import Book
from control_plane.services.alerts.departed import Departed, DepartedParts, Directory
from control_plane.services.alerts.desk import AlertDesk
from control_plane.services.alerts.outbox import Outbox, OutboxParts
from control_plane.services.alerts.watcher import Watcher, WatcherParts
from control_plane.services.alerts.words import Words
from control_plane.services.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    node: str
    interval_s: float
    store: AlertStore
    nodes: Directory
    notifier: Notifier
    bus: Bus
    clock: Clock
    metrics: Metrics
    words: Words


@dataclass(slots=True)
class AlertService:
    """Watches this process, and delivers what any process of the installation has to tell."""

    parts: AlertParts
    desk: AlertDesk = field(init=False)
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        parts = self.parts
        self.desk = AlertDesk(
            store=parts.store,
            notifier=parts.notifier,
            clock=parts.clock,
            words=parts.words,
            catalogue=lambda: catalogue(parts.metrics.registry),
        )
        self.outbox = Outbox(
            OutboxParts(
                holder=parts.node,
                store=parts.store,
                notifier=parts.notifier,
                clock=parts.clock,
                metrics=parts.metrics,
            )
        )

    async def start(self, supervisor: Supervisor, *, measure: Callable[[], None]) -> None:
        """`measure` brings the metrics up to date that are counted only when somebody looks.

        Raises StoreUnavailable.
        """
        await self.desk.seed()
        supervisor.spawn(self.watcher(measure).run(), "alert rules")
        supervisor.spawn(self.outbox.run(), "alert deliveries")
        supervisor.spawn(self.departed().run(), "alerts of processes that are gone")

    def watcher(self, measure: Callable[[], None] = lambda: None) -> Watcher:
        """One that knows nothing yet: it takes up the open alerts of this node."""
        parts = self.parts

        def figures(names: Sequence[str]) -> Snapshot:
            measure()
            return snapshot(parts.metrics.registry, names)

        return Watcher(
            WatcherParts(
                node=parts.node,
                interval_s=parts.interval_s,
                store=parts.store,
                book=self.book(),
                figures=figures,
                clock=parts.clock,
                metrics=parts.metrics,
                told=self.outbox.wake,
            )
        )

    def departed(self) -> Departed:
        """One that has missed nobody yet."""
        parts = self.parts
        return Departed(
            DepartedParts(
                node=parts.node,
                nodes=parts.nodes,
                store=parts.store,
                book=self.book(),
                clock=parts.clock,
                told=self.outbox.wake,
            )
        )

    def book(self) -> Book:
        parts = self.parts
        return Book(store=parts.store, notifier=parts.notifier, bus=parts.bus, words=parts.words, metrics=parts.metrics)
