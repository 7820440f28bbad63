"""The board on which the poller writes and from which all questions are answered."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from metrics_sidecar import reports
from metrics_sidecar.catalogue import RESERVED, Callbacks, own_families
from metrics_sidecar.clock import Clock
from metrics_sidecar.exposition import writing
from metrics_sidecar.fleet import Fleet
from metrics_sidecar.health import HTTP_STATUS, verdict
from metrics_sidecar.history import History
from metrics_sidecar.prepared import Draft, Prepared, plain
from metrics_sidecar.sources.machine import Machine

log = logging.getLogger("sidecar")

HISTORY_S: Final = 600.0
OPENMETRICS: Final = "/metrics+openmetrics"
"""The place of the OpenMetrics form; no request can have it as its path and get past the list of paths."""
STALLED: Final = Prepared(status=503, parts=(b'{"status":"degraded","reasons":["poller_stalled"],"processes":[]}',))
"""The sidecar itself does not keep up: what stands on the board may not be true any more."""


class Board:
    """Written after every look; read without waiting."""

    def __init__(self, fleet: Fleet, machine: Machine, *, period_s: float, wall: Clock, steady: Clock) -> None:
        self.fleet = fleet
        self.steady = steady
        self._machine, self._wall = machine, wall
        self._stall_s = 5 * period_s + 5.0
        self._history = History(seconds=HISTORY_S, every_s=period_s)
        self._host, self._own = machine.host(), machine.own()
        self._samples_text, self._samples_openmetrics = "", ""
        self._answers: Mapping[str, Prepared] = {}
        self._written_at = steady()
        self.asked_at = -1e9
        """When somebody last wanted more than health."""
        self.callbacks: Callable[[], Callbacks] = Callbacks
        self.write()

    def answer(self, place: str) -> Prepared | None:
        now = self.steady()
        if now - self._written_at > self._stall_s and place in self._answers:
            return STALLED
        return self._answers.get(place)

    def look_around(self) -> None:
        """Read the kernel's figures and add a row to the history; once a period."""
        self._host, self._own = self._machine.host(), self._machine.own()
        self._history.add(reports.history_row(self._scene(Draft())))
        self.write()

    def take_samples(self) -> None:
        """After the metrics of a control plane were read, or can no longer be believed."""
        readings = [list(plane.reading.families.values()) for plane in self.fleet.planes.values()]
        families = writing.merged(readings, reserved=RESERVED)
        self._samples_text, self._samples_openmetrics = writing.text(families), writing.openmetrics(families)

    def write(self) -> None:
        draft = Draft()
        scene = self._scene(draft)
        code = HTTP_STATUS[scene.verdict.status]
        own = own_families(self.fleet, self._host, own=self._own, callbacks=scene.callbacks, now=self.steady())
        past = {"seconds": HISTORY_S, "series": self._history.columns()}
        self._answers = {
            "/health": draft.prepare(reports.health(scene), status=code),
            "/health/live": draft.prepare({"status": "ok"}),
            "/api/health/combined": draft.prepare(reports.combined(scene), status=code),
            "/api/metrics": draft.prepare(reports.metrics(scene)),
            "/api/status": draft.prepare(reports.status(scene)),
            "/api/stats": draft.prepare(past),
            "/metrics": plain(writing.text(own) + self._samples_text, writing.TEXT_TYPE),
            OPENMETRICS: plain(
                writing.openmetrics(own) + self._samples_openmetrics + writing.OPENMETRICS_END,
                writing.OPENMETRICS_TYPE,
            ),
        }
        self._written_at = self.steady()

    def _scene(self, draft: Draft) -> reports.Scene:
        callbacks = self.callbacks()
        return reports.Scene(
            fleet=self.fleet,
            verdict=verdict(self.fleet.states(), queue_full=callbacks.full),
            host=self._host,
            own=self._own,
            callbacks=callbacks,
            wall=self._wall(),
            age=draft.age,
        )
