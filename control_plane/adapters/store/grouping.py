"""Little transactions that come together are carried out together, with one change of thread and one COMMIT for all.

A call is some twenty of them. Each by itself costs more for the way into the writer's thread and back, for BEGIN and
for COMMIT than for its statements.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from control_plane.adapters.store.database import T, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoreUnavailable

PER_SECOND: Final = 100.0
"""So many groups a second at most, when they go on and on: the more comes, the larger they are."""

AT_ONCE: Final = 10.0
"""So many groups wait for nobody after a quiet moment: what one call needs to be answered is not delayed."""

GROUP_LIMIT: Final = 100
"""Carried out in one transaction; the others go into the next."""

WAITING_LIMIT: Final = 5000
"""Beyond, a work is refused as if the database were away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one work."""

    result: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody who waits until his work is committed."""

    work: Work[Any]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


CarryOut = Callable[[Sequence[Work[Any]]], "asyncio.Future[Sequence[Outcome]]"]


class Grouping:
    """Works in the order in which they were asked for, one group at a time."""

    def __init__(self, carry_out: CarryOut, *, clock: Clock) -> None:
        """`carry_out` begins a group without waiting; its future has the outcome of each work, in order."""
        self._carry_out = carry_out
        self._now = clock.steady
        self._waiting: deque[_Waiting] = deque()
        self._under_way: asyncio.Future[Sequence[Outcome]] | None = None
        self._next_one: asyncio.TimerHandle | None = None
        self._credit = AT_ONCE
        self._credited_at = float("-inf")

    async def write(self, work: Work[T]) -> T:
        """Raises what the work met, StoreUnavailable. A work whose caller gives up before it began is dropped."""
        if len(self._waiting) >= WAITING_LIMIT:
            raise StoreUnavailable("database: too much waits to be written")
        mine = _Waiting(work)
        self._waiting.append(mine)
        self._go_on()
        result: T = await mine.answer
        return result

    async def aclose(self) -> None:
        """Carry out what waits, at once."""
        while self._waiting or self._under_way is not None:
            if self._next_one is not None:
                self._next_one.cancel()
            if self._under_way is None:
                self._begin()
            if self._under_way is not None:
                await asyncio.wait([self._under_way])

    def _go_on(self) -> None:
        """A group begins in the next turn of the loop, so that whatever this one still brings is in it, or later."""
        if self._waiting and self._under_way is None and self._next_one is None:
            self._next_one = asyncio.get_running_loop().call_later(self._pause_s(), self._begin)

    def _pause_s(self) -> float:
        now = self._now()
        self._credit = min(AT_ONCE, self._credit + (now - self._credited_at) * PER_SECOND)
        self._credited_at = now
        return max(0.0, 1.0 - self._credit) / PER_SECOND

    def _begin(self) -> None:
        self._next_one = None
        group = self._next_group()
        if not group:
            self._go_on()
            return
        self._credit -= 1.0
        try:
            self._under_way = self._carry_out([one.work for one in group])
        except RuntimeError:  # the thread is gone
            _refuse(group)
            self._go_on()
            return
        self._under_way.add_done_callback(partial(self._told, group))

    def _next_group(self) -> list[_Waiting]:
        group = [self._waiting.popleft() for _ in range(min(GROUP_LIMIT, len(self._waiting)))]
        return [one for one in group if not one.answer.done()]

    def _told(self, group: Sequence[_Waiting], under_way: asyncio.Future[Sequence[Outcome]]) -> None:
        self._under_way = None
        if under_way.cancelled() or under_way.exception() is not None:
            _refuse(group)
        else:
            for one, outcome in zip(group, under_way.result(), strict=True):
                _answer(one.answer, outcome)
        self._go_on()


def _answer(answer: asyncio.Future[Any], outcome: Outcome) -> None:
    if answer.done():
        return
    if outcome.error is not None:
        answer.set_exception(outcome.error)
    else:
        answer.set_result(outcome.result)


def _refuse(group: Iterable[_Waiting]) -> None:
    for one in group:
        _answer(one.answer, Outcome(error=StoreUnavailable("database: it is being closed")))
