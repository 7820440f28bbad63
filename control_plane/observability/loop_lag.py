"""How the lag of the event loop is measured."""

import asyncio
from typing import NoReturn

from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock


async def watch_loop(metrics: Metrics, clock: Clock, *, period: float = 0.25) -> NoReturn:
    """Sleep `period` seconds again and again and record how much too late each waking is; runs until cancelled.

    A loop that lags delays the audio of every live call by as much.
    """
    while True:
        due = clock.steady() + period
        await asyncio.sleep(period)
        metrics.event_loop_lag_seconds.observe(max(0.0, clock.steady() - due))
