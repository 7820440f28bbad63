"""How long the garbage collector held everything up."""

import gc
from collections import deque
from typing import Any, Final

from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock

LIMIT: Final = 10_000
"""Pauses kept between two looks; of more the newest count."""

GENERATIONS: Final = 3

COLLECT_EVERY: Final = (5_000, 100, 10)
"""New objects before the young ones are looked through (2 ms), and how often before those that were left are (0.1 s):
calls live long, so little is found. What ended calls leave is for `services/sweeping.py`."""


class GcWatch:
    """Notes every collection from `start` to `stop`; `flush` brings what was noted into the metrics.

    Not at once: a collection may begin anywhere, also while the histogram's own lock is held.
    """

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._clock = clock
        self._began = 0.0
        self._pauses: deque[tuple[int, float]] = deque(maxlen=LIMIT)
        self._histograms = tuple(
            metrics.gc_pause_seconds.labels(generation=str(number)) for number in range(GENERATIONS)
        )

    def start(self) -> None:
        gc.callbacks.append(self._told)

    def stop(self) -> None:
        if self._told in gc.callbacks:
            gc.callbacks.remove(self._told)

    def _told(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._began = self._clock.steady()
        elif self._began:
            self._pauses.append((info["generation"], self._clock.steady() - self._began))

    def flush(self) -> None:
        while self._pauses:
            generation, pause = self._pauses.popleft()
            self._histograms[generation].observe(pause)


def settle_down() -> None:
    """Take all that lives now out of the reach of later collections: what a process has loaded stays for its life.

    To be called once, when it has loaded everything: each full collection is then shorter by the time for all of that.
    """
    gc.collect()
    gc.freeze()


def collect_rarely() -> None:
    """From now on what comes is looked through less often."""
    gc.set_threshold(*COLLECT_EVERY)
