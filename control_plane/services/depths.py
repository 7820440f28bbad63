"""Which queues and sets of the gateway are counted, and when: at the moment in which somebody asks."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from control_plane.observability.gc_pauses import GcWatch
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Bus
from control_plane.services.calls.roster import Roster
from control_plane.services.media.door import MediaDoor
from control_plane.services.supervisor import Supervisor
from control_plane.services.webhooks.intake import WebhookIntake


@runtime_checkable
class CountedBus(Protocol):
    """A bus that knows its listeners and what they have lost since it was made."""

    dropped: int

    @property
    def subscribers(self) -> int: ...


@dataclass(slots=True, kw_only=True)
class Depths:
    """Brings into the metrics what is not counted where it happens. Costs nothing between two looks."""

    metrics: Metrics
    roster: Roster
    door: MediaDoor
    intakes: Mapping[str, WebhookIntake]
    bus: Bus
    supervisor: Supervisor
    gc_watch: GcWatch
    _bus_dropped: int = field(default=0, init=False)

    def measure(self) -> None:
        metrics = self.metrics
        metrics.calls_live.set(self.roster.live_calls)
        metrics.call_events_waiting.set(sum(live.session.depth for live in self.roster))
        metrics.commands_waiting.set(sum(live.executor.waiting for live in self.roster))
        for stream in self.door.streams:
            stream.count()
        metrics.media_streams_live.set(len(self.door.streams))
        metrics.media_waiting.set(sum(stream.waiting for stream in self.door.streams))
        for carrier, intake in self.intakes.items():
            metrics.webhooks_waiting.labels(carrier=carrier).set(intake.waiting)
        metrics.tasks_live.set(self.supervisor.running)
        metrics.threads_live.set(threading.active_count())
        self._measure_bus()
        self.gc_watch.flush()

    def _measure_bus(self) -> None:
        if isinstance(self.bus, CountedBus):
            self.metrics.bus_subscribers.set(self.bus.subscribers)
            self.metrics.bus_dropped_total.inc(self.bus.dropped - self._bus_dropped)
            self._bus_dropped = self.bus.dropped
