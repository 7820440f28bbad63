"""How long transactions take."""

import pytest

from control_plane.adapters.store.timed import TimedDatabase
from control_plane.observability.metrics import Metrics
from control_plane.ports.stores import StoreUnavailable
from control_plane.testing.clock import FakeClock


class SlowDatabase:
    """Takes two seconds, or is away."""

    dialect = "sqlite"

    def __init__(self, clock: FakeClock) -> None:
        self.away = self.closed = False
        self._clock = clock

    async def read(self, work: object) -> str:
        return self._work("read")

    async def write(self, work: object) -> str:
        return self._work("write")

    async def together(self, work: object) -> str:
        return self._work("together")

    async def alone(self, work: object, *, timeout_s: float = 60.0) -> str:
        return self._work(f"alone within {timeout_s} s")

    async def aclose(self) -> None:
        self.closed = True

    def _work(self, done: str) -> str:
        self._clock.advance(2.0)
        if self.away:
            raise StoreUnavailable("database: away")
        return done


async def test_transactions_are_timed_by_what_they_are_and_failures_counted() -> None:
    metrics, clock = Metrics(), FakeClock()
    inner = SlowDatabase(clock)
    database = TimedDatabase(inner, metrics=metrics, clock=clock)  # type: ignore[arg-type]
    assert database.dialect == "sqlite"
    assert await database.read(lambda _: None) == "read"
    assert await database.write(lambda _: None) == "write"
    assert await database.together(lambda _: None) == "together"
    assert await database.alone(lambda _: None, timeout_s=5.0) == "alone within 5.0 s"
    inner.away = True
    with pytest.raises(StoreUnavailable):
        await database.write(lambda _: None)
    get = metrics.registry.get_sample_value
    assert get("gateway_database_seconds_sum", {"operation": "write"}) == 6
    assert get("gateway_database_seconds_count", {"operation": "alone"}) == 1
    assert get("gateway_database_errors_total", {"operation": "write"}) == 1
    await database.aclose()
    assert inner.closed
