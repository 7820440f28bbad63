"""Carries runs out: takes what is due from the store, and writes down how it is left."""

import asyncio
import itertools
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from control_plane.core.durable.slots import Daily, Schedule
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import RunState, RunStatus, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.runs import ClaimedRun, Leaving, NewRun, Owner, Room, RunLedger
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.durable.attempt import attempt
from control_plane.services.durable.forgetting import FORGET_RUNS, forgetting
from control_plane.services.durable.run import Lost, as_json
from control_plane.services.supervisor import Supervisor

log = get_logger("durable")

POLL_S: Final = 1.0
"""How soon a run is seen that another process has started. Those of this process begin at once."""

COUNT_S: Final = 15.0
"""Between two counts of what waits."""

GRACE_S: Final = 2.0
"""For functions to end when they are cancelled."""


class StoredEngine:
    """The DurableEngine port on a store of runs.

    Who has a run is told by a mark in its row. Whoever lost it, by a pause or because others took it for dead, cannot
    write to it any more. Runs of processes that are gone are given back by `reap`, not by time: clocks may differ.
    """

    def __init__(
        self,
        ledger: RunLedger,
        works: Sequence[Work],
        *,
        node: str,
        clock: Clock,
        metrics: Metrics,
        supervisor: Supervisor,
    ) -> None:
        self._ledger = ledger
        self._works: dict[str, Work] = {}
        self.register(*works, forgetting(ledger, clock))
        self._node = node
        self._clock = clock
        self._metrics = metrics
        self._supervisor = supervisor
        self._instance = str(uuid.uuid4())
        self._claims = itertools.count(1)
        self._live: dict[str, tuple[ClaimedRun, asyncio.Task[None]]] = {}
        self._schedules: dict[str, tuple[str, Schedule, Mapping[str, Any]]] = {}
        self._begun: dict[str, int] = {}
        """The last time that was seen to, by the name of a schedule."""
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._checked_at = self._counted_at = float("-inf")
        self.schedule(FORGET_RUNS, FORGET_RUNS, when=Daily(hour=3, minute=10))

    def register(self, *works: Work) -> None:
        """Take kinds of work, before `launch`. Raises ValueError when there is one of that name already."""
        for work in works:
            if work.kind in self._works:
                raise ValueError(f"two kinds of work are called {work.kind}")
            self._works[work.kind] = work

    async def start(
        self, kind: str, run_id: str, *, argument: Mapping[str, Any], delay_s: float = 0.0, queue: str = ""
    ) -> bool:
        if kind not in self._works:
            raise ValueError(f"no such kind of work: {kind}")
        now = self._clock.wall()
        new = NewRun(
            id=run_id, kind=kind, queue=queue, argument=as_json(dict(argument)), created_at=now, due_at=now + delay_s
        )
        added = await self._ledger.add(new)
        self.look()
        return added

    async def cancel(self, run_id: str) -> bool:
        status = await self._ledger.get(run_id)
        if status is None or not await self._ledger.cancel(run_id, at=self._clock.wall()):
            return False
        self._metrics.runs_total.labels(kind=status.kind, outcome="cancelled").inc()
        self._drop(run_id)
        return True

    async def signal(self, run_id: str, name: str, *, value: Any) -> bool:
        known = await self._ledger.signal(run_id, name, value=as_json(value), at=self._clock.wall())
        self.look()
        return known

    async def status(self, run_id: str) -> RunStatus | None:
        return await self._ledger.get(run_id)

    async def list(self, *, kind: str = "", state: RunState | None = None, limit: int = 100) -> Sequence[RunStatus]:
        return await self._ledger.list(kind=kind, state=state, limit=limit)

    def schedule(self, kind: str, name: str, *, when: Schedule, argument: Mapping[str, Any] | None = None) -> None:
        if kind not in self._works:
            raise ValueError(f"no such kind of work: {kind}")
        self._schedules[name] = (kind, when, argument or {})
        self.look()

    async def reap(self, nodes: Sequence[str]) -> int:
        count = await self._ledger.release(nodes, now=self._clock.wall()) if nodes else 0
        if count:
            log.warning("runs of processes that are gone go on elsewhere", runs=count)
            self.look()
        return count

    async def launch(self) -> None:
        found = await self._ledger.release([self._node], now=self._clock.wall())
        if found:
            log.warning("runs that were interrupted go on", runs=found)
        self._loop = self._supervisor.spawn(self._run(), "durable")

    async def aclose(self) -> None:
        tries = {claimed.claim: claimed.tries for claimed, _ in self._live.values()}
        tasks = [task for _, task in self._live.values()] + ([self._loop] if self._loop is not None else [])
        self._loop = None
        for task in tasks:
            task.cancel()
        if not tasks:
            return
        await asyncio.wait(tasks, timeout=GRACE_S)
        # By the rows: a claim may be written down whose answer never came.
        for run_id, claim in (await self._ledger.held(self._node)).items():
            if claim.startswith(self._instance):
                await self._let_go(run_id, claim, tries=tries.get(claim, 0))

    async def _let_go(self, run_id: str, claim: str, *, tries: int = 0) -> None:
        now = self._clock.wall()
        await self._ledger.leave(run_id, claim, leaving=Leaving(state="waiting", at=now, due_at=now, tries=tries))

    def look(self) -> None:
        """See now what is due, and not only at the next second."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause_s = await self._round()
            except StoreUnavailable as error:
                log.error("runs cannot be read", error=str(error))
                pause_s = POLL_S
            except Exception as fault:
                # A border: work that is stored must not wait for a restart.
                log.error("the engine met a fault of ours, it goes on", exc_info=fault)
                pause_s = POLL_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _round(self) -> float:
        """Take what is due; seconds until something else is."""
        await self._follow_schedules()
        await self._check()
        due = await self._ledger.due(list(self._works))
        now = self._clock.wall()
        for kind in [kind for kind, at in due.items() if at <= now]:
            await self._take(self._works[kind], now=now)
        later = [at - now for at in due.values() if at > now]
        return min(POLL_S, *later) if later else POLL_S

    async def _follow_schedules(self) -> None:
        now = self._clock.wall()
        for name, (kind, when, argument) in list(self._schedules.items()):
            slot = when.latest(now)
            if self._begun.get(name) != slot:
                await self.start(kind, f"{name}@{slot}", argument=argument)
                self._begun[name] = slot

    async def _take(self, work: Work, *, now: float) -> None:
        live = [claimed for claimed, _ in self._live.values() if claimed.kind == work.kind]
        free = work.concurrency - len(live)
        if free <= 0:
            return
        busy = Counter(claimed.queue for claimed in live)
        room = Room(kind=work.kind, free=free, per_queue=work.per_queue, busy=busy)
        owner = Owner(node=self._node, claim=f"{self._instance}/{next(self._claims)}")
        for claimed in await self._ledger.claim(room, owner, now=now):
            task = self._supervisor.spawn(self._carry_out(work, claimed), f"run {claimed.id}")
            self._live[claimed.id] = (claimed, task)
            self._metrics.runs_live.inc()

    async def _carry_out(self, work: Work, claimed: ClaimedRun) -> None:
        try:
            outcome, leaving = await attempt(work, claimed, ledger=self._ledger, clock=self._clock)
            if await self._ledger.leave(claimed.id, claimed.claim, leaving=leaving):
                self._metrics.runs_total.labels(kind=work.kind, outcome=outcome).inc()
        except Lost:
            self._metrics.runs_total.labels(kind=work.kind, outcome="lost").inc()
        except StoreUnavailable as error:
            log.error("a run cannot be written, it is tried again", run=claimed.id, error=str(error))
        finally:
            if self._live.get(claimed.id, (None,))[0] is claimed:
                del self._live[claimed.id]
            self._metrics.runs_live.dec()
            self.look()

    async def _check(self) -> None:
        now = self._clock.steady()
        if now - self._checked_at >= (POLL_S if self._live else COUNT_S):
            self._checked_at = now
            await self._compare()
        if now - self._counted_at >= COUNT_S:
            self._counted_at = now
            counts = await self._ledger.overdue(now=self._clock.wall())
            for kind in self._works:
                self._metrics.runs_waiting.labels(kind=kind).set(counts.get(kind, 0))

    async def _compare(self) -> None:
        """Let go of what is not ours any more, and of what is ours by its row but lives nowhere: the database was away
        when it was taken, or when it ended."""
        held = await self._ledger.held(self._node)
        for run_id, (claimed, _) in list(self._live.items()):
            if held.get(run_id) != claimed.claim:
                self._drop(run_id)
        for run_id, claim in held.items():
            if run_id not in self._live and claim.startswith(self._instance):
                await self._let_go(run_id, claim)

    def _drop(self, run_id: str) -> None:
        _, task = self._live.get(run_id, (None, None))
        if task is not None:
            task.cancel()
