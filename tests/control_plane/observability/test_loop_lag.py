"""The watch on the event loop."""

import asyncio

import pytest

from control_plane.observability.loop_lag import watch_loop
from control_plane.observability.metrics import Metrics


class SlowClock:
    """Every look at it is three seconds later than the one before."""

    def __init__(self) -> None:
        self._now = 0.0

    def steady(self) -> float:
        self._now += 3.0
        return self._now

    def wall(self) -> float:
        return 0.0


async def test_a_late_waking_is_recorded_until_the_watch_is_cancelled() -> None:
    metrics = Metrics()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await watch_loop(metrics, SlowClock(), period=0.0)
    text = metrics.render().decode()
    count = next(line for line in text.splitlines() if line.startswith("gateway_event_loop_lag_seconds_count"))
    total = next(line for line in text.splitlines() if line.startswith("gateway_event_loop_lag_seconds_sum"))
    assert float(count.split()[1]) >= 1
    assert float(total.split()[1]) == 3.0 * float(count.split()[1])
