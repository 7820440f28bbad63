"""The owner of every task that lives longer than one await; the only place that creates tasks."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from control_plane.observability.logging import get_logger
from control_plane.services.together import forget

log = get_logger("supervisor")


class Supervisor:
    """Names, watches and ends tasks. A task that fails is logged loudly and disturbs no other."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run it in the background. The task inherits the caller's context, and with it the call id of log lines."""
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._gone)
        return task

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        forget(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)

    @property
    def running(self) -> int:
        return len(self._tasks)

    async def aclose(self, *, grace_s: float = 2.0) -> None:
        """Cancel everything that still runs and wait for it. What is begun because of that (the last turn of a reply
        that was cut off is to be kept) may end by itself, within the same time."""
        cancelled = set(self._tasks)
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await _ended(_cancelled(cancelled))
                await _ended(self._tasks - cancelled)
        await _ended(_cancelled(self._tasks - cancelled), timeout_s=0.0)


def _cancelled(tasks: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    for task in tasks:
        task.cancel()
    return tasks


async def _ended(tasks: set[asyncio.Task[Any]], *, timeout_s: float | None = None) -> None:
    """With no time at all: one turn of the loop, in which what was cancelled can end."""
    if tasks:
        await asyncio.wait(tasks, timeout=timeout_s)
