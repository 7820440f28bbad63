"""An alert service on a real store, with fakes for time and people."""

from dataclasses import dataclass, field
from typing import Any

from control_plane.adapters.bus.memory import MemoryBus, Subscription
from control_plane.adapters.store.alerts import SqlAlertStore
from control_plane.adapters.store.database import Database
from control_plane.observability.metrics import Metrics
from control_plane.ports.alerts import AlertFilter, AlertRecord
from control_plane.ports.nodes import Node
from control_plane.services.alerts.service import AlertParts, AlertService
from control_plane.services.alerts.watcher import Watcher
from control_plane.services.alerts.words import Words
from control_plane.testing.clock import FakeClock
from tests.alerts import FakeNotifier

INTERVAL_S = 15.0


@dataclass(slots=True, kw_only=True)
class Alerting:
    """One process: its metrics, its service, and who listens."""

    service: AlertService
    store: SqlAlertStore
    notifier: FakeNotifier
    metrics: Metrics
    clock: FakeClock
    heard: Subscription
    watcher: Watcher
    directory: list[Node] = field(default_factory=list)

    async def look(self, times: int = 1) -> None:
        """Look and deliver, an interval apart."""
        for _ in range(times):
            await self.watcher.look()
            await self.service.outbox.send_due()
            self.clock.advance(INTERVAL_S)

    async def all(self) -> list[AlertRecord]:
        return list((await self.store.list(AlertFilter())).items)

    def list_nodes(self, *names: str) -> None:
        """These are in the directory, and no others."""
        self.directory[:] = [Node(id=name, instance=name, beat=0, address="http://here") for name in names]

    def fail_calls(self, count: int = 1) -> None:
        self.metrics.calls_ended_total.labels(cause="failed").inc(count)

    def metric(self, name: str, outcome: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_alerts_{name}", {"outcome": outcome}) or 0.0


def alerting(database: Database, *, node: str = "main", clock: FakeClock | None = None, **parts: Any) -> Alerting:
    """A new process on this database."""
    clock, bus, metrics = clock or FakeClock(), MemoryBus(), Metrics()
    store, notifier = SqlAlertStore(database), parts.pop("notifier", None) or FakeNotifier()
    directory: list[Node] = []

    async def nodes() -> list[Node]:
        return list(directory)

    service = AlertService(
        AlertParts(
            node=node,
            interval_s=INTERVAL_S,
            store=parts.pop("store", store),
            nodes=nodes,
            notifier=notifier,
            bus=bus,
            clock=parts.pop("service_clock", clock),
            metrics=metrics,
            words=Words(zone="America/Bogota", link="https://pbx.example/system"),
        )
    )
    heard = bus.subscribe()
    return Alerting(
        service=service,
        store=store,
        notifier=notifier,
        metrics=metrics,
        clock=clock,
        heard=heard,
        watcher=service.watcher(),
        directory=directory,
    )
