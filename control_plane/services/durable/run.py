"""One run as its function sees it, on the store of runs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from control_plane.ports.durable import STEP_S
from control_plane.ports.infrastructure import Clock
from control_plane.ports.runs import SIGNAL, ClaimedRun, RunLedger

T = TypeVar("T")

_STEP: Final = "step/"
_SLEEP: Final = "sleep/"
_WAIT: Final = "wait/"
_UNTIL: Final = "until/"


class Parked(BaseException):
    """The run goes on at `due_at`, or when the signal `awaits` comes. No Exception: whoever works must not catch it."""

    def __init__(self, *, due_at: float, awaits: str = "") -> None:
        super().__init__()
        self.due_at = due_at
        self.awaits = awaits


class Lost(BaseException):
    """The run is not ours any more: it was cancelled, or given to another process."""


class StoredRun:
    """The Run port. Results are read once, when the run is taken, and written as they come."""

    def __init__(self, claimed: ClaimedRun, *, ledger: RunLedger, clock: Clock) -> None:
        self._claimed = claimed
        self._kept = dict(claimed.kept)
        self._ledger = ledger
        self._clock = clock
        self._used: set[str] = set()
        self._sleeps = 0
        self.failed_before = claimed.tries
        """Tries in a row that failed, without a step that ended since."""

    @property
    def id(self) -> str:
        return self._claimed.id

    @property
    def tries(self) -> int:
        return self.failed_before

    async def step(self, name: str, work: Callable[[], Awaitable[T]], *, timeout_s: float = STEP_S) -> T:
        known = self._once(_STEP + name)
        if known in self._kept:
            result: T = self._kept[known]
            return result
        async with asyncio.timeout(timeout_s):
            result = await work()
        return await self._keep(known, result)

    async def sleep(self, seconds: float) -> None:
        self._sleeps += 1
        known = f"{_SLEEP}{self._sleeps}"
        due_at = await self._first(known, self._clock.wall() + seconds)
        if self._clock.wall() < due_at:
            raise Parked(due_at=due_at)

    async def wait(self, name: str, *, timeout_s: float) -> Any:
        known = self._once(_WAIT + name)
        if known in self._kept:
            outcome = self._kept[known]
        else:
            outcome = await self._keep(known, await self._waited(name, timeout_s=timeout_s))
        if not outcome["came"]:
            raise TimeoutError(f"no signal {name}")
        return outcome["value"]

    async def _waited(self, name: str, *, timeout_s: float) -> dict[str, Any]:
        if SIGNAL + name in self._kept:
            return {"came": True, "value": self._kept[SIGNAL + name]}
        until = await self._first(_UNTIL + name, self._clock.wall() + timeout_s)
        if self._clock.wall() < until:
            raise Parked(due_at=until, awaits=name)
        return {"came": False, "value": None}

    def _once(self, name: str) -> str:
        if name in self._used:
            raise ValueError(f"{name} is there twice in one run")
        self._used.add(name)
        return name

    async def _first(self, name: str, value: float) -> float:
        """What was kept under this name at the first time."""
        return float(self._kept[name]) if name in self._kept else await self._keep(name, value)

    async def _keep(self, name: str, value: T) -> T:
        value = as_json(value)
        if not await self._ledger.keep(self.id, self._claimed.claim, name=name, value=value):
            raise Lost
        self._kept[name] = value
        self.failed_before = 0
        return value


def as_json(value: T) -> T:
    """The value as it comes back from the store. Raises TypeError or ValueError for what is not JSON."""
    result: T = json.loads(json.dumps(value, allow_nan=False))
    return result
