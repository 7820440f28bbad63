"""The sidecar's clock: the only place in it that asks what time it is."""

import time
from collections.abc import Callable

Clock = Callable[[], float]

wall: Clock = time.time
"""Unix seconds."""

steady: Clock = time.monotonic
"""Seconds that never jump: for ages and time limits."""
