"""The system's clock: the only place that asks what time it is."""

import time


class SystemClock:
    """The Clock port. `steady` is what asyncio's own `loop.time()` counts."""

    def wall(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.monotonic()
