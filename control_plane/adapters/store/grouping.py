"""Little transactions that come together are carried out together, with one change of thread and one COMMIT for all.

A call is some twenty of them. Each by itself costs more for the way into the writer's thread and back, for BEGIN and
for COMMIT than for its statements.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from control_plane.adapters.store.database import T, Work
from control_plane.ports.stores import StoreUnavailable

PER_SECOND: Final = 100.0
"""So many groups a second at most, when they go on and on: the more comes, the larger they are."""

AT_ONCE: Final = 10.0
"""So many groups wait for nobody after a quiet moment: what one call needs to be answered is not delayed."""

GROUP_LIMIT: Final = 100
"""Carried out in one transaction; the others go into the next."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody who waits until his work is committed."""

    work: Work[Any]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Grouping:
    """Transactions in the order in which they were asked for, each as if it were alone.

    When one of a group fails, nothing of the group is kept and each is carried out by itself: the failure reaches only
    whom it concerns. So a work may run twice, as everywhere (see `database`).
    """

    def __init__(self, write: Callable[[Work[Any]], Awaitable[Any]]) -> None:
        """`write`: carries out one transaction, as `Database.write`."""
        self._write = write
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._credit = AT_ONCE
        self._credited_at = 0.0

    async def write(self, work: Work[T]) -> T:
        """Raises what `Database.write` does. A work whose caller gives up before it began is dropped."""
        mine = _Waiting(work)
        self._waiting.append(mine)
        if self._task is None:
            self._task = asyncio.create_task(self._carry_out_all(), name="transactions in groups")
        result: T = await mine.answer
        return result

    async def _carry_out_all(self) -> None:
        """Until nobody waits."""
        try:
            while self._waiting:
                await self._pause()
                if group := self._next():
                    await self._carry_out(group)
        finally:
            self._task = None
            _refuse(StoreUnavailable("database: the process ends"), self._waiting)
            self._waiting.clear()

    async def _pause(self) -> None:
        now = asyncio.get_running_loop().time()
        self._credit = min(AT_ONCE, self._credit + (now - self._credited_at) * PER_SECOND)
        self._credited_at = now
        if self._credit < 1.0:
            await asyncio.sleep((1.0 - self._credit) / PER_SECOND)
        self._credit -= 1.0

    def _next(self) -> list[_Waiting]:
        group = self._waiting[:GROUP_LIMIT]
        del self._waiting[:GROUP_LIMIT]
        return [one for one in group if not one.answer.done()]

    async def _carry_out(self, group: Sequence[_Waiting]) -> None:
        try:
            results = await self._write(lambda connection: [one.work(connection) for one in group])
        except StoreUnavailable as away:
            _refuse(away, group)
        except Exception as fault:
            # A border: what one work meets, of whatever kind, belongs to whoever asked for it.
            if len(group) == 1:
                _refuse(fault, group)
                return
            for one in group:
                await self._carry_out([one])
        except BaseException:
            _refuse(StoreUnavailable("database: the process ends"), group)
            raise
        else:
            for one, result in zip(group, results, strict=True):
                if not one.answer.done():
                    one.answer.set_result(result)


def _refuse(error: Exception, group: Sequence[_Waiting]) -> None:
    for one in group:
        if not one.answer.done():
            one.answer.set_exception(error)
