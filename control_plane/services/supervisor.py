"""The owner of every task that lives longer than one await; the only place that creates tasks."""

import asyncio
from collections.abc import Coroutine
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
        deadline = asyncio.get_running_loop().time() + grace_s
        cancelled = set(self._tasks)
        await _ended(cancelled, deadline, cancel=True)
        await _ended(self._tasks - cancelled, deadline, cancel=False)
        await _ended(self._tasks - cancelled, deadline, cancel=True)


async def _ended(tasks: set[asyncio.Task[Any]], deadline: float, *, cancel: bool) -> None:
    """Wait for them; after the deadline for one turn of the loop, in which what was cancelled can end."""
    for task in tasks if cancel else ():
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
