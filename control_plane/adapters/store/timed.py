"""How long transactions take, whatever database carries them out."""

from collections.abc import Iterator
from contextlib import contextmanager

from control_plane.adapters.store.database import Database, T, Work
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoreUnavailable


class TimedDatabase:
    """A database around another. Waiting for a connection or for the writer's thread counts as well."""

    def __init__(self, database: Database, *, metrics: Metrics, clock: Clock) -> None:
        self.dialect = database.dialect
        self._database = database
        self._now = clock.steady
        operations = ("read", "query", "write", "alone")
        self._took = {name: metrics.database_seconds.labels(operation=name) for name in operations}
        self._failed = {name: metrics.database_errors_total.labels(operation=name) for name in operations}

    async def read(self, work: Work[T]) -> T:
        with self._timed("read"):
            return await self._database.read(work)

    async def look(self, work: Work[T]) -> T:
        with self._timed("read"):
            return await self._database.look(work)

    async def query(self, work: Work[T]) -> T:
        with self._timed("query"):
            return await self._database.query(work)

    async def write(self, work: Work[T]) -> T:
        with self._timed("write"):
            return await self._database.write(work)

    async def together(self, work: Work[T]) -> T:
        with self._timed("write"):
            return await self._database.together(work)

    async def alone(self, work: Work[T], *, timeout_s: float = 60.0) -> T:
        with self._timed("alone"):
            return await self._database.alone(work, timeout_s=timeout_s)

    async def aclose(self) -> None:
        await self._database.aclose()

    @contextmanager
    def _timed(self, operation: str) -> Iterator[None]:
        began = self._now()
        try:
            yield
        except StoreUnavailable:
            self._failed[operation].inc()
            raise
        finally:
            self._took[operation].observe(self._now() - began)
