"""The engine while its store is away, and what it reports."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import pytest

from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import Run, RunStatus, Work
from control_plane.ports.runs import ClaimedRun, Leaving, Owner, Room
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.supervisor import Supervisor
from control_plane.testing.clock import FakeClock
from control_plane.testing.durable import MemoryRunLedger, memory_engine


class MoodyLedger(MemoryRunLedger):
    """Runs in memory whose store can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.refused = asyncio.Event()

    async def leave(self, run_id: str, claim: str, *, leaving: Leaving) -> bool:
        self._answer()
        return await super().leave(run_id, claim, leaving=leaving)

    async def due(self, kinds: Any) -> Mapping[str, float]:
        self._answer()
        return await super().due(kinds)

    def _answer(self) -> None:
        if self.is_away:
            self.refused.set()
            raise StoreUnavailable("away")


async def shows(engine: StoredEngine, condition: Callable[[RunStatus], object]) -> RunStatus:
    """Wait until the run named `run` is so."""
    async with asyncio.timeout(10):
        while True:
            status = await engine.status("run")
            if status is not None and condition(status):
                return status
            await asyncio.sleep(0.002)


async def ended(engine: StoredEngine) -> RunStatus:
    return await shows(engine, lambda status: status.ended_at is not None)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    made = Supervisor()
    yield made
    await made.aclose()


async def test_a_run_that_ends_while_the_store_is_away_is_carried_out_again(supervisor: Supervisor) -> None:
    ledger, clock = MoodyLedger(), FakeClock()
    times = 0

    async def function(run: Run, argument: Mapping[str, Any]) -> int:
        nonlocal times
        times += 1
        ledger.is_away = times == 1
        return times

    works = (Work(kind="job", run=function),)
    engine = StoredEngine(ledger, works, node="a", clock=clock, metrics=Metrics(), supervisor=supervisor)
    await engine.launch()
    await engine.start("job", "run", argument={})
    await ledger.refused.wait()
    ledger.is_away = False
    clock.advance(20.0)
    engine.look()
    assert (await ended(engine)).result == 2
    await engine.aclose()


async def test_that_the_store_is_away_is_not_counted_as_a_try(supervisor: Supervisor) -> None:
    clock, tries = FakeClock(), []

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        tries.append(run.tries)
        if len(tries) < 3:
            raise StoreUnavailable("away")

    engine = memory_engine((Work(kind="job", run=function),), clock)
    await engine.launch()
    await engine.start("job", "run", argument={})
    for _ in range(2):
        await shows(engine, lambda status: status.due_at > clock.wall() and status.state == "waiting")
        clock.advance(5.0)
        engine.look()
    assert (await ended(engine)).state == "done"
    assert tries == [0, 0, 0]
    await engine.aclose()


async def test_two_works_of_one_name_are_refused() -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None: ...

    with pytest.raises(ValueError, match="called job"):
        memory_engine((Work(kind="job", run=function), Work(kind="job", run=function)), FakeClock())


async def test_a_wait_inside_a_group_of_tasks_is_a_fault_of_the_work(supervisor: Supervisor) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        async with asyncio.TaskGroup() as group:
            supervisor.spawn(asyncio.sleep(0), "other")
            group.create_task(run.sleep(60.0))

    engine = memory_engine((Work(kind="job", run=function),), FakeClock())
    await engine.launch()
    await engine.start("job", "run", argument={})
    assert (await shows(engine, lambda status: status.error)).error == "BaseExceptionGroup"
    await engine.aclose()


async def test_an_end_before_the_beginning_is_none() -> None:
    await memory_engine((), FakeClock()).aclose()


async def test_a_claim_whose_answer_never_came_is_let_go_of_at_the_end(supervisor: Supervisor) -> None:
    class Slow(MemoryRunLedger):
        claimed = asyncio.Event()

        async def claim(self, room: Room, owner: Owner, *, now: float) -> Sequence[ClaimedRun]:
            found = await super().claim(room, owner, now=now)
            if room.kind == "job":
                self.claimed.set()
                await asyncio.Event().wait()
            return found

    async def function(run: Run, argument: Mapping[str, Any]) -> None: ...

    ledger, works = Slow(), (Work(kind="job", run=function),)
    engine = StoredEngine(ledger, works, node="a", clock=FakeClock(), metrics=Metrics(), supervisor=supervisor)
    await engine.launch()
    await engine.start("job", "run", argument={})
    async with asyncio.timeout(10):
        await ledger.claimed.wait()
    assert await ledger.held("a") != {}
    await engine.aclose()
    assert await ledger.held("a") == {}
    assert (await shows(engine, lambda status: status.state == "waiting")).tries == 0


async def test_what_another_process_of_the_name_has_taken_is_not_let_go_of(supervisor: Supervisor) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None: ...

    ledger, works = MemoryRunLedger(), (Work(kind="job", run=function),)
    engine = StoredEngine(ledger, works, node="a", clock=FakeClock(), metrics=Metrics(), supervisor=supervisor)
    await engine.launch()
    await engine.start("job", "run", argument={})
    await ledger.claim(Room(kind="job", free=1), Owner(node="a", claim="theirs/1"), now=FakeClock().wall() + 1.0)
    await engine.aclose()
    assert await ledger.held("a") == {"run": "theirs/1"}
