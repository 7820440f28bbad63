"""Every background task of the simulator: started here, ended here."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

log = logging.getLogger("simulator")

_ROUNDS: Final = 5


class Tasks:
    """Tasks with a fate of their own: one that fails is logged and harms no other."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Cancel and await all, also those that others start while they end."""
        for _ in range(_ROUNDS):
            if not self._running:
                return
            running = list(self._running)
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1.0)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)
