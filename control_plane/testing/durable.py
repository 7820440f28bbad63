"""Work that survives a crash, for tests: the engine itself on runs in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import RunState, RunStatus, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.runs import SIGNAL, ClaimedRun, Leaving, NewRun, Owner, Room
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.supervisor import Supervisor


def memory_engine(works: Sequence[Work], clock: Clock) -> StoredEngine:
    """An engine that forgets everything with the process. With a FakeClock: `advance`, then `look()`."""
    return StoredEngine(
        MemoryRunLedger(), works, node="memory", clock=clock, metrics=Metrics(), supervisor=Supervisor()
    )


@dataclass(slots=True, kw_only=True)
class _Entry:
    status: RunStatus
    falls: int = 0
    awaits: str = ""
    node: str = ""
    claim: str = ""
    kept: dict[str, Any] = field(default_factory=dict)

    def change(self, *, awaits: str = "", node: str = "", claim: str = "", **values: Any) -> None:
        self.awaits, self.node, self.claim = awaits, node, claim
        self.status = replace(self.status, **values)


class MemoryRunLedger:
    """The RunLedger port in dictionaries."""

    def __init__(self) -> None:
        self._runs: dict[str, _Entry] = {}

    async def add(self, run: NewRun) -> bool:
        if run.id in self._runs:
            return False
        status = RunStatus(
            **{name: getattr(run, name) for name in run.__dataclass_fields__},
            state="waiting",
            result=None,
            error="",
            tries=0,
            ended_at=None,
        )
        self._runs[run.id] = _Entry(status=status)
        return True

    async def due(self, kinds: Sequence[str]) -> Mapping[str, float]:
        earliest: dict[str, float] = {}
        for status in self._waiting():
            if status.kind in kinds:
                earliest[status.kind] = min(status.due_at, earliest.get(status.kind, status.due_at))
        return earliest

    async def claim(self, room: Room, owner: Owner, *, now: float) -> Sequence[ClaimedRun]:
        due = [status for status in self._waiting() if status.kind == room.kind and status.due_at <= now]
        due.sort(key=lambda status: status.due_at)
        chosen = [due[place] for place in room.choose([status.queue for status in due])]
        return [self._claimed(status.id, owner) for status in chosen]

    def _claimed(self, run_id: str, owner: Owner) -> ClaimedRun:
        entry = self._runs[run_id]
        entry.change(node=owner.node, claim=owner.claim, state="running")
        same = {name: getattr(entry.status, name) for name in ("id", "kind", "queue", "argument", "tries")}
        return ClaimedRun(**same, falls=entry.falls, claim=owner.claim, kept=dict(entry.kept))

    async def keep(self, run_id: str, claim: str, *, name: str, value: Any) -> bool:
        entry = self._held(run_id, claim)
        if entry is None:
            return False
        entry.status = replace(entry.status, tries=0)
        entry.falls = 0
        entry.kept.setdefault(name, value)
        return True

    async def leave(self, run_id: str, claim: str, *, leaving: Leaving) -> bool:
        entry = self._held(run_id, claim)
        if entry is None:
            return False
        known: dict[str, Any] = {"state": leaving.state, "tries": leaving.tries, "error": leaving.error}
        if leaving.state != "waiting":
            entry.change(**known, result=leaving.result, ended_at=leaving.at)
            return True
        due_at = leaving.at if leaving.awaits and SIGNAL + leaving.awaits in entry.kept else leaving.due_at
        entry.change(awaits=leaving.awaits, **known, due_at=due_at)
        return True

    async def held(self, node: str) -> Mapping[str, str]:
        return {run_id: entry.claim for run_id, entry in self._runs.items() if entry.node == node}

    async def release(self, nodes: Sequence[str], *, now: float) -> int:
        freed = [entry for entry in self._runs.values() if entry.node in nodes]
        for entry in freed:
            entry.falls += 1
            entry.change(state="waiting", due_at=now)
        return len(freed)

    async def cancel(self, run_id: str, *, at: float) -> bool:
        entry = self._living(run_id)
        if entry is not None:
            entry.change(state="cancelled", ended_at=at)
        return entry is not None

    async def signal(self, run_id: str, name: str, *, value: Any, at: float) -> bool:
        entry = self._living(run_id)
        if entry is None:
            return False
        entry.kept.setdefault(SIGNAL + name, value)
        if entry.status.state == "waiting" and entry.awaits == name:
            entry.change(awaits=name, due_at=at)
        return True

    async def get(self, run_id: str) -> RunStatus | None:
        entry = self._runs.get(run_id)
        return entry.status if entry is not None else None

    async def list(self, *, kind: str, state: RunState | None, limit: int) -> Sequence[RunStatus]:
        known = [entry.status for entry in self._runs.values()]
        found = [status for status in known if kind in ("", status.kind) and state in (None, status.state)]
        return sorted(found, key=lambda status: (status.created_at, status.id), reverse=True)[:limit]

    async def overdue(self, *, now: float) -> Mapping[str, int]:
        return Counter(status.kind for status in self._waiting() if status.due_at <= now)

    async def forget(self, *, before: float, limit: int) -> int:
        ended = {run_id: entry.status.ended_at for run_id, entry in self._runs.items()}
        old = [run_id for run_id, at in ended.items() if at is not None and at < before][:limit]
        for run_id in old:
            del self._runs[run_id]
        return len(old)

    def _waiting(self) -> Sequence[RunStatus]:
        return [entry.status for entry in self._runs.values() if entry.status.state == "waiting"]

    def _living(self, run_id: str) -> _Entry | None:
        entry = self._runs.get(run_id)
        return entry if entry is not None and entry.status.ended_at is None else None

    def _held(self, run_id: str, claim: str) -> _Entry | None:
        entry = self._runs.get(run_id)
        return entry if entry is not None and entry.claim == claim else None
