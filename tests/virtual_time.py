"""An event loop whose time passes only while everybody waits, so that minutes of a telephone call take milliseconds.

A module that says `VIRTUAL_TIME = True` runs on it (see the hook in tests/control_plane/services/conftest.py).
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

BEGINS_AT = 1_000.0
WALL_S = 1_700_000_000.0
"""Unix time at the beginning, 2023-11-14 22:13:20 UTC: in Bogotá it is 17:13."""


class _Selector(selectors.DefaultSelector):
    """Where the loop would sleep, its time is put forward instead; for threads and sockets it waits in earnest."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.loop.at_work:
            return super().select(0.01)
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Real in everything but `time()`. Work in threads takes no time at all."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = BEGINS_AT
        self.at_work = 0
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self.at_work += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, future: asyncio.Future[Any]) -> None:
        self.at_work -= 1


class LoopClock:
    """The Clock port on the running loop's time; `steady` starts at `BEGINS_AT` and `wall` at `WALL_S`."""

    def wall(self) -> float:
        return WALL_S - BEGINS_AT + self.steady()

    def steady(self) -> float:
        return asyncio.get_running_loop().time()


async def eventually(holds: Callable[[], T | Awaitable[T]], *, within_s: float = 30.0) -> T:
    """Let time pass until `holds`, and give what it then is; fails the test when it does not come true."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not (found := await _now(holds())):
        if loop.time() > deadline:
            pytest.fail(f"did not come true within {within_s} s")
        await asyncio.sleep(0.01)
    return found


async def _now(what: T | Awaitable[T]) -> T:
    return await what if isinstance(what, Awaitable) else what
