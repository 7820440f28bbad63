"""Engines on one store of runs, for the contract of durable work: in memory, on SQLite and on PostgreSQL."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.run_tables import run_steps, runs
from control_plane.adapters.store.runs import SqlRunLedger
from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import Retries, Run, RunStatus, Work
from control_plane.ports.runs import RunLedger
from control_plane.ports.tables import Base
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.supervisor import Supervisor
from control_plane.testing.clock import FakeClock
from control_plane.testing.durable import MemoryRunLedger

Function = Callable[[Run, Mapping[str, Any]], Awaitable[Any]]

QUICK = Retries(delays_s=(10.0, 100.0))


def work(function: Function, *, kind: str = "job", concurrency: int = 4, per_queue: int = 0) -> Work:
    return Work(kind=kind, run=function, retries=QUICK, concurrency=concurrency, per_queue=per_queue)


class Rig:
    """Engines that share runs and a clock, each as if in a process of its own."""

    def __init__(self, ledger: RunLedger) -> None:
        self.ledger = ledger
        self.clock = FakeClock()
        self.metrics = Metrics()
        self._engines: list[StoredEngine] = []
        self._names = (f"node-{number}" for number in itertools.count(1))

    def engine(self, *works: Work, node: str = "") -> StoredEngine:
        engine = StoredEngine(
            self.ledger,
            works,
            node=node or next(self._names),
            clock=self.clock,
            metrics=self.metrics,
            supervisor=Supervisor(),
        )
        self._engines.append(engine)
        return engine

    async def launched(self, *works: Work, node: str = "") -> StoredEngine:
        engine = self.engine(*works, node=node)
        await engine.launch()
        return engine

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for engine in self._engines:
            engine.look()

    async def comes_to(self, run_id: str, condition: Callable[[RunStatus], bool]) -> RunStatus:
        async with asyncio.timeout(20):
            while True:
                status = await self.ledger.get(run_id)
                if status is not None and condition(status):
                    return status
                await asyncio.sleep(0.002)

    async def ends(self, run_id: str) -> RunStatus:
        return await self.comes_to(run_id, lambda status: status.ended_at is not None)

    async def rests(self, run_id: str, *, until: float) -> RunStatus:
        """Waits to go on at so many seconds after the rig's present."""
        at = self.clock.wall() + until
        return await self.comes_to(run_id, lambda status: status.state == "waiting" and status.due_at == at)

    async def is_forgotten(self, run_id: str) -> None:
        async with asyncio.timeout(20):
            while await self.ledger.get(run_id) is not None:  # noqa: ASYNC110 - the row is behind a database
                await asyncio.sleep(0.002)

    async def shows(self, name: str, value: float, **labels: str) -> None:
        """Wait until a metric has this value."""
        async with asyncio.timeout(20):
            while self.metrics.registry.get_sample_value(name, labels) != value:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.002)

    async def aclose(self) -> None:
        for engine in self._engines:
            await engine.aclose()


async def echo(run: Run, argument: Mapping[str, Any]) -> Any:
    return {"got": dict(argument)}


def make_tables(address: str) -> str:
    async def run() -> None:
        async with opened(address) as database:
            await database.write(lambda connection: Base.metadata.create_all(connection, tables=[runs, run_steps]))

    asyncio.run(run())
    return address


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Database]:
    database = open_database(address)
    try:
        yield database
    finally:
        await database.aclose()


@asynccontextmanager
async def rig_on(address: str) -> AsyncIterator[Rig]:
    """Empty: in memory."""
    if not address:
        rig = Rig(MemoryRunLedger())
        yield rig
        await rig.aclose()
        return
    async with opened(address) as database:
        rig = Rig(SqlRunLedger(database))
        yield rig
        await rig.aclose()
