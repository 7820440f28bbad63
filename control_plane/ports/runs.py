"""Where runs are kept: one row a run, one row a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from control_plane.ports.durable import RunState, RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    id: str
    kind: str
    queue: str
    argument: Mapping[str, Any]
    created_at: float
    due_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many runs of a kind a process has room for, by how many of each queue it has already."""

    kind: str
    free: int
    per_queue: int = 0
    busy: Mapping[str, int] = field(default_factory=dict)

    @property
    def full(self) -> Sequence[str]:
        """Queues of which no other run may begin."""
        return [queue for queue, count in self.busy.items() if 0 < self.per_queue <= count]

    def choose(self, queues: Sequence[str]) -> Sequence[int]:
        """Which of the runs of these queues may begin, by their places in the row."""
        busy = dict(self.busy)
        chosen: list[int] = []
        for place, queue in enumerate(queues):
            if len(chosen) == self.free:
                break
            if not 0 < self.per_queue <= busy.get(queue, 0):
                busy[queue] = busy.get(queue, 0) + 1
                chosen.append(place)
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process that carries runs out, and the mark of one claim of it: who has not the newest changes nothing."""

    node: str
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRun:
    """A run that a process has taken. `falls`: so often a process went down with it since a step last ended."""

    id: str
    kind: str
    queue: str
    argument: Mapping[str, Any]
    tries: int
    falls: int
    claim: str
    kept: Mapping[str, Any]
    """What steps came to, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How a run is left by the process that had it. With `awaits` a signal of that name wakes it before `due_at`."""

    state: Literal["waiting", "done", "failed"]
    at: float
    due_at: float = 0.0
    awaits: str = ""
    tries: int = 0
    result: Any = None
    error: str = ""


SIGNAL = "signal/"
"""What signals are kept under, among the results of steps."""


class RunLedger(Protocol):
    """The store of runs. Every method is one transaction and may raise StoreUnavailable."""

    async def add(self, run: NewRun) -> bool:
        """False when the id is taken."""
        ...

    async def due(self, kinds: Sequence[str]) -> Mapping[str, float]:
        """By kind, the earliest time at which a run is to go on; without the kinds that have none."""
        ...

    async def claim(self, room: Room, owner: Owner, *, now: float) -> Sequence[ClaimedRun]:
        """Take what is due, the longest overdue first."""
        ...

    async def keep(self, run_id: str, claim: str, *, name: str, value: Any) -> bool:
        """Write down what a step came to. False when the run is not the claimant's any more."""
        ...

    async def leave(self, run_id: str, claim: str, *, leaving: Leaving) -> bool:
        """False when the run is not the claimant's any more."""
        ...

    async def held(self, node: str) -> Mapping[str, str]:
        """The claims by the ids of the runs that a process has."""
        ...

    async def release(self, nodes: Sequence[str], *, now: float) -> int:
        """Let all runs of these processes, which went down with them, be taken by others; how many."""
        ...

    async def cancel(self, run_id: str, *, at: float) -> bool:
        """False when there is no such run, or it has ended."""
        ...

    async def signal(self, run_id: str, name: str, *, value: Any, at: float) -> bool:
        """Keep it, unless there is one of this name; wake the run if it waits for it. False when there is no such run,
        or it has ended."""
        ...

    async def get(self, run_id: str) -> RunStatus | None: ...

    async def list(self, *, kind: str, state: RunState | None, limit: int) -> Sequence[RunStatus]: ...

    async def overdue(self, *, now: float) -> Mapping[str, int]:
        """How many runs of each kind are due and have not begun."""
        ...

    async def forget(self, *, before: float, limit: int) -> int:
        """Delete runs that ended before; how many."""
        ...
