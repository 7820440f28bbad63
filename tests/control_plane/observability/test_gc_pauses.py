"""The watch on the garbage collector."""

import gc

from control_plane.observability.gc_pauses import COLLECT_EVERY, LIMIT, GcWatch, collect_rarely, settle_down
from control_plane.observability.metrics import Metrics


class SlowClock:
    """Every look at it is 0.05 s later than the one before."""

    def __init__(self) -> None:
        self._now = 10.0

    def steady(self) -> float:
        self._now += 0.05
        return self._now

    def wall(self) -> float:
        return 0.0


def pauses(metrics: Metrics) -> tuple[float, float]:
    """Count and sum of full collections."""
    get, labels = metrics.registry.get_sample_value, {"generation": "2"}
    return (
        get("gateway_gc_pause_seconds_count", labels) or 0.0,
        round(get("gateway_gc_pause_seconds_sum", labels) or 0.0, 3),
    )


def test_collections_are_noted_at_once_and_counted_when_somebody_looks() -> None:
    metrics = Metrics()
    watch = GcWatch(metrics, SlowClock())
    watch.start()
    gc.collect()
    watch.stop()
    assert pauses(metrics) == (0, 0)
    watch.flush()
    assert pauses(metrics) == (1, 0.05)
    watch.flush()
    assert pauses(metrics) == (1, 0.05)


def test_after_its_end_it_notes_nothing_and_leaves_nothing_behind() -> None:
    metrics, before = Metrics(), list(gc.callbacks)
    watch = GcWatch(metrics, SlowClock())
    watch.start()
    watch.stop()
    watch.stop()
    gc.collect()
    watch.flush()
    assert pauses(metrics) == (0, 0)
    assert gc.callbacks == before


def test_one_that_nobody_looks_at_does_not_grow() -> None:
    watch = GcWatch(Metrics(), SlowClock())
    watch._told("stop", {"generation": 0})  # a collection that began before the watch
    for _ in range(LIMIT + 5):
        watch._told("start", {"generation": 0})
        watch._told("stop", {"generation": 0})
    assert len(watch._pauses) == LIMIT


def test_what_has_settled_down_is_not_looked_at_again() -> None:
    try:
        settle_down()
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


def test_what_comes_is_looked_through_rarely() -> None:
    before = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold() == COLLECT_EVERY
    finally:
        gc.set_threshold(*before)
