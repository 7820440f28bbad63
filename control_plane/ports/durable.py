"""Work that survives a crash: what a run is, and what carries runs out.

A run is one piece of work under an id that its starter chose. Its function may be begun again from the start at any
time: after a crash, a wait or a failed try. What must not happen twice belongs in steps, whose results are kept; a step
that was interrupted happens again, and has to be prepared for it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from control_plane.core.durable.slots import Schedule

T = TypeVar("T")

RunState = Literal["waiting", "running", "done", "failed", "cancelled"]
"""`waiting`: to begin, to be tried again, to wake up, or for a signal."""

STEP_S = 60.0
"""A step may take so long unless it says otherwise."""


class GiveUp(Exception):
    """Raised by work that no further try would help: the run fails at once. The reason is kept: no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Run(Protocol):
    """One run, as its function sees it. A name may be used once in a run for a step, and once for a signal.

    `sleep` and `wait` give the place in the process back: the function is left, by an exception that is no `Exception`,
    and begun again later. They are therefore called by the function itself, not by tasks that it starts.
    """

    @property
    def id(self) -> str: ...

    @property
    def tries(self) -> int:
        """How many tries have failed since a step last ended; 0 at first."""
        ...

    async def step(self, name: str, work: Callable[[], Awaitable[T]], *, timeout_s: float = STEP_S) -> T:
        """The result of `work`, or what an earlier one of this name came to. It must be JSON; lists come back for
        tuples, at the first time already. Raises TimeoutError, ValueError for a name used twice."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Go on that much later. Sleeps are told apart by their order."""
        ...

    async def wait(self, name: str, *, timeout_s: float) -> Any:
        """The value of the first signal of this name, before or after now. Raises TimeoutError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How long to wait after each failed try; after the last, the run has failed. A step that ends begins the count
    anew."""

    delays_s: Sequence[float] = (1.0, 5.0, 30.0, 120.0, 600.0)

    def delay(self, failed: int) -> float | None:
        """Seconds to wait after the try of this number (from 1) has failed; None when there is no other."""
        return self.delays_s[failed - 1] if failed <= len(self.delays_s) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A kind of work."""

    kind: str
    """A label of metrics: `import_contacts`."""
    run: Callable[[Run, Mapping[str, Any]], Awaitable[Any]]
    """From the argument to a result, both JSON."""
    retries: Retries = field(default_factory=Retries)
    concurrency: int = 4
    """Of this kind in one process; a run that sleeps or waits does not count."""
    per_queue: int = 0
    """Of these, of one queue; 0 for no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """What is known about a run. Times in unix seconds."""

    id: str
    kind: str
    queue: str
    state: RunState
    argument: Mapping[str, Any]
    result: Any
    error: str
    """Of a run that failed, or waits for another try: the name of the exception, or the reason of GiveUp."""
    tries: int
    created_at: float
    due_at: float
    """When it is to go on."""
    ended_at: float | None


class DurableEngine(Protocol):
    """Carries runs out, in this process or another one with the same works. All methods raise StoreUnavailable."""

    async def start(
        self, kind: str, run_id: str, *, argument: Mapping[str, Any], delay_s: float = 0.0, queue: str = ""
    ) -> bool:
        """False, without any effect, when there is a run of this id already, ended or not.

        The run is stored when this returns. Of a kind with `per_queue`, the runs of one `queue` (a tenant, an address)
        leave room for those of others. Raises ValueError for an unknown kind, TypeError for what is not JSON.
        """
        ...

    async def cancel(self, run_id: str) -> bool:
        """Let it not go on; a step that is under way here is cancelled, elsewhere within a second or two. False when it
        had ended or never was."""
        ...

    async def signal(self, run_id: str, name: str, *, value: Any) -> bool:
        """Hand a value to `Run.wait`. Of several with one name the first counts. False when the run had ended or never
        was."""
        ...

    async def status(self, run_id: str) -> RunStatus | None: ...

    async def list(self, *, kind: str = "", state: RunState | None = None, limit: int = 100) -> Sequence[RunStatus]:
        """The newest first."""
        ...

    def register(self, *works: Work) -> None:
        """Take kinds of work, before `launch`. Raises ValueError when there is one of that name already."""
        ...

    def schedule(self, kind: str, name: str, *, when: Schedule, argument: Mapping[str, Any] | None = None) -> None:
        """Start a run at each of these times, once however many processes there are. Of the times that passed while no
        process ran, the last is made up for."""
        ...

    async def reap(self, nodes: Sequence[str]) -> int:
        """Let the runs of these processes, which are gone, be carried out by others; how many."""
        ...

    async def launch(self) -> None:
        """Begin: with the runs that an earlier process of our name has left."""
        ...

    async def aclose(self) -> None:
        """Stop. What runs here is left to whoever comes next."""
        ...
